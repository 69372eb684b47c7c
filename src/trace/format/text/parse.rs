//! Lines to a tree, by their indentation.

use super::lines::{Line, lines};
use super::mistakes::{Mistake, Mistakes};
use super::read_line::{KINDS, Kind, Sort, UNKNOWN, kind_of, read};
use super::statement::{Node, Script, Statement};
use crate::limits::TEXT_TRACE_LEVELS;

/// A line whose block is not over yet.
struct Open {
    node: Node,
    sort: Sort,
    indent: usize,
    /// The indentation of the lines inside, once there is one.
    inner: Option<usize>,
}

/// Reads a whole text. What is wrong is left out and reported.
pub(super) fn parse(text: &str, mistakes: &mut Mistakes) -> Script {
    let mut script = Script::default();
    let lines = lines(text, mistakes);
    let mut lines = lines.iter();
    if !header(lines.next(), mistakes) {
        return script;
    }
    let mut open: Vec<Open> = Vec::new();
    for line in lines {
        while let Some(done) = open.pop_if(|last| last.indent >= line.indent) {
            close(done, &mut open, &mut script, mistakes);
        }
        if open.len() >= TEXT_TRACE_LEVELS {
            let message = format!("lines are nested more than {TEXT_TRACE_LEVELS} deep");
            mistakes
                .add(Mistake::limit(line.at(), message, "too deep").help("leave ranges away that no test looks at"));
            return script;
        }
        indentation(line, &mut open, mistakes);
        let Some(word) = line.words().peek() else { continue };
        let kind = kind_of(word).unwrap_or_else(|mistake| {
            mistakes.add(mistake);
            &UNKNOWN
        });
        if kind.sort == Sort::Head && !open.is_empty() {
            let message = format!("`{}` stands inside `{}`", kind.word, open.last().map_or("", |last| last.node.word));
            mistakes.add(
                Mistake::new(word.at, message, "is about the whole trace")
                    .help("move it to the top, without indentation"),
            );
        }
        let what = statement(kind, line, &mut script, mistakes);
        let node = Node { what, word: kind.word, at: line.at(), inside: Vec::new() };
        open.push(Open { node, sort: kind.sort, indent: line.indent, inner: None });
    }
    while let Some(done) = open.pop() {
        close(done, &mut open, &mut script, mistakes);
    }
    script
}

/// The first line, which says what the text is and of which version.
fn header(line: Option<&Line<'_>>, mistakes: &mut Mistakes) -> bool {
    let Some(line) = line else { return false };
    let mut words = line.words();
    words.next();
    match words.rest() {
        Some(version) if version.text == "1" && line.indent == 0 => true,
        _ => {
            let said = words.rest().map_or_else(|| line.at(), |version| version.at);
            let mistake =
                Mistake::new(said, "the first line of a trace is `align-trace 1`", "another version, or none");
            mistakes.add(mistake.help("write `align-trace 1`: this program reads version 1"));
            false
        }
    }
}

fn statement(kind: &Kind, line: &Line<'_>, script: &mut Script, mistakes: &mut Mistakes) -> Statement {
    if kind.word.is_empty() {
        return Statement::Nothing;
    }
    read(kind, line, &mut script.head, &mut script.timed).unwrap_or_else(|mistake| {
        mistakes.add(mistake);
        Statement::Nothing
    })
}

/// A line stands as deep as the one above it, or as one before, or is the first inside a block.
fn indentation(line: &Line<'_>, open: &mut [Open], mistakes: &mut Mistakes) {
    let Some(around) = open.last_mut() else {
        if line.indent > 0 {
            let mistake = Mistake::new(line.at(), "a line is indented, but stands inside no other", "indented");
            mistakes.add(mistake.help("begin it at the margin, or as deep as the lines it belongs to"));
        }
        return;
    };
    if around.sort == Sort::Leaf || around.sort == Sort::Head {
        let word = around.node.word;
        let holding: Vec<&str> = KINDS.iter().filter(|kind| kind.sort == Sort::Block).map(|kind| kind.word).collect();
        let mistake =
            Mistake::new(line.at(), format!("a line stands inside `{word}`, which holds none"), "one level too deep");
        mistakes.add(mistake.help(format!("indent it like the line above; lines stand inside {}", list(&holding))));
        return;
    }
    let expected = *around.inner.get_or_insert(line.indent);
    if expected != line.indent {
        let message = format!("a line is indented by {} blanks, those beside it by {expected}", line.indent);
        mistakes.add(Mistake::new(line.at(), message, "not in line").help("indent lines of one block alike"));
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Puts a line whose block is over into the one around it.
fn close(done: Open, open: &mut [Open], script: &mut Script, mistakes: &mut Mistakes) {
    let Open { node, sort, .. } = done;
    // A line that was not understood has been reported already.
    if sort == Sort::Block && node.inside.is_empty() && !matches!(node.what, Statement::Nothing) {
        let mistake = Mistake::new(node.at, format!("nothing stands inside this `{}`", node.word), "holds no line");
        mistakes.add(mistake.help("indent the lines that belong to it, or remove it"));
    }
    match open.last_mut() {
        Some(around) => around.node.inside.push(node),
        None => script.nodes.push(node),
    }
}
