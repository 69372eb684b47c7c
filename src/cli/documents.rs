//! The documents that the binary carries, for whoever has nothing but it.

use include_dir::{Dir, include_dir};

static DOCS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/docs");

/// A document's text by its path (`docs/latency.md`) or its name (`latency`).
pub(super) fn document(name: &str) -> Option<String> {
    let file = name.strip_prefix("docs/").unwrap_or(name);
    let text = DOCS.get_file(file).or_else(|| DOCS.get_file(format!("{file}.md")))?.contents_utf8()?;
    let shown = text.lines().filter(|line| !line.starts_with("<!--"));
    Some(shown.flat_map(|line| [line, "\n"]).collect())
}

/// Each document's path and title, in order.
pub(super) fn documents() -> Vec<(String, &'static str)> {
    let mut found: Vec<(String, &'static str)> = DOCS
        .files()
        .filter_map(|file| {
            let title = file.contents_utf8()?.lines().next()?.trim_start_matches("# ");
            Some((format!("docs/{}", file.path().display()), title))
        })
        .collect();
    found.sort();
    found
}
