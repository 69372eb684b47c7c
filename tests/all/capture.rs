//! `align capture` with a program that stands in for Nsight Systems.

#![cfg(unix)]

mod waiting;

use crate::support::program::{align_in, code, text};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const NEW: &str = "NVIDIA Nsight Systems version 2025.3.2.474-253236389321v0\n";
const OLD: &str = "NVIDIA Nsight Systems version 2021.3.1.54-ee9c30a\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder to capture in, with a profiler of its own, `./nsys`.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self::with("vllm_mock_attn_decode_no_graph")
    }

    /// Whose profiler exports this shipped trace.
    fn with(trace: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let data = root().join("tests/data/capture");
        std::fs::copy(data.join("nsys"), place.at("nsys")).unwrap();
        std::fs::set_permissions(place.at("nsys"), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::copy(data.join("help"), place.at("help")).unwrap();
        std::fs::copy(root().join(format!("snapshots/traces/{trace}.sqlite")), place.at("trace.sqlite")).unwrap();
        place.write("version", NEW).write("extension", ".nsys-rep")
    }

    fn old() -> Self {
        let place = Self::new();
        std::fs::copy(root().join("tests/data/capture/old-help"), place.at("help")).unwrap();
        place.write("version", OLD)
    }

    fn write(self, name: &str, content: &str) -> Self {
        std::fs::write(self.at(name), content).unwrap();
        self
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        align_in(self.folder.path(), &[&["capture", "--nsys", "./nsys"], arguments].concat())
    }

    /// How the profiler was called to record or to export.
    fn calls(&self) -> Vec<String> {
        let calls = std::fs::read_to_string(self.at("calls")).unwrap_or_default();
        let questions = ["[--version]", "[profile][--help]"];
        calls.lines().filter(|call| !questions.contains(call)).map(str::to_owned).collect()
    }

    /// What a capture may leave, and what it must not.
    fn files(&self) -> Vec<String> {
        let own = [
            "nsys",
            "help",
            "version",
            "extension",
            "calls",
            "trace.sqlite",
            "export-fails",
            "export-races",
            "no-report",
        ];
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| !own.contains(&name.as_str()));
        names.sort();
        names
    }
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/capture"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What a run says on both streams.
fn both(output: &Output) -> String {
    format!("exit code {}\n\n{}\n-- stderr --\n{}", code(output), text(&output.stdout), text(&output.stderr))
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", both(output)))
}

/// Every preset, as the command line asks for it.
const PRESETS: &[(&str, &[&str])] = &[
    ("single", &["python", "x.py"]),
    ("mock", &["--for", "mock", "--", "python", "x.py", "--iters", "50"]),
    ("e2e", &["--for", "e2e", "python", "x.py", "a b"]),
    ("e2e-single", &["--for", "e2e", "--kind", "single", "--warmup", "excluded", "--delay", "30", "python", "x.py"]),
    ("forked-engine", &["--for", "e2e", "--capture-range", "cudaProfilerApi", "python", "x.py"]),
    ("nvtx-range", &["--for", "mock", "--capture-range", "nvtx:measured@*", "-o", "out/a.nsys-rep", "python", "x.py"]),
    ("mpi", &["--kind", "mpi", "--ranks", "4", "--duration", "20", "mpirun", "-n", "4", "python", "x.py"]),
    (
        "server",
        &["--kind", "server", "--wait-for", "http://localhost:8000/health", "--load", "load 'a b'", "serve", "m"],
    ),
    ("server-duration", &["--kind", "server", "--wait-for", "tcp:h:1", "--duration", "10", "--force", "serve", "m"]),
    ("server-load-limited", &["--kind", "server", "--wait-for", "text:up", "--duration", "9", "--load", "c", "serve"]),
    ("server-range", &["--kind", "server", "--capture-range", "cudaProfilerApi", "serve", "m"]),
];

#[test]
fn every_preset_has_its_commands() {
    let place = Place::new();
    let mut shown = String::new();
    for (name, arguments) in PRESETS {
        let output = place.run(&[&["--dry-run", "--quiet"], *arguments].concat());
        assert_eq!(code(&output), 0, "{}", both(&output));
        shown += &format!("{name}\n{}\n", text(&output.stdout));
    }
    snapshot("presets", &shown);
    assert!(place.calls().is_empty() && place.files().is_empty(), "a dry run runs nothing");
}

#[test]
fn a_plan_gives_each_option_with_its_reason() {
    let place = Place::new();
    let mut shown = String::new();
    for (name, arguments) in PRESETS.iter().filter(|(name, _)| ["mock", "e2e", "nvtx-range", "server"].contains(name)) {
        shown += &format!("{name}\n\n{}\n", text(&place.run(&[&["--dry-run"], *arguments].concat()).stdout));
    }
    snapshot("plans", &shown);
}

#[test]
fn programs_read_the_same_plan() {
    let server = PRESETS.iter().find(|(name, _)| *name == "server-load-limited").unwrap().1;
    let output = Place::new().run(&[&["--dry-run", "--format", "json"], server].concat());
    snapshot("plan-json", &text(&output.stdout));
}

#[test]
fn what_an_old_profiler_lacks_is_left_out_and_said() {
    let place = Place::old();
    let mut shown = String::new();
    for arguments in [&["--for", "mock", "x"][..], &["--for", "e2e", "--capture-range", "cudaProfilerApi", "x"]] {
        shown += &format!("{}\n", text(&place.run(&[&["--dry-run"], arguments].concat()).stdout));
    }
    snapshot("old", &shown);
}

#[test]
fn a_capture_is_recorded_exported_and_judged() {
    let place = Place::new();
    let output = place.run(&["--for", "mock", "--", "echo", "hello", "a b"]);
    snapshot("captured", &both(&output));
    assert_eq!(code(&output), 0);
    assert_eq!(place.files(), ["mock.nsys-rep", "mock.sqlite"]);
    let calls = place.calls();
    let profile = "[profile][--trace=cuda,nvtx][--sample=none][--cpuctxsw=none][--cuda-graph-trace=node]\
                   [--output=mock][echo][hello][a b]";
    assert_eq!(calls[0], profile);
    assert!(calls[1].starts_with("[export][--type=sqlite][--output=") && calls.len() == 2, "{calls:?}");
}

#[test]
fn programs_read_what_was_captured() {
    let place = Place::new();
    let output = place.run(&["--for", "mock", "--format", "json", "true"]);
    let answer = json(&output);
    assert_eq!(answer["run"], serde_json::json!({"exit_code": 0, "ended_by": null, "load_exit_code": null}));
    assert_eq!((&answer["trace"], &answer["plan"]["kind"]), (&"mock.sqlite".into(), &"single".into()));
    let kernels = serde_json::json!({"aspect": "gpu-data", "grade": "good", "says": "217 kernels"});
    assert_eq!(answer["quality"][0], kernels);
}

#[test]
fn the_profiler_is_found_on_the_path_and_its_lack_is_explained() {
    let place = Place::new();
    let run = |path: &Path, dry: bool| {
        let arguments: &[&str] =
            if dry { &["capture", "--dry-run", "-q", "/bin/true"] } else { &["capture", "/bin/true"] };
        let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
        command.args(arguments).current_dir(place.folder.path()).env("COLUMNS", "100").env("PATH", path);
        command.output().unwrap()
    };
    let path = format!("{}:{}", place.folder.path().display(), std::env::var("PATH").unwrap());
    assert_eq!(code(&run(Path::new(&path), false)), 0);
    let none = tempfile::tempdir().unwrap();
    let missing = run(none.path(), false);
    snapshot("no-nsys", &both(&missing));
    assert_eq!(code(&missing), 2);
    assert_eq!(code(&run(none.path(), true)), 0, "a plan needs no profiler");
    let named = align_in(place.folder.path(), &["capture", "--dry-run", "--nsys", "./none", "x"]);
    assert_eq!(code(&named), 2, "one that is named must be there");
    let other = place.write("version", "something else 1.0\n").run(&["true"]);
    assert_eq!(code(&other), 2);
    assert!(text(&other.stderr).contains("is not Nsight Systems"), "{}", both(&other));
}

#[test]
fn a_command_that_fails_is_an_error_though_its_trace_is_judged() {
    let place = Place::new();
    let output = place.run(&["--", "sh", "-c", "exit 7"]);
    assert_eq!(code(&output), 3);
    assert!(text(&output.stderr).contains("the command failed") && text(&output.stderr).contains("exit code 7"));
    assert!(text(&output.stdout).contains("217 kernels"), "{}", both(&output));
}

#[test]
fn a_command_that_the_duration_ends_did_not_fail() {
    let place = Place::new();
    assert_eq!(code(&place.run(&["--duration", "5", "--", "sh", "-c", "exit 143"])), 0);
}

#[test]
fn an_export_that_fails_leaves_the_report_and_nothing_half() {
    let place = Place::new().write("export-fails", "");
    let output = place.run(&["true"]);
    snapshot("export-fails", &both(&output));
    assert_eq!(code(&output), 3);
    assert_eq!(place.files(), ["capture.nsys-rep"]);
}

#[test]
fn a_file_that_appears_meanwhile_stays_and_is_named() {
    let place = Place::new().write("export-races", "");
    let output = place.run(&["true"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("error[unwritable-file]: `capture.sqlite` cannot be written"));
    assert_eq!(std::fs::read_to_string(place.at("capture.sqlite")).unwrap(), "theirs\n");
    assert_eq!(place.files(), ["capture.nsys-rep", "capture.sqlite"]);
}

#[test]
fn nothing_is_overwritten_unless_it_is_said() {
    for name in ["mine.nsys-rep", "mine.sqlite", "mine.qdstrm"] {
        let place = Place::new().write(name, "mine");
        let output = place.run(&["-o", "mine", "true"]);
        assert_eq!(code(&output), 2, "{name}");
        assert!(text(&output.stderr).contains("`--force`"), "{}", both(&output));
        assert!(place.calls().is_empty(), "nothing is run");
        assert_eq!(std::fs::read_to_string(place.at(name)).unwrap(), "mine");
        let forced = place.run(&["-o", "mine", "--force", "true"]);
        assert_eq!(code(&forced), 0, "{}", both(&forced));
        assert!(place.calls()[0].contains("[--force-overwrite=true]"));
        assert_eq!(place.files(), ["mine.nsys-rep", "mine.sqlite"]);
    }
    let missing = Place::new().run(&["-o", "none/mine", "true"]);
    assert_eq!(code(&missing), 2);
    assert!(text(&missing.stderr).contains("no folder `none`"), "{}", both(&missing));
}

#[test]
fn a_trace_without_kernels_is_no_capture() {
    let place = Place::with("vllm_no_gpu_data_mp_fork");
    let output = place.run(&["--for", "e2e", "-q", "true"]);
    snapshot("no-kernels", &both(&output));
    assert_eq!(code(&output), 3);
    assert_eq!(place.files(), ["e2e.nsys-rep", "e2e.sqlite"]);
}

#[test]
fn no_report_is_explained_by_what_is_there_instead() {
    let range = ["--capture-range", "cudaProfilerApi", "true"];
    let mut shown = String::new();
    for (extension, no_report, arguments) in
        [(".nsys-rep", true, &["true"][..]), (".nsys-rep", true, &range), (".qdstrm", false, &["true"])]
    {
        let mut place = Place::new().write("extension", extension);
        if no_report {
            place = place.write("no-report", "");
        }
        let output = place.run(&[&["-q"], arguments].concat());
        assert_eq!(code(&output), 3);
        shown += &format!("{}\n", text(&output.stderr));
    }
    snapshot("no-report", &shown);
    let old = Place::old().write("extension", ".qdrep");
    assert_eq!(code(&old.run(&["true"])), 0, "the name that reports had once");
}

#[test]
fn contradictions_are_refused_all_at_once() {
    let place = Place::new();
    let mut shown = String::new();
    for arguments in [
        &["--kind", "server", "--warmup", "excluded", "-o", "rank%p", "x"][..],
        &["--output=-a", "x"],
        &["--load", "y", "x"],
        &["--wait-for", "tcp:h:1", "x"],
        &["--", "-x"],
        &["--wait-for", "https://host/health", "x"],
        &["--load", "'y", "x"],
        &["--capture-range", "nvtx", "x"],
        &["--judge", "trace.sqlite", "x"],
        &[],
    ] {
        let output = place.run(arguments);
        assert_eq!(code(&output), 2, "{}", both(&output));
        shown += &format!("$ {}\n{}\n", arguments.join(" "), text(&output.stderr));
    }
    snapshot("contradictions", &shown);
    assert!(place.calls().is_empty());
}

#[test]
fn any_trace_can_be_judged_without_running_anything() {
    let judge = |name: &str, options: &[&str]| {
        let trace = format!("snapshots/traces/{name}.sqlite");
        align_in(root(), &[&["capture", "--judge", &trace], options].concat())
    };
    let mut shown = String::new();
    for (name, options, expected) in [
        ("vllm_e2e_eager", &["--for", "e2e"][..], 0),
        ("hf_mock_attn_decode_no_nvtx", &["--for", "mock", "--warmup", "excluded"], 0),
        ("hf_two_processes", &["--ranks", "4"], 1),
        ("hf_e2e_graph_level_trace", &["-q"], 3),
        ("hf_no_gpu_client", &["--format", "json"], 3),
    ] {
        let output = judge(name, options);
        assert_eq!(code(&output), expected, "{}", both(&output));
        shown += &format!("{}\n", text(&output.stdout));
    }
    snapshot("judged", &shown);
    assert_eq!(code(&judge("none", &[])), 3);
}

#[test]
fn nothing_of_the_environment_is_shown() {
    let place = Place::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
    command.args(["capture", "--nsys", "./nsys", "--format", "json", "-v", "true"]);
    let output = command.current_dir(place.folder.path()).env("A_TOKEN", "hush-hush").output().unwrap();
    assert_eq!(code(&output), 0);
    assert!(!both(&output).contains("hush-hush") && !both(&output).contains("A_TOKEN"));
}
