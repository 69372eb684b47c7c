//! `align diff`: two traces without a spec.

use crate::support;
use crate::support::valid;
use align::diff::{Options, diff};
use align::kernel::{Glob, normalise};
use align::outcome::{DIFF_SCHEMA, DiffOutcome, StepState, TimeState, Times};
use align::report::{Format, Style, render_diff};
use align::trace::{Trace, open};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn align(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
    command.args(arguments).current_dir(ROOT).env("COLUMNS", "120").output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed by a signal")
}

fn path(name: &str) -> String {
    format!("snapshots/traces/{name}.sqlite")
}

fn trace(name: &str) -> Arc<Trace> {
    open(&Path::new(ROOT).join(path(name))).unwrap()
}

fn options(within: &[&str]) -> Options {
    Options { tolerance: 0.1, within: within.iter().map(|name| Glob::new(name).unwrap()).collect() }
}

fn compared(a: &Trace, b: &Trace, within: &[&str]) -> DiffOutcome {
    diff(a, b, &support::families(), &options(within)).unwrap()
}

/// The vendor's count and sum of each kernel, by normalised name.
fn answers(path: &Path) -> BTreeMap<String, (usize, i64)> {
    let mut rows: BTreeMap<String, (usize, i64)> = BTreeMap::new();
    for line in std::fs::read_to_string(path).unwrap().lines().skip(1) {
        let fields: Vec<&str> = line.splitn(6, ',').collect();
        let name = fields[5].strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        let name = name.map_or(fields[5].to_owned(), |quoted| quoted.replace("\"\"", "\""));
        let row = rows.entry(normalise(&name)).or_default();
        row.0 += fields[1].parse::<usize>().unwrap();
        row.1 += fields[0].parse::<i64>().unwrap();
    }
    rows
}

fn ours(
    outcome: &DiffOutcome,
    times: impl Fn(&align::outcome::KernelDiff) -> Option<&Times>,
) -> BTreeMap<String, (usize, i64)> {
    let kernels = outcome.kernels.iter().filter(|kernel| !kernel.exact.starts_with("[CUDA "));
    kernels.filter_map(|kernel| times(kernel).map(|t| (normalise(&kernel.exact), (t.count, t.sum_ns)))).collect()
}

/// Every trace against its neighbour: both sides of each diff hold what the vendor's tool says of them.
#[test]
fn counts_and_sums_are_the_vendors_to_the_nanosecond() {
    let folder = Path::new(ROOT).join("snapshots/vendor");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".kern_sum.csv")?.to_owned()))
        .collect();
    names.sort();
    names.retain(|name| !trace(name).is_empty());
    assert!(names.len() >= 45, "{}", names.len());
    for two in names.windows(2) {
        let (a, b) = (trace(&two[0]), trace(&two[1]));
        let outcome = compared(&a, &b, &[]);
        let theirs = |name: &str| answers(&folder.join(format!("{name}.kern_sum.csv")));
        assert_eq!(ours(&outcome, |kernel| kernel.a.as_ref()), theirs(&two[0]), "{}", two[0]);
        assert_eq!(ours(&outcome, |kernel| kernel.b.as_ref()), theirs(&two[1]), "{}", two[1]);
        let moved: i64 = outcome.kernels.iter().map(|kernel| kernel.change_ns).sum();
        assert_eq!(moved, outcome.b.total.sum_ns - outcome.a.total.sum_ns);
        assert_eq!(moved, outcome.families.iter().map(|family| family.change_ns).sum::<i64>());
    }
}

#[test]
fn a_trace_does_not_differ_from_itself() {
    for name in ["hf_e2e_eager", "vllm_e2e_graph", "hf_two_processes"] {
        let trace = trace(name);
        let outcome = compared(&trace, &trace, &[]);
        assert!(!outcome.counts.differs(), "{name}: {:?}", outcome.counts);
        assert!(outcome.sequences.iter().all(|s| !s.steps.is_empty() && !s.differs()), "{name}");
    }
}

#[test]
fn the_other_way_round_says_the_opposite() {
    let (a, b) = (trace("vllm_mock_layer_aligned"), trace("vllm_mock_layer_decode_unfused_norm"));
    let (there, back) = (compared(&a, &b, &[]), compared(&b, &a, &[]));
    assert!(there.counts.new > 0 && there.counts.gone > 0, "{:?}", there.counts);
    assert_eq!((there.counts.new, there.counts.gone), (back.counts.gone, back.counts.new));
    assert_eq!((there.counts.slower, there.counts.faster), (back.counts.faster, back.counts.slower));
    let changes = |outcome: &DiffOutcome, sign: i64| {
        let rows = outcome.kernels.iter().map(|kernel| (kernel.exact.clone(), sign * kernel.change_ns));
        rows.collect::<BTreeMap<String, i64>>()
    };
    assert_eq!(changes(&there, 1), changes(&back, -1));
    let mut sizes: Vec<u64> = there.kernels.iter().map(|kernel| kernel.change_ns.unsigned_abs()).collect();
    sizes.reverse();
    assert!(sizes.is_sorted(), "what moves most stands first");
}

/// A layer without its rotary embedding: the sequence diff shows the one kernel that is gone.
#[test]
fn a_layer_shows_what_it_lacks() {
    let (a, b) = (trace("vllm_mock_layer_aligned"), trace("vllm_mock_layer_decode_missing_rotary"));
    let outcome = compared(&a, &b, &["layer:decode"]);
    let changed: Vec<_> = outcome.sequences.iter().filter(|s| s.a.is_some() && s.b.is_some() && s.differs()).collect();
    let gone = |s: &&&align::outcome::SequenceDiff| {
        let alone: Vec<_> = s.steps.iter().filter(|step| step.state != StepState::Same).collect();
        alone.len() == 1 && alone[0].state == StepState::OnlyA && alone[0].a.as_ref().unwrap().name.contains("rotary")
    };
    assert!(changed.iter().any(|s| gone(&s)), "{:#?}", outcome.sequences);
}

/// Of processes whose correlation ids are equal, each keeps its own launches.
#[test]
fn processes_are_joined_each_on_its_own() {
    let two = trace("hf_two_processes");
    let outcome = compared(&two, &two, &[]);
    assert_eq!(outcome.a.processes.len(), 2);
    let sum: i64 = outcome.a.processes.iter().map(|process| process.total.sum_ns).sum();
    assert_eq!(sum, outcome.a.total.sum_ns);
    let replayed: usize =
        outcome.kernels.iter().filter_map(|kernel| kernel.a.as_ref()).map(|times| times.replayed).sum();
    assert_eq!(replayed, 0, "nothing in it is replayed from a graph");
}

#[test]
fn ranges_narrow_both_sides() {
    let eager = trace("vllm_e2e_eager");
    let (all, some) = (compared(&eager, &eager, &[]), compared(&eager, &eager, &["measured", "step:*:decode"]));
    assert!(some.a.total.count > 0 && some.a.total.count < all.a.total.count);
    let none = diff(&eager, &eager, &support::families(), &options(&["none"])).unwrap_err();
    assert_eq!((none.len(), none[0].code), (2, "nothing-within"));
}

#[test]
fn a_slower_trace_is_told_from_a_noisy_one() {
    let (fast, slow) = (trace("vllm_mock_attn_decode_aligned"), trace("vllm_mock_attn_decode_wrong_heads"));
    let outcome = compared(&fast, &slow, &["measured"]);
    let forward = outcome.kernels.iter().find(|kernel| kernel.name.contains("FlashAttnFwdSm90")).unwrap();
    assert_eq!(forward.state, TimeState::Slower, "{forward:?}");
    let interval = forward.interval.unwrap();
    assert!(interval.low > 1.1 && interval.low <= interval.ratio && interval.ratio <= interval.high);
}

/// A sequence that takes little of one trace's time is still there: decoding beside much warm-up, or beside a longer prefill.
#[test]
fn a_sequence_is_missed_only_where_it_does_not_run() {
    for (a, b) in [
        ("vllm_e2e_eager", "vllm_e2e_eager_mp"),
        ("vllm_mock_attn_decode_aligned", "vllm_mock_attn_decode_wrong_shape"),
    ] {
        let (first, second) = (trace(a), trace(b));
        for (x, y) in [(&first, &second), (&second, &first)] {
            let outcome = compared(x, y, &[]);
            assert!(!outcome.sequences.is_empty(), "{a} {b}");
            assert!(
                outcome.sequences.iter().all(|s| s.a.is_some() && s.b.is_some()),
                "{a} {b}: {:#?}",
                outcome.sequences
            );
        }
    }
    let (a, b) = (trace("vllm_mock_attn_decode_aligned"), trace("vllm_mock_attn_decode_wrong_shape"));
    assert_eq!(compared(&a, &b, &[]).counts.sequences, 0);
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("{ROOT}/snapshots/diff"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Pairs as people compare them, in every format; one file a pair.
#[test]
fn diffs_of_golden_traces() {
    for (name, a, b, more) in [
        (
            "layer-without-rotary",
            "vllm_mock_layer_aligned",
            "vllm_mock_layer_decode_missing_rotary",
            &["--within", "measured"][..],
        ),
        ("graph-against-eager", "vllm_e2e_eager", "vllm_e2e_graph", &["--within", "measured"]),
        ("fp8", "vllm_e2e_eager", "vllm_e2e_fp8_eager", &[]),
        ("nothing", "hf_e2e_eager", "hf_e2e_no_nvtx", &["--tolerance", "50%"]),
    ] {
        let mut all = String::new();
        for format in ["human", "concise", "markdown", "github", "junit"] {
            let output = align(&[&["diff", &path(a), &path(b), "--format", format], more].concat());
            assert_eq!((code(&output), output.stderr.len()), (0, 0));
            all += &format!("━━━ {format}\n{}", text(&output.stdout));
        }
        snapshot(name, &all);
    }
}

/// One pair in the formats that are long, and every pair valid in every format.
#[test]
fn diffs_are_valid_in_every_format() {
    let (a, b) = ("vllm_mock_layer_aligned", "vllm_mock_layer_decode_missing_rotary");
    let shown = |format: &str| {
        text(&align(&["diff", &path(a), &path(b), "--within", "layer:decode", "--format", format]).stdout)
    };
    snapshot("layer-without-rotary-sarif", &shown("sarif"));
    let html = shown("html");
    let style = html.find("<style>").unwrap()..html.find("</style>").unwrap();
    let hash = regex::Regex::new("sha256-[^&]*").unwrap();
    snapshot("layer-without-rotary-html", &hash.replace_all(&html.replace(&html[style], "<style>"), "sha256-HASH"));
    let pairs = [
        (a, b),
        ("vllm_e2e_eager", "vllm_e2e_graph"),
        ("hf_e2e_eager", "hf_e2e_eager"),
        ("hf_moe_e2e_eager", "vllm_moe_e2e_eager"),
    ];
    for (a, b) in pairs {
        let outcome = compared(&trace(a), &trace(b), &[]);
        for format in Format::ALL.into_iter().filter(|format| *format != Format::Json) {
            valid::assert_valid(format.name(), &render_diff(&outcome, format, &Style::default()));
        }
        let (junit, github) =
            [Format::Junit, Format::Github].map(|f| render_diff(&outcome, f, &Style::default())).into();
        let (fails, warns) =
            (junit.contains("<failure"), github.contains("::warning ") || github.contains("::notice "));
        assert_eq!((fails, warns), (outcome.counts.differs(), outcome.counts.differs()), "{a} {b}");
    }
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: serde_json::Value = serde_json::from_str(DIFF_SCHEMA).unwrap();
    let validator = jsonschema::options().build(&schema).unwrap();
    for (a, b) in [
        ("vllm_e2e_eager", "vllm_e2e_graph"),
        ("hf_e2e_eager", "hf_e2e_eager"),
        ("hf_moe_e2e_eager", "vllm_moe_e2e_eager"),
    ] {
        let output = align(&["diff", &path(a), &path(b), "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let back: DiffOutcome = serde_json::from_value(document).unwrap();
        assert_eq!(back, compared_at(a, b));
    }
}

fn compared_at(a: &str, b: &str) -> DiffOutcome {
    std::env::set_current_dir(ROOT).unwrap();
    compared(&open(Path::new(&path(a))).unwrap(), &open(Path::new(&path(b))).unwrap(), &[])
}

#[test]
fn exit_codes_say_whether_anything_differs_only_where_asked() {
    let (a, b) = (path("hf_e2e_eager"), path("hf_e2e_graph"));
    assert_eq!(code(&align(&["diff", &a, &b])), 0);
    assert_eq!(code(&align(&["diff", &a, &b, "--exit-code"])), 1);
    let same = align(&["diff", &a, &a, "--exit-code", "--quiet"]);
    assert_eq!((code(&same), text(&same.stdout).as_str()), (0, ""));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let good = path("hf_e2e_eager");
    let none = align(&["diff", &good, &path("vllm_no_gpu_data_mp_fork")]);
    assert_eq!((code(&none), none.stdout.len()), (3, 0));
    assert!(text(&none.stderr).contains("no GPU operations"), "{}", text(&none.stderr));
    let missing = align(&["diff", "none-a.sqlite", "none-b.sqlite"]);
    assert_eq!(code(&missing), 3);
    assert!(["none-a", "none-b"].iter().all(|name| text(&missing.stderr).contains(name)), "both are named");
    let unknown = align(&["diff", &good, &good, "--format", "jsn"]);
    assert_eq!(code(&unknown), 2);
    assert!(text(&unknown.stderr).contains("`json`"), "{}", text(&unknown.stderr));
    assert_eq!(code(&align(&["diff", &good, &good, "--tolerance", "-5%"])), 2);
}
