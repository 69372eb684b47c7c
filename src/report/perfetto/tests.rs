#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "../../../tests/all/support/perfetto_file.rs"]
mod perfetto_file;

use super::super::sample;
use super::*;
use perfetto_file::read;
use proptest::prelude::*;

#[test]
fn a_run_without_a_timeline_gives_an_empty_file() {
    assert!(perfetto(&sample::outcome(vec![sample::refused()])).is_empty());
    assert!(perfetto(&sample::outcome(Vec::new())).is_empty());
}

#[test]
fn cases_stand_below_each_other_with_arrows_of_their_own() {
    let cases = vec![sample::pictured(sample::failing()), sample::refused(), sample::pictured(sample::passing())];
    let file = read(&perfetto(&sample::outcome(cases)));
    let tops: Vec<u64> = file.tracks.values().filter(|track| track.parent.is_none()).map(|track| track.rank).collect();
    assert_eq!(tops, [0, 2]);
    let mut flows: Vec<u64> = file.slices.iter().flat_map(|slice| slice.flows.clone()).collect();
    flows.sort_unstable();
    let expected: Vec<u64> = (1..=flows.len() as u64 / 2).flat_map(|flow| [flow, flow]).collect();
    assert!(flows.len() > 4 && flows == expected, "{flows:?}");
}

#[test]
fn overlapping_operations_of_a_stream_share_its_name_and_order() {
    let mut case = sample::pictured(sample::passing());
    let timeline = case.timeline.as_mut().unwrap();
    timeline.mock.ops[1].start_ns = timeline.mock.ops[0].start_ns + 1;
    timeline.e2e.ops[1].device = 1;
    let file = read(&perfetto(&sample::outcome(vec![case])));
    let below = |side: &str| -> Vec<(String, u64)> {
        let is = |track: &&u64| matches!(file.path(**track)[..], [_, at, _] if at == side);
        file.tracks.keys().filter(is).map(|track| &file.tracks[track]).map(|t| (t.name.clone(), t.rank)).collect()
    };
    assert_eq!(below("mock"), [("stream 7".to_owned(), 0), ("stream 7".to_owned(), 1)]);
    assert_eq!(below("E2E"), [("device 0, stream 7".to_owned(), 0), ("device 1, stream 7".to_owned(), 1)]);
}

#[test]
fn hostile_names_are_texts() {
    const HOSTILE: &str = "<script>\u{1b}[31m\u{202e}\u{0}\n\"";
    let mut case = sample::pictured(sample::passing());
    (case.spec, case.mock.trace) = (HOSTILE.to_owned(), HOSTILE.to_owned());
    let timeline = case.timeline.as_mut().unwrap();
    timeline.modules.push(HOSTILE.to_owned());
    timeline.mock.ops[0].module = Some(0);
    let kernel = &mut timeline.kernels[0];
    (kernel.name, kernel.exact, kernel.family) = (HOSTILE.to_owned(), HOSTILE.to_owned(), Some(HOSTILE.to_owned()));
    let file = read(&perfetto(&sample::outcome(vec![case])));
    let arguments = file.slices.iter().flat_map(|slice| slice.arguments.values().chain(&slice.categories));
    let names = file.slices.iter().map(|slice| &slice.name).chain(file.tracks.values().map(|track| &track.name));
    let texts: Vec<&String> = arguments.chain(names).collect();
    let hostile = texts.iter().filter(|text| text.contains("<script>\\u{1b}[31m\\u{202e}\\u{0}\\u{a}\"")).count();
    assert!(hostile >= 7, "{texts:?}");
    assert!(texts.iter().all(|text| !text.chars().any(|c| c.is_control() || c == '\u{202e}')));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_name_and_any_time_can_be_read_back(
        name in ".*", start in any::<i64>(), duration in any::<i64>(), stream in any::<u32>(), indices in any::<usize>(),
    ) {
        let mut case = sample::pictured(sample::passing());
        let timeline = case.timeline.as_mut().unwrap();
        timeline.kernels[0].name = name.clone();
        let op = &mut timeline.mock.ops[0];
        (op.start_ns, op.duration_ns, op.stream) = (start, duration.max(0), stream);
        let last = timeline.e2e.ops.len() - 1;
        let odd = &mut timeline.e2e.ops[last];
        (odd.kernel, odd.launch, odd.module) = (indices, indices, Some(indices));
        let file = read(&perfetto(&sample::outcome(vec![case])));
        let found = file.on("mock").into_iter().any(|slice| slice.name == crate::diag::escape(&name));
        prop_assert!(found);
    }
}
