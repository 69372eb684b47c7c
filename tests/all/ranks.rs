//! A side that is several traces, one a rank.

use crate::support::program::{align_in, code, text};
use crate::support::rank_files::{Rank, SPEC, folder, golden, mock, slow_down, write};
use align::diag::{Severity, Verdict};
use align::outcome::{CaseOutcome, FindingOutcome, Outcome};
use align::pipeline::{Options, Overrides, Run, Session};
use align::report::{Format, Style, render};
use rayon::ThreadPoolBuilder;
use std::path::{Path, PathBuf};

const ALIGNED: &str = "snapshots/traces/vllm_mock_attn_decode_block16_cold_l2.sqlite";

fn checked(folder: &Path, overrides: &Overrides) -> Run {
    let session = Session::shipped().unwrap();
    let (specs, problems) = session.load(&[folder.join("spec.toml")]);
    assert!(problems.is_empty(), "{problems:?}");
    session.check(&specs, overrides, &Options::default())
}

fn case(folder: &Path) -> CaseOutcome {
    let mut run = checked(folder, &Overrides::default());
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    run.outcome.cases.remove(0)
}

/// The findings of a check that no known difference covers.
fn of<'c>(case: &'c CaseOutcome, code: &str) -> Vec<&'c FindingOutcome> {
    case.findings.iter().filter(|finding| finding.code == code && finding.known.is_none()).collect()
}

fn evidence(finding: &FindingOutcome) -> String {
    finding.evidence.iter().map(|evidence| evidence.text.clone() + "\n").collect()
}

fn snapshot(name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/ranks"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

/// A whole report on 64 copies of a golden trace: one is slow, one missing, one cut off.
#[test]
fn a_slow_a_missing_and_a_broken_rank_of_64_are_found() {
    let folder = tempfile::tempdir().unwrap();
    golden(folder.path(), "vllm_e2e_eager", (0..64).filter(|rank| *rank != 40));
    slow_down(folder.path(), 17, 4);
    let broken = folder.path().join("ranks/rank_50.sqlite");
    let bytes = std::fs::read(&broken).unwrap();
    std::fs::write(&broken, &bytes[..bytes.len() / 2]).unwrap();
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(ALIGNED), folder.path().join("mock.sqlite")).unwrap();
    let asked = ["check", "builtin:attention", "--case", "decode", "--mock", "mock.sqlite", "--e2e", "ranks/*.sqlite"];
    let run = align_in(folder.path(), &asked);
    assert_eq!(code(&run), 3, "{}", text(&run.stderr));
    let shown = format!("{}\n{}", text(&run.stdout), text(&run.stderr));
    snapshot("planted", &shown);
}

#[test]
fn equal_ranks_pass_together() {
    let folder = folder(&vec![Rank::default(); 8]);
    let case = case(folder.path());
    assert_eq!(case.verdict, Verdict::Pass, "{:?}", case.findings);
    assert_eq!((case.e2e.instances, case.mock.instances), (8 * 24, 20));
    let ranks = case.e2e.ranks.unwrap();
    assert_eq!((ranks.given, ranks.compared, ranks.names.as_str()), (8, 8, "ranks 0-7"));
    assert_eq!(case.latency.unwrap().e2e_median_ns, 12_000.0);
}

#[test]
fn one_rank_that_differs_fails_the_case_and_is_named() {
    let mut ranks = vec![Rank::default(); 8];
    ranks[5].gemm_us = 14.0;
    let folder = folder(&ranks);
    let case = case(folder.path());
    assert_eq!(case.verdict, Verdict::Fail);
    let latency = of(&case, "latency-ratio");
    assert_eq!(latency.len(), 1);
    assert!(latency[0].message.ends_with("(rank 5)"), "{}", latency[0].message);
    let skew = of(&case, "rank-skew");
    assert_eq!(skew.len(), 1);
    assert!(skew[0].message.contains("rank 5 is slowest"), "{}", skew[0].message);
    assert!(evidence(skew[0]).contains("rank 5: 16.00 us, +33.3% of the median rank"), "{}", evidence(skew[0]));
}

#[test]
fn what_all_ranks_say_is_said_once() {
    let folder = folder(&vec![Rank { gemm_us: 14.0, ..Rank::default() }; 300]);
    let case = case(folder.path());
    let latency = of(&case, "latency-ratio");
    assert_eq!(latency.len(), 1, "{:?}", case.findings);
    assert!(latency[0].message.ends_with("(all 300 ranks)"), "{}", latency[0].message);
    assert!(of(&case, "rank-skew").is_empty());
    let outcome = Outcome::of_cases(vec![case]);
    let one = render(&outcome, Format::Human, &Style::default());
    assert!(one.len() < 6000, "{} bytes", one.len());
}

#[test]
fn a_rank_that_is_missing_is_an_error() {
    let folder = folder(&vec![Rank::default(); 8]);
    std::fs::remove_file(folder.path().join("ranks/rank3.trace")).unwrap();
    let case = case(folder.path());
    assert_eq!(case.verdict, Verdict::Fail);
    let found = of(&case, "rank-set");
    assert!(evidence(found[0]).contains("missing: 3\n"), "{}", evidence(found[0]));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_hides_no_other_rank_and_nothing_passes() {
    let folder = folder(&vec![Rank::default(); 8]);
    std::os::unix::fs::symlink("../ranks", folder.path().join("ranks/again")).unwrap();
    let run = align_in(folder.path(), &["check", "spec.toml"]);
    let said = format!("{}{}", text(&run.stdout), text(&run.stderr));
    assert_eq!(code(&run), 3, "{said}");
    assert!(said.contains("INCONCLUSIVE") && said.contains("8 traces: ranks 0-7"), "{said}");
    assert!(said.contains("`ranks/again` is a link that leads back") && said.contains("take the link away"), "{said}");
    for rank in 1..8 {
        std::fs::remove_file(folder.path().join(format!("ranks/rank{rank}.trace"))).unwrap();
    }
    let run = align_in(folder.path(), &["check", "spec.toml"]);
    assert_eq!(code(&run), 3);
    assert!(!text(&run.stdout).contains("PASS"), "{}", text(&run.stdout));
}

#[test]
fn one_line_names_ranks_that_are_missing_or_stand_twice() {
    let folder = folder(&vec![Rank::default(); 8]);
    std::fs::remove_file(folder.path().join("ranks/rank3.trace")).unwrap();
    std::fs::copy(folder.path().join("ranks/rank5.trace"), folder.path().join("ranks/copy_of_rank5.trace")).unwrap();
    let run = align_in(folder.path(), &["check", "spec.toml", "--quiet"]);
    let said = text(&run.stdout);
    assert_eq!((code(&run), said.lines().count()), (1, 1), "{said}");
    assert!(said.contains("1 rank is missing between the others: 3"), "{said}");
    assert!(said.contains("1 rank has several traces: 5"), "{said}");
}

/// The last ranks leave no gap: only the spec can say that they are missing.
#[test]
fn the_spec_says_how_many_ranks_there_are() {
    for (ranks, missing) in [("8", ""), ("10", "missing: 8, 9\n"), ("6", "beyond: 6, 7\n")] {
        let folder = folder(&vec![Rank::default(); 8]);
        let asked = SPEC.replace("trace  = \"ranks\"", &format!("trace  = \"ranks\"\nranks  = {ranks}"));
        write(folder.path(), "spec.toml", &asked);
        let case = case(folder.path());
        let found = of(&case, "rank-set").first().map(|finding| evidence(finding)).unwrap_or_default();
        assert_eq!(found.is_empty(), missing.is_empty(), "{ranks}: {found}");
        assert!(found.contains(missing), "{ranks}: {found}");
        assert_eq!(case.verdict == Verdict::Pass, missing.is_empty());
    }
}

#[test]
fn one_trace_of_several_expected_ranks_does_not_pass() {
    let folder = folder(&[Rank::default()]);
    write(folder.path(), "spec.toml", &SPEC.replace("trace  = \"ranks\"", "trace  = \"ranks\"\nranks  = 8"));
    let case = case(folder.path());
    assert_eq!(case.verdict, Verdict::Fail);
    assert!(evidence(of(&case, "rank-set")[0]).contains("missing: 1-7\n"));
}

#[test]
fn two_traces_of_one_rank_are_an_error() {
    let folder = folder(&vec![Rank::default(); 4]);
    write(folder.path(), "ranks/again_rank2.trace", &Rank::default().text());
    let case = case(folder.path());
    let found = of(&case, "rank-set");
    assert!(evidence(found[0]).contains("rank 2: "), "{}", evidence(found[0]));
}

#[test]
fn a_rank_that_launches_fewer_collectives_is_an_error() {
    let mut ranks = vec![Rank::default(); 4];
    ranks[2].lost = 1;
    let folder = folder(&ranks);
    let case = case(folder.path());
    assert_eq!(case.verdict, Verdict::Fail);
    let found = of(&case, "collectives");
    assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
    assert!(found[0].message.starts_with("rank 2 of the e2e launches ncclDevKernel"), "{}", found[0].message);
    assert!(evidence(found[0]).contains("first in step 3: 3 on rank 2, 4 on others"), "{}", evidence(found[0]));
}

#[test]
fn ranks_captured_for_other_steps_are_an_error() {
    let mut ranks = vec![Rank::default(); 4];
    ranks[1].steps = 5;
    let folder = folder(&ranks);
    let case = case(folder.path());
    let found = of(&case, "collectives");
    assert!(evidence(found[0]).contains("5 steps: rank 1"), "{}", evidence(found[0]));
}

/// All but the last rank wait for it.
#[test]
fn what_waits_in_a_collective_is_told_from_the_transfer() {
    let mut ranks = vec![Rank { reduce_us: 9.0, ..Rank::default() }; 4];
    ranks[3].reduce_us = 6.0;
    let folder = folder(&ranks);
    let case = case(folder.path());
    assert_eq!(case.verdict, Verdict::Pass, "{:?}", case.findings);
    let found = of(&case, "collectives");
    assert_eq!((found.len(), found[0].severity), (1, Severity::Note));
    assert!(found[0].message.contains("rank 3 comes last"), "{}", found[0].message);
    assert!(evidence(found[0]).contains("the transfer itself takes 6.00 us"), "{}", evidence(found[0]));
}

/// The op is the collective: its time on a rank that waits says nothing of the transfer.
#[test]
fn an_op_that_waits_is_told_with_the_transfer_alone() {
    let waits = [9.0, 14.0, 6.0, 11.0];
    let ranks: Vec<Rank> = waits.map(|reduce_us| Rank { reduce_us, ..Rank::default() }).to_vec();
    let folder = folder(&ranks);
    let reduce = "ncclDevKernel_AllReduce_Sum_bf16_RING_LL(int)";
    write(folder.path(), "mock.trace", &mock().replace("10us 8/128 gemm_kernel", &format!("6us 8/128 {reduce}")));
    for (rank, wait) in waits.iter().enumerate() {
        let own = format!("ranks/rank{rank}.trace");
        let text = std::fs::read_to_string(folder.path().join(&own)).unwrap();
        let text = text.replace(&format!("  kernel {wait}us 8/128 {reduce}\n"), "");
        write(folder.path(), &own, &text.replace("10us 8/128 gemm_kernel", &format!("{wait}us 8/128 {reduce}")));
    }
    write(folder.path(), "spec.toml", &SPEC.replace("gemm_kernel*", "ncclDevKernel_AllReduce*"));
    let case = case(folder.path());
    let found = of(&case, "collectives");
    assert!(found[0].message.contains("rank 2 comes last, rank 1 waits longest"), "{}", found[0].message);
    let told = "an instance takes 8.00 us against the mock's 8.00 us (0.0%)";
    assert!(evidence(found[0]).contains(told), "{}", evidence(found[0]));
}

#[test]
fn a_check_across_ranks_is_turned_off_and_excused_as_others_are() {
    let mut ranks = vec![Rank::default(); 4];
    ranks[2].lost = 1;
    let folder = folder(&ranks);
    write(folder.path(), "spec.toml", &format!("{SPEC}\n[checks]\ncollectives = \"off\"\n"));
    assert_eq!(case(folder.path()).verdict, Verdict::Pass);
    let known = "\n[[known_difference]]\nchecks = [\"collectives\"]\nreason = \"rank 2 skips one\"\n";
    write(folder.path(), "spec.toml", &format!("{SPEC}{known}"));
    let case = case(folder.path());
    assert_eq!(case.verdict, Verdict::Pass, "{:?}", case.findings);
    assert_eq!(case.known.iter().map(|known| known.covers).collect::<Vec<_>>(), [1]);
}

#[test]
fn an_unreadable_rank_leaves_the_others_standing_and_is_no_pass() {
    let folder = folder(&vec![Rank::default(); 4]);
    write(folder.path(), "ranks/rank1.trace", "align-trace 1\nkernel\n");
    let run = checked(folder.path(), &Overrides::default());
    assert_eq!(align::pipeline::exit_code(&run, Severity::Error, false), 3);
    let case = &run.outcome.cases[0];
    assert_eq!(case.verdict, Verdict::Inconclusive);
    assert!(run.problems[0].message.starts_with("rank 1: "), "{:?}", run.problems);
    assert!(of(case, "rank-set").is_empty(), "{:?}", case.findings);
    let ranks = case.e2e.ranks.as_ref().unwrap();
    assert_eq!((ranks.compared, ranks.unreadable.as_deref()), (3, Some("rank 1")));
}

#[test]
fn each_rank_may_have_a_mock_of_its_own() {
    let folder = folder(&vec![Rank::default(); 3]);
    for rank in 0..3 {
        write(folder.path(), &format!("mocks/r{rank}.trace"), &mock());
    }
    let overrides = |mock: &str| Overrides { mock: Some(folder.path().join(mock)), ..Overrides::default() };
    let run = checked(folder.path(), &overrides("mocks"));
    assert_eq!(run.outcome.verdict, Verdict::Pass, "{:?} {:?}", run.problems, run.outcome.cases[0].findings);
    assert_eq!(run.outcome.cases[0].mock.instances, 60);
    std::fs::remove_file(folder.path().join("mocks/r1.trace")).unwrap();
    let run = checked(folder.path(), &overrides("mocks"));
    assert!(
        run.problems.iter().any(|p| p.code == "unpaired-rank" && p.message.contains("rank1")),
        "{:?}",
        run.problems
    );
    assert_ne!(run.outcome.verdict, Verdict::Pass);
}

#[test]
fn the_only_trace_of_a_folder_is_judged_as_if_it_were_named() {
    let folder = folder(&[Rank::default()]);
    let alone = Overrides { e2e: Some(folder.path().join("ranks/rank0.trace")), ..Overrides::default() };
    assert_eq!(checked(folder.path(), &Overrides::default()).outcome, checked(folder.path(), &alone).outcome);
}

#[test]
fn names_without_rank_numbers_show_no_gaps_and_say_so() {
    let folder = folder(&[]);
    for (pid, name) in [(4711, "run_4711"), (4790, "run_4790")] {
        let text = Rank::default().text().replace("\nrange step:0", &format!("\nprocess {pid}\nrange step:0"));
        let text = text.replace(&format!("process {pid}\n"), "");
        write(folder.path(), &format!("ranks/{name}.trace"), &text);
    }
    let case = case(folder.path());
    assert_eq!(case.verdict, Verdict::Pass, "{:?}", case.findings);
    let ranks = case.e2e.ranks.unwrap();
    assert_eq!(ranks.names, "run_4711.trace, run_4790.trace");
    assert!(ranks.identified.contains("gaps cannot be seen"), "{}", ranks.identified);
}

#[test]
fn the_same_bytes_from_any_number_of_threads() {
    let mut ranks = vec![Rank::default(); 12];
    ranks[7].gemm_us = 14.0;
    ranks[3].lost = 2;
    let folder = folder(&ranks);
    let reports = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let outcome = pool.install(|| checked(folder.path(), &Overrides::default()).outcome);
        Format::ALL.map(|format| render(&outcome, format, &Style::default()))
    };
    let alone = reports(1);
    assert!(alone == reports(2) && alone == reports(8));
}

#[test]
fn a_pattern_without_a_trace_says_what_to_do() {
    let folder = folder(&[]);
    let run = align_in(folder.path(), &["check", "spec.toml", "--e2e", "ranks/*.sqlite"]);
    assert_eq!(code(&run), 3);
    snapshot("nothing", &text(&run.stderr));
}

#[test]
fn a_report_never_replaces_a_ranks_trace() {
    let folder = folder(&[Rank::default(), Rank::default()]);
    let run = align_in(folder.path(), &["check", "spec.toml", "--output", "json=ranks/rank1.trace"]);
    assert_eq!(code(&run), 2, "{}", text(&run.stderr));
    assert!(text(&run.stderr).contains("would overwrite"), "{}", text(&run.stderr));
    let kept: PathBuf = folder.path().join("ranks/rank1.trace");
    assert!(std::fs::read_to_string(kept).unwrap().starts_with("align-trace 1"));
}

#[test]
fn a_baseline_excuses_no_missing_rank() {
    let folder = folder(&vec![Rank::default(); 4]);
    std::fs::remove_file(folder.path().join("ranks/rank2.trace")).unwrap();
    let run = align_in(folder.path(), &["check", "spec.toml", "--write-known"]);
    assert_eq!(code(&run), 2, "{}", text(&run.stderr));
    assert!(text(&run.stderr).contains("rank-set cannot be excused"), "{}", text(&run.stderr));
}
