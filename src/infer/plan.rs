//! Where the op's instances are on both sides: what the draft's `within` and `each` say.

use super::toml::{array, quote};

/// One alternative of `each`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Each {
    Range(String),
    Module { path: String, without: Vec<String> },
    GraphLaunch,
    Period,
    Like { after: Option<String>, before: Option<String> },
}

impl Each {
    fn toml(&self) -> String {
        match self {
            Self::Range(name) => format!("{{ range = {} }}", quote(name)),
            Self::Module { path, without } if without.is_empty() => format!("{{ module = {} }}", quote(path)),
            Self::Module { path, without } => format!("{{ module = {}, without = {} }}", quote(path), array(without)),
            Self::GraphLaunch => "{ graph-launch = true }".to_owned(),
            Self::Period => "{ period = true }".to_owned(),
            Self::Like { after, before } => {
                let key = |name: &str, value: &Option<String>| {
                    value.as_ref().map(|v| format!(", {name} = {}", quote(v))).unwrap_or_default()
                };
                format!("{{ like = \"mock\"{}{} }}", key("after", after), key("before", before))
            }
        }
    }
}

/// One side: where to look, and what one instance is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) within: Vec<String>,
    /// Empty: what the base spec says.
    pub(super) each: Vec<Each>,
    /// How many iterations one mark of the mock holds, where it is more than one.
    pub(super) repeats: Option<usize>,
    /// What else was considered, and which flag picks it.
    pub(super) notes: Vec<String>,
}

impl Place {
    pub(super) fn each_toml(&self) -> String {
        let each: Vec<String> = self.each.iter().map(Each::toml).collect();
        format!("[{}]", each.join(", "))
    }
}

/// Both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Plan {
    /// The base spec, `base/vllm`, where the mock is laid out as it says.
    pub(super) base: Option<&'static str>,
    pub(super) mock: Place,
    pub(super) e2e: Place,
}

impl Plan {
    /// A spec with nothing but this, to try it.
    pub(super) fn trial(&self) -> String {
        let mut out = String::from("align = 1\n[spec]\nname = \"trial\"\nop = \"the op\"\n");
        if let Some(base) = self.base {
            out += &format!("extends = \"builtin:{base}\"\n");
        }
        for (side, place) in [("mock", &self.mock), ("e2e", &self.e2e)] {
            out += &format!("[{side}]\n");
            if !place.within.is_empty() {
                out += &format!("within = {}\n", array(&place.within));
            }
            if !place.each.is_empty() {
                out += &format!("each = {}\n", place.each_toml());
            }
            if let Some(repeats) = place.repeats {
                out += &format!("repeats = {repeats}\n");
            }
        }
        out
    }
}
