//! Text of others in Markdown: shown, never obeyed.

use super::super::wrap::message;
use crate::diag::escape;

/// What Markdown or a code host would act on, by what shows it and does nothing. A comment that says nothing stands
/// between the parts of mentions, references and addresses, which are looked for after marks are taken away.
fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '@' => out += "@<!-- -->",
            '#' => out += "#<!-- -->",
            ':' if rest.peek() == Some(&'/') => out += ":<!-- -->",
            '.' if out.to_ascii_lowercase().ends_with("www") => out += "<!-- -->.",
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // At the start of a line these would begin a list, a heading's underline or a number.
            '-' | '+' | '=' if out.is_empty() && rest.peek().is_none_or(|next| [' ', c].contains(next)) => {
                out.push('\\');
                out.push(c);
            }
            '.' if is_number(&out) && rest.peek().is_none_or(|next| *next == ' ') => out += "\\.",
            c => out.push(c),
        }
    }
    out
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A sentence; what it names between backticks stays code.
pub(in crate::report) fn sentence(text: &str) -> String {
    let text = message(text);
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return inert(&text);
    }
    let spans = pieces.iter().enumerate().map(|(at, piece)| match at % 2 {
        0 => inert_after(piece, at > 0),
        _ if piece.trim().is_empty() => String::new(),
        _ => code(piece),
    });
    spans.collect()
}

/// As [`inert`], where something may stand before it in the line.
fn inert_after(text: &str, begun: bool) -> String {
    if !begun {
        return inert(text);
    }
    // A letter in front makes it no start of a line; it is taken away again.
    let marked = inert(&format!("x{text}"));
    marked.get(1..).unwrap_or_default().to_owned()
}

/// A name as code, in a fence longer than any of its own; also in a cell of a table.
pub(in crate::report) fn code(text: &str) -> String {
    let text = escape(&text.replace(['\n', '\r', '\t'], " "));
    let fence = "`".repeat(longest_run(&text) + 1);
    let blank = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() { " " } else { "" };
    format!("{fence}{blank}{}{blank}{fence}", text.replace('|', "\\|"))
}

/// Lines in a block of code.
pub(super) fn block(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let body: String = lines.iter().map(|line| escape(line) + "\n").collect();
    format!("{fence}{language}\n{body}{fence}\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A folded part. `summary` is text of ours.
pub(super) fn details(summary: &str, body: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{}\n\n</details>\n\n", body.trim_end())
}

/// A link to an address that can do nothing else; any other is shown as code.
pub(super) fn link(address: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(c);
    if address.starts_with("https://") && address.chars().all(plain) { format!("<{address}>") } else { code(address) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_are_shown_and_not_obeyed() {
        assert_eq!(sentence("*a* <b> [x](y) ![z](q)"), r"\*a\* &lt;b&gt; \[x\]\(y\) \!\[z\]\(q\)");
        assert_eq!(sentence("- a"), r"\- a");
        assert_eq!(sentence("12. a"), r"12\. a");
        assert_eq!(sentence("12.5 -3 a"), "12.5 -3 a");
        assert_eq!(sentence("a\n# b"), "a #<!-- --> b");
        assert_eq!(sentence("see https://x.y and www.x.y"), "see https:<!-- -->//x.y and www<!-- -->.x.y");
    }

    #[test]
    fn names_between_backticks_stay_code() {
        assert_eq!(sentence("`a<b>|c` differs"), r"`a<b>\|c` differs");
        assert_eq!(sentence("an odd ` one"), r"an odd \` one");
        assert_eq!(code("a``b`"), "``` a``b` ```");
        assert_eq!(block("text", &["```".to_owned()]), "````text\n```\n````\n");
    }

    #[test]
    fn only_a_plain_address_is_a_link() {
        assert_eq!(link("https://a.b/c?d=1"), "<https://a.b/c?d=1>");
        assert_eq!(link("javascript:alert(1)"), "`javascript:alert(1)`");
        assert_eq!(link("https://a> <script>"), "`https://a> <script>`");
    }

    proptest! {
        #[test]
        fn no_tag_starts_outside_of_code(text in "(?s).{0,80}") {
            let outside = sentence(&text.replace('`', "'"));
            prop_assert!(!outside.replace("<!-- -->", "").contains('<'), "{outside}");
            prop_assert!(!outside.contains('\n'));
        }
    }
}
