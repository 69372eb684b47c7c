//! Reports for programs: every format of every golden pair, of every kind of run of the binary, and several at once.

use crate::support::pairs;
use crate::support::program::{align, align_in, code, text};
use crate::support::valid;
use align::outcome::Outcome;
use align::report::{Format, Style, render};
use pairs::RUNS;
use serde_json::{Value, json};
use std::path::Path;
use valid::assert_valid;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("{ROOT}/snapshots/formats"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// One file a format holds all pairs, one after the other; each is valid alone. Left out are SARIF's rules, the same in
/// all, and what makes JSON long.
#[test]
fn every_format_of_every_pair() {
    // The words of pages are in a snapshot of their own.
    for format in Format::ALL.into_iter().filter(|format| !matches!(format, Format::Human | Format::Html)) {
        let mut all = String::new();
        for (pair, outcome) in RUNS.iter() {
            let report = render(outcome, format, &Style::default());
            assert_valid(format.name(), &report);
            let shown = match format {
                Format::Sarif => render(&Outcome { pages: Vec::new(), ..outcome.clone() }, format, &Style::default()),
                Format::Json => in_short(&report),
                _ => report,
            };
            all += &format!("=== {}\n{shown}", pair.title());
        }
        snapshot(format.name(), &all);
    }
}

/// Without excerpts, with numbers to four digits, so that nothing hangs on a last one.
fn in_short(report: &str) -> String {
    fn shorten(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(shorten),
            Value::Object(fields) => {
                for long in ["excerpt", "timeline", "distributions"] {
                    fields.entry(long).and_modify(|value| *value = json!("…"));
                }
                fields.values_mut().for_each(shorten);
            }
            Value::Number(number) if number.is_f64() => {
                let short: f64 = format!("{:.3e}", number.as_f64().unwrap()).parse().unwrap();
                *value = json!(short);
            }
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_str(report).unwrap();
    shorten(&mut value);
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

/// A folder with a spec that fails to load, one whose rule fails, an empty one, and a file that is no trace.
struct Inputs {
    folder: tempfile::TempDir,
}

impl Inputs {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("none")).unwrap();
        std::fs::create_dir_all(at("rules/broken")).unwrap();
        std::fs::write(at("bad.toml"), "align = 1\n[spec]\nname = 'a'\nop = 'b'\nkernal = 1\n").unwrap();
        std::fs::write(at("rules/broken/rule.md"), "+++\nseverity = \"error\"\n+++\n# broken\n\nFails.\n").unwrap();
        std::fs::write(at("rules/broken/rule.rhai"), "let count = mock.instance_cuont;\n").unwrap();
        std::fs::write(at("align.toml"), "rules = ['rules']\n").unwrap();
        std::fs::write(at("no-trace.sqlite"), "version https://git-lfs.github.com/spec/v1\n").unwrap();
        let traces = format!("{ROOT}/snapshots/traces");
        let spec = format!(
            "align = 1\n[spec]\nname = 'a/b'\nop = 'attention'\n\
             [mock]\ntrace = '{traces}/hf_mock_attn_decode_aligned.sqlite'\nwithin = ['measured']\neach = {{ range = 'iter' }}\n\
             [e2e]\ntrace = '{traces}/hf_e2e_eager.sqlite'\nwithin = ['measured', 'forward:decode:*']\n\
             each = {{ module = '*.self_attn' }}\n[[rule]]\nuse = 'broken'\n"
        );
        std::fs::write(at("script.toml"), spec).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

/// Every kind of run: arguments, and how it ends.
fn runs(inputs: &Inputs) -> Vec<(&'static str, Vec<String>, i32)> {
    let decode = |more: &[&str]| {
        let arguments = ["specs/attention.toml", "--case", "decode"];
        arguments.iter().chain(more).map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    vec![
        ("passing", decode(&[]), 0),
        ("failing", decode(&["--mock", "snapshots/traces/vllm_mock_attn_decode_missing_kv.sqlite"]), 1),
        ("refused", decode(&["--e2e", "snapshots/traces/vllm_no_gpu_data_mp_fork.sqlite"]), 3),
        ("bad-spec", vec![inputs.path("bad.toml")], 2),
        ("bad-and-good", [decode(&[]), vec![inputs.path("bad.toml")]].concat(), 2),
        ("bad-trace", decode(&["--mock", &inputs.path("no-trace.sqlite")]), 3),
        ("script-error", vec![inputs.path("script.toml")], 2),
        ("empty", vec![inputs.path("none")], 4),
    ]
}

#[test]
fn every_kind_of_run_is_valid_in_every_format() {
    let inputs = Inputs::new();
    for (name, arguments, ends) in runs(&inputs) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        for format in Format::ALL {
            // Rules are the project's, which is looked for where the run starts.
            let folder = if name == "script-error" { inputs.folder.path() } else { Path::new(ROOT) };
            let output = align_in(folder, &[&["check", "--format", format.name()], arguments.as_slice()].concat());
            let (said, complained) = (text(&output.stdout), text(&output.stderr));
            assert_eq!(code(&output), ends, "{name} as {format}: {said}{complained}");
            assert_valid(format.name(), &said);
            assert!(name != "script-error" || format!("{said}{complained}").contains("broken"), "{said}{complained}");
            assert!(!said.is_empty() || !complained.is_empty(), "{name} as {format} says nothing");
        }
    }
}

#[test]
fn several_reports_come_from_one_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |format: Format| folder.path().join(format!("report.{format}"));
    let mut arguments =
        vec!["check", "specs/attention.toml", "--mock", "snapshots/traces/vllm_mock_attn_decode_missing_kv.sqlite"];
    arguments.extend(["--case", "decode"]);
    let outputs: Vec<String> =
        Format::ALL.iter().map(|format| format!("--output={format}={}", at(*format).display())).collect();
    std::fs::write(at(Format::Json), "an older report").unwrap();
    let several = align(&[arguments.clone(), outputs.iter().map(String::as_str).collect()].concat());
    assert_eq!(code(&several), 1);
    for format in Format::ALL {
        let alone = align(&[arguments.as_slice(), &["--format", format.name()]].concat());
        assert_eq!(std::fs::read_to_string(at(format)).unwrap(), text(&alone.stdout), "{format}");
    }
    assert_eq!(text(&several.stdout), std::fs::read_to_string(at(Format::Human)).unwrap(), "stdout is as without");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), Format::ALL.len(), "nothing is left beside them");
}

#[test]
fn a_run_that_judges_nothing_writes_its_reports() {
    let inputs = Inputs::new();
    let report = inputs.path("report.sarif");
    let output = align(&["check", &inputs.path("bad.toml"), "--output", &format!("sarif={report}")]);
    assert_eq!(code(&output), 2);
    let log = std::fs::read_to_string(&report).expect("the report is there");
    assert_valid("sarif", &log);
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["exitCode"], 2);
    assert!(invocation["toolConfigurationNotifications"][0]["message"]["text"].as_str().unwrap().contains("kernal"));
}

/// Exit code 2, what is said, and nothing judged or written.
fn refused(arguments: &[&str], words: &str) {
    let output = align(&[&["check", "specs/attention.toml", "--case", "decode"], arguments].concat());
    assert_eq!(code(&output), 2, "{arguments:?}");
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
}

#[test]
fn what_cannot_be_followed_is_refused_before_anything_is_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    refused(&["--output", "sraif=a"], "did you mean `sarif`");
    refused(&["--output", "report.sarif"], "FORMAT=FILE");
    refused(&["--output", "json="], "no file is named");
    refused(&["--output", "json=-", "--output", "sarif=-"], "only one report can go to stdout");
    refused(&["--format", "human", "--output", "sarif=-"], "only one report can go to stdout");
    refused(&["--output", &format!("json={}", path("none/a.json"))], "its folder is missing");
    refused(&["--output", &format!("json={}", folder.path().display())], "it is a folder");
    let twice = [format!("json={}", path("a")), format!("sarif={}", path("./a"))];
    refused(&["--output", &twice[0], "--output", &twice[1]], "named for two reports");
    refused(&["--deliverable", "fixs"], "did you mean `fixes`");
    #[cfg(unix)]
    refused(&["--output", "json=/dev/null"], "no regular file");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_report_never_replaces_what_the_run_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::copy(format!("{ROOT}/snapshots/traces/vllm_mock_attn_decode_aligned.sqlite"), at("mock.sqlite")).unwrap();
    std::fs::write(at("bad.toml"), "align = ").unwrap();
    let before = std::fs::read(at("mock.sqlite")).unwrap();
    let onto = |file: &Path| format!("json={}", file.display());
    let trace = at("mock.sqlite").display().to_string();
    let output = align(&[
        "check",
        "specs/attention.toml",
        "--case",
        "decode",
        "--mock",
        &trace,
        "--output",
        &onto(&at("mock.sqlite")),
    ]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("would overwrite"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read(at("mock.sqlite")).unwrap(), before);
    let output = align(&["check", &at("bad.toml").display().to_string(), "--output", &onto(&at("bad.toml"))]);
    assert_eq!(code(&output), 2);
    assert_eq!(std::fs::read_to_string(at("bad.toml")).unwrap(), "align = ");
}
