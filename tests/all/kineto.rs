//! Traces of PyTorch's profiler: the same scripts as those of Nsight Systems, with the same kernels and verdicts.

use crate::support;
use align::diag::Verdict;
use align::pipeline::{Options, Overrides, Session};
use align::trace::{OpKind, Trace, open};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn kineto(name: &str) -> PathBuf {
    Path::new(ROOT).join(format!("tests/data/kineto/{name}.json.gz"))
}

fn nsys(name: &str) -> PathBuf {
    Path::new(ROOT).join(format!("snapshots/traces/{name}.sqlite"))
}

/// How often each kernel ran, by normalised name; only those launched within a range of this name, if one is given.
fn kernels(trace: &Trace, within: Option<&str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for op in 0..trace.len() as u32 {
        let name = trace.ops.name(op);
        let named = |range: u32| Some(trace.names.range(trace.ranges.name(range)).text.as_str()) == within;
        let inside = within.is_none() || trace.ranges.innermost_first(trace.launch_context(op)).any(named);
        if inside && trace.names.kind(name) == OpKind::Kernel {
            *counts.entry(trace.names.identity(name).normalised.clone()).or_default() += 1;
        }
    }
    counts
}

#[test]
fn both_profilers_see_the_same_kernels_as_often() {
    let mock = "hf_mock_attn_decode_aligned";
    let (theirs, ours) = (open(&nsys(mock)).unwrap(), open(&kineto(mock)).unwrap());
    assert_eq!(kernels(&ours, None), kernels(&theirs, Some("measured")));
    for name in ["hf_e2e_eager", "vllm_e2e_graph"] {
        let (theirs, ours) = (open(&nsys(name)).unwrap(), open(&kineto(name)).unwrap());
        let theirs = kernels(&theirs, None);
        let unknown: Vec<String> = kernels(&ours, None).into_keys().filter(|name| !theirs.contains_key(name)).collect();
        // One copies under the other profiler.
        assert!(unknown.is_empty() || unknown == ["memcpy32_post"], "{name}: {unknown:?}");
    }
}

/// The verdict of a shipped case on other traces, with the causes found.
fn judged(spec: &str, mock: PathBuf, e2e: PathBuf) -> (Verdict, Vec<String>) {
    let session = Session::shipped().unwrap();
    let (specs, problems) = session.load(&[Path::new(ROOT).join(spec)]);
    assert!(problems.is_empty(), "{problems:?}");
    let overrides = Overrides { case: Some("decode".to_owned()), mock: Some(mock), e2e: Some(e2e) };
    let outcome = session.check(&specs, &overrides, &Options::default()).outcome;
    let case = &outcome.cases[0];
    (case.verdict, case.diagnoses.iter().map(|diagnosis| diagnosis.issue.clone()).collect())
}

#[test]
fn the_verdict_is_the_same_whichever_profiler_recorded_a_side() {
    let hf = ("specs/hf/attention.toml", "hf_mock_attn_decode_aligned", "hf_e2e_eager", Verdict::Pass, None);
    // Its working set stays in the cache.
    let vllm =
        ("specs/attention.toml", "vllm_mock_attn_decode_aligned", "vllm_e2e_graph", Verdict::Fail, Some("cache-warm"));
    for (spec, mock, e2e, verdict, cause) in [hf, vllm] {
        for (of_mock, of_e2e) in [(kineto(mock), kineto(e2e)), (kineto(mock), nsys(e2e)), (nsys(mock), kineto(e2e))] {
            let (said, causes) = judged(spec, of_mock.clone(), of_e2e.clone());
            assert_eq!(said, verdict, "{} {}", of_mock.display(), of_e2e.display());
            assert_eq!(causes.first().map(String::as_str), cause, "{} {}", of_mock.display(), of_e2e.display());
        }
    }
}

/// A trace in a file of its own.
fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn small() -> Vec<u8> {
    let mut text = Vec::new();
    let packed = std::fs::File::open(kineto("vllm_mock_attn_decode_aligned")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut text).unwrap();
    text
}

#[test]
fn a_plain_file_a_list_and_a_compressed_file_are_one_trace() {
    let text = small();
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
    // Keys in any order: arguments may come before what they belong to.
    let list = serde_json::to_vec(&value["traceEvents"]).unwrap();
    let wanted = kernels(&open(&kineto("vllm_mock_attn_decode_aligned")).unwrap(), None);
    for bytes in [text, serde_json::to_vec_pretty(&value).unwrap(), list] {
        assert_eq!(kernels(&open(file(&bytes).path()).unwrap(), None), wanted);
    }
}

#[test]
fn ranges_and_modules_are_read_and_their_names_are_only_names() {
    let event = |cat: &str, name: &str, ts: &str, dur: &str, args: &str| {
        format!(
            "{{\"ph\":\"X\",\"cat\":\"{cat}\",\"name\":\"{name}\",\"pid\":7,\"tid\":7,\"ts\":{ts},\"dur\":{dur},\"args\":{args}}}"
        )
    };
    let events = [
        event("user_annotation", "ProfilerStep#1", "1790857026000000.000", "100.5", "{}"),
        event("python_function", "nn.Module: Attention_0", "1790857026000001.001", "90", "{}"),
        event("python_function", "forward", "1790857026000001.002", "89", "{}"),
        event("gpu_user_annotation", "ProfilerStep#1", "1790857026000050", "20", "{}"),
        event("cuda_runtime", "cudaLaunchKernel", "1790857026000010.007", "2", "{\"correlation\": 5}"),
        event(
            "kernel",
            "void f<1>(int)",
            "1790857026000050.123",
            "19.457",
            "{\"device\":0,\"stream\":7,\"correlation\":5,\"grid\":[4,2,1],\"block\":[64,1,1],\"est. achieved occupancy %\": nan}",
        ),
    ];
    let trace = open(file(format!("{{\"traceEvents\": [{}]}}", events.join(",\n")).as_bytes()).path()).unwrap();
    let op = trace.op(0);
    assert_eq!((op.start, op.duration()), (1_790_857_026_000_050_123, 19_457));
    assert_eq!(trace.shape(op.shape).grid, [4, 2, 1]);
    let around: Vec<&str> = trace
        .ranges
        .innermost_first(trace.launch_context(0))
        .map(|range| trace.names.range(trace.ranges.name(range)).text.as_str())
        .collect();
    assert_eq!(around, ["nn.Module: Attention_0", "ProfilerStep#1"]);
}

#[test]
fn kernels_stretched_by_the_profiler_are_said() {
    let kernel = |at: u32, long: u32| {
        format!(
            "{{\"ph\":\"X\",\"cat\":\"kernel\",\"name\":\"k\",\"pid\":0,\"tid\":7,\"ts\":{at},\"dur\":{long},\"args\":{{\"device\":0,\"stream\":7}}}}"
        )
    };
    let warnings = |long: u32| {
        let events: Vec<String> = (0..20).map(|n| kernel(n * 10, long)).collect();
        let trace = open(file(format!("[{}]", events.join(",")).as_bytes()).path()).unwrap();
        trace.warnings.join("\n")
    };
    assert!(warnings(12).contains("stream 7 of device 0 works 119 % of the time"), "{}", warnings(12));
    assert_eq!(warnings(10), "");
}

#[test]
fn what_is_no_trace_says_where_and_what_to_do() {
    let text = small();
    let damaged =
        String::from_utf8(text.clone()).unwrap().replacen("\"correlation\": ", "\"correlation\" ", 1).into_bytes();
    let packed = std::fs::read(kineto("vllm_mock_attn_decode_aligned")).unwrap();
    let mut said = String::new();
    for (what, bytes) in [
        ("cut off", text[..text.len() / 2].to_vec()),
        ("cut off, compressed", packed[..packed.len() / 2].to_vec()),
        ("damaged", damaged),
        ("something else", b"{\"models\": []}".to_vec()),
        ("compressed, something else", gzip(b"SQLite format 3")),
        ("settings", b"[Unit]\nDescription=x\n".to_vec()),
        ("no JSON", b"[{]".to_vec()),
        ("followed by more", b"{\"traceEvents\": []} {}".to_vec()),
        ("an empty trace", b"[]".to_vec()),
    ] {
        let file = file(&bytes);
        let shown = file.path().display().to_string();
        let problem = open(file.path()).err().map_or_else(|| "read".to_owned(), |problem| support::render(&[problem]));
        said += &format!("## {what}\n{}\n", problem.replace(&shown, "FILE"));
    }
    insta::with_settings!({snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/bad_traces"), prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("kineto", said);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_damaged_trace_is_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut text = small();
        let at = at.index(text.len());
        text[at] = byte;
        if cut {
            text.truncate(at);
        }
        let _ = open(file(&text).path());
    }
}
