//! The typed specification: what a TOML file says once everything it inherits is merged.
//!
//! Every value the user can get wrong carries the file and bytes that set it ([`Spanned`]).

use super::release::{Release, Requirement};
use crate::diag::{Loc, Severity, Side, SourceFile, Spanned, Verdict};
use crate::kernel::{Glob, KernelPattern, Level, TextPattern};
use crate::limits::TOLERANCE;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// One specification file, merged with what it extends.
#[derive(Debug, Clone)]
pub struct Spec {
    pub file: Arc<SourceFile>,
    /// The files it extends, nearest first.
    pub files: Vec<Arc<SourceFile>>,
    pub name: Spanned<String>,
    /// The operation: `generation_attention`, `moe`, `gemm` …
    pub op: Spanned<String>,
    pub owner: Option<Spanned<String>>,
    pub doc: Option<Spanned<String>>,
    /// Only there to be extended: left out when a folder is checked.
    pub is_abstract: bool,
    /// No trace shows yet that it is right: left out when a folder is checked. Of this file alone.
    pub is_unproven: bool,
    /// At least one; a file without `[[case]]` has one unnamed case with an empty name.
    pub cases: Vec<Case>,
    /// What `align test` expects; of this file alone, not of those it extends.
    pub tests: Vec<Test>,
}

/// What a case must say of given traces.
#[derive(Debug, Clone)]
pub struct Test {
    pub name: Spanned<String>,
    /// Where several cases would fit; one of the spec's.
    pub case: Option<Spanned<String>>,
    /// Instead of the case's own; already joined with the file's folder.
    pub mock: Option<Spanned<PathBuf>>,
    pub e2e: Option<Spanned<PathBuf>>,
    /// Checks, rules and common issues that must be reported.
    pub reports: Vec<Spanned<String>>,
    /// Checks, rules and common issues that must not be reported.
    pub silent: Vec<Spanned<String>>,
    pub verdict: Option<Spanned<Verdict>>,
    /// `YYYY-MM-DD`: known differences that ended before are expired.
    pub today: Option<Spanned<String>>,
}

/// One pair of traces to check, with everything that the top of the file shares already merged in.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: Spanned<String>,
    pub mock: SideSpec,
    pub e2e: SideSpec,
    pub kernels: Vec<KernelEntry>,
    pub others: Spanned<Others>,
    pub order: Spanned<Order>,
    /// The coarsest level at which two kernels still count as the same.
    pub identity: Spanned<Level>,
    pub latency: Latency,
    pub launch: Spanned<LaunchCompare>,
    pub known: Vec<KnownDifference>,
    /// Severity per check or rule name; `None` is `off`.
    pub checks: BTreeMap<String, Spanned<Option<Severity>>>,
    pub rules: Vec<RuleUse>,
}

/// Where one side's trace is and how its instances are found.
#[derive(Debug, Clone)]
pub struct SideSpec {
    pub side: Side,
    /// Already joined with the folder of the file that set it.
    pub trace: Option<Spanned<PathBuf>>,
    /// How many ranks' traces there must be.
    pub ranks: Option<Spanned<u32>>,
    /// What the trace was captured with.
    pub framework: Option<Spanned<Release>>,
    /// Ranges open at launch, outermost first, gaps allowed.
    pub within: Vec<Spanned<Glob>>,
    /// What one instance is, alternatives tried in order; empty means `auto`.
    pub each: Vec<Spanned<Each>>,
    /// Leading instances to leave out before anything is measured.
    pub warmup: Option<Spanned<u32>>,
    /// How many iterations one found instance holds; found when absent.
    pub repeats: Option<Spanned<u32>>,
    pub process: Option<Spanned<ProcessFilter>>,
}

/// What one instance of the operation is.
#[derive(Debug, Clone, PartialEq)]
pub enum Each {
    /// `{ range = "replay" }`: one occurrence of an NVTX range open at launch.
    Range { name: Glob, without: Vec<Glob> },
    /// `{ module = "*.self_attn" }`: one call of a framework's module, open at launch or at capture.
    Module { path: Glob, without: Vec<Glob> },
    /// `{ graph-launch = true }`: one replay of a CUDA graph.
    GraphLaunch,
    /// `{ period = true }`: one period of the stream's repeating sequence.
    Period,
    /// `{ kernels = "*flash*" }`: from one kernel that matches to the next.
    Anchor { kernel: KernelPattern },
    /// `{ like = "mock" }`: an occurrence of the mock's kernel sequence, optionally only right after
    /// or right before a kernel that matches.
    Like { after: Option<KernelPattern>, before: Option<KernelPattern> },
}

/// Which process of a trace to look in.
#[derive(Debug, Clone, PartialEq)]
pub enum ProcessFilter {
    /// `{ has-range = "forward:*" }`: the process that holds such a range.
    HasRange(Glob),
    /// `{ has-kernel = "*flash*" }`: the process that launches such a kernel.
    HasKernel(KernelPattern),
    /// `{ index = 0 }`: the n-th process that launches kernels, by first launch.
    Index(u32),
}

/// One line of the expected kernel list.
#[derive(Debug, Clone)]
pub struct KernelEntry {
    pub name: Spanned<String>,
    pub patterns: Vec<Spanned<KernelPattern>>,
    pub count: Spanned<Count>,
    pub critical: bool,
    /// The entry's own latency tolerance, as a fraction (0.25 is 25 %).
    pub within: Option<Spanned<f64>>,
}

/// How often a kernel runs in one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub least: u32,
    /// `None`: no upper bound.
    pub most: Option<u32>,
}

impl Count {
    pub const ANY: Self = Self { least: 0, most: None };

    pub fn exactly(n: u32) -> Self {
        Self { least: n, most: Some(n) }
    }

    pub fn allows(self, n: u32) -> bool {
        n >= self.least && self.most.is_none_or(|most| n <= most)
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.least, self.most) {
            (0, None) => f.write_str("any"),
            (least, None) => write!(f, "{least} or more"),
            (least, Some(most)) if least == most => write!(f, "{least}"),
            (least, Some(most)) => write!(f, "{least}..={most}"),
        }
    }
}

/// What to do with kernels that no entry names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    MustMatch,
    Ignore,
    Forbid,
}

/// Whether the order of kernels matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Strict,
    Set,
}

/// Tolerances of the ratio mock / E2E. Fractions: 0.10 allows a ratio in `[1/1.1, 1.1]`.
#[derive(Debug, Clone)]
pub struct Latency {
    pub within: Spanned<f64>,
    pub reason: Option<Spanned<String>>,
    /// For one kernel; judged only if its change moves the instance by at least `floor` of its time.
    pub kernel_within: Spanned<f64>,
    pub kernel_floor: Spanned<f64>,
    /// Data-dependent work: the tolerance widens to the E2E's own spread, if that is wider.
    pub own_spread: Option<Spanned<bool>>,
}

/// How launch modes (eager, CUDA graph) are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaunchCompare {
    /// An eager mock against a graph E2E is an error, the reverse a note.
    Same,
    Ignore,
}

/// Ratios mock / E2E, both ends included; written as changes: `-40%..=-25%` is 0.6 to 0.75.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Changes {
    pub low: f64,
    pub high: f64,
}

impl Changes {
    /// Around what was measured, as far as the default tolerance of latency, in whole percents.
    pub fn around(ratio: f64) -> Self {
        let whole = |ratio: f64, round: fn(f64) -> f64| 1.0 + round((ratio - 1.0) * 100.0) / 100.0;
        Self {
            low: whole(ratio / (1.0 + TOLERANCE), f64::floor).max(0.01),
            high: whole(ratio * (1.0 + TOLERANCE), f64::ceil),
        }
    }

    /// From the lower of both ends to the higher.
    pub fn and(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    pub fn holds(self, ratio: f64) -> bool {
        self.low <= ratio && ratio <= self.high
    }
}

impl std::fmt::Display for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |ratio: f64| ((ratio - 1.0) * 1e6).round() / 1e4;
        write!(f, "{:+}%..={:+}%", percent(self.low), percent(self.high))
    }
}

/// A declared, reasoned, expiring exception to a finding.
#[derive(Debug, Clone)]
pub struct KnownDifference {
    /// Where the entry stands.
    pub loc: Loc,
    /// Which kernels it is about; empty means any.
    pub kernels: Vec<Spanned<TextPattern>>,
    /// Which checks it is about; empty means any.
    pub checks: Vec<Spanned<String>>,
    pub side: Option<Spanned<Side>>,
    /// The most kernels of one instance that it covers; with more it covers none.
    pub at_most: Option<Spanned<u32>>,
    /// The latencies of which it covers the finding.
    pub latency: Option<Spanned<Changes>>,
    /// The cases in which it holds, by name; empty means all.
    pub cases: Vec<Spanned<Glob>>,
    /// The GPU models on which it holds; empty means all.
    pub gpu: Vec<Spanned<Glob>>,
    /// What the traces must have been captured with.
    pub framework: Option<Spanned<Requirement>>,
    pub reason: Spanned<String>,
    pub impact: Option<Spanned<String>>,
    pub owner: Option<Spanned<String>>,
    /// `YYYY-MM-DD`, the last day on which it holds; sorts as text.
    pub until: Option<Spanned<String>>,
    pub link: Option<Spanned<String>>,
}

/// A scripted rule with its parameters.
#[derive(Debug, Clone)]
pub struct RuleUse {
    /// The rule's name: its folder under `rules/`.
    pub name: Spanned<String>,
    pub with: BTreeMap<String, Given>,
}

/// A parameter as a spec or a rule's header writes it.
#[derive(Debug, Clone)]
pub struct Given {
    /// Where its name stands.
    pub key: Loc,
    pub value: Spanned<Parameter>,
}

/// A value handed to a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Spanned<Parameter>>),
}
