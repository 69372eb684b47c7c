//! The two sequences as a diff, and the launch shapes that differ.

use super::text::{line, whole_name};
use super::timeline::state;
use crate::diag::{duration, signed_percent, told_apart};
use crate::outcome::{Launch, OpState, Timeline, TimelineOp};
use serde::Serialize;
use std::collections::BTreeMap;

/// Matching kernels kept around what differs, and the shortest stretch worth folding.
const AROUND: usize = 2;
const FOLD: usize = 6;
/// Characters of a kernel's name.
const NAME: usize = 72;

/// One line of the diff: a place of the alignment, or a stretch that is folded.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Line {
    pub(super) position: usize,
    pub(super) sign: &'static str,
    pub(super) state: &'static str,
    pub(super) words: &'static str,
    /// The mock's kernel, else the E2E's.
    pub(super) name: String,
    pub(super) whole: String,
    /// The E2E's, where it is another.
    pub(super) other: Option<String>,
    pub(super) other_whole: Option<String>,
    pub(super) mock: String,
    pub(super) e2e: String,
    pub(super) ratio: String,
    pub(super) known: bool,
    /// How many matching kernels stand here instead, if any.
    pub(super) folded: usize,
}

/// A place where both sides launch in different shapes.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct ShapeLine {
    pub(super) position: usize,
    pub(super) name: String,
    pub(super) judged: bool,
    pub(super) mock: String,
    pub(super) e2e: String,
}

type Places<'t> = BTreeMap<usize, (Option<&'t TimelineOp>, Option<&'t TimelineOp>)>;

fn places(timeline: &Timeline) -> Places<'_> {
    let mut places: Places<'_> = BTreeMap::new();
    for op in &timeline.mock.ops {
        places.entry(op.position).or_default().0 = Some(op);
    }
    for op in &timeline.e2e.ops {
        places.entry(op.position).or_default().1 = Some(op);
    }
    places
}

/// At most `most` lines, and how many places are not among them.
pub(super) fn lines(timeline: &Timeline, most: usize) -> (Vec<Line>, usize) {
    let places: Vec<_> = places(timeline).into_iter().collect();
    let differs: Vec<bool> = places.iter().map(|(_, place)| either(place).is_some_and(differing)).collect();
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        differs.iter().skip(from).take(at - from + AROUND + 1).any(|differs| *differs)
    };
    let long = places.len() > 4 * FOLD;
    let mut lines: Vec<Line> = Vec::new();
    let mut at = 0;
    while at < places.len() && lines.len() < most {
        let run = (at..places.len()).take_while(|&i| !near(i)).count();
        if long && run >= FOLD {
            lines.push(folded(places[at].0, run));
            at += run;
            continue;
        }
        lines.extend(full(timeline, places[at].0, &places[at].1));
        at += 1;
    }
    name(&mut lines);
    let unshown = timeline.mock.unshown.count.max(timeline.e2e.unshown.count);
    (lines, places.len() - at + unshown)
}

fn either<'t>(place: &(Option<&'t TimelineOp>, Option<&'t TimelineOp>)) -> Option<&'t TimelineOp> {
    place.0.or(place.1)
}

fn differing(op: &TimelineOp) -> bool {
    op.state != OpState::Match
}

fn folded(position: usize, run: usize) -> Line {
    let none = String::new;
    let (sign, state, words) = ("", "match", "match");
    let (other, other_whole) = (None, None);
    let (mock, e2e, ratio, known) = (none(), none(), none(), false);
    Line {
        position,
        sign,
        state,
        words,
        name: none(),
        whole: none(),
        other,
        other_whole,
        mock,
        e2e,
        ratio,
        known,
        folded: run,
    }
}

fn full(timeline: &Timeline, position: usize, place: &(Option<&TimelineOp>, Option<&TimelineOp>)) -> Option<Line> {
    let op = either(place)?;
    let (state, sign, words) = state(op.state);
    let kernel = |op: &TimelineOp| timeline.kernels.get(op.kernel);
    let time = |op: Option<&TimelineOp>| op.map_or("–".to_owned(), |op| duration(op.duration_ns as f64));
    let other = place.1.filter(|e2e| place.0.is_some() && e2e.kernel != op.kernel && op.state != OpState::Match);
    let other = other.and_then(kernel);
    Some(Line {
        position,
        sign,
        state,
        words,
        name: kernel(op).map(|kernel| line(&kernel.name)).unwrap_or_default(),
        whole: kernel(op).map(|kernel| whole_name(&kernel.exact)).unwrap_or_default(),
        other: other.map(|kernel| line(&kernel.name)),
        other_whole: other.map(|kernel| whole_name(&kernel.exact)),
        mock: time(place.0),
        e2e: time(place.1),
        ratio: match place {
            (Some(mock), Some(e2e)) if e2e.duration_ns > 0 => {
                signed_percent(mock.duration_ns as f64 / e2e.duration_ns as f64)
            }
            _ => String::new(),
        },
        known: op.known,
        folded: 0,
    })
}

/// Where one short name stands for several kernels, shows what differs.
fn name(lines: &mut [Line]) {
    let whole: Vec<(String, String)> = lines
        .iter()
        .flat_map(|l| {
            let other = l.other.clone().zip(l.other_whole.clone());
            std::iter::once((l.name.clone(), l.whole.clone())).chain(other)
        })
        .collect();
    let pairs: Vec<(&str, &str)> = whole.iter().map(|(name, whole)| (name.as_str(), whole.as_str())).collect();
    let mut shown = told_apart(&pairs, NAME).into_iter();
    for line in lines {
        for name in [Some(&mut line.name), line.other.as_mut()].into_iter().flatten() {
            *name = shown.next().unwrap_or_default();
        }
    }
}

/// Launch shapes that are not the same in the two instances: what is judged first.
pub(super) fn shapes(timeline: &Timeline, most: usize) -> (Vec<ShapeLine>, usize) {
    let mut found: Vec<ShapeLine> = places(timeline)
        .into_iter()
        .filter_map(|(position, place)| {
            let (mock, e2e) = (place.0?, place.1?);
            let launch = |op: &TimelineOp| timeline.launches.get(op.launch);
            let (of_mock, of_e2e) = (launch(mock)?, launch(e2e)?);
            (of_mock != of_e2e).then(|| ShapeLine {
                position,
                name: timeline.kernels.get(mock.kernel).map(|kernel| line(&kernel.name)).unwrap_or_default(),
                judged: mock.state == OpState::OtherShape,
                mock: launch_words(of_mock),
                e2e: launch_words(of_e2e),
            })
        })
        .collect();
    found.sort_by_key(|line| (!line.judged, line.position));
    let more = found.len().saturating_sub(most);
    found.truncate(most);
    (found, more)
}

/// "grid 132, block 128, 168 registers, 48 KiB shared".
pub(super) fn launch_words(launch: &Launch) -> String {
    let mut words = Vec::new();
    if launch.grid.iter().any(|&n| n > 0) {
        words.push(format!("grid {}", extent(launch.grid)));
        words.push(format!("block {}", extent(launch.block)));
        words.push(format!("{} registers", launch.registers));
    }
    let shared = u64::from(launch.static_shared_bytes) + u64::from(launch.dynamic_shared_bytes);
    words.extend((shared > 0).then(|| format!("{} shared", bytes(shared))));
    words.extend((launch.moved_bytes > 0).then(|| format!("{} moved", bytes(launch.moved_bytes))));
    words.join(", ")
}

/// `132` or `4 × 8 × 2`: trailing ones say nothing.
fn extent(sizes: [u32; 3]) -> String {
    let used = sizes.iter().rposition(|&n| n != 1).map_or(1, |last| last + 1);
    sizes.iter().take(used).map(u32::to_string).collect::<Vec<_>>().join(" × ")
}

fn bytes(n: u64) -> String {
    match n {
        n if n < 10 << 10 => format!("{n} B"),
        n if n < 10 << 20 => format!("{:.1} KiB", n as f64 / f64::from(1 << 10)),
        n if n < 10 << 30 => format!("{:.1} MiB", n as f64 / f64::from(1 << 20)),
        n => format!("{:.1} GiB", n as f64 / f64::from(1 << 30)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launch_reads_as_people_write_it() {
        let launch = Launch {
            grid: [4, 8, 1],
            block: [128, 1, 1],
            registers: 168,
            static_shared_bytes: 0,
            dynamic_shared_bytes: 48 << 10,
            moved_bytes: 0,
        };
        assert_eq!(launch_words(&launch), "grid 4 × 8, block 128, 168 registers, 48.0 KiB shared");
        let copy =
            Launch { grid: [0; 3], block: [0; 3], registers: 0, dynamic_shared_bytes: 0, moved_bytes: 64, ..launch };
        assert_eq!(launch_words(&copy), "64 B moved");
    }
}
