//! `# align: allow(NAME): why`: a finding that is meant.

use super::Material;
use crate::check::Meta;
use crate::diag::{Loc, Problem, Remark, Severity, SourceFile, did_you_mean};
use std::sync::Arc;

/// One name that a comment allows.
struct Allowed {
    name: String,
    loc: Loc,
    /// The line that it is about, from 0: its own, or the next that is no comment.
    line: usize,
    used: bool,
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
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let mut found = Vec::new();
    let mut start = 0;
    for (own, text) in file.text.split_inclusive('\n').enumerate() {
        for (at, names) in allowed_in(text) {
            // A comment of its own is about the next line that is none.
            let after = || file.text.lines().skip(own).position(|line| !is_comment(line));
            let line = if is_comment(text) { own + after().unwrap_or(0) } else { own };
            let mut at = start + at;
            for name in names.split(',') {
                let begin = at + name.len() - name.trim_start().len();
                let loc = Loc::new(file, begin..begin + name.trim().len());
                found.push(Allowed { name: name.trim().to_owned(), loc, line, used: false });
                at += name.len() + 1;
            }
        }
        start += text.len();
    }
    found
}

/// What stands between the parentheses of each `# align: allow(…)` of a line, with its place in the line.
fn allowed_in(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices('#') {
        let words = line[at + 1..].trim_start().strip_prefix("align:").map(str::trim_start);
        let names = words.and_then(|words| words.strip_prefix("allow(")).and_then(|rest| rest.split_once(')'));
        if let Some((names, rest)) = names {
            found.push((line.len() - rest.len() - 1 - names.len(), names));
        }
    }
    found
}
