//! `align new spec` as people use it: what it writes, and what it says of wrong input.

use std::path::Path;
use std::process::{Command, Output};

fn align_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_align"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("COLUMNS", "100")
        .output()
        .expect("the binary runs")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn trace(name: &str) -> String {
    format!("snapshots/traces/{name}.sqlite")
}

fn new_spec(mock: &str, e2e: &str, more: &[&str]) -> Output {
    let (mock, e2e) = (trace(mock), trace(e2e));
    let arguments: Vec<&str> = ["new", "spec", "--mock", &mock, "--e2e", &e2e].iter().chain(more).copied().collect();
    align_in(root(), &arguments)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn snapshot(name: &str, shown: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/cli"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

#[test]
fn a_spec_is_written_once_and_checks_from_anywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("specs");
    std::fs::create_dir(&inner).expect("created");
    for name in ["hf_mock_mlp_decode_aligned", "hf_e2e_eager"] {
        std::fs::copy(root().join(trace(name)), folder.path().join(format!("{name}.sqlite"))).expect("copied");
    }
    let arguments = [
        "new",
        "spec",
        "--mock",
        "hf_mock_mlp_decode_aligned.sqlite",
        "--e2e",
        "hf_e2e_eager.sqlite",
        "-o",
        "specs/mlp.toml",
    ];
    let written = align_in(folder.path(), &arguments);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    snapshot("new-spec", text(&written.stdout));
    let spec = std::fs::read_to_string(inner.join("mlp.toml")).expect("written");
    assert!(spec.contains("trace  = \"../hf_e2e_eager.sqlite\""), "{spec}");
    assert_eq!(std::fs::read_dir(&inner).expect("readable").count(), 1, "nothing else is left");
    let checked = align_in(&inner, &["check", "mlp.toml"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stdout));
    let again = align_in(folder.path(), &arguments);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(inner.join("mlp.toml")).expect("there"), spec, "not overwritten");
    assert!(text(&again.stderr).contains("error[file-exists]: `specs/mlp.toml`"), "{}", text(&again.stderr));
}

#[test]
fn without_an_output_the_spec_alone_goes_to_stdout() {
    let output = new_spec("hf_mock_mlp_decode_aligned", "hf_e2e_eager", &[]);
    assert_eq!(output.status.code(), Some(0));
    let read: toml::Table = toml::from_str(&text(&output.stdout)).expect("TOML");
    assert_eq!(read["align"].as_integer(), Some(1));
    assert!(text(&output.stderr).contains("align check FILE"));
}

#[test]
fn wrong_input_is_answered_with_what_to_do() {
    let mut shown = String::new();
    let mut say = |what: &str, output: &Output| {
        assert!(output.stdout.is_empty(), "{what}");
        let code = output.status.code().expect("not killed");
        shown += &format!("── {what}: exit code {code}\n{}\n", text(&output.stderr));
    };
    let (mock, e2e) = ("hf_mock_attn_decode_aligned", "hf_e2e_eager");
    say("missing file", &new_spec("hf_mock_attn_decode_alined", e2e, &[]));
    let spec = align_in(root(), &["new", "spec", "--mock", "specs/attention.toml", "--e2e", &trace(e2e)]);
    say("a spec as a trace", &spec);
    say("one trace twice", &new_spec(mock, mock, &[]));
    say("swapped", &new_spec(e2e, mock, &[]));
    say("no such folder", &new_spec(mock, e2e, &["-o", "nowhere/a.toml"]));
    say("a folder as output", &new_spec(mock, e2e, &["-o", "specs"]));
    say("a bad pattern", &new_spec(mock, e2e, &["--e2e-module", "["]));
    say("no such family", &new_spec(mock, e2e, &["--after", "family:attn"]));
    say("no GPU data", &new_spec(mock, "hf_no_gpu_client", &[]));
    say("several works", &new_spec("vllm_mock_gemm_decode_aligned", "vllm_e2e_graph", &[]));
    let within = ["--mock-within", "gemm:o_proj"];
    say("several places", &new_spec("vllm_mock_gemm_decode_aligned", "vllm_e2e_graph", &within));
    say("no such module", &new_spec(mock, e2e, &["--e2e-module", "*.self_atn"]));
    say("no such range", &new_spec(mock, e2e, &["--mock-range", "itr"]));
    say("another model", &new_spec(mock, "vllm_e2e_eager", &[]));
    say("another data type", &new_spec("hf_mock_attn_decode_wrong_dtype", "hf_e2e_eager_b2_s512", &[]));
    snapshot("new-spec-wrong-input", shown);
}

#[test]
fn a_draft_that_does_not_pass_is_written_and_said_to() {
    let output = new_spec("vllm_mock_moe_prefill_aligned", "vllm_moe_e2e_eager", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("[[kernel]]"));
    snapshot("new-spec-inconclusive", text(&output.stderr));
}
