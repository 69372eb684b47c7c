//! `align export`: what the timeline viewer is given is what was compared, to the nanosecond.

use crate::support::pairs::{RUNS, golden};
use crate::support::perfetto_file::{File, read};
use crate::support::program::{align, code, text};
use align::diag::Side;
use align::outcome::CaseOutcome;
use align::report::perfetto;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("{ROOT}/snapshots/export"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Every operation of the timeline once, with its times; both sides from zero.
fn assert_whole(case: &CaseOutcome, file: &File) {
    let timeline = case.timeline.as_ref().unwrap();
    for (side, name) in [(Side::Mock, "mock"), (Side::E2e, "E2E")] {
        let key = |start: i64, duration: i64, name: &str, position: usize| {
            (start, start + duration, name.to_owned(), position)
        };
        let instance = timeline.on(side);
        let mut expected: Vec<_> = instance
            .ops
            .iter()
            .map(|op| key(op.start_ns, op.duration_ns, &timeline.kernels[op.kernel].name, op.position))
            .collect();
        let mut found: Vec<_> = file
            .on(name)
            .iter()
            .map(|slice| {
                let (start, end) = (slice.start as i64, slice.end as i64);
                key(start, end - start, &slice.name, slice.arguments["position"].parse().unwrap())
            })
            .collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{} {name}", case.title());
        assert_eq!(found[0].0, 0, "{} {name}", case.title());
        let whole = file.slices.iter().find(|slice| file.path(slice.track)[1..] == [name]).unwrap();
        assert_eq!((whole.start, whole.end), (0, instance.span_ns as u64));
    }
}

/// Whatever stands on both sides is joined once, and nothing else is.
fn assert_joined(case: &CaseOutcome, file: &File) {
    let timeline = case.timeline.as_ref().unwrap();
    let positions = |side: &str| -> BTreeMap<String, Vec<u64>> {
        file.on(side).iter().map(|slice| (slice.arguments["position"].clone(), slice.flows.clone())).collect()
    };
    let (mock, e2e) = (positions("mock"), positions("E2E"));
    let mut seen = Vec::new();
    for (position, flows) in &mock {
        match e2e.get(position) {
            Some(other) => {
                assert!(flows.len() == 1 && flows == other, "{}: {position}", case.title());
                seen.push(flows[0]);
            }
            None => assert!(flows.is_empty(), "{}: {position}", case.title()),
        }
    }
    assert!(e2e.iter().all(|(position, flows)| mock.contains_key(position) || flows.is_empty()));
    let joined =
        timeline.mock.ops.iter().filter(|op| timeline.e2e.ops.iter().any(|other| other.position == op.position));
    assert_eq!(seen.len(), joined.count());
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), mock.values().flatten().count(), "no two share an arrow");
}

#[test]
fn every_pair_is_shown_whole_and_joined() {
    let mut shown = 0;
    for (_, outcome) in RUNS.iter() {
        let case = &outcome.cases[0];
        let file = read(&perfetto(outcome));
        if case.timeline.is_none() {
            assert!(file.slices.is_empty());
            continue;
        }
        assert_whole(case, &file);
        assert_joined(case, &file);
        shown += 1;
    }
    assert!(shown > 40, "{shown}");
}

fn export(file: &Path, more: &[&str]) -> Output {
    align(&[&["export", "specs/attention.toml", "--perfetto", &file.display().to_string()], more].concat())
}

/// Exit code and both streams, with the folder's name taken out.
fn said(output: &Output, folder: &Path) -> String {
    let streams = format!("{}--- stderr\n{}", text(&output.stdout), text(&output.stderr));
    format!("exit code {}\n{}", code(output), streams.replace(&folder.display().to_string(), "FOLDER"))
}

#[test]
fn a_case_is_written_for_the_viewer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("decode.pftrace");
    let mock = "snapshots/traces/vllm_mock_attn_decode_missing_kv.sqlite";
    let output = export(&file, &["--case", "decode", "--mock", mock]);
    let listed = read(&std::fs::read(&file).unwrap()).listed();
    snapshot("decode", &format!("{}--- {}", said(&output, folder.path()), listed));
}

#[test]
fn several_cases_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.pftrace");
    let output = export(&file, &[]);
    let read = read(&std::fs::read(&file).unwrap());
    let tracks: String = read.tracks.keys().map(|track| read.path(*track).join(" > ") + "\n").collect();
    snapshot("several", &format!("{}---\n{tracks}", said(&output, folder.path())));
    let quiet = export(&folder.path().join("quiet"), &["--quiet"]);
    assert_eq!((code(&quiet), quiet.stdout.len()), (0, 0));
}

#[test]
fn an_older_file_is_replaced_only_when_asked_and_an_input_never() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old");
    std::fs::write(&file, "old").unwrap();
    let refused = export(&file, &["--case", "decode"]);
    assert_eq!(code(&refused), 2);
    assert!(text(&refused.stderr).contains("--force"), "{}", text(&refused.stderr));
    assert_eq!(std::fs::read(&file).unwrap(), b"old");
    assert_eq!(code(&export(&file, &["--case", "decode", "--force"])), 0);
    assert!(std::fs::read(&file).unwrap().len() > 1000);
    let trace = folder.path().join("mock.sqlite");
    std::fs::copy(golden("vllm_mock_attn_decode_aligned"), &trace).unwrap();
    let before = std::fs::read(&trace).unwrap();
    let onto = export(&trace, &["--case", "decode", "--mock", &trace.display().to_string(), "--force"]);
    assert_eq!(code(&onto), 2);
    assert!(text(&onto.stderr).contains("would overwrite"), "{}", text(&onto.stderr));
    assert_eq!(std::fs::read(&trace).unwrap(), before);
}

#[test]
fn what_cannot_be_shown_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("none");
    let refused = export(&file, &["--case", "decode", "--e2e", "snapshots/traces/vllm_no_gpu_data_mp_fork.sqlite"]);
    snapshot("refused", &said(&refused, folder.path()));
    assert_eq!(code(&refused), 3);
    assert_eq!(code(&export(&file, &["--case", "nne"])), 2);
    assert_eq!(code(&export(folder.path(), &[])), 2);
    assert_eq!(code(&export(&folder.path().join("none/a"), &[])), 2);
    assert!(!file.exists());
}
