//! Counts and times as people read them.

use crate::diag::duration;

/// A count with its thousands set apart.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 kernel`, `2 kernels`.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

pub(super) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 { String::new() } else { format!("{:.1}%", part as f64 * 100.0 / whole as f64) }
}

pub(super) fn time(ns: i64) -> String {
    duration(ns as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_set_in_threes() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(counted(1, "kernel", "kernels"), "1 kernel");
    }
}
