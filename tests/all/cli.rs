//! The binary as people and CI use it: arguments, streams, exit codes.

use std::path::Path;
use std::process::{Command, Output};

fn align(arguments: &[&str]) -> Output {
    align_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

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

fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed by a signal")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Exit code, stdout and stderr in one snapshot.
fn snapshot(name: &str, output: &Output) {
    let shown =
        format!("exit code {}\n--- stdout\n{}--- stderr\n{}", code(output), text(&output.stdout), text(&output.stderr));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/cli"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"/\S*/(empty|project)\b", "FOLDER");
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

const DECODE: [&str; 4] = ["check", "specs/attention.toml", "--case", "decode"];

fn decode(more: &[&'static str]) -> Output {
    let arguments: Vec<&str> = DECODE.iter().chain(more).copied().collect();
    align(&arguments)
}

#[test]
fn the_main_job_passes_on_the_golden_traces() {
    let output = align(&["check", "specs/attention.toml"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    snapshot("main-job", &output);
}

#[test]
fn every_shipped_spec_passes_on_its_own_traces() {
    let output = align(&["check", "specs", "--format", "concise", "--today", "2026-01-01"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stdout));
    snapshot("all-specs", &output);
}

/// A spec that no trace has shown right is left out of a folder by name, and says so where it is used.
#[test]
fn what_is_not_proven_is_never_a_silent_pass() {
    let folder = align(&["check", "specs", "--format", "concise"]);
    let said = text(&folder.stderr);
    assert!(said.contains("left out, not yet proven on a trace: specs/all-reduce.toml, specs/mla.toml"), "{said}");
    assert!(!text(&folder.stdout).contains("mla"), "{}", text(&folder.stdout));
    let trace = "specs/traces/mla-flashmla.trace";
    let used = align(&["check", "specs/mla.toml", "--mock", trace, "--e2e", trace]);
    assert_eq!(code(&used), 0, "{}", text(&used.stderr));
    snapshot("unproven", &used);
    let alone = align(&["check", "specs/mla.toml"]);
    assert_eq!(code(&alone), 2);
    assert!(text(&alone.stderr).contains("no mock trace is given"), "{}", text(&alone.stderr));
    let only = tempfile::tempdir().expect("a folder");
    std::fs::copy("specs/mla.toml", only.path().join("mla.toml")).expect("copied");
    assert_eq!(code(&align(&["check", &only.path().display().to_string()])), 4);
}

#[test]
fn a_finding_is_exit_code_1() {
    assert_eq!(code(&decode(&["--mock", "snapshots/traces/vllm_mock_attn_decode_missing_kv.sqlite"])), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_does_not_pass() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the device is there");
    let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
    let output = command.args(DECODE).current_dir(env!("CARGO_MANIFEST_DIR")).stdout(full).output();
    let output = output.expect("the binary runs");
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("error: the output cannot be written whole"), "{}", text(&output.stderr));
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe.toml").display().to_string();
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    for path in [pipe.as_str(), "/dev/null", "/dev/zero"] {
        let output = align(&["check", path]);
        assert_eq!(code(&output), 2, "{path}");
        assert!(text(&output.stderr).contains("no regular file"), "{}", text(&output.stderr));
        let output = align(&["check", "specs/attention.toml", "--case", "decode", "--mock", path]);
        assert_eq!(code(&output), 3, "{path}");
        assert_eq!(code(&align(&["pack", "--check", path])), 3, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_suggested_for_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("loop.toml");
    std::os::unix::fs::symlink(&link, &link).expect("a link");
    let output = align(&["check", &link.display().to_string()]);
    assert_eq!(code(&output), 2);
    let said = text(&output.stderr);
    assert!(said.contains("a symbolic link") && !said.contains("did you mean"), "{said}");
}

#[test]
fn an_empty_case_name_picks_the_case_without_a_name_or_says_the_names() {
    let output = align(&["check", "specs/attention.toml", "--case", ""]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("`decode`"), "{}", text(&output.stderr));
    let folder = tempfile::tempdir().expect("a folder");
    let spec = folder.path().join("unnamed.toml");
    let traces = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/traces");
    let content = format!(
        "align = 1\n[spec]\nname = 'a/b'\nop = 'attention'\n\
         [mock]\ntrace = '{traces}/hf_mock_attn_decode_aligned.sqlite'\nwithin = ['measured']\neach = {{ range = 'iter' }}\n\
         [e2e]\ntrace = '{traces}/hf_e2e_eager.sqlite'\nwithin = ['measured', 'forward:decode:*']\neach = {{ module = '*.self_attn' }}\n"
    );
    std::fs::write(&spec, content).expect("written");
    let spec = spec.display().to_string();
    let output = align(&["check", &spec, "--case", "decode"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("leave --case out"), "{}", text(&output.stderr));
    let output = align(&["check", &spec, "--case", ""]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
}

#[test]
fn a_bad_argument_is_exit_code_2() {
    assert_eq!(code(&align(&["check", "--fail-on", "everything", "specs/attention.toml"])), 2);
    assert_eq!(code(&align(&["chekc"])), 2);
    for day in
        ["--today=2026-02-30", "--today=-2026-01-01", "--today=+2026-01-01", "--today=0000-01-01", "--today=26-1-1"]
    {
        assert_eq!(code(&decode(&[day])), 2, "{day}");
    }
    snapshot("unknown-case", &align(&["check", "specs/attention.toml", "--case", "decod"]));
    snapshot(
        "ambiguous-override",
        &align(&["check", "specs/attention.toml", "--mock", "snapshots/traces/hf_e2e_graph.sqlite"]),
    );
}

#[test]
fn a_spec_that_is_not_there_is_exit_code_2_and_names_the_nearest() {
    snapshot("missing-spec", &align(&["check", "specs/atention.toml"]));
}

#[test]
fn a_trace_that_cannot_be_read_is_exit_code_3() {
    snapshot("missing-trace", &decode(&["--e2e", "snapshots/traces/none.sqlite"]));
    snapshot("no-trace", &decode(&["--e2e", "Cargo.toml"]));
}

#[test]
fn a_trace_that_lacks_what_is_needed_is_exit_code_3() {
    let whole = decode(&["--e2e", "snapshots/traces/hf_e2e_graph_level_trace.sqlite"]);
    assert_eq!(code(&whole), 3);
    snapshot("graph-level-trace", &whole);
    assert_eq!(code(&decode(&["--e2e", "snapshots/traces/vllm_no_gpu_data_mp_fork.sqlite"])), 3);
}

#[test]
fn nothing_to_check_is_exit_code_4() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let output = align(&["check", empty.to_str().unwrap()]);
    assert_eq!(code(&output), 4);
    snapshot("no-specs", &output);
    assert_eq!(code(&align_in(&empty, &["check"])), 4);
}

#[test]
fn an_op_that_is_not_there_fails_with_what_was_tried() {
    // Attention of another framework: nothing of the spec's list, nothing like the mock.
    let output = decode(&["--e2e", "snapshots/traces/hf_e2e_eager.sqlite"]);
    assert_eq!(code(&output), 1);
    snapshot("empty-selection", &output);
}

#[test]
fn a_pattern_that_matches_nothing_lists_the_kernels_that_are_there() {
    let output = align(&["check", "tests/data/misspelt_pattern.toml", "--case", "decode"]);
    assert_eq!(code(&output), 1);
    snapshot("misspelt-pattern", &output);
}

#[test]
fn json_is_one_valid_document_whatever_happens() {
    let runs = [
        align(&["check", "specs/attention.toml", "--format", "json"]),
        decode(&["--format", "json", "--e2e", "snapshots/traces/none.sqlite"]),
        align(&["check", "specs/none.toml", "--format", "json"]),
        decode(&["--format", "json", "--e2e", "snapshots/traces/hf_e2e_graph_level_trace.sqlite"]),
    ];
    for output in runs {
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(value["format"], 1);
        assert!(
            value["cases"].as_array().is_some_and(|c| !c.is_empty())
                || value["problems"].as_array().is_some_and(|p| !p.is_empty())
        );
    }
}

#[test]
fn colour_is_only_where_it_is_asked_for() {
    let plain = align(&["check", "specs/attention.toml"]);
    assert!(!plain.stdout.contains(&0x1b));
    let coloured = align(&["check", "specs/attention.toml", "--color", "always"]);
    assert!(coloured.stdout.contains(&0x1b));
}

#[test]
fn quiet_says_nothing_of_what_passed() {
    let output = align(&["check", "specs/attention.toml", "--quiet"]);
    assert_eq!((code(&output), text(&output.stdout)), (0, String::new()));
}

#[test]
fn the_severity_that_fails_can_be_lowered() {
    assert_eq!(code(&decode(&["--fail-on", "note"])), 1);
    assert_eq!(code(&decode(&["--fail-on", "error"])), 0);
}

#[test]
fn an_installed_binary_alone_checks_a_users_spec() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    std::fs::create_dir(&project).unwrap();
    for (from, to) in [("vllm_mock_attn_decode_block16_cold_l2", "mock"), ("vllm_e2e_graph", "e2e")] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/traces/{from}.sqlite"));
        std::fs::copy(from, project.join(format!("{to}.sqlite"))).unwrap();
    }
    let spec = "align = 1\n[spec]\nname = \"mine\"\nop = \"attention\"\nextends = \"builtin:base/vllm\"\n\
                [mock]\ntrace = \"mock.sqlite\"\nwarmup = 1\n[e2e]\ntrace = \"e2e.sqlite\"\nwithin = [\"step:*:decode\"]\n\
                [latency]\nwithin = \"15%\"\nreason = \"the flush evicts more\"\n\
                [[kernel]]\nname = \"attention\"\nmatch = \"*FlashAttnFwd*\"\ncount = 2\ncritical = true\n";
    std::fs::write(project.join("mine.toml"), spec).unwrap();
    let output = align_in(&project, &["check", "mine.toml"]);
    assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
    std::fs::write(project.join("align.toml"), "specs = [\"mine.toml\"]\nfail-on = \"note\"\n").unwrap();
    assert_eq!(code(&align_in(&project, &["check"])), 1, "the project's own severity holds");
}

#[test]
fn every_check_and_issue_is_explained_offline() {
    snapshot("explain", &align(&["explain"]));
    snapshot("explain-latency-ratio", &align(&["explain", "latency-ratio"]));
    snapshot("explain-cache-warm", &align(&["explain", "cache-warm"]));
    let unknown = align(&["explain", "cache-wram"]);
    assert_eq!(code(&unknown), 2);
    snapshot("explain-unknown", &unknown);
    snapshot("explain-spec", &align(&["explain", "specs/attention.toml"]));
    snapshot("explain-whole-spec", &align(&["explain", "tests/data/whole-spec.toml"]));
    snapshot("explain-base", &align(&["explain", "builtin:base/vllm"]));
    snapshot("explain-key", &align(&["explain", "latency.within"]));
    snapshot("explain-table", &align(&["explain", "spec.case.mock.each"]));
    snapshot("explain-misspelt-spec", &align(&["explain", "vlm/attention"]));
    assert_eq!(align(&["explain", "vllm/attention"]).stdout, align(&["explain", "specs/attention.toml"]).stdout);
    assert_eq!(code(&align(&["explain", "tests/specs/unknown-key.toml"])), 2, "its mistakes are shown");
    snapshot("explain-unlike-anything", &align(&["explain", "zzzz"]));
    snapshot("explain-no-cuda-graph", &align(&["explain", "no-cuda-graph"]));
    snapshot("explain-module-missing", &align(&["explain", "module-missing"]));
    snapshot("explain-gemm-tile-drift", &align(&["explain", "gemm-tile-drift"]));
    snapshot("explain-inconclusive", &align(&["explain", "inconclusive"]));
    for name in ["PASS", "FAIL", "INCONCLUSIVE", "SKIPPED", "latency", "docs/latency.md", "rules", "writing-a-spec"] {
        assert_eq!(code(&align(&["explain", name])), 0, "{name}");
    }
    let list = text(&align(&["explain"]).stdout);
    let names: Vec<&str> = list
        .lines()
        .filter_map(|l| l.trim().strip_prefix("- ").or(l.trim().strip_prefix("• ")))
        .filter_map(|l| l.split('`').nth(1))
        .collect();
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert_eq!(code(&align(&["explain", name])), 0, "{name}");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    assert_eq!(code(&align(&["--help"])), 0);
    assert_eq!(code(&align(&["--version"])), 0);
    snapshot("help", &align(&["--help"]));
    snapshot("help-check", &align(&["check", "--help"]));
}

/// A folder with a copy of a shipped spec.
fn folder_with(spec: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(spec), folder.path().join("spec.toml")).expect("copied");
    folder
}

fn write_known(folder: &Path, mock: &str, e2e: &str, more: &[&str]) -> Output {
    let trace = |name: &str| format!("{}/snapshots/traces/{name}.sqlite", env!("CARGO_MANIFEST_DIR"));
    let (mock, e2e) = (trace(mock), trace(e2e));
    let fixed = ["check", "spec.toml", "--case", "decode", "--mock", &mock, "--e2e", &e2e, "--write-known", "--quiet"];
    align_in(folder, &[&fixed, more].concat())
}

#[test]
fn a_baseline_is_written_once_and_says_what_it_wrote() {
    let folder = folder_with("specs/hf/attention.toml");
    let write = || write_known(folder.path(), "hf_mock_attn_decode_missing_rotary_extra", "hf_e2e_eager_b2_s512", &[]);
    let before = std::fs::read_to_string(folder.path().join("spec.toml")).expect("readable");
    let first = write();
    assert_eq!(code(&first), 0, "{}", text(&first.stderr));
    snapshot("write-known", &first);
    let after = std::fs::read_to_string(folder.path().join("spec.toml")).expect("readable");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/cli"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("write-known-entries", after.strip_prefix(&before).expect("appended")));
    snapshot("write-known-again", &write());
    assert_eq!(std::fs::read_to_string(folder.path().join("spec.toml")).expect("readable"), after);
}

#[test]
fn what_cannot_be_excused_is_refused_with_the_evidence() {
    let folder = folder_with("specs/attention.toml");
    let other = write_known(folder.path(), "vllm_mock_attn_decode_wrong_backend", "vllm_e2e_eager", &[]);
    assert_eq!(code(&other), 2);
    snapshot("write-known-refused", &other);
    let spec = std::fs::read(folder.path().join("spec.toml")).expect("readable");
    assert_eq!(spec, std::fs::read("specs/attention.toml").expect("readable"));
    let builtin = ["check", "builtin:attention", "--case", "decode", "--write-known", "--e2e"];
    let traces =
        ["snapshots/traces/vllm_e2e_eager.sqlite", "--mock", "snapshots/traces/vllm_mock_attn_decode_aligned.sqlite"];
    let output = align(&[&builtin[..], &traces].concat());
    assert!(code(&output) == 2 && text(&output.stderr).contains("is part of the program"), "{}", text(&output.stderr));
}

#[test]
fn a_day_and_a_link_are_kept_and_a_file_that_is_read_only_is_not_written() {
    let folder = folder_with("specs/attention.toml");
    let real = folder.path().join("real.toml");
    std::fs::rename(folder.path().join("spec.toml"), &real).expect("renamed");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&real, folder.path().join("spec.toml")).expect("linked");
    let write = |more: &[&str]| write_known(folder.path(), "vllm_mock_attn_decode_aligned", "vllm_e2e_eager", more);
    let mut permissions = std::fs::metadata(&real).expect("there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&real, permissions.clone()).expect("set");
    let refused = write(&[]);
    assert!(
        code(&refused) == 2 && text(&refused.stderr).contains("cannot be written: it is read-only"),
        "{}",
        text(&refused.stderr)
    );
    #[allow(clippy::permissions_set_readonly_false, reason = "a file of the test's own")]
    permissions.set_readonly(false);
    std::fs::set_permissions(&real, permissions).expect("set");
    let output = write(&["--until", "2999-12-31"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(std::fs::read_to_string(&real).expect("readable").ends_with("until = 2999-12-31\n"));
    assert!(folder.path().join("spec.toml").is_symlink());
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 2, "nothing is left behind");
    assert_eq!(code(&align(&["check", "specs", "--until", "2999-12-31"])), 2);
}

#[test]
fn lint_needs_no_traces_and_its_exit_code_is_that_of_what_it_found() {
    for arguments in [&["lint"][..], &["lint", "specs"]] {
        let output = align(arguments);
        assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
        assert!(text(&output.stdout).ends_with("linted: nothing to remark\n"), "{}", text(&output.stdout));
    }
    let dead = "tests/lint/dead-pattern/report/spec.toml";
    assert_eq!(code(&align(&["lint", dead])), 1);
    assert_eq!(code(&align(&["lint", dead, "--fail-on", "error"])), 0);
    assert_eq!(code(&align(&["lint", "tests/lint/known-difference-without-reason/silent", "--fail-on", "note"])), 0);
    let broken = align(&["lint", dead, "tests/specs/unknown-key.toml", "--format", "json"]);
    assert_eq!(code(&broken), 2);
    let json: serde_json::Value = serde_json::from_slice(&broken.stdout).expect("JSON");
    assert!(json["problems"][0]["code"] == "unknown-key" && json["remarks"][0]["code"] == "dead-pattern", "{json}");
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(code(&align_in(folder.path(), &["lint"])), 4);
    assert_eq!(code(&align_in(folder.path(), &["lint", "no-such-folder"])), 2);
    snapshot("explain-lint", &align(&["explain", "dead-pattern"]));
}
