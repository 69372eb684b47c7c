//! Places: relative addresses, lines and columns from 1.

use super::log::{Artifact, Location, Physical, Region, Text};
use crate::diag::{Loc, SourceFile};
use crate::outcome::Place;
use std::sync::Arc;

/// The folder that relative addresses start from.
pub(super) const BASE: &str = "%SRCROOT%";

pub(super) fn of_place(place: &Place, sources: &[Arc<SourceFile>]) -> Location {
    let physical = Physical { artifact_location: artifact(&place.file), region: Some(region(place, sources)) };
    let message = (!place.label.is_empty()).then(|| text(&super::message(&place.label)));
    Location { id: None, physical_location: physical, message }
}

pub(super) fn of_file(file: &str) -> Location {
    Location {
        id: None,
        physical_location: Physical { artifact_location: artifact(file), region: None },
        message: None,
    }
}

/// In a message, `[text](1)` would be a link, which no text of ours is meant to be.
pub(super) fn text(text: &str) -> Text {
    Text { text: text.replace("](", "] (") }
}

/// The end is known where the text is.
fn region(place: &Place, sources: &[Arc<SourceFile>]) -> Region {
    let end = sources.iter().find(|source| source.name == place.file).map(|source| {
        let end = place.end.clamp(place.start, source.text.len().max(place.start));
        Loc::new(source, end..end).line_column()
    });
    let (start_line, start_column) = (place.line.max(1), place.column.max(1));
    let end = end.filter(|end| *end >= (start_line, start_column));
    Region { start_line, start_column, end_line: end.map(|(line, _)| line), end_column: end.map(|(_, column)| column) }
}

fn artifact(file: &str) -> Artifact {
    let file = file.replace('\\', "/");
    if let Some(name) = file.strip_prefix("builtin:") {
        return Artifact { uri: format!("builtin:{}", encode(name)), uri_base_id: None };
    }
    let path = file.trim_start_matches("./");
    let drive = path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && path.get(1..3) == Some(":/");
    if drive {
        Artifact { uri: format!("file:///{}", encode(path)), uri_base_id: None }
    } else if path.starts_with('/') {
        Artifact { uri: format!("file://{}", encode(path)), uri_base_id: None }
    } else {
        Artifact { uri: encode(path), uri_base_id: Some(BASE) }
    }
}

/// Everything but letters, digits, `-._~` and `/` by its bytes.
fn encode(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        let uri = |file: &str| artifact(file).uri;
        assert_eq!(uri("specs/a b.toml"), "specs/a%20b.toml");
        assert_eq!(uri("./specs/a.toml"), "specs/a.toml");
        assert_eq!(uri("a:b#c?.toml"), "a%3Ab%23c%3F.toml");
        assert_eq!(uri("/tmp/µ.toml"), "file:///tmp/%C2%B5.toml");
        assert_eq!(uri("C:\\a\\b.toml"), "file:///C%3A/a/b.toml");
        assert_eq!(uri("builtin:base/vllm"), "builtin:base/vllm");
        assert!(artifact("specs/a.toml").uri_base_id.is_some() && artifact("/a").uri_base_id.is_none());
    }

    #[test]
    fn no_text_becomes_a_link() {
        assert_eq!(text("[see](1)").text, "[see] (1)");
    }
}
