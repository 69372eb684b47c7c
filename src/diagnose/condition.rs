//! Conditions of a row: `fact`, `not fact`, `fact > 0.5`, `finding:latency-ratio`, `not finding:…`.

use crate::compare::Facts;
use crate::diag::{Finding, Severity};
use std::fmt;

/// What must hold for an issue to be the cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    subject: Subject,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Subject {
    Fact(String),
    /// An error or warning with this code.
    Finding(String),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Test {
    Holds,
    Fails,
    Above(f64),
    Below(f64),
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    #[error("a condition names a fact or a finding")]
    Empty,
    #[error("`{0}` is not a number")]
    Number(String),
    #[error("`not` does not go with a number: turn `>` or `<` round")]
    NotWithNumber,
    #[error("`{0}` is not the name of a fact (letters, digits, `.`, `-`, `_`)")]
    Name(String),
}

impl Condition {
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let text = text.trim();
        let (negated, text) = match text.strip_prefix("not ") {
            Some(rest) => (true, rest.trim()),
            None => (false, text),
        };
        if negated && text.contains(['<', '>']) {
            return Err(ConditionError::NotWithNumber);
        }
        let (name, test) = if let Some((name, number)) = text.split_once('>') {
            (name, Test::Above(parse_number(number)?))
        } else if let Some((name, number)) = text.split_once('<') {
            (name, Test::Below(parse_number(number)?))
        } else {
            (text, if negated { Test::Fails } else { Test::Holds })
        };
        let name = name.trim();
        let subject = match name.strip_prefix("finding:") {
            Some(code) => Subject::Finding(valid(code.trim())?),
            None => Subject::Fact(valid(name)?),
        };
        Ok(Self { subject, test })
    }

    /// The name of the fact or, with `finding:`, the code.
    pub fn name(&self) -> &str {
        match &self.subject {
            Subject::Fact(name) | Subject::Finding(name) => name,
        }
    }

    pub fn is_finding(&self) -> bool {
        matches!(self.subject, Subject::Finding(_))
    }

    /// Whether it asks that something is not so.
    pub fn is_negated(&self) -> bool {
        self.test == Test::Fails
    }

    pub fn holds(&self, facts: &Facts, findings: &[Finding]) -> bool {
        let value = match &self.subject {
            Subject::Fact(name) => facts.value(name),
            Subject::Finding(code) => {
                let counts = |f: &&Finding| f.code == *code && f.severity >= Severity::Warning && f.known.is_none();
                findings.iter().filter(counts).count() as f64
            }
        };
        match self.test {
            Test::Holds => value != 0.0,
            Test::Fails => value == 0.0,
            Test::Above(limit) => value > limit,
            Test::Below(limit) => value < limit,
        }
    }

    /// The sentence of the fact it rests on, if it states that something is so.
    pub fn evidence(&self, facts: &Facts) -> Option<String> {
        match (&self.subject, self.test) {
            (Subject::Fact(name), Test::Holds | Test::Above(_) | Test::Below(_)) => {
                facts.get(name).map(|f| f.text.clone())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = if self.is_finding() { "finding:" } else { "" };
        let name = self.name();
        match self.test {
            Test::Holds => write!(f, "{prefix}{name}"),
            Test::Fails => write!(f, "not {prefix}{name}"),
            Test::Above(limit) => write!(f, "{prefix}{name} > {limit}"),
            Test::Below(limit) => write!(f, "{prefix}{name} < {limit}"),
        }
    }
}

fn parse_number(text: &str) -> Result<f64, ConditionError> {
    let text = text.trim();
    text.parse::<f64>().ok().filter(|n| n.is_finite()).ok_or_else(|| ConditionError::Number(text.to_owned()))
}

fn valid(name: &str) -> Result<String, ConditionError> {
    let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    match name {
        "" => Err(ConditionError::Empty),
        name if name.chars().all(ok) => Ok(name.to_owned()),
        name => Err(ConditionError::Name(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_facts_and_findings() {
        let mut facts = Facts::default();
        facts.set("latency.ratio", 0.7, "the mock takes 0.70 of the E2E's time");
        let findings = [Finding::new("latency-ratio", Severity::Error, "slow")];
        let holds = |text: &str| Condition::parse(text).is_ok_and(|c| c.holds(&facts, &findings));
        assert!(holds("latency.ratio < 0.9") && !holds("latency.ratio > 0.9"));
        assert!(holds("finding:latency-ratio") && !holds("not finding:latency-ratio"));
        assert!(holds("not graph-whole") && !holds("graph-whole"));
    }

    #[test]
    fn a_condition_prints_as_it_is_read() {
        for text in ["a.b > 0.5", "not finding:kernel-name", "x-y", "z < 2"] {
            assert_eq!(Condition::parse(text).map(|c| c.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_condition_says_why() {
        assert_eq!(Condition::parse(""), Err(ConditionError::Empty));
        assert!(matches!(Condition::parse("a > b"), Err(ConditionError::Number(_))));
        assert!(matches!(Condition::parse("a b"), Err(ConditionError::Name(_))));
        assert_eq!(Condition::parse("not a > 1"), Err(ConditionError::NotWithNumber));
    }
}
