//! `align new rule`: a rule's folder that passes `align test`, to be changed step by step.

use crate::diag::{Problem, escape};
use crate::save;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The files of a new rule; `{{name}}` stands for the rule's name.
const FILES: [(&str, &str); 6] = [
    ("rule.rhai", include_str!("rule/rule.rhai")),
    ("rule.md", include_str!("rule/rule.md")),
    ("cases/e2e.trace", include_str!("rule/e2e.trace")),
    ("cases/same.trace", include_str!("rule/same.trace")),
    ("cases/extra.trace", include_str!("rule/extra.trace")),
    ("cases/fail-extra-kernel.expected", include_str!("rule/fail.expected")),
];

/// Its cases: the file, what it shows, and the mock's trace.
const CASES: [(&str, &str, &str); 2] = [
    ("cases/pass-same-kernels.toml", "The rule is silent where both sides launch the same.", "same"),
    ("cases/fail-extra-kernel.toml", "The rule reports a kernel that only the mock launches.", "extra"),
];

/// Writes the folder of a new rule below `rules`; the files, as seen from there. It appears whole or not at all.
///
/// # Errors
/// `name` is not one for a rule, is taken, or the folder cannot be written.
pub fn rule(rules: &Path, name: &str, taken: &[String]) -> Result<Vec<PathBuf>, Problem> {
    check_name(name, taken)?;
    let folder = rules.join(name);
    if folder.symlink_metadata().is_ok() {
        return Err(Problem::spec(
            "file-exists",
            format!("`{}` exists already", escape(&folder.display().to_string())),
        )
        .help("choose another name: nothing is overwritten"));
    }
    let partial = folder.with_file_name(format!(".{}.partial", std::process::id()));
    let made = fill(&partial, name)
        .and_then(|files| fs::rename(&partial, &folder).map(|()| files).map_err(|error| unwritable(&folder, &error)));
    if made.is_err() {
        // What is left of it would only be in the way.
        let _ = fs::remove_dir_all(&partial);
    }
    made.map(|files| files.into_iter().map(|file| folder.join(file)).collect())
}

fn fill(folder: &Path, name: &str) -> Result<Vec<&'static str>, Problem> {
    fs::create_dir_all(folder.join("cases")).map_err(|error| unwritable(folder, &error))?;
    for (file, text) in FILES {
        save::create(&folder.join(file), text.replace("{{name}}", name))?;
    }
    for (file, about, trace) in CASES {
        let text = include_str!("rule/case.toml");
        let text = text.replace("{{name}}", name).replace("{{about}}", about).replace("{{trace}}", trace);
        save::create(&folder.join(file), &text)?;
    }
    Ok(FILES.iter().map(|file| file.0).chain(CASES.iter().map(|case| case.0)).collect())
}

/// A rule is named as its folder: words in kebab-case below others.
fn check_name(name: &str, taken: &[String]) -> Result<(), Problem> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let kebab = |part: &str| {
        part.split('-').all(|piece| !piece.is_empty() && piece.chars().all(word)) && !matches!(part, "cases" | "lib")
    };
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || !name.split('/').all(kebab) {
        return Err(Problem::spec("bad-rule-name", format!("a rule cannot be called `{}`", escape(name)))
            .help("write words in kebab-case, below your team's or framework's name: `team/no-small-kernels`"));
    }
    if taken.iter().any(|known| known == name) {
        return Err(Problem::spec("taken-name", format!("`{name}` is a check or a rule already"))
            .help(format!("align explain {name}, or choose another name")));
    }
    Ok(())
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Problem {
    Problem::spec("unwritable-file", format!("`{}` cannot be written", escape(&folder.display().to_string())))
        .note(error.to_string())
        .help("check that the rules folder can be written to")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;

    #[test]
    fn only_names_that_a_folder_can_have_are_taken() {
        for name in ["", "/abs", "../up", "a//b", "Team/rule", "a b", "-a", "a-", "cases", "a/cases", "a\\b", "a/"] {
            assert_eq!(check_name(name, &[]).unwrap_err().code, "bad-rule-name", "{name}");
        }
        for name in ["a", "team/no-small-kernels", "a/b/c1"] {
            assert!(check_name(name, &[]).is_ok(), "{name}");
        }
        assert_eq!(check_name("kernel-order", &["kernel-order".to_owned()]).unwrap_err().code, "taken-name");
    }

    #[test]
    fn a_rule_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let files = rule(folder.path(), "team/new", &[]).unwrap();
        assert!(files.iter().all(|file| file.is_file()), "{files:?}");
        assert_eq!(rule(folder.path(), "team/new", &[]).unwrap_err().code, "file-exists");
        assert_eq!(fs::read_dir(folder.path().join("team")).unwrap().count(), 1, "nothing is left beside it");
        fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(rule(folder.path(), "file/new", &[]).unwrap_err().code, "unwritable-file");
    }
}
