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
}

impl Format {
    pub const ALL: [Format; 4] = [Self::Human, Self::Concise, Self::Json, Self::Html];

    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Html => "html",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Format {
    /// A format for what has no page: anything but the report of `align check`.
    ///
    /// # Errors
    /// What to write instead.
    pub fn without_page(name: &str) -> Result<Self, String> {
        match name.parse()? {
            Self::Html => Err("only `align check` reports on a page; one of: human, concise, json".to_owned()),
            format => Ok(format),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    /// # Errors
    /// What to write instead.
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let hint = did_you_mean(name, Self::ALL.map(Self::name)).unwrap_or_default();
            format!("no report has this format; {hint}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_read_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!(Format::without_page("json"), Ok(Format::Json));
        assert!(Format::without_page("html").is_err_and(|why| why.contains("align check")));
        assert_eq!("jsn".parse::<Format>(), Err("no report has this format; did you mean `json`?".to_owned()));
    }
}
