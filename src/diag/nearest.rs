//! Near-miss hints: the nearest right name for a wrong one.

use std::path::Path;

/// The least similarity (Jaro-Winkler on lower case, `_` and `-` alike) at which a suggestion helps
/// more than it misleads; `kernal`/`kernel` scores 0.94, `count`/`counter` 0.94, `mock`/`e2e` 0.
const SIMILAR: f64 = 0.8;

fn fold(s: &str) -> String {
    s.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

fn score(a: &str, b: &str) -> f64 {
    let (a, b) = (fold(a), fold(b));
    let edit = strsim::normalized_damerau_levenshtein(&a, &b);
    strsim::jaro_winkler(&a, &b).max(edit)
}

/// The candidates most like `wrong`, best first, at most `most` of them, none too far away.
pub fn nearest_many<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> =
        candidates.into_iter().map(|c| (score(wrong, c), c)).filter(|(s, _)| *s >= SIMILAR).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(most).map(|(_, c)| c).collect()
}

/// The candidate most like `wrong`, if one is near enough to be worth saying.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_many(wrong, candidates, 1).into_iter().next()
}

/// A help line for a wrong name: the nearest right one, or two that are equally near, or all of them if none is near.
pub fn did_you_mean<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut all: Vec<&str> = candidates.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    match nearest_many(wrong, all.iter().copied(), 2)[..] {
        [right, other] if score(wrong, right) == score(wrong, other) => {
            Some(format!("did you mean `{right}` or `{other}`?"))
        }
        [right, ..] => Some(format!("did you mean `{right}`?")),
        [] if all.is_empty() => None,
        [] => Some(format!("one of: {}", all.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", "))),
    }
}

/// A help line for a path that does not exist: the file or folder beside it with the nearest name.
pub fn nearest_file(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Some(format!("the folder {} does not exist either", folder.display()));
    };
    let names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let wrong = path.file_name()?.to_string_lossy().into_owned();
    if names.contains(&wrong) {
        return Some(format!("{} is a symbolic link that leads nowhere", path.display()));
    }
    let right = nearest(&wrong, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", path.with_file_name(right).display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_the_right_one() {
        let keys = ["name", "match", "count", "critical", "within"];
        assert_eq!(nearest("cuont", keys), Some("count"));
        assert_eq!(nearest("crtical", keys), Some("critical"));
        assert_eq!(nearest("Within", keys), Some("within"));
        assert_eq!(nearest("zzz", keys), None);
    }

    #[test]
    fn without_a_near_one_all_are_listed_in_order() {
        assert_eq!(did_you_mean("zzz", ["b", "a"]).as_deref(), Some("one of: `a`, `b`"));
        assert_eq!(did_you_mean("zzz", []), None);
    }

    #[test]
    fn two_that_are_equally_near_are_both_named() {
        assert_eq!(did_you_mean("sma0", ["sm90", "sm80", "other"]).as_deref(), Some("did you mean `sm80` or `sm90`?"));
    }
}
