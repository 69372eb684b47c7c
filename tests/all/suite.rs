//! `align test`: this repository's own tests hold, and every way in which a test can end is told apart.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A project in a folder of its own: a spec of two cases on shipped traces.
struct Project {
    folder: tempfile::TempDir,
}

const SPEC: &str = r#"
align = 1
[spec]
name    = "team/attention"
op      = "attention"
extends = "builtin:attention"
"#;

const WRONG_SHAPE: &str = r#"
[[test]]
name    = "wrong shape"
case    = "decode"
mock    = "TRACES/vllm_mock_attn_decode_wrong_shape.sqlite"
e2e     = "TRACES/vllm_e2e_eager.sqlite"
"#;

impl Project {
    fn new(tests: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Self { folder };
        project.write("align.toml", "specs = [\"specs\"]\nallow-inconclusive = true\n");
        project.write("specs/attention.test.toml", &format!("{SPEC}{tests}"));
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let traces = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces");
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace("TRACES", &traces.display().to_string())).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn align(&self, arguments: &[&str]) -> Output {
        align(self.folder.path(), arguments)
    }

    /// What people see of it.
    fn shown(&self, arguments: &[&str]) -> String {
        shown(&self.align(arguments))
    }
}

fn align(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_align")).args(arguments).current_dir(folder).output().unwrap()
}

/// What people see, with the exit code and without the folder's name.
fn shown(output: &Output) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(root, "ROOT");
    format!("{}{}exit code {}\n", text(&output.stdout), text(&output.stderr), output.status.code().unwrap())
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/suite"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_test_of_this_repository_is_as_expected() {
    let output = align(Path::new(env!("CARGO_MANIFEST_DIR")), &["test"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
}

#[test]
fn nothing_recorded_fails_until_it_is_blessed() {
    let project = Project::new(&format!("{WRONG_SHAPE}reports = \"inputs-differ\"\n"));
    snapshot("no-snapshot", &project.shown(&["test"]));
    snapshot("bless", &project.shown(&["test", "--bless"]));
    snapshot("blessed-file", &project.read("specs/attention.test.expected"));
    snapshot("as-expected", &project.shown(&["test", "--verbose"]));
}

#[test]
fn other_words_are_wrong_and_shown_as_a_difference() {
    let project = Project::new(&format!("{WRONG_SHAPE}reports = \"inputs-differ\"\n"));
    project.align(&["test", "--bless"]);
    let recorded = project.read("specs/attention.test.expected");
    project.write("specs/attention.test.expected", &recorded.replace("launch-shape", "launch-form"));
    snapshot("wrong", &project.shown(&["test"]));
    assert_eq!(project.align(&["test", "--bless"]).status.code(), Some(0));
    assert_eq!(project.read("specs/attention.test.expected"), recorded);
}

#[test]
fn carriage_returns_of_a_checkout_are_no_difference() {
    let project = Project::new(&format!("{WRONG_SHAPE}reports = \"inputs-differ\"\n"));
    project.align(&["test", "--bless"]);
    let recorded = project.read("specs/attention.test.expected");
    project.write("specs/attention.test.expected", &recorded.replace('\n', "\r\n"));
    assert_eq!(project.align(&["test"]).status.code(), Some(0));
}

#[test]
fn what_is_not_reported_is_missing_and_cannot_be_blessed() {
    let project = Project::new(&format!("{WRONG_SHAPE}reports = [\"inputs-differ\", \"kernel-order\"]\n"));
    snapshot("missing", &project.shown(&["test", "--bless"]));
    assert!(!project.path("specs/attention.test.expected").exists());
}

#[test]
fn what_is_reported_in_vain_is_noisy() {
    let project = Project::new(&format!("{WRONG_SHAPE}silent = \"launch-shape\"\n"));
    snapshot("noisy", &project.shown(&["test"]));
    let project = Project::new(&format!("{WRONG_SHAPE}verdict = \"pass\"\n"));
    snapshot("noisy-verdict", &project.shown(&["test"]));
}

#[test]
fn a_check_that_is_turned_off_is_not_silent() {
    let off = format!("{WRONG_SHAPE}silent = \"latency-ratio\"\n[checks]\nlatency-ratio = \"off\"\n");
    let project = Project::new(&off);
    snapshot("not-run", &project.shown(&["test"]));
}

#[test]
fn a_cause_in_another_place_is_wrong() {
    let order = "reports = [\"module-missing\", \"debug-kernels\"]\n";
    let test = r#"
[spec]
name = "team/attention"
op = "attention"
extends = "builtin:hf/attention"
[[test]]
name = "two defects"
case = "decode"
mock = "TRACES/hf_mock_attn_decode_missing_rotary_extra.sqlite"
e2e  = "TRACES/hf_e2e_eager_b2_s512.sqlite"
"#;
    let project = Project::new("");
    project.write("specs/attention.test.toml", &format!("align = 1{test}{order}"));
    snapshot("wrong-order", &project.shown(&["test"]));
}

#[test]
fn an_inconclusive_case_is_not_a_failed_one() {
    let project = Project::new(&format!("{WRONG_SHAPE}verdict = \"inconclusive\"\n"));
    snapshot("wrong-verdict", &project.shown(&["test"]));
}

#[test]
fn a_trace_that_is_not_there_breaks_the_test() {
    let project =
        Project::new(&format!("{WRONG_SHAPE}verdict = \"fail\"\n").replace("wrong_shape.sq", "wrong_shpe.sq"));
    let output = project.align(&["test", "--format", "concise"]);
    assert_eq!(output.status.code(), Some(3), "{}", shown(&output));
    assert!(shown(&output).contains("1 broken"), "{}", shown(&output));
}

#[test]
fn recordings_of_no_test_are_stale_until_blessed_away() {
    let project = Project::new(&format!("{WRONG_SHAPE}reports = \"inputs-differ\"\n"));
    project.align(&["test", "--bless"]);
    let spec = project.read("specs/attention.test.toml");
    project.write("specs/attention.test.toml", &spec.replace("\"wrong shape\"", "\"another name\""));
    snapshot("stale", &project.shown(&["test"]));
    project.align(&["test", "--bless"]);
    assert_eq!(project.align(&["test"]).status.code(), Some(0));
    assert!(!project.read("specs/attention.test.expected").contains("wrong shape"));
}

#[test]
fn what_is_recorded_of_the_last_test_is_stale_with_it() {
    let project = Project::new(&format!("{WRONG_SHAPE}reports = \"inputs-differ\"\n"));
    project.align(&["test", "--bless"]);
    project.write("specs/attention.test.toml", SPEC);
    project.write("specs/attention.toml", "align = 1\n[spec]\nextends = \"builtin:attention\"\n");
    project.write("specs/attention.expected", "== notes of somebody else\n");
    assert!(project.shown(&["test"]).contains("stale-snapshot"));
    project.align(&["test", "--bless"]);
    assert!(!project.path("specs/attention.test.expected").exists());
    assert_eq!(project.read("specs/attention.expected"), "== notes of somebody else\n");
}

#[test]
fn a_filtered_run_neither_drops_nor_misses_the_others() {
    let more = WRONG_SHAPE.replace("wrong shape", "again");
    let tests = format!("{WRONG_SHAPE}reports = \"inputs-differ\"\n{more}reports = \"inputs-differ\"\n");
    let project = Project::new(&tests);
    assert_eq!(project.align(&["test", "--bless", "--filter", "again"]).status.code(), Some(0));
    assert!(!project.read("specs/attention.test.expected").contains("== wrong shape"));
    project.align(&["test", "--bless"]);
    let both = project.read("specs/attention.test.expected");
    project.align(&["test", "--bless", "--filter", "again"]);
    assert_eq!(project.read("specs/attention.test.expected"), both);
}

#[test]
fn a_file_of_somebody_else_is_not_overwritten() {
    let project = Project::new(&format!("{WRONG_SHAPE}reports = \"inputs-differ\"\n"));
    project.write("specs/attention.test.expected", "my notes\n");
    snapshot("foreign", &project.shown(&["test", "--bless"]));
    assert_eq!(project.read("specs/attention.test.expected"), "my notes\n");
}

/// A rule of a project, with the cases given.
fn with_rule(cases: &[(&str, &str)]) -> Project {
    let project = Project::new("");
    std::fs::remove_file(project.path("specs/attention.test.toml")).unwrap();
    project.write("align.toml", "rules = [\"rules\"]\n");
    project.write("rules/team/no-graph/rule.md", "+++\nseverity = \"error\"\n+++\n# team/no-graph\n\nNo graphs.\n");
    project.write(
        "rules/team/no-graph/rule.rhai",
        "if mock.graph_share > 0.0 { [finding(\"the mock is replayed\").on(mock)] } else { [] }\n",
    );
    for (name, mock) in cases {
        let case = format!(
            "align = 1\n[spec]\nname = \"case\"\nop = \"attention\"\n[mock]\ntrace = \"TRACES/{mock}.sqlite\"\n\
             [e2e]\ntrace = \"TRACES/vllm_e2e_graph.sqlite\"\neach = {{ like = \"mock\" }}\n[[rule]]\nuse = \"team/no-graph\"\n"
        );
        project.write(&format!("rules/team/no-graph/cases/{name}.toml"), &case);
    }
    project
}

const EAGER: &str = "vllm_mock_attn_decode_no_graph";
const GRAPH: &str = "vllm_mock_attn_decode_block16_cold_l2";

#[test]
fn a_rule_without_a_case_that_fails_fails_the_run() {
    let project = with_rule(&[("pass-eager", EAGER)]);
    snapshot("rule-without-a-failing-case", &project.shown(&["test"]));
    let project = with_rule(&[("fail-graph", GRAPH)]);
    project.align(&["test", "--bless"]);
    snapshot("rule-without-a-passing-case", &project.shown(&["test"]));
    let project = with_rule(&[("pass-eager", EAGER), ("fail-graph", GRAPH)]);
    project.align(&["test", "--bless"]);
    snapshot("rule-as-expected", &project.shown(&["test", "-v"]));
}

#[test]
fn a_rules_case_says_what_it_shows_by_its_name() {
    let project = with_rule(&[("pass-graph", GRAPH), ("fail-eager", EAGER), ("graph", GRAPH)]);
    snapshot("rule-cases-the-wrong-way-round", &project.shown(&["test"]));
}

#[test]
fn a_change_that_breaks_a_rule_is_caught_by_its_own_test() {
    let project = with_rule(&[("pass-eager", EAGER), ("fail-graph", GRAPH)]);
    project.align(&["test", "--bless"]);
    assert_eq!(project.align(&["test"]).status.code(), Some(0));
    let script = project.read("rules/team/no-graph/rule.rhai");
    project.write("rules/team/no-graph/rule.rhai", &script.replace("> 0.0", ">= 0.0"));
    assert_eq!(project.align(&["test"]).status.code(), Some(1));
    project.write("rules/team/no-graph/rule.rhai", &script.replace("replayed", "replayed again"));
    assert_eq!(project.align(&["test"]).status.code(), Some(1));
    project.write("rules/team/no-graph/rule.rhai", &script.replace("graph_share", "graph_shar"));
    let output = project.align(&["test"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(shown(&output).contains("graph_share"), "{}", shown(&output));
}

#[test]
fn no_tests_are_no_pass() {
    let project = Project::new("");
    snapshot("no-tests", &project.shown(&["test"]));
    let empty = tempfile::tempdir().unwrap();
    snapshot("no-project", &shown(&align(empty.path(), &["test"])));
}

#[test]
fn a_program_reads_the_same_as_people() {
    let project = Project::new(&format!("{WRONG_SHAPE}reports = [\"inputs-differ\", \"kernel-order\"]\n"));
    let output = project.align(&["test", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["tests"][0]["state"], "missing");
    assert_eq!(document["tests"][0]["problems"][0]["places"][0]["line"], 13);
    snapshot("concise", &project.shown(&["test", "--format", "concise"]));
}

#[test]
fn a_new_rule_passes_its_tests() {
    let folder = tempfile::tempdir().unwrap();
    snapshot("new-rule", &shown(&align(folder.path(), &["new", "rule", "team/few-kernels"])));
    snapshot("new-rule-tested", &shown(&align(folder.path(), &["test", "-v"])));
    snapshot("new-rule-twice", &shown(&align(folder.path(), &["new", "rule", "team/few-kernels"])));
    snapshot("new-rule-bad-name", &shown(&align(folder.path(), &["new", "rule", "../few"])));
    snapshot("new-rule-explained", &shown(&align(folder.path(), &["explain", "team/few-kernels"])));
    std::fs::write(folder.path().join("align.toml"), "").unwrap();
    snapshot("new-rule-nowhere", &shown(&align(folder.path(), &["new", "rule", "team/other"])));
}

#[test]
fn blanks_at_a_lines_end_are_no_difference() {
    let project = Project::new("");
    std::fs::remove_file(project.path("align.toml")).unwrap();
    assert_eq!(project.align(&["new", "rule", "team/blank"]).status.code(), Some(0));
    let script = project.read("rules/team/blank/rule.rhai");
    project.write("rules/team/blank/rule.rhai", &script.replace("timed region\")", "timed region  \")"));
    project.align(&["test", "--bless"]);
    assert_eq!(project.align(&["test"]).status.code(), Some(0), "{}", project.shown(&["test"]));
}
