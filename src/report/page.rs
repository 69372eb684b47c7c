//! A page of documentation for the terminal: the simple Markdown that checks, rules and issues are described in.

use super::Style;
use super::paint::Tone;
use super::wrap::wrap;
use crate::diag::escape;

/// The page with headings, paragraphs, lists, quotes and code laid out. Tables and whatever else is unknown stay
/// as they are.
pub fn page(markdown: &str, style: &Style) -> String {
    let mut out =
        Page { style, out: String::new(), paragraph: String::new(), first: String::new(), indent: 0, headed: false };
    let mut fence: Option<&str> = None;
    for line in markdown.lines() {
        let trimmed = line.trim_start();
        match fence {
            Some(mark) if trimmed.trim_end() == mark => fence = None,
            Some(_) => out.code(line),
            None if trimmed.starts_with("```") || trimmed.starts_with("~~~") => {
                out.flush();
                fence = trimmed.get(..3);
            }
            None => out.line(line),
        }
    }
    out.flush();
    let text = out.out.trim_matches('\n');
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

/// The page so far, and the paragraph being read.
struct Page<'a> {
    style: &'a Style,
    out: String,
    paragraph: String,
    /// What stands before the paragraph's first line: a list's mark.
    first: String,
    indent: usize,
    /// Whether nothing stands between the last heading and the paragraph.
    headed: bool,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            self.flush();
            self.blank();
        } else if let Some(title) = heading(trimmed) {
            self.flush();
            self.blank();
            self.out += &format!("{}\n\n", self.style.paint(Tone::Strong, &escape(title)));
            self.headed = true;
        } else if trimmed.starts_with('|') {
            self.flush();
            self.out += &format!("{}\n", escape(line.trim_end()));
        } else if self.paragraph.is_empty() && line.starts_with("    ") {
            self.code(line.get(4..).unwrap_or_default());
        } else if let Some((mark, text)) = item(line) {
            self.flush();
            self.indent = mark.chars().count();
            self.first = mark;
            self.paragraph = text.to_owned();
        } else {
            if !self.paragraph.is_empty() {
                self.paragraph.push(' ');
            }
            self.paragraph += trimmed.trim_start_matches("> ");
        }
    }

    fn code(&mut self, line: &str) {
        let line = escape(&line.replace('\t', "    "));
        self.out += &self.style.paint(Tone::Hint, format!("    {line}").trim_end());
        self.out.push('\n');
    }

    /// One empty line, never two.
    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Writes the paragraph.
    fn flush(&mut self) {
        if !self.paragraph.is_empty() {
            let text = super::wrap::line(&self.paragraph);
            let text = if self.headed && self.indent == 0 { sentence(&text) } else { text };
            self.headed = false;
            let mut spans = Spans { style: self.style, code: false };
            for (i, wrapped) in wrap(&text, self.style.columns().min(88) - self.indent).iter().enumerate() {
                let blanks = " ".repeat(self.indent);
                let before = if i == 0 && self.indent > 0 { &self.first } else { &blanks };
                self.out += &format!("{before}{}\n", spans.paint(wrapped));
            }
        }
        self.paragraph.clear();
        self.first.clear();
        self.indent = 0;
    }
}

/// The text with a capital letter first, unless it starts with a name.
fn sentence(text: &str) -> String {
    let word = text.split([' ', ',']).next().unwrap_or_default();
    if word.is_empty() || !word.chars().all(|c| c.is_ascii_lowercase()) {
        return text.to_owned();
    }
    text.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(text.chars().skip(1)).collect()
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let depth = line.len() - text.len();
    ((1..=6).contains(&depth) && text.starts_with(' ')).then(|| text.trim())
}

/// A list item's indented mark and its text.
fn item(line: &str) -> Option<(String, &str)> {
    let text = line.trim_start();
    let depth = (line.len() - text.len()).min(12);
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let (mark, rest) = match text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) {
        Some(rest) => ("- ".to_owned(), rest),
        None => {
            let digits = text.len() - number.len();
            (format!("{}. ", text.get(..digits).filter(|d| (1..4).contains(&d.len()))?), number.strip_prefix(". ")?)
        }
    };
    Some((format!("{}{mark}", " ".repeat(depth)), rest.trim()))
}

/// `code` spans across the lines of one paragraph: in colour where there is colour, else with their marks.
struct Spans<'a> {
    style: &'a Style,
    code: bool,
}

impl Spans<'_> {
    fn paint(&mut self, line: &str) -> String {
        let line = line.replace("**", "");
        if !self.style.colour {
            return line;
        }
        let mut out = String::new();
        for (i, piece) in line.split('`').enumerate() {
            self.code ^= i > 0;
            out += &self.style.paint(if self.code { Tone::Hint } else { Tone::Plain }, piece);
        }
        out
    }
}
