//! The script for Slurm, with an `sbatch` that runs every task at once: the same bytes as one run over all ranks.

#![cfg(unix)]

use crate::support::program::{align_in, text};
use crate::support::rank_files::{Rank, folder, write};
use std::path::Path;
use std::process::{Command, Output};

/// Does what Slurm's does with these options: runs the script once a task, notes what each was ended with, prints the job's
/// number.
const SBATCH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
array=-1 output=/dev/null error='' wait='' dependency=''
while [[ "$1" == --* ]]; do
    case "$1" in
        --array=0-*) array="${1#--array=0-}" ;;
        --output=*) output="${1#*=}" ;;
        --error=*) error="${1#*=}" ;;
        --dependency=*) dependency="${1#*=}" ;;
        --wait) wait=yes ;;
        --chdir=*) cd "${1#*=}" ;;
        --parsable | --job-name=* | --partition=*) ;;
        *) echo "unknown option $1" >&2; exit 1 ;;
    esac
    printf '%s\n' "$1" >> "$SBATCH_LOG"
    shift
done
code=0
if [ -n "$dependency" ]; then
    [ "$dependency" = afterany:17 ]
    "$@" > "$output" 2> "${error:-$output}" || code=$?
fi
for ((i = 0; i <= array; i++)); do
    SLURM_ARRAY_TASK_ID=$i "$@" > "${output//%a/$i}" 2>&1 || echo "task $i: $?" >> "$SBATCH_LOG"
done
echo '17;cluster'
if [ -n "$wait" ]; then exit "$code"; fi
"#;

/// A program that is killed whenever it reads rank 4.
const KILLED: &str = r#"#!/usr/bin/env bash
case "$*" in *--lost*) ;; *rank4*) kill -9 $$ ;; esac
exec "$REAL" "$@"
"#;

fn executable(path: &Path, content: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Ranks of which one is slow, one broken and one missing.
fn ranks() -> tempfile::TempDir {
    let mut ranks = vec![Rank::default(); 8];
    ranks[6].gemm_us = 12.6;
    let folder = folder(&ranks);
    std::fs::remove_file(folder.path().join("ranks/rank5.trace")).unwrap();
    write(folder.path(), "ranks/rank1.trace", "align-trace 1\nkernel nothing\n");
    folder
}

fn submit(folder: &Path, program: &Path, arguments: &[&str]) -> Output {
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    executable(&folder.join("bin/sbatch"), SBATCH);
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap_or_default());
    Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/contrib/slurm/align-fleet.sh"))
        .args(arguments)
        .current_dir(folder)
        .env("PATH", path)
        .env("ALIGN", program)
        .env("REAL", env!("CARGO_BIN_EXE_align"))
        .env("SBATCH_LOG", folder.join("sbatch.log"))
        .env("COLUMNS", "100")
        .output()
        .expect("the script runs")
}

fn report(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("align-fleet/report.txt")).unwrap()
}

const TODAY: &str = "--today=2026-11-24";

#[test]
fn an_array_and_a_job_behind_it_make_the_report_of_one_run() {
    let real = Path::new(env!("CARGO_BIN_EXE_align"));
    for (tasks, globs) in [("3", &["ranks/*.trace"][..]), ("100", &["**/rank[0-3].trace", "ranks/rank[4-9].trace"])] {
        let folder = ranks();
        let options = ["-w", "-t", tasks, "-b", "--partition=cpu", "-r", "--output=json=report.json"];
        let arguments: Vec<&str> = options.iter().chain(globs).chain(&["--", "spec.toml", TODAY]).copied().collect();
        let output = submit(folder.path(), real, &arguments);
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
        let whole = align_in(folder.path(), &["check", "spec.toml", TODAY, "--output=json=whole.json"]);
        assert_eq!(report(folder.path()), text(&whole.stdout));
        let problems = std::fs::read_to_string(folder.path().join("align-fleet/problems.txt")).unwrap();
        assert_eq!(problems, text(&whole.stderr));
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("report.json") == read("whole.json"), "the JSON reports differ");
        let asked = read("sbatch.log");
        let last = tasks.parse::<usize>().unwrap().min(7) - 1;
        assert!(asked.contains(&format!("--array=0-{last}\n")), "{asked}");
        assert_eq!((asked.matches("--partition=cpu").count(), asked.contains("task ")), (2, false), "{asked}");
    }
}

#[test]
fn a_task_that_was_killed_is_in_the_report() {
    let folder = ranks();
    let program = folder.path().join("killed");
    executable(&program, KILLED);
    let output = submit(folder.path(), &program, &["-w", "ranks/*.trace", "--", "spec.toml", TODAY]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let problems = std::fs::read_to_string(folder.path().join("align-fleet/problems.txt")).unwrap();
    assert!(problems.contains("rank 4: `ranks/rank4.trace` was not judged: its task left no result"), "{problems}");
    assert!(problems.contains("see align-fleet/logs/4.txt"), "{problems}");
    assert!(report(folder.path()).contains("rank 6"), "{}", report(folder.path()));
    let asked = std::fs::read_to_string(folder.path().join("sbatch.log")).unwrap();
    assert!(asked.contains("task 4: 137\n"), "{asked}");
}

#[test]
fn what_cannot_be_submitted_is_refused_before() {
    let folder = ranks();
    let real = Path::new(env!("CARGO_BIN_EXE_align"));
    let said = |arguments: &[&str]| {
        let output = submit(folder.path(), real, arguments);
        (output.status.code(), text(&output.stderr))
    };
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    for (arguments, exit, words) in [
        (&["ranks/*.trace"][..], 2, "align-fleet.sh [-o FOLDER]"),
        (&["--", "spec.toml"], 2, "align-fleet.sh [-o FOLDER]"),
        (&["-t", "x", "ranks/*.trace", "--", "spec.toml"], 2, "a number of tasks"),
        (&["none/*.trace", "--", "spec.toml"], 3, "no trace is found: none/*.trace"),
        (&["-o", "mine", "ranks/*.trace", "--", "spec.toml"], 2, "mine is to be new"),
    ] {
        let (code, stderr) = said(arguments);
        assert!(code == Some(exit) && stderr.contains(words), "{arguments:?}: {code:?} {stderr}");
    }
    assert!(!folder.path().join("sbatch.log").exists());
}

/// A spec that is wrong for every rank is one message, not one a rank.
#[test]
fn a_wrong_spec_is_said_once() {
    let folder = ranks();
    write(folder.path(), "wrong.toml", "align = 1\n[spec]\nnaem = \"x\"\n");
    let real = Path::new(env!("CARGO_BIN_EXE_align"));
    let output = submit(folder.path(), real, &["-w", "ranks/*.trace", "--", "wrong.toml", TODAY]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let problems = std::fs::read_to_string(folder.path().join("align-fleet/problems.txt")).unwrap();
    assert_eq!(problems.matches("naem").count().min(2), 2, "{problems}");
}

#[test]
fn what_is_for_the_report_is_not_given_to_tasks() {
    let folder = ranks();
    let real = Path::new(env!("CARGO_BIN_EXE_align"));
    for option in ["--output=html=report.html", "--format=html", "--partial=all.json"] {
        let output = submit(folder.path(), real, &["ranks/*.trace", "--", "spec.toml", option]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(text(&output.stderr).contains(option) && !folder.path().join("align-fleet").exists(), "{option}");
    }
}
