//! A plan and a judgement as people read them.

use super::plan::Plan;
use super::wait::Target;
use crate::diag::{Side, argument, escape, quoted};
use crate::quality::{Grade, Point, unusable};
use std::fmt::Write;

/// Options up to this length have their reason beside them.
const BESIDE: usize = 30;

/// The commands of a plan, to be copied into a shell; what lies between them as comments.
pub fn commands(plan: &Plan) -> String {
    let mut out = format!("{}\n", in_shell(&plan.profile));
    if let Some(wait) = &plan.wait {
        let until = match &wait.target {
            Target::Text(text) => format!("it prints `{}`", escape(text)),
            target => format!("{} is there", escape(&target.to_string())),
        };
        let _ = writeln!(out, "# meanwhile, when {until} (after {} s at most):", wait.timeout);
        if !plan.load.is_empty() {
            let _ = writeln!(out, "{}", in_shell(&plan.load));
        }
        match plan.end_after {
            Some(seconds) if plan.load.is_empty() => {
                let _ = writeln!(out, "# {seconds} s later the capture is ended, as by Ctrl-C");
            }
            Some(seconds) => {
                let _ = writeln!(out, "# then, or {seconds} s later, the capture is ended, as by Ctrl-C");
            }
            None if !plan.load.is_empty() => out.push_str("# then the capture is ended, as by Ctrl-C\n"),
            None => {}
        }
    }
    let _ = writeln!(out, "{}", in_shell(&plan.export));
    out
}

/// The whole plan: the commands, and why they are so.
pub fn explained(plan: &Plan, width: usize) -> String {
    let side = match plan.side {
        Some(Side::Mock) => "the mock, ",
        Some(Side::E2e) => "the E2E, ",
        None => "",
    };
    let mut out = format!("capture of {side}{}, by {}\n\n", plan.kind.words(), escape(&plan.nsys.name()));
    for line in commands(plan).lines() {
        let _ = writeln!(out, "  {line}");
    }
    out.push('\n');
    for choice in &plan.options {
        choice_lines(&mut out, &choice.option, &choice.reason, width);
    }
    if !plan.left_out.is_empty() {
        out.push_str("\nleft out\n");
        for choice in &plan.left_out {
            choice_lines(&mut out, &choice.option, &choice.reason, width);
        }
    }
    if plan.nsys.version.is_none() {
        let _ =
            writeln!(out, "\n{} was not found here: these are options of a current version", escape(&plan.profile[0]));
    }
    out
}

fn choice_lines(out: &mut String, option: &str, reason: &str, width: usize) {
    let option = escape(option);
    let indent = BESIDE + 4;
    let lines = wrapped(reason, width.saturating_sub(indent));
    let mut lines = lines.iter();
    if option.chars().count() <= BESIDE {
        let _ = writeln!(out, "  {option:<BESIDE$}  {}", lines.next().map_or("", String::as_str));
    } else {
        let _ = writeln!(out, "  {option}");
    }
    for line in lines {
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
}

/// What is said of a trace, most of it one line an aspect; with `quiet` only what should be changed.
pub fn judged(trace: &str, points: &[Point], width: usize, quiet: bool) -> String {
    let mut out = format!("{}\n", escape(trace));
    let shown: Vec<&Point> = points.iter().filter(|point| !quiet || point.grade >= Grade::Warning).collect();
    let widest = shown.iter().map(|point| point.aspect.len()).max().unwrap_or(0);
    let indent = widest + 13;
    for point in shown {
        let _ = write!(out, "  {:<7}  {:<widest$}  ", point.grade.word(), point.aspect);
        let change = point.change.as_ref().map(|change| format!("→ {change}"));
        let texts = [Some(escape(&point.says)), change];
        let lines: Vec<String> =
            texts.iter().flatten().flat_map(|text| wrapped(text, width.saturating_sub(indent))).collect();
        let _ = writeln!(out, "{}", lines.join(&format!("\n{:indent$}", "")));
    }
    out + "\n" + verdict(points) + "\n"
}

fn verdict(points: &[Point]) -> &'static str {
    match points.iter().map(|point| point.grade).max() {
        _ if unusable(points) => "the trace cannot be used: it lacks what every check needs",
        Some(Grade::Error) => "the trace is not whole",
        Some(Grade::Warning) => "the trace can be used, with care",
        _ => "the trace can be used",
    }
}

/// As a shell takes it: the name of a program with `=` in it would be a variable.
fn in_shell(arguments: &[String]) -> String {
    let one = |(at, word): (usize, &String)| if at == 0 && word.contains('=') { quoted(word) } else { argument(word) };
    arguments.iter().enumerate().map(one).collect::<Vec<String>>().join(" ")
}

/// Lines of at most this many characters, if no word is longer.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(30);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(arguments: &[&str]) -> String {
        in_shell(&arguments.iter().map(|&argument| argument.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_shell_takes_what_is_shown_for_what_was_meant() {
        assert_eq!(command(&["nsys", "--trace=cuda,nvtx", "a b", ""]), "nsys --trace=cuda,nvtx 'a b' ''");
        assert_eq!(command(&["a=b", "x"]), "'a=b' x");
        for arguments in [&["p", "it's", "$HOME", "`x`", "*", "~", "é"][..], &["p", "\"q\"", "\\", "!", "-x=$(y)"]] {
            assert_eq!(shlex::split(&command(arguments)), Some(arguments.iter().map(|&a| a.to_owned()).collect()));
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

        /// Asked of a shell itself, and nothing in what is shown is invisible.
        #[test]
        fn any_arguments_come_back_from_a_shell(
            arguments in proptest::collection::vec("[^\u{0}]{0,12}|[\u{1}-\u{1f}\u{7f}-\u{a0}'\\\\0-9\u{200b}-\u{202e}]{0,8}", 1..24)
        ) {
            let shown = in_shell(&[vec!["printf".to_owned(), "%s\u{1}\n".to_owned()], arguments.clone()].concat());
            proptest::prop_assert!(!shown.chars().any(crate::diag::is_invisible), "{shown:?}");
            let Ok(output) = std::process::Command::new("bash").args(["-c", &shown]).output() else { return Ok(()) };
            let expected: String = arguments.iter().map(|argument| format!("{argument}\u{1}\n")).collect();
            proptest::prop_assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
        }
    }
}
