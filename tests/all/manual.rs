//! The manual and completions: made from the definition of verbs and options, and read by the programs they are for.

use crate::support::program::{align, align_in, code, text};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn printed(arguments: &[&str]) -> String {
    let output = align(arguments);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    text(&output.stdout)
}

/// What a program says of a text on its standard input; nothing where the program is not installed.
fn fed(program: &str, arguments: &[&str], input: &str) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Some(child.wait_with_output().unwrap())
}

/// Verbs as the help lists them.
fn verbs() -> BTreeSet<String> {
    let help = printed(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let verb = |line: &str| line.strip_prefix("  ")?.split_whitespace().next().map(str::to_owned);
    list.lines().filter(|line| !line.starts_with("   ")).filter_map(verb).filter(|verb| verb != "help").collect()
}

#[test]
fn the_page_of_a_verb_is_its_help() {
    let page = printed(&["man", "merge"]);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/cli"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("man-merge", page));
    assert_eq!(page, printed(&["man", "merge"]));
}

#[test]
fn every_verb_has_a_page() {
    let manual = printed(&["man"]);
    let title = |line: &str| Some(line.strip_prefix(".TH ")?.split(' ').next()?.to_owned());
    let titles: BTreeSet<String> = manual.lines().filter_map(title).collect();
    let verbs = verbs();
    assert!(verbs.contains("check") && verbs.contains("man") && verbs.len() > 12, "{verbs:?}");
    for verb in verbs {
        assert!(titles.contains(&format!("align-{verb}")), "{verb}: {titles:?}");
    }
    assert!(titles.contains("align") && titles.contains("align-new-spec"), "{titles:?}");
    assert!(manual.contains("Exit codes"), "the codes are in the manual");
}

#[test]
fn the_manual_is_typeset_without_a_warning() {
    let Some(output) = fed("groff", &["-Kutf8", "-man", "-Tutf8", "-ww", "-z"], &printed(&["man"])) else { return };
    assert!(output.status.success());
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn pages_replace_nothing_but_pages() {
    let folder = tempfile::tempdir().unwrap();
    let write = || align_in(folder.path(), &["man", "--dir", "."]);
    let first = write();
    assert_eq!((code(&first), text(&first.stdout)), (0, String::new()), "{}", text(&first.stderr));
    let names = || std::fs::read_dir(folder.path()).unwrap().count();
    let written = names();
    assert!(text(&first.stderr).starts_with(&format!("wrote {written} pages to .")), "{}", text(&first.stderr));
    let page = folder.path().join("align-check.1");
    assert_eq!(std::fs::read_to_string(&page).unwrap(), printed(&["man", "check"]));
    std::fs::remove_file(&page).unwrap();
    assert_eq!((code(&write()), names()), (0, written));
    let other = folder.path().join("align-merge.1");
    std::fs::write(&other, "mine").unwrap();
    std::fs::remove_file(&page).unwrap();
    let refused = write();
    assert_eq!(code(&refused), 2);
    assert!(text(&refused.stderr).contains("file-exists"), "{}", text(&refused.stderr));
    assert_eq!((std::fs::read_to_string(&other).unwrap().as_str(), page.exists()), ("mine", false));
}

#[test]
fn a_verb_that_there_is_not_is_said() {
    for words in [&["man", "chekc"][..], &["man", "new", "spce"]] {
        let output = align(words);
        assert_eq!(code(&output), 2);
        assert!(text(&output.stderr).contains("did you mean"), "{}", text(&output.stderr));
    }
}

#[test]
fn completions_are_read_by_their_shells() {
    for (shell, checks) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = printed(&["completions", shell]);
        assert_eq!(script, printed(&["completions", shell]));
        let Some(output) = fed(shell, &[checks], &script) else { continue };
        assert!(output.status.success(), "{shell}: {}", text(&output.stderr));
    }
    for shell in ["elvish", "powershell"] {
        assert!(printed(&["completions", shell]).contains("--partial"), "{shell}");
    }
    assert_eq!(code(&align(&["completions", "tcsh"])), 2);
}

/// As bash asks after Tab.
#[test]
fn bash_completes_verbs_options_and_values() {
    let script = printed(&["completions", "bash"]);
    let asked = |words: &str, at: usize| {
        let ask = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={at}; _align align \"${{COMP_WORDS[{at}]}}\" \"${{COMP_WORDS[{at}-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        fed("bash", &["--norc"], &ask).map(|output| text(&output.stdout))
    };
    let Some(verbs) = asked("align ch", 1) else { return };
    assert_eq!(verbs, "check\n");
    assert_eq!(asked("align check --par", 2).unwrap(), "--partial\n");
    assert_eq!(asked("align completions f", 2).unwrap(), "fish\n");
}
