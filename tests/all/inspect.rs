//! What `align inspect` shows of real traces.

use crate::support;
use align::cli::inspect::{Args, Terminal, run};
use align::inspect::{Can, Filter, Inspection, RangeSummary, inspect};
use align::kernel::Glob;
use align::trace::{Reading, open};
use clap::Parser;
use std::path::Path;

#[derive(Debug, Parser)]
struct Command {
    #[command(flatten)]
    args: Args,
}

const TERMINAL: Terminal = Terminal { width: 120, colour: false, verbose: false };

/// A golden trace by its path from the repository's root, where tests run.
fn golden(name: &str) -> String {
    format!("snapshots/traces/{name}.sqlite")
}

fn shown(name: &str, options: &[&str]) -> String {
    let path = golden(name);
    let args = Command::try_parse_from(["inspect", &path].iter().chain(options)).unwrap().args;
    match run(&args, &support::families(), TERMINAL, &Reading::default()) {
        Ok(text) => text,
        Err(problem) => support::render(&[problem]),
    }
}

fn inspected(name: &str, filter: &Filter) -> Inspection {
    inspect(&open(Path::new(&golden(name))).unwrap(), &support::families(), filter).unwrap()
}

fn within(names: &[&str]) -> Filter {
    Filter { within: names.iter().map(|name| Glob::new(name).unwrap()).collect(), process: None }
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/inspect"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn people_see_what_a_trace_holds() {
    for name in [
        "hf_e2e_eager",
        "hf_e2e_graph",
        "hf_e2e_graph_level_trace",
        "hf_no_gpu_client",
        "hf_two_processes",
        "vllm_e2e_eager",
        "vllm_e2e_eager_mp",
        "vllm_e2e_fp8_eager",
        "vllm_e2e_graph_whole",
        "vllm_mock_attn_decode_aligned",
    ] {
        snapshot(name, &shown(name, &[]));
    }
}

#[test]
fn programs_get_everything_under_stable_keys() {
    for name in ["hf_no_gpu_client", "vllm_mock_attn_decode_missing_kv", "vllm_mock_moe_prefill_aligned"] {
        snapshot(&format!("{name}_json"), &shown(name, &["--format", "json"]));
    }
}

#[test]
fn options_narrow_what_is_shown() {
    for (snap, name, options) in [
        ("within", "vllm_e2e_eager", &["--within", "step:*:decode", "--within", "*.self_attn.attn*", "--top", "0"][..]),
        ("within_captured", "hf_e2e_graph", &["--within", "measured", "--within", "layers.0.self_attn"]),
        ("process", "hf_two_processes", &["--process", "0", "--ranges", "1", "--top", "3"]),
        ("no_such_process", "hf_two_processes", &["--process", "7"]),
        ("no_such_range", "hf_e2e_eager", &["--within", "layers.0.self_atn"]),
        ("ranges_without_work", "hf_e2e_eager", &["--within", "layers.0.self_attn", "--within", "measured"]),
        ("no_ranges", "hf_e2e_no_nvtx", &["--within", "measured"]),
        ("no_work", "hf_no_gpu_client", &["--within", "iter"]),
        ("bad_pattern", "hf_e2e_eager", &["--within", "["]),
    ] {
        snapshot(&format!("option_{snap}"), &shown(name, options));
    }
}

#[test]
fn colour_changes_no_character() {
    let args = |name| Command::try_parse_from(["inspect", &golden(name)]).unwrap().args;
    for name in ["hf_e2e_graph", "hf_no_gpu_client"] {
        let plain = run(&args(name), &support::families(), TERMINAL, &Reading::default()).unwrap();
        let coloured =
            run(&args(name), &support::families(), Terminal { colour: true, ..TERMINAL }, &Reading::default()).unwrap();
        assert!(coloured.contains("\x1b[1m"));
        let mut bare = coloured;
        for code in ["0", "1", "2", "31", "32", "33"] {
            bare = bare.replace(&format!("\x1b[{code}m"), "");
        }
        assert_eq!(bare, plain);
    }
}

#[test]
fn lines_fit_the_terminal() {
    for width in [80, 120] {
        let args = Command::try_parse_from(["inspect", &golden("vllm_e2e_eager")]).unwrap().args;
        let text = run(&args, &support::families(), Terminal { width, ..TERMINAL }, &Reading::default()).unwrap();
        for line in text.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn every_kernel_replayed_from_a_graph_has_the_range_of_its_capture() {
    let graphs = inspected("hf_e2e_graph", &Filter::default()).graphs;
    assert_eq!((graphs.kernels_with_capture_range, graphs.kernels), (2330, 2330));
    let attention = inspected("hf_e2e_graph", &within(&["measured", "layers.*.self_attn"]));
    assert_eq!(attention.graphs.kernels, 32 * 29, "8 replays of 4 layers of 29 kernels");
}

#[test]
fn layers_are_found_inside_steps_without_any_mark() {
    for (name, steps, layers) in [
        ("hf_e2e_no_nvtx", (8, 206), (4, 46)),
        ("hf_e2e_graph_capture_range", (8, 235), (4, 53)),
        ("hf_moe_e2e_eager", (8, 206), (2, 92)),
        ("vllm_e2e_eager_v2", (16, 75), (4, 13)),
        ("vllm_e2e_graph", (16, 76), (4, 13)),
        ("vllm_e2e_graph_piecewise", (8, 73), (4, 13)),
        ("vllm_moe_e2e_eager", (16, 70), (2, 20)),
    ] {
        let found = inspected(name, &Filter::default()).structure;
        let first = found.first().unwrap_or_else(|| panic!("{name}: nothing repeats"));
        let inner = first.inner.as_ref().unwrap_or_else(|| panic!("{name}: no layers"));
        assert_eq!(((first.repeats, first.period), (inner.repeats, inner.period)), (steps, layers), "{name}");
        assert_eq!(inner.before + inner.period * inner.repeats + inner.after, first.period, "{name}");
    }
}

#[test]
fn every_repair_is_named_where_a_trace_cannot_answer() {
    let answer = |name: &str, question: &str| {
        let answers = inspected(name, &Filter::default()).answers;
        answers.into_iter().find(|a| a.question == question).unwrap()
    };
    for (name, question, can, repair) in [
        ("hf_e2e_graph_level_trace", "kernels-inside-graphs", Can::No, "--cuda-graph-trace=node"),
        ("hf_no_gpu_client", "kernels", Can::No, "--sample=system-wide"),
        ("vllm_no_gpu_data_mp_fork", "kernels", Can::No, "--trace-fork-before-exec=true"),
        ("vllm_e2e_graph", "modules-of-graph-kernels", Can::No, "before the graphs are captured"),
        ("hf_e2e_no_nvtx", "ranges", Can::No, "NVTX"),
    ] {
        let answer = answer(name, question);
        assert_eq!(answer.can, can, "{name}");
        assert!(answer.repair.as_ref().is_some_and(|r| r.contains(repair)), "{name}: {answer:?}");
    }
    assert_eq!(answer("hf_e2e_graph", "modules-of-graph-kernels").can, Can::Yes);
}

#[test]
fn layers_and_steps_share_a_line_of_the_tree() {
    let all = inspected("hf_e2e_eager", &Filter::default());
    let find = |ranges: &[RangeSummary], name: &str| ranges.iter().find(|r| r.name == name).cloned().unwrap();
    let decode = find(&find(&all.ranges, "measured").children, "forward:decode:*");
    let layers = find(&decode.children, "layers.*");
    assert_eq!((decode.occurrences, layers.occurrences, layers.names), (8, 32, 4));
    assert_eq!(find(&layers.children, "layers.*.self_attn").operations, 32 * 22);
}

#[test]
fn parts_sum_to_the_whole() {
    for entry in std::fs::read_dir("snapshots/traces").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "sqlite") {
            continue;
        }
        let of = inspect(&open(&path).unwrap(), &support::families(), &Filter::default()).unwrap();
        let name = path.display();
        assert_eq!(of.kernels.iter().map(|k| k.count).sum::<u64>(), of.totals.kernels, "{name}");
        assert_eq!(of.families.iter().map(|f| f.count).sum::<u64>(), of.totals.kernels, "{name}");
        assert_eq!(of.streams.iter().map(|s| s.kernels).sum::<u64>(), of.totals.kernels, "{name}");
        assert_eq!(of.processes.iter().map(|p| p.total_ns).sum::<i64>(), of.totals.total_ns, "{name}");
        let memory = of.memory_operations.iter().map(|m| m.total_ns).sum::<i64>();
        assert_eq!(of.kernels.iter().map(|k| k.total_ns).sum::<i64>() + memory, of.totals.total_ns, "{name}");
        assert!(of.totals.busy_ns <= of.totals.total_ns && of.totals.busy_ns <= of.totals.span_ns, "{name}");
    }
}
