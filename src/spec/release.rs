//! What a trace was captured with (`vllm 0.24.0`), and what is asked of it (`vllm >=0.24, <0.26`).
//!
//! Versions of Python packages are ordered as their installer orders them: `0.24` is `0.24.0`, `0.24.0.dev1` and
//! `0.24.0rc1` come before `0.24.0`, `0.24.0.post1` after it, and what a build adds behind `+` (`+cu129`) does not
//! count. Requirements of semantic versioning do not fit: they never match a development build.

use std::cmp::Ordering;
use std::fmt;

/// The most numbers of a version, and digits of one.
const PARTS: usize = 8;
const DIGITS: usize = 12;

/// A framework, and its version if one is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// In lower case, words joined by hyphens.
    pub name: String,
    pub version: Option<Version>,
}

/// A version of a Python package.
#[derive(Debug, Clone)]
pub struct Version {
    numbers: Vec<u64>,
    stage: (Stage, u64),
    /// A development build of the stage comes before it.
    dev: Option<u64>,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Dev,
    Alpha,
    Beta,
    Candidate,
    Final,
    Post,
}

/// A framework, and the versions that are meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    pub name: String,
    bounds: Vec<(Bound, Version)>,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Least,
    Above,
    Most,
    Below,
    /// `=0.24` is every 0.24.x.
    Is,
    Not,
}

/// Longer spellings first.
const BOUNDS: [(&str, Bound); 7] = [
    (">=", Bound::Least),
    ("<=", Bound::Most),
    ("==", Bound::Is),
    ("!=", Bound::Not),
    (">", Bound::Above),
    ("<", Bound::Below),
    ("=", Bound::Is),
];

impl Release {
    /// `vllm 0.24.0`, or `vllm` alone.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        let (name, rest) = split(text)?;
        let version = if rest.is_empty() { None } else { Some(Version::new(rest)?) };
        Ok(Self { name, version })
    }
}

impl Requirement {
    /// `vllm >=0.24, <0.26`, or `vllm` for any version.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        let (name, rest) = split(text)?;
        let mut bounds = Vec::new();
        for part in rest.split(',').map(str::trim).filter(|_| !rest.is_empty()) {
            let (bound, version) = BOUNDS
                .into_iter()
                .find_map(|(sign, bound)| part.strip_prefix(sign).map(|version| (bound, version.trim())))
                .ok_or_else(|| format!("`{part}` does not say how to compare: write `>={part}` or `={part}`"))?;
            let version = if bound == Bound::Is { version.strip_suffix(".*").unwrap_or(version) } else { version };
            bounds.push((bound, Version::new(version)?));
        }
        Ok(Self { name, bounds, text: text.trim().to_owned() })
    }

    /// Whether any version will do.
    pub fn is_any(&self) -> bool {
        self.bounds.is_empty()
    }

    pub fn allows(&self, version: &Version) -> bool {
        self.bounds.iter().all(|(bound, than)| match bound {
            Bound::Least => version >= than,
            Bound::Above => version > than,
            Bound::Most => version <= than,
            Bound::Below => version < than,
            Bound::Is => version.is(than),
            Bound::Not => !version.is(than),
        })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{} {}", self.name, version.text),
            None => f.write_str(&self.name),
        }
    }
}

/// The name as it is compared, and what stands behind it.
fn split(text: &str) -> Result<(String, &str), String> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_whitespace() || "<>=!,".contains(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err("does not begin with a framework's name".to_owned());
    }
    if let Some(odd) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_.".contains(*c)) {
        return Err(format!("`{odd}` cannot be part of a framework's name"));
    }
    Ok((name.to_ascii_lowercase().replace(['_', '.'], "-"), rest.trim()))
}

impl Version {
    /// `0.24.0`, `0.24`, `1.2.0rc6`, `0.24.1.dev12+g1234`, `v0.5.6.post2`.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no version");
        let lower = text.trim().to_ascii_lowercase();
        let public = lower.split('+').next().unwrap_or_default();
        let mut words = words(public.strip_prefix('v').unwrap_or(public)).ok_or_else(wrong)?.into_iter().peekable();
        let mut numbers = Vec::new();
        while let Some(Word::Number(number)) = words.next_if(|word| matches!(word, Word::Number(_))) {
            numbers.push(number);
        }
        if numbers.is_empty() || numbers.len() > PARTS {
            return Err(wrong());
        }
        let (mut stage, mut dev) = ((Stage::Final, 0), None);
        while let Some(Word::Letters(letters)) = words.next() {
            let number = match words.next_if(|word| matches!(word, Word::Number(_))) {
                Some(Word::Number(number)) => number,
                _ => 0,
            };
            match letters.as_str() {
                "a" | "alpha" => stage = (Stage::Alpha, number),
                "b" | "beta" => stage = (Stage::Beta, number),
                "c" | "rc" | "pre" | "preview" => stage = (Stage::Candidate, number),
                "post" | "rev" | "r" => stage = (Stage::Post, number),
                "dev" | "nightly" => dev = Some(number),
                _ => return Err(wrong()),
            }
        }
        if words.next().is_some() {
            return Err(wrong());
        }
        // A development build of nothing else comes before all that leads to the release.
        if dev.is_some() && stage.0 == Stage::Final {
            stage = (Stage::Dev, 0);
        }
        Ok(Self { numbers, stage, dev, text: text.trim().to_owned() })
    }

    fn number(&self, at: usize) -> u64 {
        self.numbers.get(at).copied().unwrap_or(0)
    }

    /// Whether this is `other`, or, where `other` leaves numbers out, one of its releases.
    fn is(&self, other: &Self) -> bool {
        let plain = other.stage.0 == Stage::Final && other.dev.is_none();
        if !plain || other.numbers.len() >= 3 {
            return self == other;
        }
        (0..other.numbers.len()).all(|at| self.number(at) == other.number(at))
    }
}

enum Word {
    Number(u64),
    Letters(String),
}

/// Runs of digits and of letters; `None` for anything else between them than `.`, `-` and `_`.
fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| if first.is_ascii_digit() { c.is_ascii_digit() } else { c.is_ascii_alphabetic() };
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        match rest.split_at(end) {
            ("", _) if ".-_".contains(first) && !words.is_empty() && rest.len() > 1 => rest = &rest[1..],
            ("", _) => return None,
            (run, behind) => {
                words.push(match first.is_ascii_digit() {
                    true if run.len() > DIGITS => return None,
                    true => Word::Number(run.parse().ok()?),
                    false => Word::Letters(run.to_owned()),
                });
                rest = behind;
            }
        }
    }
    Some(words)
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = (0..self.numbers.len().max(other.numbers.len()))
            .map(|at| self.number(at).cmp(&other.number(at)))
            .find(|order| order.is_ne());
        // No development build is later than any.
        let dev = |version: &Self| version.dev.unwrap_or(u64::MAX);
        numbers.unwrap_or(Ordering::Equal).then(self.stage.cmp(&other.stage)).then(dev(self).cmp(&dev(other)))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(text: &str) -> Version {
        Version::new(text).unwrap_or_else(|why| unreachable!("{why}"))
    }

    fn allows(requirement: &str, text: &str) -> bool {
        Requirement::new(requirement).is_ok_and(|requirement| requirement.allows(&version(text)))
    }

    #[test]
    fn versions_come_in_the_order_in_which_they_are_released() {
        let order = [
            "0.9",
            "0.23.9",
            "0.24.0.dev1",
            "0.24.0.dev2+g12ab",
            "0.24.0a1",
            "0.24.0b1",
            "0.24.0rc1.dev3",
            "0.24.0rc1",
            "0.24.0",
            "0.24.0.post1",
            "0.24.1.dev7",
            "0.24.1",
            "0.24.10",
            "1",
        ];
        for (at, early) in order.iter().enumerate() {
            for late in &order[at + 1..] {
                assert!(version(early) < version(late), "{early} before {late}");
            }
        }
    }

    #[test]
    fn what_is_left_out_is_zero_and_what_a_build_adds_does_not_count() {
        for same in ["0.24", "0.24.0", "v0.24.0", "0.24.0+cu129", "0.24.0.0", " 0.24.0 "] {
            assert_eq!(version(same), version("0.24.0"), "{same}");
        }
    }

    #[test]
    fn a_requirement_takes_what_lies_between_its_bounds() {
        let asked = "vllm >=0.24, <0.26";
        assert!(["0.24.0", "0.24.0+cu129", "0.25.3.post1", "0.25"].iter().all(|v| allows(asked, v)));
        assert!(["0.23.9", "0.24.0.dev1", "0.26", "0.26.1"].iter().all(|v| !allows(asked, v)));
        assert!(allows("vllm =0.24", "0.24.7") && allows("vllm ==0.24.*", "0.24.7") && !allows("vllm =0.24", "0.25"));
        assert!(!allows("vllm =0.24.0", "0.24.7") && allows("vllm !=0.24", "0.25"));
        assert!(allows("vllm>=0.24,<0.25", "0.24.9") && allows("vllm", "0.1"));
    }

    #[test]
    fn names_are_compared_without_case_and_punctuation() {
        let named = |text: &str| Release::new(text).map(|release| release.name);
        assert_eq!(named("TensorRT_LLM 1.2.0rc6"), named("tensorrt-llm"));
        assert_eq!(Requirement::new("TensorRT-LLM >=1").map(|r| r.name), named("tensorrt-llm"));
    }

    #[test]
    fn what_is_no_release_says_why() {
        for wrong in
            ["", "0.24", "vllm zero", "vllm 0..1x", "vllm 0.24.0-", "vllm 9999999999999999", "v/llm 1", "vllm 1 2 x"]
        {
            assert!(Release::new(wrong).is_err(), "{wrong}");
        }
        for wrong in ["vllm 0.24", "vllm >=", "vllm >=0.24,", "vllm >0.24 <0.26", ">=0.24"] {
            assert!(Requirement::new(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Release::new(&text);
            let _ = Requirement::new(&text);
        }

        #[test]
        fn the_order_of_versions_is_total(
            a in "[0-2](\\.[0-2]){0,3}(\\.dev[0-2]|rc[0-2]|\\.post[0-2])?",
            b in "[0-2](\\.[0-2]){0,3}(\\.dev[0-2]|rc[0-2]|\\.post[0-2])?",
            c in "[0-2](\\.[0-2]){0,3}(\\.dev[0-2]|rc[0-2]|\\.post[0-2])?",
        ) {
            let (a, b, c) = (version(&a), version(&b), version(&c));
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert!(!(a <= b && b <= c) || a <= c);
            let inside = Requirement::new(&format!("x >={}", b.text)).is_ok_and(|r| r.allows(&a));
            prop_assert_eq!(inside, a >= b);
        }
    }
}
