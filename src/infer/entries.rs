//! The kernel entries of a draft: from the E2E's instance, which is the truth that the mock is held to.

use super::pattern::pattern;
use super::titles::title;
use crate::compare::Comparison;
use crate::diag::Side;
use crate::kernel::{Families, Identity, KernelPattern};
use crate::limits::{CRITICAL_SHARE, GLUE_SHARE};
use crate::select::Symbol;
use crate::stats::median;

/// One `[[kernel]]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) pattern: String,
    /// How often in one instance: in the one that is compared, and the least and most of any that is frequent.
    pub(super) count: u32,
    pub(super) least: u32,
    pub(super) most: u32,
    pub(super) critical: bool,
    /// Of the E2E's instance, in [0, 1].
    pub(super) share: f64,
    /// All its calls in one instance of the E2E, in ns.
    pub(super) time_ns: f64,
    /// An instance begins or ends with it.
    pub(super) first: bool,
    pub(super) last: bool,
    /// Distinct names that it stands for.
    pub(super) names: usize,
}

/// What is listed, and what is left to `others = "must-match"`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Entries {
    pub(super) listed: Vec<Entry>,
    /// Kernels of an instance that no entry names, and their share of its time.
    pub(super) rest: usize,
    pub(super) rest_share: f64,
    /// Their distinct names, in order.
    pub(super) rest_names: Vec<String>,
}

/// Kernels of one entry in the making.
struct Draft<'c> {
    pattern: String,
    /// The pattern, read once.
    made: Option<KernelPattern>,
    family: Option<&'c str>,
    /// Says nothing of the op: small work inside any op, or what runs around ops.
    glue: bool,
    core: bool,
    companion: bool,
    members: Vec<&'c Identity>,
    count: u32,
    time: f64,
    /// It begins an instance, it ends one: says where the op is.
    first: bool,
    last: bool,
}

/// `varied` are the frequent kernel sequences of the op in the E2E, in the comparison's numbering.
pub(super) fn entries(comparison: &Comparison, varied: &[Vec<Symbol>]) -> Entries {
    let drafts = drafts(comparison);
    let total: f64 = drafts.iter().map(|d| d.time).sum::<f64>().max(1.0);
    let most = drafts.iter().filter(|d| !d.glue && !d.companion).map(|d| d.time).fold(0.0, f64::max);
    let has_core = drafts.iter().any(|d| d.core);
    let mut entries = Entries::default();
    for draft in &drafts {
        let share = draft.time / total;
        if draft.glue && !draft.first && !draft.last && share < GLUE_SHARE {
            entries.rest += draft.count as usize;
            entries.rest_share += share;
            for name in draft.members.iter().map(|m| last_word(m)) {
                if !entries.rest_names.contains(&name) {
                    entries.rest_names.push(name);
                }
            }
            continue;
        }
        let own = !draft.glue && !draft.companion;
        let critical = draft.core || (own && (share >= CRITICAL_SHARE || (!has_core && draft.time >= most)));
        let counts = counts(comparison, draft.made.as_ref(), varied);
        entries.listed.push(Entry {
            least: counts.iter().copied().min().unwrap_or(draft.count).min(draft.count),
            most: counts.iter().copied().max().unwrap_or(draft.count).max(draft.count),
            name: draft.family.map_or_else(|| last_word(draft.members[0]), title),
            pattern: draft.pattern.clone(),
            count: draft.count,
            critical,
            share,
            time_ns: draft.time,
            first: draft.first,
            last: draft.last,
            names: draft.members.len(),
        });
    }
    tell_apart(&mut entries.listed, &drafts);
    entries
}

/// How often kernels that the pattern matches run in each sequence.
fn counts(comparison: &Comparison, pattern: Option<&KernelPattern>, varied: &[Vec<Symbol>]) -> Vec<u32> {
    let families: &Families = &comparison.families;
    let Some(pattern) = pattern else { return Vec::new() };
    let matches = |&&symbol: &&Symbol| pattern.matches(comparison.identity(symbol), families);
    varied.iter().map(|sequence| sequence.iter().filter(matches).count() as u32).collect()
}

fn drafts(comparison: &Comparison) -> Vec<Draft<'_>> {
    let selection = comparison.selection(Side::E2e);
    let lexicon = &comparison.selected.lexicon;
    let sequence = &selection.sequence;
    let families: &Families = &comparison.families;
    let mut all: Vec<&Identity> = Side::BOTH
        .into_iter()
        .flat_map(|side| &comparison.selection(side).sequence)
        .map(|&s| lexicon.identity(s))
        .collect();
    all.sort_by(|a, b| a.exact.cmp(&b.exact));
    all.dedup_by(|a, b| a.exact == b.exact);
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    for (at, &symbol) in sequence.iter().enumerate() {
        let identity = lexicon.identity(symbol);
        let time = median(&calls(comparison, at)).unwrap_or(0.0);
        let claimed = drafts.iter_mut().find(|d| d.made.as_ref().is_some_and(|p| p.matches(identity, families)));
        let draft = match claimed {
            Some(draft) => draft,
            None => {
                drafts.push(new_draft(comparison, symbol, pattern(identity, &all, families)));
                let Some(last) = drafts.last_mut() else { continue };
                last
            }
        };
        if !draft.members.iter().any(|m| m.normalised == identity.normalised) {
            draft.members.push(identity);
        }
        draft.count += 1;
        draft.time += time;
        draft.first |= at == 0;
        draft.last |= at + 1 == sequence.len();
    }
    drafts
}

fn new_draft(comparison: &Comparison, symbol: Symbol, pattern: String) -> Draft<'_> {
    let lexicon = &comparison.selected.lexicon;
    Draft {
        made: KernelPattern::new(&pattern, &comparison.families).ok(),
        pattern,
        family: comparison.family_name(symbol),
        glue: lexicon.is_glue(symbol) || lexicon.is_around(symbol),
        core: lexicon.is_core(symbol),
        companion: lexicon.is_companion(symbol),
        members: Vec::new(),
        count: 0,
        time: 0.0,
        first: false,
        last: false,
    }
}

/// Durations of the kernel at an index of the E2E's sequence, in ns.
fn calls(comparison: &Comparison, at: usize) -> Vec<f64> {
    let trace = &comparison.e2e;
    let instances = &comparison.selection(Side::E2e).instances;
    instances.iter().filter_map(|i| i.ops.get(at)).map(|&op| trace.ops.duration(op) as f64).collect()
}

/// The word of a name that says what the kernel does.
pub(super) fn last_word(kernel: &Identity) -> String {
    let base = kernel.base.as_str();
    if base.starts_with('[') {
        return base.trim_matches(['[', ']']).to_owned();
    }
    crate::diag::shorten(base.rsplit('.').next().unwrap_or(base), 40)
}

/// Entries of one family get their kernels' words beside it.
fn tell_apart(listed: &mut [Entry], drafts: &[Draft<'_>]) {
    let names: Vec<String> = listed.iter().map(|e| e.name.clone()).collect();
    let mut taken: Vec<String> = Vec::new();
    for entry in listed.iter_mut() {
        if names.iter().filter(|n| **n == entry.name).count() > 1 {
            let word = drafts.iter().find(|d| d.pattern == entry.pattern).map(|d| last_word(d.members[0]));
            entry.name = format!("{}: {}", entry.name, word.unwrap_or_default());
        }
        let mut number = 1;
        let base = entry.name.clone();
        while taken.contains(&entry.name) {
            number += 1;
            entry.name = format!("{base} {number}");
        }
        taken.push(entry.name.clone());
    }
}
