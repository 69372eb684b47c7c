//! What a run over some of the traces leaves for a run over all: a file that merges with others of its kind.

use super::identity::Found;
use super::stored::{StoredProblem, StoredSource};
use super::{Fold, RankResult};
use crate::diag::{Problem, Severity, Side, escape};
use crate::limits::PARTIAL_BYTES;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The version of the file; grows with every incompatible change.
pub const FORMAT: u32 = 1;

/// The JSON Schema of a [`Partial`]; a test makes it from the types.
pub const SCHEMA: &str = include_str!("../../schemas/partial.json");

/// The result of a run over some of the traces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Partial {
    /// The version of this form; grows with every incompatible change.
    pub format: u32,
    /// The version of `align`: another one may select or judge otherwise.
    pub align: String,
    pub settings: Settings,
    /// By file.
    pub specs: Vec<PartialSpec>,
}

/// By what ranks were judged: only equal ones merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Settings {
    pub fail_on: Severity,
    pub allow_inconclusive: bool,
    /// The day by which known differences expire, as `YYYY-MM-DD`.
    pub today: Option<String>,
}

/// A spec and its cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PartialSpec {
    /// The file, as it was given.
    pub file: String,
    pub name: String,
    /// The texts of the file and of all that it extends.
    pub sources: Vec<StoredSource>,
    /// Those of which traces were judged, by name.
    pub cases: Vec<PartialCase>,
}

/// A case and its ranks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PartialCase {
    /// Empty for a spec without cases.
    pub case: String,
    /// What keeps ranks, or all, from being judged.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub problems: Vec<StoredProblem>,
    /// In order of ranks.
    pub ranks: Fold,
}

impl Partial {
    /// Nothing yet: what every other one can be added to.
    pub fn empty(settings: Settings) -> Self {
        Self { format: FORMAT, align: env!("CARGO_PKG_VERSION").to_owned(), settings, specs: Vec::new() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is no partial result, or is one of another version.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let shown = escape(&path.display().to_string());
        let mut bytes = Vec::new();
        let which = "give a file that `align check --partial FILE` wrote";
        crate::diag::refuse_special(path).map_err(|what| bad(format!("`{shown}` is {what}")).help(which))?;
        File::open(path)
            .and_then(|file| file.take(PARTIAL_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| bad(format!("`{shown}` cannot be read")).note(error.to_string()).help(which))?;
        if bytes.len() as u64 > PARTIAL_BYTES {
            return Err(bad(format!("`{shown}` is larger than {} MiB", PARTIAL_BYTES >> 20)).help(which));
        }
        let format = serde_json::from_slice::<Version>(&bytes).ok().map(|version| version.format);
        if let Some(other) = format.filter(|format| *format != FORMAT) {
            let help = "judge the traces and merge the results with one version of `align`";
            return Err(bad(format!("`{shown}` has format {other}; this version reads {FORMAT}")).help(help));
        }
        let mut read: Self = serde_json::from_slice(&bytes).map_err(|error| {
            bad(format!("`{shown}` is no partial result"))
                .note(escape(&error.to_string()))
                .help("merge what `align check --partial FILE` writes")
        })?;
        // However a file came to be: in the order and with the counts that merging relies on.
        let specs = std::mem::take(&mut read.specs);
        let empty = read.clone();
        empty.and(Self { specs, ..read })
    }

    /// Whether a result may be written here: where nothing is yet, or an older result. Anything else is somebody's.
    ///
    /// # Errors
    /// Something else is there.
    pub fn may_replace(path: &Path) -> Result<(), Problem> {
        let nothing =
            path.symlink_metadata().is_err() || path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == 0);
        if nothing || Self::read(path).is_ok() {
            return Ok(());
        }
        let shown = escape(&path.display().to_string());
        Err(Problem::spec("file-exists", format!("`{shown}` exists and is no partial result of this version"))
            .help("choose another name, or move the file away: only older results are replaced"))
    }

    /// Whether there is no rank in it, and nothing that kept one from being judged.
    pub fn is_nothing(&self) -> bool {
        self.specs
            .iter()
            .flat_map(|spec| &spec.cases)
            .all(|case| case.ranks.results().is_empty() && case.problems.is_empty())
    }

    /// One line of JSON.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Both together: the same for any order and any grouping.
    ///
    /// # Errors
    /// They were made by other versions, settings, specs or mocks.
    pub fn and(mut self, other: Self) -> Result<Self, Problem> {
        if self.align != other.align {
            let versions = format!("`align` {} and {}", escape(&self.align), escape(&other.align));
            return Err(other_one("versions", versions, "judge all traces with one version"));
        }
        if self.settings != other.settings {
            let settings = format!("{} and {}", self.settings.words(), other.settings.words());
            let help = "judge all traces with the same --fail-on, --allow-inconclusive and --today";
            return Err(other_one("settings", settings, help));
        }
        for spec in other.specs {
            match self.specs.binary_search_by(|known| Path::new(&known.file).cmp(Path::new(&spec.file))) {
                Ok(at) => self.specs[at].merge(spec)?,
                Err(at) => {
                    let empty = PartialSpec { cases: Vec::new(), ..spec.clone() };
                    self.specs.insert(at, empty);
                    self.specs[at].merge(spec)?;
                }
            }
        }
        Ok(self)
    }

    /// Refuses what can only be seen of all ranks: that they were compared with different mocks, and specs of one name.
    ///
    /// # Errors
    /// The first such case.
    pub fn fit(&self) -> Result<(), Problem> {
        for (at, spec) in self.specs.iter().enumerate() {
            if let Some(twin) = self.specs[..at].iter().find(|other| other.name == spec.name && other.has_case_of(spec))
            {
                let files = format!("`{}` and `{}`", escape(&twin.file), escape(&spec.file));
                return Err(other_one(
                    "specs",
                    format!("{}: {files}", escape(&spec.name)),
                    "give the spec by one path",
                ));
            }
            for case in &spec.cases {
                let title =
                    if case.case.is_empty() { spec.name.clone() } else { format!("{}/{}", spec.name, case.case) };
                fit(case.ranks.results(), &title)?;
            }
        }
        Ok(())
    }
}

/// Ranks share the mock, or each has its own, of its number; and so with the E2E.
fn fit(results: &[RankResult], title: &str) -> Result<(), Problem> {
    let shared = |side: Side| {
        let key = |result: &RankResult| (result.trace(side).path.clone(), result.trace(side).digest.clone());
        let known = |result: &&RankResult| !result.trace(side).digest.is_empty();
        let all: std::collections::BTreeSet<_> = results.iter().filter(known).map(key).collect();
        all.len() < 2
    };
    let paired = results.iter().all(|result| {
        let number = |side| result.trace(side).id.number;
        number(Side::Mock).is_some() && number(Side::Mock) == number(Side::E2e)
    });
    let named = || results.iter().all(|result| matches!(result.mock.id.found, Found::Named | Found::Numbered));
    if shared(Side::Mock) || paired || (shared(Side::E2e) && named()) {
        return Ok(());
    }
    let mut mocks: Vec<&str> = results.iter().map(|result| result.mock.path.as_str()).collect();
    mocks.sort_unstable();
    mocks.dedup();
    let of = match mocks.as_slice() {
        [one] => format!("`{}` with different content", escape(one)),
        several => several.iter().take(3).map(|mock| format!("`{}`", escape(mock))).collect::<Vec<_>>().join(", "),
    };
    let help = "compare all ranks with one mock, or each with the mock of its number";
    Err(other_one("mocks", format!("{}: {of}", escape(title)), help))
}

impl PartialSpec {
    fn merge(&mut self, other: Self) -> Result<(), Problem> {
        if self.name != other.name || self.sources != other.sources {
            let differs = other.sources.iter().find(|source| !self.sources.contains(source));
            let file = differs.map_or(&other.file, |source| &source.name);
            return Err(other_one(
                "specs",
                format!("`{}` differs", escape(file)),
                "judge all traces by the same files",
            ));
        }
        for case in other.cases {
            let at = match self.cases.binary_search_by(|known| known.case.cmp(&case.case)) {
                Ok(at) => at,
                Err(at) => {
                    let (problems, ranks) = (Vec::new(), Fold::default());
                    self.cases.insert(at, PartialCase { case: case.case.clone(), problems, ranks });
                    at
                }
            };
            let own = &mut self.cases[at];
            own.ranks.merge(case.ranks);
            own.problems.extend(case.problems);
            own.problems.sort_by_cached_key(|problem| serde_json::to_string(problem).unwrap_or_default());
            own.problems.dedup();
        }
        Ok(())
    }

    fn has_case_of(&self, other: &Self) -> bool {
        self.cases.iter().any(|own| other.cases.iter().any(|case| case.case == own.case))
    }
}

impl Settings {
    fn words(&self) -> String {
        let inconclusive = if self.allow_inconclusive { ", --allow-inconclusive" } else { "" };
        let today = self.today.as_deref().map(|day| format!(", --today {}", escape(day))).unwrap_or_default();
        format!("--fail-on {}{inconclusive}{today}", self.fail_on)
    }
}

/// The one value that tells versions apart.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

fn bad(message: String) -> Problem {
    Problem::spec("bad-partial", message)
}

fn other_one(what: &str, which: String, help: &str) -> Problem {
    bad(format!("partial results of different {what} do not merge: {which}")).help(help.to_owned())
}
