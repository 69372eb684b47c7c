//! Text of others made into lines that fit.

use crate::diag::{escape, shorten};
use unicode_width::UnicodeWidthStr;

/// The most characters of any one text, of sentences, and of one word in them: a rule or a trace may hold more than
/// anyone reads.
const LINE: usize = 8_000;
const MESSAGE: usize = 4_000;
const WORD: usize = 400;

/// One safe line of bounded length: white space as blanks, whatever else a terminal would obey made visible.
pub(super) fn line(text: &str) -> String {
    shorten(&whole(text), LINE)
}

/// As [`line`], however long: what tells one thing from another.
pub(super) fn whole(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for word in text.split([' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    escape(&words)
}

/// A sentence or a few, whole; only what nobody can have written for people is shortened: a word in its middle,
/// everything at its end.
pub(super) fn message(text: &str) -> String {
    let safe = line(text);
    let words: Vec<String> = safe.split(' ').map(|word| shorten(word, WORD)).collect();
    cut(&words.join(" "), MESSAGE)
}

/// At most `most` columns of it, both ends kept. `text` is safe already.
pub(super) fn fit(text: &str, most: usize) -> String {
    let mut fitted = shorten(text, most);
    for less in 1..most {
        if fitted.width() <= most {
            break;
        }
        fitted = shorten(text, most - less);
    }
    fitted
}

/// At most `most` columns of it, the beginning kept. `text` is safe already.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if out.width() >= most {
            out.pop();
            break;
        }
    }
    format!("{}…", out.trim_end())
}

/// Filled with blanks to `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Filled with blanks from the left.
pub(super) fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// Lines of at most `width` columns; a word longer than that is cut, unless it is the path of a file. `text` is safe
/// already. Never empty.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        for (i, piece) in pieces(word, width).into_iter().enumerate() {
            let room = if used == 0 { 0 } else { used + 1 };
            match lines.last_mut() {
                Some(last) if i == 0 && room + piece.width() <= width => {
                    if used > 0 {
                        last.push(' ');
                    }
                    last.push_str(&piece);
                    used = room + piece.width();
                }
                _ => {
                    used = piece.width();
                    lines.push(piece);
                }
            }
        }
    }
    lines
}

/// A word in pieces of at most `width` columns, cut after a comma or bracket where there is one: template
/// arguments stay whole.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while rest.width() > width && !is_path(word) {
        let mut used = 0;
        let (mut hard, mut soft) = (0, 0);
        for (at, c) in rest.char_indices() {
            used += c.to_string().width();
            if used > width && at > 0 {
                break;
            }
            hard = at + c.len_utf8();
            if matches!(c, ',' | '<' | '/' | ':' | '(') {
                soft = hard;
            }
        }
        let cut = if soft * 2 > hard { soft } else { hard };
        let (head, tail) = rest.split_at(cut);
        pieces.push(head.to_owned());
        rest = tail;
    }
    pieces.push(rest.to_owned());
    pieces
}

/// The path of a file or an address: it is looked up by what it is, so that it stays whole.
fn is_path(word: &str) -> bool {
    word.contains('/') && word.len() <= WORD && !word.contains(['<', '(', ','])
}

/// Wrapped lines after a first and a further indent of the same width, each ended by a line feed.
pub(super) fn hang(out: &mut String, first: &str, indent: usize, text: &str, width: usize) {
    for (i, wrapped) in wrap(text, width.saturating_sub(indent)).iter().enumerate() {
        if i == 0 {
            out.push_str(first);
        } else if !wrapped.is_empty() {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(wrapped);
        let kept = out.trim_end_matches(' ').len();
        out.truncate(kept);
        out.push('\n');
    }
}

/// Longer parts of a sentence are broken inside.
const CLAUSE: usize = 36;

/// As [`hang`], broken between the parts of a sentence, so that `8 vs 64 instances` stays together.
pub(super) fn hang_clauses(out: &mut String, first: &str, indent: usize, text: &str, width: usize) {
    const HELD: &str = "\u{a0}";
    let hold = |clause: &str| if clause.width() <= CLAUSE { clause.replace(' ', HELD) } else { clause.to_owned() };
    let held: Vec<String> = text.split(", ").map(hold).collect();
    let mut wrapped = String::new();
    hang(&mut wrapped, first, indent, &held.join(", "), width);
    out.push_str(&wrapped.replace(HELD, " "));
}

/// "1 kernel", "4 kernels".
pub(super) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_its_arguments() {
        assert_eq!(wrap("gemm<float, cutlass::half_t,128,64>", 16), ["gemm<float,", "cutlass::half_t,", "128,64>"]);
        assert_eq!(wrap("", 16), [""]);
        assert_eq!(wrap("日本語日本語", 8), ["日本語日", "本語"]);
        assert_eq!(wrap("in traces/mock_decode.sqlite it is", 16), ["in", "traces/mock_decode.sqlite", "it is"]);
    }

    #[test]
    fn a_long_list_is_never_cut_inside() {
        let names: Vec<String> = (0..200).map(|n| format!("`name-{n}`")).collect();
        assert_eq!(message(&names.join(", ")), names.join(", "));
    }

    #[test]
    fn a_wide_name_fits_its_column() {
        assert!(fit("日本語日本語日本語日本語", 10).width() <= 10);
        assert_eq!(line("a\n  b\x1bc"), "a b\\u{1b}c");
    }
}
