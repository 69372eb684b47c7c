//! Results of some ranks each, put together: the same bytes as from one run over all.

use crate::support::program::{align_in, code, text};
use crate::support::rank_files::{Rank, SPEC, folder, golden, slow_down, write};
use align::diag::Severity;
use align::fleet::{Partial, Settings};
use align::outcome::Outcome;
use align::pipeline::{Options, Overrides, Run, Session};
use align::report::{Format, Style, render};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const TODAY: &str = "2026-11-24";

fn settings() -> Settings {
    Settings { fail_on: Severity::Error, allow_inconclusive: false, today: Some(TODAY.to_owned()) }
}

/// One run over all traces that the spec names.
fn whole(spec: &Path) -> Run {
    let session = Session::shipped().unwrap();
    let (specs, problems) = session.load(&[spec.to_owned()]);
    assert!(problems.is_empty(), "{problems:?}");
    let options = Options { today: settings().today, ..Options::default() };
    let mut run = session.check(&specs, &Overrides::default(), &options);
    run.decide(Severity::Error, false);
    run
}

fn part(spec: &Path, overrides: Overrides) -> Partial {
    let session = Session::shipped().unwrap();
    let (specs, _) = session.load(&[spec.to_owned()]);
    let (_, partial) = session.check_partly(&specs, &overrides, &settings()).unwrap();
    // As it would be read again.
    serde_json::from_str(&partial.text()).unwrap()
}

fn of_rank(folder: &Path, file: &str) -> Partial {
    let e2e = Some(folder.join("ranks").join(file));
    part(&folder.join("spec.toml"), Overrides { e2e, ..Overrides::default() })
}

fn merged(partial: &Partial) -> Run {
    Session::shipped().unwrap().merged(partial, true).unwrap()
}

fn reports(outcome: &Outcome) -> Vec<String> {
    Format::ALL.into_iter().map(|format| render(outcome, format, &Style::default())).collect()
}

fn assert_same(one: &Run, other: &Run) {
    assert_eq!(one.problems, other.problems);
    for (format, (a, b)) in Format::ALL.into_iter().zip(reports(&one.outcome).iter().zip(&reports(&other.outcome))) {
        assert!(a == b, "{format} differs\n--- one run\n{a}\n--- merged\n{b}");
    }
}

/// Ranks with whatever may go wrong: one slow, one with fewer collectives, one broken, one missing; known differences that
/// hold on some ranks, have ended, or hold nowhere.
fn odd() -> tempfile::TempDir {
    let mut ranks = vec![Rank::default(); 9];
    ranks[7].gemm_us = 12.6;
    ranks[4].lost = 2;
    ranks[2].reduce_us = 3.0;
    let folder = folder(&ranks);
    std::fs::remove_file(folder.path().join("ranks/rank5.trace")).unwrap();
    write(folder.path(), "ranks/rank1.trace", "align-trace 1\nkernel nothing\n");
    let known = "
[[known_difference]]
checks  = [\"latency-ratio\"]
latency = \"-20%..=-10%\"
reason  = \"this rank's clock\"
until   = 2026-12-01

[[known_difference]]
kernels = \"*other*\"
reason  = \"never there\"

[[known_difference]]
checks = [\"launch-shape\"]
reason = \"over\"
until  = 2025-01-01
";
    write(folder.path(), "spec.toml", &format!("{SPEC}{known}"));
    folder
}

/// The parts of [`odd`], a rank each, and the report of one run; made once, since properties use them many times.
static ODD: LazyLock<(tempfile::TempDir, Vec<Partial>, Run)> = LazyLock::new(|| {
    let folder = odd();
    let parts = [0, 1, 2, 3, 4, 6, 7, 8].map(|rank| of_rank(folder.path(), &format!("rank{rank}.trace")));
    let run = whole(&folder.path().join("spec.toml"));
    (folder, parts.to_vec(), run)
});

fn sum(parts: impl IntoIterator<Item = Partial>) -> Partial {
    parts.into_iter().fold(Partial::empty(settings()), |sum, part| sum.and(part).unwrap())
}

#[test]
fn parts_of_odd_ranks_make_the_report_of_one_run() {
    let (_, parts, run) = &*ODD;
    let merged = merged(&sum(parts.iter().cloned()));
    assert_eq!(run.outcome.decision.map(|decision| decision.exit_code), Some(3));
    assert!(run.outcome.cases[0].findings.iter().any(|finding| finding.code == "known-difference"));
    assert!(run.outcome.cases[0].findings.iter().any(|finding| finding.known.is_some()));
    assert_same(run, &merged);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn merging_knows_no_order_and_no_groups(
        order in Just((0..8usize).collect::<Vec<_>>()).prop_shuffle(),
        cuts in prop::collection::vec(any::<bool>(), 8),
        backwards: bool,
    ) {
        let (_, parts, _) = &*ODD;
        let mut groups: Vec<Partial> = Vec::new();
        for (at, cut) in order.iter().zip(cuts) {
            let part = parts[*at].clone();
            match groups.pop() {
                Some(group) if !cut => groups.push(if backwards { part.and(group).unwrap() } else { group.and(part).unwrap() }),
                last => groups.extend(last.into_iter().chain([part])),
            }
        }
        if backwards {
            groups.reverse();
        }
        prop_assert_eq!(sum(groups).text(), sum(parts.iter().cloned()).text());
    }

    #[test]
    fn nothing_is_an_identity(at in 0usize..8) {
        let part = &ODD.1[at];
        let empty = Partial::empty(settings());
        prop_assert_eq!(&empty.clone().and(part.clone()).unwrap(), part);
        prop_assert_eq!(&part.clone().and(empty).unwrap(), part);
    }

    /// Whatever becomes of a file, it is read or refused.
    #[test]
    fn a_damaged_file_never_panics(at in any::<prop::sample::Index>(), with in any::<u8>(), cut: bool) {
        let mut bytes = ODD.1[4].text().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = with;
        if cut {
            bytes.truncate(at);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part.json");
        std::fs::write(&path, bytes).unwrap();
        if let Ok(read) = Partial::read(&path) {
            let merged = read.and(ODD.1[0].clone());
            let _ = merged.map(|partial| Session::shipped().unwrap().merged(&partial, true));
        }
    }
}

/// Two cases of a spec, each judged by itself: what is said of known differences in all cases needs both.
#[test]
fn cases_judged_apart_make_the_report_of_one_run() {
    let spec = PathBuf::from("specs/attention.toml");
    let run = whole(&spec);
    let case = |name: &str| part(&spec, Overrides { case: Some(name.to_owned()), ..Overrides::default() });
    let names: Vec<&str> = run.outcome.cases.iter().map(|case| case.case.as_str()).collect();
    assert!(names.len() > 1);
    assert_same(&run, &merged(&sum(names.iter().rev().map(|name| case(name)))));
}

/// Real traces, with more instances a rank than are kept value by value.
#[test]
fn copies_of_a_golden_trace_merge_to_the_report_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    golden(folder.path(), "vllm_e2e_eager", 0..4);
    slow_down(folder.path(), 2, 3);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mock = root.join("snapshots/traces/vllm_mock_attn_decode_block16_cold_l2.sqlite");
    write(
        folder.path(),
        "spec.toml",
        &format!(
            "align = 1\n[spec]\nname = \"a\"\nextends = \"builtin:attention\"\n[[case]]\nname = \"decode\"\nmock.trace = {:?}\ne2e.trace = \"ranks\"\n",
            mock
        ),
    );
    let overrides = |rank: usize| Overrides {
        case: Some("decode".to_owned()),
        e2e: Some(folder.path().join(format!("ranks/rank_{rank:02}.sqlite"))),
        ..Overrides::default()
    };
    let spec = folder.path().join("spec.toml");
    let session = Session::shipped().unwrap();
    let (specs, problems) = session.load(std::slice::from_ref(&spec));
    assert!(problems.is_empty(), "{problems:?}");
    let all = Overrides { case: Some("decode".to_owned()), ..Overrides::default() };
    let options = Options { today: settings().today, ..Options::default() };
    let mut run = session.check(&specs, &all, &options);
    run.decide(Severity::Error, false);
    assert_same(&run, &merged(&sum((0..4).rev().map(|rank| part(&spec, overrides(rank))))));
}

#[test]
fn a_result_given_twice_is_counted_once_and_said() {
    let (_, parts, run) = &*ODD;
    let merged = merged(&sum(parts.iter().chain([&parts[3]]).cloned()));
    let said: Vec<_> = merged.outcome.cases[0].findings.iter().filter(|f| f.code == "rank-set").collect();
    assert!(said.iter().any(|finding| finding.message.starts_with("1 rank was given more than once")), "{said:?}");
    assert_eq!(merged.outcome.cases[0].latency, run.outcome.cases[0].latency);
}

#[test]
fn another_trace_of_the_same_rank_is_an_error() {
    let (folder, parts, _) = &*ODD;
    let again = tempfile::tempdir().unwrap();
    write(again.path(), "ranks/rank3.trace", &Rank { gemm_us: 10.1, ..Rank::default() }.text());
    let e2e = Some(again.path().join("ranks/rank3.trace"));
    let other = part(&folder.path().join("spec.toml"), Overrides { e2e, ..Overrides::default() });
    let merged = merged(&sum(parts.iter().cloned().chain([other])));
    let said = &merged.outcome.cases[0].findings;
    assert!(said.iter().any(|finding| finding.message.starts_with("1 rank has several traces")), "{said:?}");
}

/// What is kept of a rank is as long for a thousand steps as for a hundred.
#[test]
fn a_longer_trace_makes_no_larger_result() {
    let size = |steps: usize| {
        let folder = folder(&[]);
        write(folder.path(), "ranks/rank0.trace", &Rank { steps, ..Rank::default() }.text());
        of_rank(folder.path(), "rank0.trace").text().len()
    };
    let (short, long) = (size(100), size(1000));
    assert!(long < short + short / 10, "{short} and {long} bytes");
}

fn refused(other: Partial) -> String {
    let parts = &ODD.1;
    match parts[0].clone().and(other).and_then(|merged| merged.fit().map(|()| merged)) {
        Ok(_) => String::new(),
        Err(problem) => format!("{}\n  {}\n", problem.message, problem.help.unwrap_or_default()),
    }
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let (folder, parts, _) = &*ODD;
    let spec = folder.path().join("spec.toml");
    assert_eq!(refused(parts[3].clone()), "");
    let version = Partial { align: "0.0.9".to_owned(), ..parts[3].clone() };
    let day = Settings { today: Some("2026-11-25".to_owned()), ..settings() };
    let days = Partial { settings: day, ..parts[3].clone() };
    let mut spec_text = parts[3].clone();
    spec_text.specs[0].sources[0].text.push_str("# another\n");
    let moved = folder.path().join("moved.toml");
    std::fs::copy(&spec, &moved).unwrap();
    let e2e = Some(folder.path().join("ranks/rank3.trace"));
    let path = part(&moved, Overrides { e2e: e2e.clone(), ..Overrides::default() });
    write(folder.path(), "mock2.trace", &crate::support::rank_files::mock().replace("10us", "11us"));
    let mock = Some(folder.path().join("mock2.trace"));
    let mock = part(&spec, Overrides { mock, e2e, ..Overrides::default() });
    let said: Vec<String> = [version, days, spec_text, path, mock].map(refused).to_vec();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/ranks"));
    settings.set_prepend_module_to_snapshot(false);
    settings
        .bind(|| insta::assert_snapshot!("refused", said.concat().replace(folder.path().to_str().unwrap(), "FOLDER")));
}

/// The whole way by the program: a task a rank, two merges of some, one of these.
#[test]
fn the_program_writes_merges_and_reports() {
    let folder = odd();
    let day = ["--today", TODAY];
    let run = |arguments: &[&str]| align_in(folder.path(), arguments);
    for rank in [0, 1, 2, 3, 4, 6, 7, 8] {
        let (e2e, out) = (format!("ranks/rank{rank}.trace"), format!("{rank}.json"));
        let said = run(&["check", "spec.toml", "--e2e", &e2e, "--partial", &out, "--quiet", day[0], day[1]]);
        let expected = match rank {
            1 => 3,
            _ => 0,
        };
        assert_eq!(code(&said), expected, "rank {rank}: {}{}", text(&said.stdout), text(&said.stderr));
    }
    assert_eq!(code(&run(&["merge", "8.json", "1.json", "2.json", "--partial", "a.json"])), 3);
    assert_eq!(code(&run(&["merge", "7.json", "6.json", "0.json", "4.json", "3.json", "--partial", "b.json"])), 1);
    for format in ["human", "json", "markdown", "sarif"] {
        let merged = run(&["merge", "b.json", "a.json", "--format", format]);
        let whole = run(&["check", "spec.toml", "--format", format, day[0], day[1]]);
        assert_eq!(
            (code(&merged), text(&merged.stdout), text(&merged.stderr)),
            (3, text(&whole.stdout), text(&whole.stderr))
        );
    }
    let refused = run(&["merge", "a.json", "spec.toml", "--partial", "a.json"]);
    assert_eq!(code(&refused), 2);
    assert!(text(&refused.stderr).contains("would overwrite"), "{}", text(&refused.stderr));
    let refused = run(&["merge", "a.json", "spec.toml"]);
    assert!(text(&refused.stderr).contains("no partial result"), "{}", text(&refused.stderr));
}

#[test]
fn results_that_would_be_left_out_are_refused() {
    let (folder, parts, _) = &*ODD;
    let write = |name: &str, partial: &Partial| std::fs::write(folder.path().join(name), partial.text()).unwrap();
    write("whole.json", &parts[0]);
    let mut unknown = parts[3].clone();
    unknown.specs[0].cases[0].case = "nonesuch".to_owned();
    write("unknown.json", &unknown);
    let mut without = parts[3].clone();
    without.specs[0].cases.clear();
    write("without.json", &without);
    let said = |name: &str| {
        let output = align_in(folder.path(), &["merge", "whole.json", name]);
        assert_eq!((code(&output), text(&output.stdout)), (2, String::new()), "{name}");
        text(&output.stderr)
    };
    let said = ["unknown.json", "without.json"].map(said).concat();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/ranks"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("left_out", said.replace(folder.path().to_str().unwrap(), "FOLDER")));
}

#[test]
fn what_is_no_partial_result_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = |name: &str| folder.path().join(name).display().to_string();
    let check = |to: &str| align_in(root, &["check", "specs/hf/attention.toml", "--case", "decode", "--partial", to]);
    let trace = "snapshots/traces/hf_e2e_graph.sqlite";
    std::fs::copy(root.join(trace), path("trace")).unwrap();
    std::fs::write(path("text"), "mine").unwrap();
    std::fs::write(path("empty"), "").unwrap();
    for mine in ["trace", "text"] {
        let before = std::fs::read(path(mine)).unwrap();
        let refused = check(&path(mine));
        assert_eq!(code(&refused), 2, "{mine}");
        assert!(text(&refused.stderr).contains("file-exists"), "{}", text(&refused.stderr));
        assert!(std::fs::read(path(mine)).unwrap() == before, "{mine}");
    }
    for run in ["new", "new", "empty"] {
        assert_eq!(code(&check(&path(run))), 0, "{run}");
    }
    let merged = align_in(root, &["merge", &path("new"), "--partial", &path("text")]);
    assert_eq!((code(&merged), std::fs::read_to_string(path("text")).unwrap()), (2, "mine".to_owned()));
}

/// A task that left no result is told of as a rank that cannot be read, and nothing is read for that.
#[cfg(unix)]
#[test]
fn a_lost_rank_is_a_part_of_the_report() {
    let folder = folder(&vec![Rank::default(); 3]);
    let run = |arguments: &[&str]| align_in(folder.path(), arguments);
    for rank in ["0", "2"] {
        let (e2e, out) = (format!("ranks/rank{rank}.trace"), format!("{rank}.json"));
        assert_eq!(code(&run(&["check", "spec.toml", "--e2e", &e2e, "--partial", &out, "--today", TODAY])), 0);
    }
    let trace = folder.path().join("ranks/rank1.trace");
    std::fs::remove_file(&trace).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&trace).status().is_ok_and(|status| status.success()));
    let lost = ["--e2e", "ranks/rank1.trace", "--lost", "killed by signal 9\x1b[2J", "--today", TODAY];
    let check: Vec<&str> = ["check", "spec.toml", "--partial", "1.json"].into_iter().chain(lost).collect();
    assert_eq!(code(&run(&check)), 3);
    let merged = run(&["merge", "0.json", "1.json", "2.json"]);
    assert_eq!(code(&merged), 3);
    let said = text(&merged.stderr);
    assert!(said.contains("rank 1: `ranks/rank1.trace` was not judged: its task left no result"), "{said}");
    assert!(said.contains(r"killed by signal 9\u{1b}[2J"), "{said}");
    assert!(text(&merged.stdout).contains("not readable: rank 1"), "{}", text(&merged.stdout));
    assert_eq!(code(&run(&["check", "spec.toml", "--e2e", "ranks/rank0.trace", "--lost", "why"])), 2);
}

/// `--case '*'` gives the model's traces to every case, in one run as in parts.
#[test]
fn a_models_traces_are_those_of_every_case_where_that_is_said() {
    let folder = folder(&vec![Rank::default(); 3]);
    let two = "[[case]]\nname = \"a\"\n[[case]]\nname = \"b\"\nlatency = { within = \"1%\", reason = \"a test\" }\n";
    write(folder.path(), "spec.toml", &format!("{SPEC}{two}"));
    let run = |arguments: &[&str]| align_in(folder.path(), arguments);
    let refused = run(&["check", "spec.toml", "--e2e", "ranks"]);
    assert_eq!(code(&refused), 2);
    assert!(text(&refused.stderr).contains("--case '*'"), "{}", text(&refused.stderr));
    let mock = run(&["check", "spec.toml", "--case", "*", "--mock", "mock.trace"]);
    assert_eq!(code(&mock), 2, "a mock is one op's");
    let mut merge = vec!["merge".to_owned()];
    for rank in 0..3 {
        let (e2e, out) = (format!("ranks/rank{rank}.trace"), format!("{rank}.json"));
        let check = ["check", "spec.toml", "--case", "*", "--e2e", &e2e, "--partial", &out, "--today", TODAY];
        assert_eq!(code(&run(&check)), 0);
        merge.push(out);
    }
    let merged = run(&merge.iter().map(String::as_str).collect::<Vec<_>>());
    let whole = run(&["check", "spec.toml", "--case", "*", "--e2e", "ranks", "--today", TODAY]);
    assert_eq!((code(&merged), text(&merged.stdout)), (code(&whole), text(&whole.stdout)));
    assert!(text(&whole.stdout).contains("test/gemm/a") && text(&whole.stdout).contains("test/gemm/b"));
}
