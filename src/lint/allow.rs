//! `# align: allow(NAME): why`: a finding that is meant.

use super::Material;
use crate::check::Meta;
use crate::diag::{Loc, Problem, Remark, Severity, SourceFile, did_you_mean};
use std::sync::{Arc, LazyLock};

/// One name that a comment allows.
struct Allowed {
    name: String,
    loc: Loc,
    /// The line that it is about, from 0: its own, or the next that is no comment.
    line: usize,
    used: bool,
}

static COMMENT: LazyLock<regex::Regex> = LazyLock::new(|| constant(r"#\s*align:\s*allow\(([^)\n]*)\)"));

#[expect(clippy::expect_used, reason = "the pattern is a constant and used by a test")]
fn constant(pattern: &str) -> regex::Regex {
    regex::Regex::new(pattern).expect("a constant pattern compiles")
}

pub(super) fn meta() -> Meta {
    super::meta("unused-allow", Severity::Warning, include_str!("unused_allow.md"))
}

/// Drops what comments allow, and reports comments that allow nothing.
pub(super) fn apply(material: &Material, remarks: Vec<Remark>, names: &[String]) -> Vec<Remark> {
    let mut allowed: Vec<Allowed> = material.files().into_iter().flat_map(comments).collect();
    let mut left: Vec<Remark> = Vec::new();
    for remark in remarks {
        let is_meant = |allowed: &&mut Allowed| {
            let label = remark.problem.labels.first();
            let here = label.is_some_and(|label| {
                label.loc.file.name == allowed.loc.file.name && label.loc.line_column().0 == allowed.line + 1
            });
            here && allowed.name == remark.problem.code
        };
        let mut any = false;
        for allowed in allowed.iter_mut().filter(is_meant) {
            allowed.used = true;
            any = true;
        }
        if !any {
            left.push(remark);
        }
    }
    left.extend(allowed.iter().filter(|allowed| !allowed.used).map(|allowed| {
        let known = names.contains(&allowed.name);
        let what = match known {
            true => format!("`{}` is allowed here and would not be reported", allowed.name),
            false => format!("there is no lint `{}`", allowed.name),
        };
        let problem =
            Problem::spec("unused-allow", what).label(&allowed.loc, if known { "allows nothing" } else { "unknown" });
        let help = if known { None } else { did_you_mean(&allowed.name, names.iter().map(String::as_str)) };
        Remark { severity: Severity::Warning, problem: problem.help("drop the comment").maybe_help(help) }
    }));
    left
}

fn comments(file: &Arc<SourceFile>) -> Vec<Allowed> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut found = Vec::new();
    for comment in COMMENT.captures_iter(&file.text) {
        let (Some(whole), Some(names)) = (comment.get(0), comment.get(1)) else { continue };
        let own = file.text[..whole.start()].matches('\n').count();
        let alone = lines.get(own).is_some_and(|line| line.trim_start().starts_with('#'));
        let is_comment = |line: &&usize| lines.get(**line).is_some_and(|l| l.trim_start().starts_with('#'));
        let after = || (own..lines.len()).collect::<Vec<_>>().iter().find(|line| !is_comment(line)).copied();
        let line = if alone { after().unwrap_or(own) } else { own };
        let mut at = names.start();
        for name in names.as_str().split(',') {
            let start = at + name.len() - name.trim_start().len();
            let loc = Loc::new(file, start..start + name.trim().len());
            found.push(Allowed { name: name.trim().to_owned(), loc, line, used: false });
            at += name.len() + 1;
        }
    }
    found
}
