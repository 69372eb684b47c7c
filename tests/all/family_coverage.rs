//! How much of real GPU time the families name: every golden trace of vLLM, inside its measured range.

use crate::support;
use align::inspect::{Filter, inspect};
use align::kernel::{Families, Glob, Identity};
use align::trace::{Trace, open};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The least share of the GPU time that lies in families which are not mere glue: of kernels alone in every trace, and of
/// copies and sets too in full models. (A mock may hold a copy on purpose.)
const NAMED: f64 = 0.98;
/// Mocks that launch PyTorch's own kernels in the place of vLLM's: element-wise work by name.
const PLAIN: &[&str] = &["vllm_mock_ops_other_code"];
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/families.md");
const BEGIN: &str = "<!-- measured: begin -->\n";
const NONE: &str = "no family";
const END: &str = "<!-- measured: end -->";

#[test]
fn nearly_all_gpu_time_of_vllm_is_named() {
    let families = support::families();
    let mut wrong = Vec::new();
    for (name, shares) in measured(&families, "vllm_") {
        let share = if name.contains("_e2e_") { 1.0 - shares.glue } else { 1.0 - shares.glue_kernels };
        if share < NAMED && !PLAIN.contains(&name.as_str()) {
            wrong.push(format!("{name}: {:.2} % are named; glue: {:?}", share * 100.0, shares.kinds));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn everything_everywhere_falls_into_a_family() {
    for (name, shares) in measured(&support::families(), "") {
        assert!(!shares.kinds.contains_key(NONE), "{name}: {:?}", shares.kinds);
    }
}

/// `FAMILY_COVERAGE=FOLDER cargo test --test all family_coverage -- --nocapture --ignored` prints the shares of the exports
/// below a folder.
#[test]
#[ignore = "for traces elsewhere"]
fn shares_of_traces_elsewhere() {
    let folder = std::env::var("FAMILY_COVERAGE").expect("FAMILY_COVERAGE names a folder");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("the folder is there").flatten().map(|e| e.path()).collect();
    files.sort();
    for file in
        files.iter().map(|f| if f.is_dir() { f.join("trace.sqlite") } else { f.clone() }).filter(|f| f.is_file())
    {
        if let Some(shares) = open(&file).ok().and_then(|trace| shares(&trace, &support::families())) {
            println!("{} {:.2} % named {:?}", file.display(), (1.0 - shares.glue) * 100.0, shares.kinds);
        }
    }
}

#[test]
fn the_page_shows_what_is_measured() {
    let families = support::families();
    let mut table = String::from("| trace | GPU time | operations | around them | glue |\n|---|---|---|---|---|\n");
    for (name, shares) in measured(&families, "") {
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        let (named, around) = (1.0 - shares.glue - shares.around, shares.around);
        let _ = writeln!(
            table,
            "| `{name}` | {:.2} ms | {} | {} | {} |",
            shares.total as f64 / 1e6,
            percent(named),
            percent(around),
            percent(shares.glue)
        );
    }
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let (head, rest) = page.split_once(BEGIN).expect("the page marks its table");
    let (_, tail) = rest.split_once(END).expect("the page marks the end of its table");
    let now = format!("{head}{BEGIN}{table}{END}{tail}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PAGE, &now).expect("the page can be written");
    }
    assert_eq!(std::fs::read_to_string(PAGE).expect("the page is there"), now, "UPDATE_DOCS=1 brings it up to date");
}

struct Shares {
    total: i64,
    glue: f64,
    /// The share of glue in the time of kernels alone.
    glue_kernels: f64,
    around: f64,
    /// Glue and what no family names, by family.
    kinds: BTreeMap<String, String>,
}

fn measured(families: &Families, prefix: &str) -> Vec<(String, Shares)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder is there").flatten().map(|e| e.path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "sqlite"));
    files.sort();
    let stem = |f: &Path| f.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let wanted = files.iter().filter(|f| stem(f).starts_with(prefix));
    let all: Vec<_> = wanted
        .filter_map(|f| Some((stem(f), shares(&open(f).unwrap_or_else(|e| panic!("{e:?}")), families)?)))
        .collect();
    assert!(all.len() > 15, "the golden traces are found");
    all
}

/// Nothing where the trace has no GPU work. An engine in a child process has its work outside the parent's range: there
/// the whole trace counts, which a capture range has already cut.
fn shares(trace: &Trace, families: &Families) -> Option<Shares> {
    let within = Filter { within: vec![Glob::new("measured").expect("a pattern")], process: None };
    let all = inspect(trace, families, &within).or_else(|_| inspect(trace, families, &Filter::default())).ok()?;
    let total = all.totals.total_ns;
    if total == 0 {
        return None;
    }
    let mut sums: BTreeMap<Option<&str>, i64> = BTreeMap::new();
    let kernels = all.kernels.iter().map(|k| (k.name.as_str(), k.total_ns));
    let memory = all.memory_operations.iter().map(|m| (m.name.as_str(), m.total_ns));
    for (name, ns) in kernels.chain(memory) {
        *sums.entry(families.name_of(&Identity::new(name, ""))).or_default() += ns;
    }
    let row = |name: Option<&str>| name.and_then(|name| families.iter().find(|f| f.name == name));
    let is_glue = |name: Option<&str>| row(name).is_none_or(|f| f.glue);
    let share = |ns: i64| ns as f64 / total as f64;
    let part = |test: &dyn Fn(Option<&str>) -> bool| -> f64 {
        share(sums.iter().filter(|(name, _)| test(**name)).map(|(_, ns)| ns).sum())
    };
    let of_kernels: i64 = all.kernels.iter().map(|k| k.total_ns).sum();
    let glue = all.kernels.iter().filter(|k| is_glue(families.name_of(&Identity::new(&k.name, ""))));
    let kinds = sums.iter().filter(|(name, _)| is_glue(**name));
    Some(Shares {
        total,
        glue: part(&is_glue),
        glue_kernels: glue.map(|k| k.total_ns).sum::<i64>() as f64 / of_kernels.max(1) as f64,
        around: part(&|name| row(name).is_some_and(|f| f.around)),
        kinds: kinds.map(|(n, ns)| (n.unwrap_or(NONE).to_owned(), format!("{:.2} %", share(*ns) * 100.0))).collect(),
    })
}
