//! Hostile text made safe, and numbers as people read them.

/// Makes text from a trace safe for a terminal: control characters, line feeds, bidirectional
/// overrides and other invisible formatting become visible escapes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a character does something that nobody sees: control, bidirectional override, zero width.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// An argument of a command that is shown to be pasted into a shell: in quotes where it needs them.
pub fn argument(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_./:@%+,-".contains(c) || (c == '=' && !text.starts_with('='));
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { quoted(text) }
}

/// In quotes whatever it is; what nobody would see as `$'…'` with its bytes in octal, as bash, zsh and ksh read it. A NUL,
/// which no program can be given, stays an escape.
pub fn quoted(text: &str) -> String {
    if !text.chars().any(is_invisible) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\\' | '\'' => out.extend(['\\', c]),
            '\0' => out.push_str("\\\\u{0}"),
            c if is_invisible(c) => {
                let octal = |byte: u8| format!("\\{byte:03o}");
                out.extend(c.encode_utf8(&mut [0; 4]).bytes().map(octal));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Shortens to at most `most` characters, keeping both ends: the middle of a template name says least.
pub fn shorten(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most || most < 5 {
        return text.to_owned();
    }
    let tail = (most - 1) / 3;
    let head = most - 1 - tail;
    let mut out: String = text.chars().take(head).collect();
    out.push('…');
    out.extend(text.chars().skip(count - tail));
    out
}

/// "1 kernel", "2 kernels".
pub fn plural(n: usize, noun: &str) -> String {
    plural_of(n, noun, &format!("{noun}s"))
}

/// "1 copy", "2 copies": a count with a noun whose plural is not made by an `s`.
pub fn plural_of(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A duration in the unit that reads best; `ns` in nanoseconds.
pub fn duration(ns: f64) -> String {
    let abs = ns.abs();
    if abs < 1e3 {
        format!("{ns:.0} ns")
    } else if abs < 1e6 {
        format!("{:.2} us", ns / 1e3)
    } else if abs < 1e9 {
        format!("{:.2} ms", ns / 1e6)
    } else {
        format!("{:.2} s", ns / 1e9)
    }
}

/// A fraction as a percentage with the digits it needs, two decimals at most: 0.15 is `15%`, 0.025 is `2.5%`.
pub fn percent(fraction: f64) -> String {
    let text = format!("{:.2}", fraction * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A ratio as a signed percentage: 1.031 is `+3.1%`.
pub fn signed_percent(ratio: f64) -> String {
    let text = format!("{:+.1}%", (ratio - 1.0) * 100.0);
    if text == "-0.0%" || text == "+0.0%" { "0.0%".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_line_feeds_become_visible() {
        assert_eq!(escape("a\x1b[31mb\n"), "a\\u{1b}[31mb\\u{a}");
        assert_eq!(escape("a\u{202e}b\u{61c}"), "a\\u{202e}b\\u{61c}");
        assert_eq!(escape("µ<int>"), "µ<int>");
    }

    #[test]
    fn what_nobody_sees_is_quoted_by_its_bytes() {
        assert_eq!(argument("--trace=cuda,nvtx"), "--trace=cuda,nvtx");
        assert_eq!((argument(""), argument("=x"), argument("it's")), ("''".into(), "'=x'".into(), r"'it'\''s'".into()));
        assert_eq!(argument("a\u{1b}[31m'\\\n"), r"$'a\033[31m\'\\\n'");
        assert_eq!(argument("\u{202e}1"), r"$'\342\200\2561'");
        assert_eq!(argument("a\0b"), r"$'a\\u{0}b'");
    }

    #[test]
    fn a_long_name_keeps_both_ends() {
        assert_eq!(shorten("abcdefghijklmnop", 9), "abcdef…op");
        assert_eq!(shorten("abc", 9), "abc");
    }

    #[test]
    fn one_thing_and_several_are_counted_in_their_own_words() {
        assert_eq!(plural(1, "kernel"), "1 kernel");
        assert_eq!(plural(0, "kernel"), "0 kernels");
        assert_eq!(plural_of(1, "copy", "copies"), "1 copy");
        assert_eq!(plural_of(2, "copy", "copies"), "2 copies");
    }

    #[test]
    fn durations_and_ratios_read_well() {
        assert_eq!(duration(999.0), "999 ns");
        assert_eq!(duration(29_021.0), "29.02 us");
        assert_eq!(signed_percent(0.9), "-10.0%");
        assert_eq!(signed_percent(0.9999), "0.0%");
        assert_eq!(percent(0.15), "15%");
        assert_eq!(percent(0.025), "2.5%");
        assert_eq!(percent(0.001), "0.1%");
        assert_eq!(percent(1.0), "100%");
    }
}
