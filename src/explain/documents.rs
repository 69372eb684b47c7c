//! The documents that the binary carries, for whoever has nothing but it.

use include_dir::{Dir, include_dir};

static DOCS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/docs");

/// The table of contents is no page.
const CONTENTS: &str = "SUMMARY.md";

/// A document's text by its path (`docs/latency.md`) or its name (`latency`).
pub(super) fn document(name: &str) -> Option<String> {
    let file = name.strip_prefix("docs/").unwrap_or(name);
    let found = DOCS.get_file(file).or_else(|| DOCS.get_file(format!("{file}.md")))?;
    if found.path().extension().is_none_or(|e| e != "md") || found.path().as_os_str() == CONTENTS {
        return None;
    }
    let shown = found.contents_utf8()?.lines().filter(|line| !line.starts_with("<!--"));
    Some(shown.flat_map(|line| [line, "\n"]).collect())
}

/// Each document's path and title, in order; the pages of single checks and issues have names of their own.
pub(super) fn documents() -> Vec<(String, &'static str)> {
    let mut found: Vec<(String, &'static str)> = DOCS
        .files()
        .filter(|file| file.path().extension().is_some_and(|e| e == "md") && file.path().as_os_str() != CONTENTS)
        .filter_map(|file| {
            let title = file.contents_utf8()?.lines().find_map(|line| line.strip_prefix("# "))?;
            Some((format!("docs/{}", file.path().display()), title))
        })
        .collect();
    found.sort();
    found
}
