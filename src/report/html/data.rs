//! What the page's script knows of the timelines: numbers in arrays, names and launches once.

use super::sequence::launch_words;
use super::text::{line, whole_name};
use super::timeline::state;
use crate::outcome::{InstanceTimeline, Timeline};
use serde::Serialize;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct CaseData {
    /// Name, whole name, family.
    kernels: Vec<(String, String, String)>,
    launches: Vec<String>,
    mock: Vec<OpData>,
    e2e: Vec<OpData>,
}

/// Start and duration in ns, device, stream, kernel, launch, position, state in words.
type OpData = (i64, i64, u16, u32, usize, usize, usize, &'static str);

impl CaseData {
    pub(super) fn of(timeline: &Timeline) -> Self {
        let kernels = timeline.kernels.iter();
        Self {
            kernels: kernels
                .map(|k| (line(&k.name), whole_name(&k.exact), k.family.as_deref().map(line).unwrap_or_default()))
                .collect(),
            launches: timeline.launches.iter().map(launch_words).collect(),
            mock: ops(&timeline.mock),
            e2e: ops(&timeline.e2e),
        }
    }
}

fn ops(instance: &InstanceTimeline) -> Vec<OpData> {
    let ops = instance.ops.iter();
    ops.map(|op| {
        let words = state(op.state).2;
        (op.start_ns, op.duration_ns, op.device, op.stream, op.kernel, op.launch, op.position, words)
    })
    .collect()
}

/// JSON that can stand inside a script element: nothing in it ends the element or starts a comment.
pub(super) fn embeddable(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out += &format!("\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_survives_and_ends_nothing(text in "(?s).{0,40}", tail in "[<>&/!\u{2028}-]{0,8}script") {
            let value = format!("{text}{tail}");
            let json = embeddable(&value);
            let inert = !json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']);
            prop_assert!(inert);
            prop_assert_eq!(serde_json::from_str::<String>(&json).ok(), Some(value));
        }
    }
}
