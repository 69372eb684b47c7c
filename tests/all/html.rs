//! The HTML report of golden pairs, its size, and the pages that `tests/browser` opens.

use crate::support::page_text;
use crate::support::pairs;
use align::diag::{Verdict, plural};
use align::history::{self, History, Record};
use align::outcome::{Distribution, InstanceTimeline, OpState, Outcome, Timeline};
use align::pipeline::{Options, Overrides, Session};
use align::report::{Format, Style, render};
use page_text::text;
use pairs::{Pair, RUNS};
use std::fmt::Write;
use std::path::Path;

const MOST_BYTES: usize = 2_000_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(outcome: &Outcome) -> String {
    render(outcome, Format::Html, &Style::default())
}

/// Where the browser's tests find pages; the folder is the same for every run.
fn write(name: &str, page: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots/html"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The instance of a side as the timeline has it, one operation a line.
fn listed(out: &mut String, timeline: &Timeline, side: &InstanceTimeline) {
    for op in &side.ops {
        let kernel = &timeline.kernels[op.kernel];
        let state = serde_json::to_value(op.state).unwrap();
        let family = kernel.family.as_deref().unwrap_or("-");
        let (start, duration) = (op.start_ns, op.duration_ns);
        let _ = writeln!(
            out,
            "  {:>3} {start:>8} +{duration:<7} stream {} {} {family} {}",
            op.position,
            op.stream,
            state.as_str().unwrap(),
            kernel.name
        );
    }
}

#[test]
fn what_every_page_says_and_draws() {
    let (mut said, mut drawn) = (String::new(), String::new());
    for (pair, outcome) in RUNS.iter() {
        let title = format!("{} {} | {} | {}", pair.spec, pair.case, pair.mock, pair.e2e);
        let _ = writeln!(said, "━━━ {title}\n{}", text(&page(outcome)));
        let Some(timeline) = &outcome.cases[0].timeline else { continue };
        let _ = writeln!(drawn, "━━━ {title}");
        for (name, side) in [("mock", &timeline.mock), ("e2e", &timeline.e2e)] {
            let _ = writeln!(drawn, "{name}: instance {}, span {} ns", side.instance, side.span_ns);
            listed(&mut drawn, timeline, side);
        }
    }
    snapshot("said", &said);
    snapshot("drawn", &drawn);
}

/// Both sides of each position agree in state, and the drawing holds what the comparison counts.
#[test]
fn timelines_hold_every_kernel_of_the_sequence_once() {
    for (pair, outcome) in RUNS.iter() {
        let case = &outcome.cases[0];
        let Some(timeline) = &case.timeline else { continue };
        for (side, found) in [(&timeline.mock, &case.mock), (&timeline.e2e, &case.e2e)] {
            assert_eq!(side.ops.len(), found.kernels, "{}", pair.mock);
            assert!(side.ops.iter().all(|op| op.start_ns >= 0 && op.start_ns + op.duration_ns <= side.span_ns));
        }
        let missing = |op: &&align::outcome::TimelineOp| op.state == OpState::Missing;
        assert_eq!(timeline.mock.ops.iter().filter(missing).count(), 0, "what is missing stands in the E2E alone");
        let distributions = case.distributions.as_ref().unwrap();
        let counts = [&distributions.instance.mock, &distributions.instance.e2e].map(|d| d.as_ref().unwrap().count);
        assert_eq!(counts, [case.mock.instances, case.e2e.instances]);
    }
}

#[test]
fn a_page_for_each_verdict_is_written_for_the_browser() {
    let session = Session::shipped().unwrap();
    let one = |is: &dyn Fn(&Pair) -> bool| RUNS.iter().find(|(pair, _)| is(pair)).unwrap().1.clone();
    let of = |must: &str| one(&|pair| pair.must == must);
    write("pass", &page(&of("PASS")));
    write("module-missing", &page(&of("module-missing")));
    write("other-backend", &page(&one(&|pair| pair.mock == "vllm_mock_attn_decode_wrong_backend")));
    let (specs, _) = session.load(&["specs".into()]);
    let run = session.check(&specs, &Overrides::default(), &Options::default());
    let whole = page(&run.outcome);
    assert!(run.outcome.cases.len() > 10 && whole.len() < MOST_BYTES, "{}", plural(whole.len(), "byte"));
    write("many-cases", &whole);
    let mut followed = of("PASS");
    follow(&mut followed, 24);
    write("trend", &page(&followed));
    let mut failing = of("module-missing");
    follow(&mut failing, 6);
    let hostile = hostile(failing);
    write("hostile", &page(&hostile));
}

/// Gives the first case so many earlier runs: the ratio climbs to where it is, versions change, and not all passed.
fn follow(outcome: &mut Outcome, count: u32) {
    let record = |at: u32| {
        let mut earlier = outcome.clone();
        let case = &mut earlier.cases[0];
        let left = f64::from(count - at);
        let wave = f64::from((at * 7) % 5) - 2.0;
        let factor = 1.0 - 0.003 * left + 0.004 * wave;
        if let Some(interval) = case.latency.as_mut().and_then(|latency| latency.interval.as_mut()) {
            interval.ratio *= factor;
            interval.low *= factor - 0.01;
            interval.high *= factor + 0.01;
        }
        let is_old = at * 3 < count;
        for side in [&mut case.mock, &mut case.e2e] {
            side.framework = Some(if at * 2 < count { "vllm 0.23.0" } else { "vllm 0.24.0" }.to_owned());
            side.provenance.driver = Some(if is_old { "575.57.08" } else { "580.95.05" }.to_owned());
            side.provenance.cuda = Some(if is_old { "12.9" } else { "13.0" }.to_owned());
        }
        if at % 9 == 4 {
            case.latency = None;
            case.verdict = Verdict::Fail;
        } else if at % 11 == 7 {
            case.verdict = Verdict::Inconclusive;
            let interval = case.latency.as_mut().and_then(|latency| latency.interval.as_mut());
            interval.into_iter().for_each(|interval| (interval.low, interval.high) = (0.9, 1.2));
        } else if at == 10 {
            case.verdict = Verdict::Fail;
            let interval = case.latency.as_mut().and_then(|latency| latency.interval.as_mut());
            interval.into_iter().for_each(|i| (i.ratio, i.low, i.high) = (1.22, 1.21, 1.24));
        }
        Record::of(&earlier, &format!("2026-{:02}-{:02}T03:00:00Z", 9 + at / 28, 1 + at % 28))
    };
    let records: Vec<Record> = (0..count).map(record).collect();
    let now = Record::of(outcome, "2026-11-24T03:00:00Z");
    history::compare(&History { records }, &now, outcome);
    assert!(outcome.cases[0].trend.is_some());
}

#[test]
fn what_a_page_says_of_a_trend() {
    let mut outcome = RUNS[0].1.clone();
    follow(&mut outcome, 24);
    let said = text(&page(&outcome));
    let from = said.find("Trend\n").expect("a trend");
    let to = said[from..].find("\nCounts\n").map_or(said.len(), |at| from + at);
    snapshot("trend", &said[from..to]);
}

#[test]
fn trends_of_many_cases_stay_a_page() {
    let mut outcome = RUNS[0].1.clone();
    follow(&mut outcome, 200);
    let case = outcome.cases[0].clone();
    outcome.cases = (0..30).map(|_| case.clone()).collect();
    let page = page(&outcome);
    assert!(page.len() < MOST_BYTES, "{} bytes", page.len());
    assert!(page.contains("earlier runs not shown"));
}

/// Every text replaced: names of kernels, ranges in words, files, the spec, causes.
fn hostile(outcome: Outcome) -> Outcome {
    const TEXT: &str = "<script>window.ran=1</script></script><img src=x onerror=\"window.ran=1\">\"'\u{202e}\u{0}";
    fn visit(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) if !["same", "extra", "missing", "changed"].contains(&text.as_str()) => {
                text.push_str(TEXT);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(visit),
            serde_json::Value::Object(fields) => {
                let fixed = ["verdict", "severity", "fail_on", "state", "side", "method", "class"];
                fields.iter_mut().filter(|(key, _)| !fixed.contains(&key.as_str())).for_each(|(_, item)| visit(item));
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(&outcome).unwrap();
    visit(&mut value);
    let hostile: Outcome = serde_json::from_value(value).unwrap();
    assert!(hostile.cases[0].title().contains("onerror"));
    hostile
}

#[test]
fn ten_thousand_instances_of_two_thousand_kernels_stay_a_page() {
    let mut outcome = RUNS[0].1.clone();
    outcome.verdict = Verdict::Fail;
    let case = &mut outcome.cases[0];
    case.verdict = Verdict::Fail;
    let spread = |middle: f64, count: u32| {
        let values: Vec<f64> = (0..count).map(|at| middle + f64::from((at * 7919) % 997)).collect();
        Distribution::of(&values)
    };
    let timeline = case.timeline.as_mut().unwrap();
    let template = timeline.mock.ops[0];
    let ops = |shift: i64| -> InstanceTimeline {
        let ops = (0..2_000usize).map(|at| align::outcome::TimelineOp {
            start_ns: at as i64 * 3_000 + shift,
            duration_ns: 1_000 + (at as i64 * 37) % 1_900,
            stream: (at % 3) as u32,
            position: at,
            state: if at % 50 == 0 { OpState::OtherKernel } else { OpState::Match },
            ..template
        });
        InstanceTimeline { span_ns: 6_010_000, ops: ops.collect(), ..timeline.mock.clone() }
    };
    let (mock, e2e) = (ops(0), ops(500));
    (timeline.mock, timeline.e2e) = (mock, e2e);
    timeline.kernels[template.kernel].exact = "x".repeat(200_000);
    let distributions = case.distributions.as_mut().unwrap();
    let kernel = distributions.kernels[0].clone();
    distributions.instance.mock = spread(4e6, 10_000);
    distributions.instance.e2e = spread(4.2e6, 10_000);
    distributions.kernels = (0..200)
        .map(|position| align::outcome::KernelTimes {
            position,
            mock: spread(1_500.0, 10_000),
            e2e: spread(1_600.0, 10_000),
            ..kernel.clone()
        })
        .collect();
    distributions.kernels_unshown = 1_800;
    let page = page(&outcome);
    assert!(page.len() < MOST_BYTES, "{} bytes", page.len());
    assert!(page.contains("10000 values") && page.contains("not drawn:"), "what is left out is said");
    write("large", &page);
}
