//! JSON, written from our own model: places have lines and columns, names are whole and unescaped.

use serde::Serialize;

/// Numbers that are not finite are `null`. Our types have string keys only, so that this cannot fail; should it
/// ever, the document says so rather than be cut short.
pub(super) fn render<T: Serialize>(outcome: &T) -> String {
    let text = serde_json::to_string_pretty(outcome);
    let mut text = text.unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string());
    text.push('\n');
    text
}
