//! The common-issues table has an answer to every kind of difference.

use align::check::builtin;
use align::compare::Facts;
use align::diag::{Finding, Severity, SourceFile};
use align::diagnose::{Issues, diagnose, parse_issues};

fn shipped() -> Issues {
    let checks: Vec<String> = builtin().iter().map(|check| check.meta().name.clone()).chain(others()).collect();
    let text = include_str!("../../rules/common-issues.toml");
    parse_issues(&SourceFile::new("common-issues.toml", text), &checks).unwrap_or_else(|p| panic!("{p:#?}"))
}

/// Checks that are made before a case is compared.
fn others() -> impl Iterator<Item = String> {
    ["no-gpu-data", "empty-selection"].into_iter().map(str::to_owned)
}

#[test]
fn a_condition_that_could_never_hold_is_refused_with_the_nearest_right_one() {
    let table = |when: &str| {
        let text = format!("[[issue]]\nid = \"a\"\ntitle = \"a\"\nwhen = [\"{when}\"]\ncause = \"b\"\nfix = \"c\"\n");
        parse_issues(&SourceFile::new("issues.toml", text), &["kernel-order".to_owned()]).unwrap_err().remove(0)
    };
    let misspelt = table("not shapes-difer");
    assert_eq!((misspelt.code, misspelt.labels[0].loc.line_column()), ("unknown-fact", (4, 9)));
    assert_eq!(misspelt.help.as_deref(), Some("did you mean `shapes-differ`?"));
    let unknown = table("finding:kernel-ordre");
    assert_eq!((unknown.code, unknown.help.as_deref()), ("unknown-check", Some("did you mean `kernel-order`?")));
    assert_eq!(table("latency.ratio > much").code, "bad-condition");
}

/// A kind of difference: the facts that say it and the errors that it leads to.
type Kind = (&'static str, &'static [&'static str], &'static [&'static str]);

const KINDS: &[Kind] = &[
    ("missing-own", &["missing", "missing-own", "one-sided"], &["kernel-count"]),
    ("extra-own", &["extra", "extra-own", "one-sided"], &["extra-kernel"]),
    ("missing-companions", &["missing", "missing-companions", "companions"], &["kernel-count"]),
    ("extra-companions", &["extra", "extra-companions", "companions"], &["extra-kernel"]),
    ("debug", &["extra", "extra.debug", "one-sided"], &["extra-kernel"]),
    ("host copy", &["extra", "extra-host-copies", "one-sided"], &["memory-operation"]),
    ("replaced", &["substituted", "replaced"], &["kernel-name"]),
    ("other GEMM", &["substituted", "gemm-variants"], &["kernel-name"]),
    ("variants", &["variants"], &["kernel-name"]),
    ("swapped", &["missing", "extra", "swapped"], &["kernel-count", "extra-kernel"]),
    ("moved", &["moved"], &["kernel-order"]),
    ("shapes-differ", &["shapes-differ"], &["launch-shape"]),
];

/// The ids of the causes for a combination of kinds, and the errors.
fn causes(issues: &Issues, combination: &[&Kind]) -> (Vec<String>, Vec<Finding>) {
    let mut facts = Facts::default();
    let mut findings: Vec<Finding> = Vec::new();
    for (_, said, codes) in combination {
        said.iter().for_each(|name| facts.set(*name, 1.0, *name));
        for code in *codes {
            if !findings.iter().any(|f| f.code == *code) {
                findings.push(Finding::new(*code, Severity::Error, ""));
            }
        }
    }
    let ids = diagnose(issues, &facts, &findings).iter().map(|cause| cause.issue.id.clone()).collect();
    (ids, findings)
}

#[test]
fn every_combination_of_differences_has_a_cause() {
    let issues = shipped();
    for mask in 1u32..1 << KINDS.len() {
        let combination: Vec<&Kind> =
            KINDS.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, k)| k).collect();
        let (ids, _) = causes(&issues, &combination);
        let names: Vec<&str> = combination.iter().map(|kind| kind.0).collect();
        assert!(!ids.is_empty(), "{names:?} is left without a cause");
    }
}

/// Without companions, whose counts nothing but inputs explains, no error is left without a cause.
#[test]
fn every_error_of_a_combination_is_explained() {
    let issues = shipped();
    let kinds: Vec<&Kind> = KINDS.iter().filter(|kind| !kind.0.ends_with("companions")).collect();
    for mask in 1u32..1 << kinds.len() {
        let combination: Vec<&Kind> =
            kinds.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, k)| *k).collect();
        let (ids, findings) = causes(&issues, &combination);
        for finding in &findings {
            let explained = ids.iter().any(|id| issues.get(id).unwrap().explains.contains(&finding.code));
            let names: Vec<&str> = combination.iter().map(|kind| kind.0).collect();
            assert!(explained, "{names:?}: {ids:?} leave {} unexplained", finding.code);
        }
    }
}

fn first(kinds: &[&str]) -> String {
    let combination: Vec<&Kind> = KINDS.iter().filter(|kind| kinds.contains(&kind.0)).collect();
    assert_eq!(combination.len(), kinds.len());
    causes(&shipped(), &combination).0.remove(0)
}

#[test]
fn companions_follow_from_inputs_and_other_work_does_not() {
    assert_eq!(first(&["shapes-differ", "missing-companions"]), "inputs-differ");
    assert_eq!(first(&["other GEMM", "extra-companions"]), "gemm-shape-differs");
    assert_eq!(first(&["missing-companions"]), "companions-differ");
    assert_eq!(first(&["missing-own", "missing-companions"]), "module-missing");
    assert_eq!(first(&["extra-own", "extra-companions"]), "extra-kernels");
}

#[test]
fn work_around_a_substitute_is_fused_and_around_another_gemm_is_not() {
    assert_eq!(first(&["replaced", "extra-own"]), "fused-in-model");
    assert_eq!(first(&["replaced", "missing-own"]), "fused-in-mock");
    assert_eq!(first(&["other GEMM", "extra-own"]), "extra-kernels");
    assert_eq!(first(&["missing-own", "extra-own"]), "other-implementation");
}

#[test]
fn two_defects_are_both_said() {
    let both = |a: &str, b: &str| {
        let combination: Vec<&Kind> = KINDS.iter().filter(|kind| [a, b].contains(&kind.0)).collect();
        causes(&shipped(), &combination).0
    };
    assert_eq!(both("missing-own", "debug"), ["debug-kernels", "module-missing"]);
    assert_eq!(both("missing-own", "shapes-differ"), ["module-missing", "shapes-differ"]);
    assert_eq!(both("extra-own", "debug").len(), 1, "both are extra kernels: one cause reads as one");
}

/// The first cause for facts with their values and one error.
fn cause(facts: &[(&str, f64)], code: &str) -> String {
    let mut all = Facts::default();
    facts.iter().for_each(|(name, value)| all.set(*name, *value, *name));
    let findings = [Finding::new(code, Severity::Error, "")];
    diagnose(&shipped(), &all, &findings).first().map_or_else(String::new, |cause| cause.issue.id.clone())
}

#[test]
fn work_beside_the_op_explains_the_slower_side_alone() {
    let by = |fact, ratio| cause(&[("names-equal", 1.0), (fact, 1.0), ("latency.ratio", ratio)], "latency-ratio");
    assert_eq!(by("mock.overlapped", 1.3), "mock-overlapped");
    assert_eq!(by("mock.overlapped", 0.7), "hidden-inputs-differ");
    assert_eq!(by("e2e.overlapped", 0.7), "overlapped");
    assert_eq!(by("e2e.overlapped", 1.3), "hidden-inputs-differ");
}

#[test]
fn parallel_parts_explain_another_order_unless_the_work_differs() {
    let by = |fact| cause(&[("moved", 1.0), ("parallel-one-side", 1.0), (fact, 1.0)], "kernel-order");
    assert_eq!(by("names-unequal"), "parallel-on-one-side");
    assert_eq!(by("one-sided"), "other-order");
    assert_eq!(cause(&[("moved", 1.0)], "kernel-order"), "other-order");
}

#[test]
fn a_replaced_core_is_a_backend_unless_the_dtype_or_the_op_is_another() {
    let core = ("core-replaced", 1.0);
    let code = "missing-critical-kernel";
    assert_eq!(cause(&[core], code), "other-backend");
    assert_eq!(cause(&[core, ("dtype-differs", 4.0)], code), "other-dtype-and-core");
    assert_eq!(cause(&[core, ("another-op", 1.0)], code), "another-operation");
    assert_eq!(cause(&[("core-variant", 1.0)], "kernel-name"), "other-phase");
    assert_eq!(cause(&[("dtype-differs", 4.0), ("quantised-one-side", 1.0)], "kernel-name"), "quantised-on-one-side");
}

#[test]
fn host_copies_are_told_from_other_extra_and_missing_work() {
    let by = |facts: &[(&str, f64)]| cause(facts, "memory-operation");
    assert_eq!(by(&[("extra-host-copies", 1.0), ("extra-own", 1.0)]), "host-copy-in-mock");
    assert_eq!(by(&[("missing-host-copies", 1.0), ("missing-own", 1.0)]), "host-copy-in-model");
    assert_eq!(by(&[("extra-own", 1.0)]), "extra-kernels");
    assert_eq!(by(&[("missing-own", 1.0)]), "module-missing");
}
