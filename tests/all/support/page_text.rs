//! What a page says, without its markup: one line a block, scripts and styles left out.

/// Elements that begin a line of their own.
const BLOCKS: &[&str] = &[
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "li",
    "tr",
    "dt",
    "dd",
    "section",
    "article",
    "table",
    "figure",
    "figcaption",
    "pre",
    "summary",
    "details",
    "ul",
    "dl",
    "div",
    "header",
    "footer",
    "main",
    "button",
];

pub(crate) fn text(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        out += &rest[..at];
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().expect("a tag has a name");
        match name {
            "script" | "style" if !tag.starts_with('/') => rest = &rest[rest.find("</").expect("it is closed")..],
            // Pictures are told by their sentences and tables.
            "svg" if !tag.starts_with('/') => rest = after_picture(rest),
            "td" | "th" => out.push_str(" | "),
            name if BLOCKS.contains(&name) => out.push('\n'),
            _ => {}
        }
    }
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines: Vec<String> = lines.map(|line| unescaped(line.trim_matches(['|', ' ']))).collect();
    lines.into_iter().filter(|line| !line.is_empty()).map(|line| line.replace("| |", "|") + "\n").collect()
}

/// Pictures stand inside pictures.
fn after_picture(page: &str) -> &str {
    let (mut depth, mut rest) = (1, page);
    while depth > 0 {
        let at = rest.find("svg").expect("a picture is closed");
        if rest[..at].ends_with('<') {
            depth += 1;
        } else if rest[..at].ends_with("</") {
            depth -= 1;
        }
        rest = &rest[at + 3..];
    }
    &rest[1..]
}

fn unescaped(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    pairs.into_iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
