//! What values keys take.

use super::TableDoc;

/// What values a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    Text,
    /// One string or an array of strings.
    Texts,
    /// A name that a vocabulary knows.
    Name(Names),
    /// One name or an array of names.
    Names(Names),
    /// A glob over NVTX ranges or modules.
    Glob,
    Globs,
    /// Globs and regular expressions over kernel names.
    NamePatterns,
    /// A glob, a regular expression, or a family.
    KernelPattern,
    KernelPatterns,
    /// Conditions of a common issue.
    Conditions,
    /// A framework, with a version or bounds of one.
    Release,
    Flag,
    /// Only `true`: the key's presence selects.
    True,
    /// Only this number: the version of a format.
    Version(u32),
    /// A whole number, at least so large.
    Whole(u32),
    /// How often in one instance: `1`, `"1..=2"`, `"1.."`, `"any"`.
    Count,
    /// `"10%"`, or a fraction `0.1`; above 0.
    Tolerance,
    /// As a tolerance, from 0 to 1.
    Share,
    /// How far a ratio is from 1, from one end to the other: `"-40%..=-25%"`.
    Changes,
    /// `2026-12-31`, as a TOML date or a string.
    Date,
    Choice(&'static [&'static str]),
    /// One word or an array of words.
    Choices(&'static [&'static str]),
    Table(&'static TableDoc),
    /// `[[…]]`, any number.
    Tables(&'static TableDoc),
    /// One table, an array of tables, or `"auto"`.
    Alternatives(&'static TableDoc),
    /// A severity, or `off`.
    Severity,
    /// Names and values handed to a rule.
    Parameters,
}

/// Names that are not the format's own: a project adds to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Checks and rules.
    Judgements,
    Rules,
    /// Checks, rules and common issues.
    Reported,
}

impl Shape {
    /// With its article, for messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Text
            | Self::Release
            | Self::Name(_)
            | Self::Glob
            | Self::KernelPattern
            | Self::Choice(_)
            | Self::Severity => "a string",
            Self::Texts
            | Self::Choices(_)
            | Self::Names(_)
            | Self::Globs
            | Self::NamePatterns
            | Self::KernelPatterns
            | Self::Conditions => "a string or an array of strings",
            Self::Flag => "`true` or `false`",
            Self::True => "`true`",
            Self::Version(_) | Self::Whole(_) => "a whole number",
            Self::Count => "a whole number or a string such as \"1..=2\"",
            Self::Tolerance | Self::Share => "a percentage in quotes or a fraction",
            Self::Changes => "a range of percentages such as \"-40%..=-25%\"",
            Self::Date => "a date",
            Self::Table(_) | Self::Parameters => "a table",
            Self::Tables(_) => "an array of tables",
            Self::Alternatives(_) => "a table, an array of tables or \"auto\"",
        }
    }

    /// The table a value of this shape holds.
    pub fn table(self) -> Option<&'static TableDoc> {
        match self {
            Self::Table(doc) | Self::Tables(doc) | Self::Alternatives(doc) => Some(doc),
            _ => None,
        }
    }
}
