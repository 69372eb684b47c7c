//! The formats a report comes in.

use crate::diag::did_you_mean;
use std::fmt;
use std::str::FromStr;

/// A report's format, by the name `--format` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people: tables, carets, causes and fixes.
    #[default]
    Human,
    /// One line a finding and one a case, for `grep` and editors.
    Concise,
    /// The whole outcome, versioned.
    Json,
    /// One page that needs nothing else, for browsers.
    Html,
    /// The deliverables of an alignment, for pull requests and wikis.
    Markdown,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
    /// JUnit XML, for CI servers.
    Junit,
    /// Annotations as GitHub's runners read them from a log.
    Github,
}

impl Format {
    pub const ALL: [Format; 8] =
        [Self::Human, Self::Concise, Self::Json, Self::Html, Self::Markdown, Self::Sarif, Self::Junit, Self::Github];
    /// Those that every verb has.
    pub const PLAIN: [Format; 3] = [Self::Human, Self::Concise, Self::Json];

    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
        }
    }

    /// A format that every verb has, by its name.
    ///
    /// # Errors
    /// What to write instead.
    pub fn plain(name: &str) -> Result<Self, String> {
        named(&Self::PLAIN, name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Format {}

impl FromStr for Format {
    type Err = String;

    /// # Errors
    /// What to write instead.
    fn from_str(name: &str) -> Result<Self, String> {
        named(&Self::ALL, name)
    }
}

fn named(formats: &[Format], name: &str) -> Result<Format, String> {
    formats.iter().copied().find(|format| format.name() == name).ok_or_else(|| {
        let hint = did_you_mean(name, formats.iter().map(|format| format.name())).unwrap_or_default();
        format!("no report has this format; {hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_read_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!(Format::plain("json"), Ok(Format::Json));
        assert!(Format::plain("sarif").is_err_and(|why| why.contains("`json`")));
        assert_eq!("jsn".parse::<Format>(), Err("no report has this format; did you mean `json`?".to_owned()));
    }
}
