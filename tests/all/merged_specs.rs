//! Good specs: what is said, what is inherited, and where each value comes from.

use crate::support;
use align::diag::{Severity, Side, SourceFile};
use align::kernel::Glob;
use align::spec::{
    Count, Each, LaunchCompare, Order, Others, Parameter, ProcessFilter, Spec, find_project, load, load_project,
    load_text,
};
use proptest::prelude::*;
use std::path::Path;
use support::{library, render, vocabulary};

const WHOLE: &str = include_str!("../data/whole-spec.toml");

fn read(text: &str) -> Spec {
    let file = SourceFile::new("specs/a.toml", text);
    load_text(&file, Path::new("specs"), &vocabulary(), &library())
        .unwrap_or_else(|problems| panic!("{}", render(&problems)))
}

#[test]
fn a_whole_spec_is_read_as_it_is_written() {
    let spec = read(WHOLE);
    assert_eq!((spec.name.as_str(), spec.op.as_str()), ("vllm/attention", "generation_attention"));
    assert_eq!(spec.owner.map(|owner| owner.value).as_deref(), Some("attention team"));
    let case = &spec.cases[0];
    assert_eq!((spec.cases.len(), case.name.as_str()), (2, "decode"));

    let glob = |text: &str| Glob::new(text).expect("a glob");
    assert_eq!(case.mock.side, Side::Mock);
    assert_eq!(case.mock.trace.as_ref().map(|t| t.value.as_path()), Some(Path::new("traces/mock.sqlite")));
    assert_eq!(case.e2e.within.iter().map(|w| w.as_str()).collect::<Vec<_>>(), ["measured", "step:*:decode"]);
    let each = |side: &[align::diag::Spanned<Each>]| side.iter().map(|each| each.value.clone()).collect::<Vec<_>>();
    let range = |name| Each::Range { name: glob(name), without: Vec::new() };
    assert_eq!(each(&case.mock.each), [range("replay"), range("iter"), Each::GraphLaunch, Each::Period]);
    assert!(
        matches!(&each(&case.e2e.each)[..], [Each::Module { without, .. }, Each::Like { after: Some(_), before: None }] if without == &[glob("*.gate")])
    );
    assert_eq!(case.mock.warmup.as_ref().map(|w| w.value), Some(1));
    assert_eq!(case.mock.repeats.as_ref().map(|r| r.value), Some(6));
    assert_eq!(case.e2e.process.as_ref().map(|p| p.value.clone()), Some(ProcessFilter::HasRange(glob("forward:*"))));

    let counts: Vec<_> =
        case.kernels.iter().map(|entry| (entry.name.as_str(), entry.count.value, entry.critical)).collect();
    let two = Count { least: 1, most: Some(2) };
    assert_eq!(
        counts,
        [("attention forward", Count::exactly(1), true), ("KV-cache write", two, false), ("glue", Count::ANY, false)]
    );
    assert_eq!((case.others.value, case.order.value), (Others::Ignore, Order::Set));
    assert_eq!((case.latency.within.value, case.latency.kernel_floor.value), (0.15, 0.05));
    assert_eq!(case.launch.value, LaunchCompare::Ignore);
    assert_eq!(case.known[0].until.as_ref().map(|until| until.as_str()), Some("2026-12-31"));
    assert_eq!(case.checks["kernel-order"].value, Some(Severity::Warning));
    assert_eq!(case.checks["extra-kernel"].value, None);
    assert_eq!(case.rules[0].with["min_share"].value.value, Parameter::Number(0.95));
}

#[test]
fn a_case_overrides_the_top_and_nothing_else_changes() {
    let case = &read(WHOLE).cases[1];
    assert_eq!((case.name.as_str(), case.latency.within.value), ("prefill", 0.1));
    assert_eq!(case.latency.reason, None, "the reason spoke of the other tolerance");
    assert_eq!(case.latency.kernel_within.value, 0.2);
    let names: Vec<_> = case.kernels.iter().map(|entry| (entry.name.as_str(), entry.patterns[0].as_str())).collect();
    assert_eq!(
        names,
        [
            ("attention forward", "*prefill*"),
            ("KV-cache write", "reshape_and_cache*"),
            ("glue", "family:fill"),
            ("norm", "rms_norm*")
        ]
    );
    assert_eq!(case.known.len(), 2);
    assert!(case.mock.each.is_empty(), "auto");
    assert_eq!(case.rules[0].with["min_share"].value.value, Parameter::Integer(1));
}

#[test]
fn what_nothing_sets_points_into_the_spec_itself() {
    let spec = read("align = 1\n[spec]\nname = \"a\"\nop = \"moe\"\n");
    let case = &spec.cases[0];
    assert_eq!((case.name.as_str(), case.others.value, case.order.value), ("", Others::MustMatch, Order::Strict));
    assert_eq!((case.latency.within.value, case.latency.kernel_within.value), (0.1, 0.25));
    assert_eq!(case.latency.within.loc, spec.name.loc);
    assert_eq!(case.launch.loc.line_column(), (3, 8));
}

#[test]
fn an_inherited_value_names_the_file_that_set_it() {
    let spec = read(
        "align = 1\n[spec]\nname = \"a\"\nop = \"moe\"\nextends = \"builtin:base/vllm\"\n[[kernel]]\nname = \"attention\"\nmatch = \"*new*\"\n",
    );
    let case = &spec.cases[0];
    assert_eq!((spec.name.as_str(), spec.is_abstract), ("a", false));
    assert_eq!((case.latency.within.value, case.latency.within.loc.file.name.as_str()), (0.12, "builtin:base/vllm"));
    assert_eq!(spec.owner.map(|owner| owner.loc.file.name.clone()).as_deref(), Some("builtin:base/vllm"));
    assert_eq!(case.kernels.len(), 1);
    assert_eq!(
        (case.kernels[0].patterns[0].as_str(), case.kernels[0].name.loc.file.name.as_str()),
        ("*new*", "specs/a.toml")
    );
}

#[test]
fn bases_extend_bases_and_paths_stay_relative_to_the_file_that_sets_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    std::fs::create_dir(folder.path().join("base")).expect("created");
    write(
        "base/root.toml",
        "align = 1\ne2e.trace = 't.sqlite'\n[spec]\nname = 'root'\nop = 'moe'\nabstract = true\n[[case]]\nname = 'decode'\nmock.warmup = 2\n",
    );
    write("base/mid.toml", "align = 1\n[spec]\nname = 'mid'\nextends = 'root'\nabstract = true\n");
    write(
        "a.toml",
        "align = 1\n[spec]\nname = 'a'\nextends = 'base/mid.toml'\n[[case]]\nname = 'decode'\nmock.repeats = 3\n",
    );
    let spec =
        load(&folder.path().join("a.toml"), &vocabulary(), &library()).unwrap_or_else(|p| panic!("{}", render(&p)));
    let case = &spec.cases[0];
    assert_eq!((spec.op.as_str(), spec.cases.len(), spec.is_abstract), ("moe", 1, false));
    assert_eq!(case.e2e.trace.as_ref().map(|t| t.value.clone()), Some(folder.path().join("base/t.sqlite")));
    assert_eq!(
        (case.mock.warmup.as_ref().map(|w| w.value), case.mock.repeats.as_ref().map(|r| r.value)),
        (Some(2), Some(3))
    );
}

#[test]
fn a_project_is_found_from_below_and_joins_its_paths() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("specs/deep");
    std::fs::create_dir_all(&below).expect("created");
    let path = folder.path().join("align.toml");
    std::fs::write(&path, "specs = 'specs'\nfail-on = 'warning'\nallow-inconclusive = true\n").expect("written");
    assert_eq!(find_project(&below), Some(path.clone()));
    let project = load_project(&path).unwrap_or_else(|problems| panic!("{}", render(&problems)));
    assert_eq!(project.specs[0].value, folder.path().join("specs"));
    assert_eq!(project.fail_on.map(|severity| severity.value), Some(Severity::Warning));
    std::fs::write(&path, "").expect("written");
    assert!(load_project(&path).is_ok_and(|project| project.specs.is_empty()));
}

proptest! {
    #[test]
    fn a_damaged_spec_never_panics_and_points_into_its_file(
        at in any::<prop::sample::Index>(), drop in 0usize..30, add in "\\PC{0,3}",
    ) {
        let mut letters: Vec<char> = WHOLE.chars().collect();
        let at = at.index(letters.len());
        letters.splice(at..(at + drop).min(WHOLE.chars().count()), add.chars());
        let file = SourceFile::new("a.toml", letters.into_iter().collect::<String>());
        let loaded = load_text(&file, Path::new(""), &vocabulary(), &library());
        for problem in loaded.err().iter().flatten() {
            prop_assert!(!problem.labels.is_empty(), "{problem:?}");
            for span in problem.labels.iter().map(|label| label.loc.span) {
                prop_assert!(file.text.get(span.start..span.end).is_some(), "{problem:?}");
            }
        }
    }
}
