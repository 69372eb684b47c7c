//! Traces written as text: what they say is what is read, and every mistake is shown with its place.
use crate::support;
mod generated;

use align::diag::Problem;
use align::trace::{GraphTracing, OpKind, Presence, Trace, open};
use std::path::Path;
use std::sync::Arc;

fn read(text: impl AsRef<[u8]>) -> Result<Arc<Trace>, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.trace");
    std::fs::write(&path, text).unwrap();
    open(&path)
}

/// A trace with this body.
fn trace(body: &str) -> Arc<Trace> {
    read(format!("align-trace 1\n{body}")).unwrap_or_else(|problem| panic!("{}", support::render(&[problem])))
}

/// What a user sees of a trace that is refused.
fn refused(text: impl AsRef<[u8]>) -> String {
    let problem = read(text).expect_err("the trace is refused");
    assert_eq!(problem.class, align::diag::ProblemClass::Trace);
    let name = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    support::render(&[problem])
        .lines()
        .map(|line| if line.contains("small.trace") { name(line) + "\n" } else { line.to_owned() + "\n" })
        .collect()
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/text_traces"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Start and end of every operation, in ns, in time order.
fn times(trace: &Trace) -> Vec<(i64, i64)> {
    (0..trace.len() as u32).map(|op| (trace.op(op).start, trace.op(op).end)).collect()
}

/// The ranges around an operation's launch, outermost first.
fn launched_in(trace: &Trace, op: u32) -> Vec<&str> {
    path(trace, trace.launch_context(op))
}

/// The ranges around its capture.
fn captured_in(trace: &Trace, op: u32) -> Vec<&str> {
    path(trace, trace.capture_context(op))
}

fn path(trace: &Trace, context: align::trace::ContextId) -> Vec<&str> {
    let name = |range| trace.names.range(trace.ranges.name(range)).text.as_str();
    let mut path: Vec<&str> = trace.ranges.innermost_first(context).map(name).collect();
    path.reverse();
    path
}

#[test]
fn lines_take_place_one_after_the_other() {
    let trace = trace("kernel 5us a\nidle 10us\nkernel 2us b\n");
    assert_eq!(times(&trace), [(1_000, 6_000), (17_000, 19_000)]);
    assert_eq!(trace.unattributed_share(), 0.0);
}

#[test]
fn the_nth_run_of_a_line_takes_its_nth_time() {
    let trace = trace("repeat 4\n  kernel 9|2,3us a\n");
    let durations: Vec<i64> = times(&trace).iter().map(|(start, end)| end - start).collect();
    assert_eq!(durations, [9_000, 2_000, 3_000, 2_000]);
}

#[test]
fn a_stream_runs_beside_what_follows_and_is_waited_for() {
    let trace = trace("range r\n  stream 13\n    kernel 50us a\n    kernel 50us b\n  kernel 20us c\nkernel 1us d\n");
    // Ranges take 100 ns to open and to close.
    assert_eq!(times(&trace), [(1_100, 51_100), (3_100, 23_100), (51_100, 101_100), (102_200, 103_200)]);
    assert_eq!((trace.op(0).stream, trace.op(1).stream, trace.op(2).stream), (13, 7, 13));
    assert_eq!((0..4).map(|op| launched_in(&trace, op).len()).collect::<Vec<_>>(), [1, 1, 1, 0]);
}

#[test]
fn a_graph_is_captured_once_and_replayed_where_it_is_launched() {
    let body = "range capture\n  graph g\n    range layers.0.mlp\n      kernel 5us a\n      idle 1us\n      kernel 2us b\n\
                repeat 2 as step\n  range step:{step}\n    launch g\n";
    let trace = trace(body);
    assert_eq!(trace.len(), 4);
    assert_eq!(times(&trace).iter().map(|(start, end)| end - start).sum::<i64>(), 14_000);
    assert_eq!(trace.op(1).start - trace.op(0).end, 1_000, "the gap inside the graph");
    assert!((0..4).all(|op| trace.from_graph(op)));
    assert_eq!(captured_in(&trace, 3), ["capture", "layers.0.mlp"]);
    assert_eq!((launched_in(&trace, 1), launched_in(&trace, 3)), (vec!["step:0"], vec!["step:1"]));
    let node = |op: u32| trace.nodes.root[trace.ops.node(op).unwrap() as usize];
    assert_eq!((node(0), node(1)), (node(2), node(3)), "replays of one node");
    assert_ne!(node(0), node(1));
    assert_eq!(trace.capabilities.graph_tracing, GraphTracing::Node);
}

#[test]
fn what_a_trace_lacks_was_not_recorded() {
    let body = "graph g\n  kernel 5us a\nrange r\n  launch g\n  memset 1us 4KiB\n  call 3us cudaDeviceSynchronize\n";
    let with = |lack: &str| trace(&format!("{lack}\n{body}"));
    let whole = with("");
    assert_eq!((whole.len(), whole.syncs.names.len(), whole.ranges.len()), (2, 1, 1));
    assert!(whole.capabilities.launch_shapes);
    let gpu = with("lacks gpu");
    assert!(gpu.is_empty() && gpu.capabilities.api_calls == Presence::Filled);
    assert_eq!(gpu.capabilities.kernels, Presence::Missing);
    let calls = with("lacks calls");
    assert_eq!((calls.capabilities.api_calls, calls.unattributed_share()), (Presence::Missing, 1.0));
    assert_eq!(with("lacks ranges").ranges.len(), 0);
    assert!(!with("lacks shapes").capabilities.launch_shapes);
    let graphs = with("lacks graph-kernels");
    assert_eq!((graphs.len(), graphs.capabilities.graph_tracing), (1, GraphTracing::Whole));
    let captures = with("lacks graph-captures");
    assert!(captures.from_graph(0) && captured_in(&captures, 0).is_empty());
}

#[test]
fn processes_threads_and_devices_run_side_by_side() {
    let trace = trace(
        "process 5 rank0\n  kernel 9us a\nprocess 6 rank1\n  device 1\n    kernel 9us a\n  thread 8\n    range other\n      kernel 1us b\n",
    );
    assert_eq!(
        trace.processes.iter().map(|p| (p.pid, p.name.as_deref())).collect::<Vec<_>>(),
        [(5, Some("rank0")), (6, Some("rank1"))]
    );
    let op = |index| trace.op(index);
    assert_eq!((op(0).start, op(1).start), (1_000, 1_000));
    assert!((0..3).any(|i| op(i).device == 1));
    assert_eq!(trace.threads.iter().map(|t| t.tid).collect::<Vec<_>>(), [5, 6, 8]);
}

#[test]
fn shapes_names_and_provenance_are_kept() {
    let trace = trace(
        "gpu  NVIDIA H100 80GB HBM3   # the lab's\nsms 132\nl2 50MiB\ncompute 9.0\ndriver 580.65.06\ncuda 13.0\n\
         profiler Nsight Systems 2025.3.2\nwarning lost events\n\
         kernel 1us 16x8x2/64 regs=168 static=1KiB dynamic=48KiB void ns::k<(int)3>(T *)::{lambda()#1}\nmemcpy 1us 64KiB Host-to-Device\n",
    );
    let shape = trace.shape(trace.op(0).shape);
    assert_eq!((shape.grid, shape.block, shape.registers), ([16, 8, 2], [64, 1, 1], 168));
    assert_eq!((shape.static_shared, shape.dynamic_shared), (1 << 10, 48 << 10));
    let names: Vec<&str> = trace.names.ids().map(|id| trace.names.identity(id).exact.as_str()).collect();
    assert_eq!(names, ["void ns::k<(int)3>(T *)::{lambda()#1}", "[CUDA memcpy Host-to-Device]"]);
    assert_eq!(trace.shape(trace.op(1).shape).bytes, 64 << 10);
    assert_eq!(trace.provenance.gpus, ["NVIDIA H100 80GB HBM3"]);
    assert_eq!((trace.provenance.multiprocessors, trace.provenance.l2_bytes), (Some(132), Some(50 << 20)));
    assert_eq!(trace.warnings, ["lost events"]);
}

#[test]
fn operations_without_a_launch_are_seen_by_no_range() {
    let trace = trace("range r\n  unlaunched\n    kernel 1us a\n  kernel 1us a\n");
    assert_eq!(trace.unattributed_share(), 0.5);
    assert_eq!((launched_in(&trace, 0).len(), launched_in(&trace, 1).len()), (0, 1));
}

#[test]
fn every_mistake_is_shown_with_its_place_and_what_to_write() {
    let cases: &[(&str, &str)] = &[
        ("a kind of line that does not exist", "kernl 5us gemm\n"),
        ("a time without a unit", "kernel 5 gemm\n"),
        ("a kernel without a name", "kernel 5us 8/128\n"),
        ("a kernel without anything", "kernel\n"),
        ("a grid of no block", "kernel 5us 0x1/128 gemm\n"),
        ("a setting that does not exist", "kernel 5us 8/128 reg=8 gemm\n"),
        ("a setting without a unit", "kernel 5us 8/128 static=8 gemm\n"),
        ("a direction in other letters", "memcpy 1us device-to-device\n"),
        ("a call that waits for nothing", "call 3us cudaStreamSynchronise\ncall 3us cudaLaunchKernel\n"),
        ("a line inside a kernel", "kernel 5us a\n  kernel 5us b\n"),
        ("a block without lines", "range iter\nkernel 5us a\n"),
        ("lines out of line", "range iter\n    kernel 5us a\n  kernel 5us b\n"),
        ("a line without a line around it", "  kernel 5us a\n"),
        ("a tab", "range iter\n\tkernel 5us a\n"),
        ("a graph that is never captured", "graph decode\n  kernel 5us a\nlaunch decod\n"),
        ("a graph launched before its capture", "launch g\ngraph g\n  kernel 5us a\n"),
        ("a graph of another process", "process 1\n  graph g\n    kernel 5us a\nprocess 2\n  launch g\n"),
        ("two graphs of one name", "graph g\n  kernel 5us a\ngraph g\n  kernel 5us a\n"),
        ("a graph captured in a loop", "repeat 2\n  graph g\n    kernel 5us a\nlaunch g\n"),
        ("a call inside a graph", "graph g\n  call 1us cudaDeviceSynchronize\n"),
        ("a process inside a range", "range r\n  process 1\n    kernel 1us a\n"),
        ("a counter that nobody counts", "repeat 2 as layer\n  range layers.{layr}\n    kernel 1us a\n"),
        ("two counters of one name", "repeat 2 as i\n  repeat 2 as i\n    kernel 1us a\n"),
        ("a counter with capitals", "repeat 2 as I\n  kernel 1us a\n"),
        ("no repetition", "repeat 0\n  kernel 1us a\n"),
        ("a head line said twice", "driver 1\ndriver 2\n"),
        ("a head line inside a block", "range r\n  gpu H100\n"),
        ("a lack that does not exist", "lacks kernels\n"),
        ("words too many", "stream 7 8\n  idle 1us 2us\n"),
    ];
    let shown = cases.iter().map(|(what, body)| format!("--- {what}\n{}", refused(format!("align-trace 1\n{body}"))));
    snapshot("mistakes", &shown.collect::<String>());
}

#[test]
fn many_mistakes_are_one_problem() {
    snapshot("many_mistakes", &refused("align-trace 1\nkernl 5us a\nkernel 5 a\nrange\nmemcpy 1us device\n"));
    let problem = read(format!("align-trace 1\n{}", "x\n".repeat(1000))).unwrap_err();
    assert_eq!((problem.labels.len(), problem.notes.len()), (20, 1));
}

#[test]
fn a_first_line_of_another_kind_says_what_it_should_be() {
    let shown: String = ["align-trace 2\n", "align-trace\n", "align-trace 1 2\n", "# small\nalign-trace 1\n"]
        .iter()
        .map(|text| format!("--- {text}{}", refused(text)))
        .collect();
    snapshot("first_line", &shown);
}

#[test]
fn what_would_take_too_much_is_refused_by_a_named_limit() {
    let deep: String = (0..40).map(|level| format!("{}range r\n", " ".repeat(level))).collect();
    let nested: String = (0..20).map(|level| format!("{}repeat 4294967295\n", " ".repeat(level))).collect();
    let long_names = format!("repeat 100000 as i\n  range {{i}}{}\n    idle 1us\n", "x".repeat(5000));
    let cases: Vec<(&str, String)> = vec![
        ("a repeat of a thousand million", "repeat 1000000000\n  kernel 1us a\n".to_owned()),
        ("repeats inside repeats", format!("{nested}{}kernel 1us a\n", " ".repeat(20))),
        ("launches of a big graph", "graph g\n  repeat 1000\n    kernel 1us a\nrepeat 1000\n  launch g\n".to_owned()),
        ("forty levels", deep),
        ("a kernel of years", "kernel 99999999s a\n".to_owned()),
        ("an endless number", format!("kernel {}us a\n", "9".repeat(400))),
        ("a number beyond every integer", format!("repeat {}\n  kernel 1us a\n", "9".repeat(30))),
    ];
    let shorten = |text: &str| text.replace(&"9".repeat(400), "9…9");
    let shown =
        cases.iter().map(|(what, body)| format!("--- {what}\n{}", shorten(&refused(format!("align-trace 1\n{body}")))));
    snapshot("limits", &shown.collect::<String>());
    assert!(refused(format!("align-trace 1\n{long_names}")).contains("comes to more than"));
    assert!(refused(format!("align-trace 1\n{}", "# long\n".repeat(200_000))).contains("longer than 1024 KiB"));
    assert!(refused(b"align-trace 1\nkernel 1us \xff\n").contains("not UTF-8 in line 2"));
}

#[test]
fn the_longest_times_of_the_most_lines_fit_the_clock() {
    let trace = trace("repeat 199000\n  kernel 3600s a\n");
    let last = trace.op(trace.len() as u32 - 1);
    assert!(last.end > last.start && last.start > 0);
}

#[test]
fn a_trace_as_text_is_not_packed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.trace");
    std::fs::write(&path, "align-trace 1\nkernel 1us a\n").unwrap();
    let problem = align::pack::pack(&path, &folder.path().join("out"), &align::pack::Options::default()).unwrap_err();
    assert!(problem.message.ends_with("is a trace written as text"), "{}", problem.message);
    assert!(!folder.path().join("out").exists());
}

fn guide() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/text-traces.md")).unwrap()
}

#[test]
fn the_guides_example_is_a_trace() {
    let guide = guide();
    let example = guide.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let trace = read(example).unwrap_or_else(|problem| panic!("{}", support::render(&[problem])));
    let kernels = (0..trace.len() as u32).filter(|&op| trace.names.kind(trace.ops.name(op)) == OpKind::Kernel).count();
    assert_eq!((trace.len(), kernels, trace.ranges.len(), trace.syncs.start.len()), (32, 24, 11, 2));
    assert_eq!(launched_in(&trace, 31)[1], "step:1:decode");
    let modules: Vec<&str> =
        trace.names.ranges().iter().filter_map(|range| Some(range.module.as_ref()?.path.as_str())).collect();
    assert!(modules.contains(&"model.layers.3.self_attn.attn"), "{modules:?}");
}

#[test]
fn every_kind_of_line_is_in_the_guide() {
    let guide = guide();
    let help = read("align-trace 1\nzzzz\n").unwrap_err().help.unwrap();
    let lacks = read("align-trace 1\nlacks zzzz\n").unwrap_err().help.unwrap();
    let (kinds, lacks): (Vec<&str>, Vec<&str>) =
        (help.split('`').skip(1).step_by(2).collect(), lacks.split('`').skip(1).step_by(2).collect());
    assert_eq!((kinds.len(), lacks.len()), (23, 6), "{kinds:?} {lacks:?}");
    for kind in kinds {
        assert!(
            ["`", ", `"].iter().any(|before| guide.contains(&format!("{before}{kind}"))),
            "`{kind}` is not explained"
        );
    }
    for lack in lacks {
        assert!(guide.contains(&format!("`lacks {lack}`")), "`lacks {lack}` is not explained");
    }
}
