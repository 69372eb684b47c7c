//! Texts as a spec writes them.

use crate::diag::is_invisible;
use std::fmt::Write;

/// What stands as a `reason` where nobody has said yet why it is so.
pub const UNEXPLAINED: &str = "TODO: why is this so?";

/// A TOML string: in double quotes, or in single ones where that spares escapes. What nobody would see is escaped, since a
/// kernel's name may hold anything.
pub fn quote(text: &str) -> String {
    if text.contains(['\\', '"']) && !text.chars().any(|c| is_invisible(c) || c == '\'') {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if is_invisible(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_backslash_is_written_in_single_quotes() {
        assert_eq!(quote(r"\[CUDA memset\]"), r"'\[CUDA memset\]'");
        assert_eq!(quote("it's"), "\"it's\"");
        assert_eq!(quote("a\nb"), "\"a\\U0000000Ab\"");
    }

    #[test]
    fn what_nobody_would_see_is_escaped() {
        assert_eq!(quote("a\u{202e}b\"c"), "\"a\\U0000202Eb\\\"c\"");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_toml(text in "(\\PC|[\\x00-\\x7f\\u{200b}-\\u{202e}]){0,40}") {
            let read: toml::Table =
                toml::from_str(&format!("a = {}\n", quote(&text))).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(read.get("a").and_then(|v| v.as_str()), Some(text.as_str()));
        }
    }
}
