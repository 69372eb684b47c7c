//! `align check --history`: what is written, what is refused, and what a report then says.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Judges one case, with a history.
fn check(history: &Path, time: &str, more: &[&str]) -> Output {
    let history = history.display().to_string();
    let fixed = ["check", "specs/attention.toml", "--case", "decode", "--history", &history, "--history-time", time];
    let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
    command.args(fixed).args(more).current_dir(ROOT).env("COLUMNS", "100").output().expect("the binary runs")
}

fn day(day: u32) -> String {
    format!("2026-11-{day:02}T03:00:00Z")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed by a signal")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn snapshot(name: &str, folder: &Path, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("{ROOT}/snapshots/history"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // Bounds are rounded, so that nothing hangs on a last digit.
    settings.add_filter(r#"("(?:low|high)":\d\.\d\d)\d+"#, "$1…");
    let shown = text.replace(&folder.display().to_string(), "FOLDER");
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

fn lines(history: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(history).expect("the history is there");
    assert!(text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn is_valid(line: &Value) -> bool {
    let schema = std::fs::read_to_string(format!("{ROOT}/schemas/history.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    jsonschema::options().build(&schema).unwrap().is_valid(line)
}

/// A history in which the ratio of the case climbs to where it is today (+9.3 %), one run a night.
fn climbing(history: &Path) {
    assert_eq!(code(&check(history, &day(1), &[])), 0);
    let first = std::fs::read_to_string(history).unwrap();
    let ratio = &lines(history)[0]["cases"][0]["ratio"]["ratio"];
    assert!((1.05..1.14).contains(&ratio.as_f64().unwrap()), "{ratio}");
    let night = |night: u32| {
        let mut line: Value = serde_json::from_str(&first).unwrap();
        line["time"] = Value::from(day(night + 1));
        let ratio = 1.03 + 0.01 * f64::from(night);
        line["cases"][0]["ratio"] = serde_json::json!({ "ratio": ratio, "low": ratio - 0.01, "high": ratio + 0.01 });
        line["cases"][0]["e2e"]["framework"] = Value::from(if night < 3 { "vllm 0.23.0" } else { "vllm 0.24.0" });
        format!("{line}\n")
    };
    std::fs::write(history, (0..6).map(night).collect::<String>()).unwrap();
}

#[test]
fn a_run_is_one_line_that_the_schema_takes_and_says_nothing_of_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("h.jsonl");
    let mock = folder.path().join("mine.sqlite");
    std::fs::copy(format!("{ROOT}/snapshots/traces/vllm_mock_attn_decode_block16_cold_l2.sqlite"), &mock).unwrap();
    let first = check(&history, &day(1), &[]);
    assert_eq!(code(&first), 0, "{}", text(&first.stderr));
    let second = check(&history, &day(2), &["--mock", &mock.display().to_string()]);
    assert_eq!(code(&second), 0);
    let lines = lines(&history);
    assert!(lines.len() == 2 && lines.iter().all(is_valid));
    assert_eq!(lines[1]["cases"][0]["mock"]["trace"], "mine.sqlite");
    let written = std::fs::read_to_string(&history).unwrap();
    assert!(!written.contains(&folder.path().display().to_string()) && !written.contains(ROOT), "{written}");
    snapshot("line", folder.path(), &written);
}

#[test]
fn a_first_run_reports_as_without_a_history() {
    let folder = tempfile::tempdir().unwrap();
    let first = check(&folder.path().join("h.jsonl"), &day(1), &[]);
    let mut plain = Command::new(env!("CARGO_BIN_EXE_align"));
    plain.args(["check", "specs/attention.toml", "--case", "decode"]).current_dir(ROOT).env("COLUMNS", "100");
    assert_eq!(text(&first.stdout), text(&plain.output().unwrap().stdout));
}

#[test]
fn a_drift_is_said_and_decides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("h.jsonl");
    climbing(&history);
    let output = check(&history, &day(9), &[]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("drift: the latency ratio has risen") && said.contains("PASS"), "{said}");
    snapshot("drift", folder.path(), &said);
    let json = check(&history, &day(10), &["--format", "json"]);
    let report: Value = serde_json::from_str(&text(&json.stdout)).unwrap();
    let trend = &report["cases"][0]["trend"];
    assert_eq!(trend["runs"].as_array().unwrap().len(), 8);
    assert_eq!(trend["drift"]["measurements"], 7, "the same traces judged twice are one measurement");
    assert_eq!(report["verdict"], "pass");
}

#[test]
fn the_page_shows_runs_and_where_versions_change() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("h.jsonl");
    climbing(&history);
    let page = text(&check(&history, &day(9), &["--format", "html"]).stdout);
    assert!(page.contains("E2E: vllm 0.23.0 → vllm 0.24.0"), "the change of the framework is said");
    assert_eq!(page.matches("<svg class=\"run pass\" x=").count(), 7);
    assert!(page.contains("2026-11-09 03:00:00 <b>this run</b>"));
}

#[test]
fn runs_that_fail_or_err_are_noted_with_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("h.jsonl");
    let traces = "snapshots/traces";
    let fails = check(&history, &day(1), &["--mock", &format!("{traces}/vllm_mock_attn_decode_missing_kv.sqlite")]);
    let refused = check(&history, &day(2), &["--e2e", &format!("{traces}/vllm_no_gpu_data_mp_fork.sqlite")]);
    let errs = check(&history, &day(3), &["--mock", &format!("{traces}/README.md")]);
    assert_eq!([code(&fails), code(&refused), code(&errs)], [1, 3, 3]);
    let lines = lines(&history);
    assert!(lines.len() == 3 && lines.iter().all(is_valid));
    assert_eq!([&lines[0]["verdict"], &lines[1]["cases"][0]["ratio"]], [&Value::from("fail"), &Value::Null]);
    assert!(!lines[2]["problems"].as_array().unwrap().is_empty(), "{}", lines[2]);
    let page = check(&history, &day(4), &["--format", "html"]);
    assert!(code(&page) == 0 && text(&page.stdout).contains("2 of them did not pass"));
}

#[test]
fn what_is_no_history_is_refused_before_anything_is_judged_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("h.jsonl");
    assert_eq!(code(&check(&history, &day(1), &[])), 0);
    let good = std::fs::read_to_string(&history).unwrap();
    let newer = good.replace("\"format\":1", "\"format\":2");
    let mut said = String::new();
    for (what, content) in [
        ("a line that was cut", format!("{good}{}\n{good}", &good[..70])),
        ("a newer format", format!("{good}{newer}")),
        ("another file", "align = 1\n[spec]\nname = 'a'\n".to_owned()),
    ] {
        std::fs::write(&history, &content).unwrap();
        let output = check(&history, &day(2), &[]);
        assert_eq!(code(&output), 2, "{what}");
        assert_eq!(std::fs::read_to_string(&history).unwrap(), content, "{what}");
        assert_eq!(text(&output.stdout), "", "{what}");
        said += &format!("━━━ {what}\n{}", text(&output.stderr));
    }
    let json = check(&history, &day(2), &["--format", "json"]);
    assert!(text(&json.stdout).contains("broken-history"), "other reports say it too");
    for (what, file) in [("a folder", folder.path().to_owned()), ("no folder", folder.path().join("none/h.jsonl"))] {
        let output = check(&file, &day(2), &[]);
        assert_eq!((code(&output), text(&output.stdout)), (2, String::new()), "{what}");
        said += &format!("━━━ {what}\n{}", text(&output.stderr));
    }
    snapshot("refused", folder.path(), &said);
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_even_opened() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    for path in [pipe.as_path(), Path::new("/dev/null")] {
        let output = check(path, &day(1), &[]);
        assert!(code(&output) == 2 && text(&output.stderr).contains("no regular file"), "{}", text(&output.stderr));
    }
}

#[test]
fn what_the_run_reads_or_writes_is_never_its_history() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.toml");
    std::fs::write(&empty, "").unwrap();
    let history = folder.path().join("h.jsonl");
    let shown = empty.display().to_string();
    let read = check(&empty, &day(1), &[&shown]);
    assert!(code(&read) == 2 && text(&read.stderr).contains("that this run reads"), "{}", text(&read.stderr));
    assert_eq!(std::fs::read_to_string(&empty).unwrap(), "");
    let written = check(&history, &day(1), &["--output", &format!("json={}", history.display())]);
    assert!(code(&written) == 2 && text(&written.stderr).contains("for the history"), "{}", text(&written.stderr));
    assert!(!history.exists());
}

#[test]
fn a_time_needs_a_history_and_its_form() {
    let folder = tempfile::tempdir().unwrap();
    let output = check(&folder.path().join("h.jsonl"), "yesterday", &[]);
    assert!(code(&output) == 2 && text(&output.stderr).contains("YYYY-MM-DDTHH:MM:SSZ"), "{}", text(&output.stderr));
    let mut alone = Command::new(env!("CARGO_BIN_EXE_align"));
    alone.args(["check", "specs/attention.toml", "--history-time", &day(1)]).current_dir(ROOT);
    assert_eq!(code(&alone.output().unwrap()), 2);
}

#[test]
fn jobs_at_once_each_add_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("h.jsonl");
    std::thread::scope(|scope| {
        for run in 1..=4 {
            let history = &history;
            scope.spawn(move || assert_eq!(code(&check(history, &day(run), &[])), 0));
        }
    });
    let mut times: Vec<String> = lines(&history).iter().map(|line| line["time"].to_string()).collect();
    times.sort();
    assert_eq!(times, (1..=4).map(|run| format!("\"{}\"", day(run))).collect::<Vec<_>>());
}

#[test]
fn ten_thousand_runs_stay_quick() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("h.jsonl");
    assert_eq!(code(&check(&history, &day(1), &[])), 0);
    let line = std::fs::read_to_string(&history).unwrap();
    std::fs::write(&history, line.repeat(10_000)).unwrap();
    let start = std::time::Instant::now();
    let page = text(&check(&history, &day(2), &["--format", "html"]).stdout);
    assert!(page.contains("9941 earlier runs not shown"), "what is left out is said");
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert_eq!(lines(&history).len(), 10_001);
}
