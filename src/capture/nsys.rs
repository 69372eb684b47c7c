//! The profiler that is there: its version, and which options it has.
//!
//! What an option is called and what it takes has changed over the years. The profiler's own help says it for the version
//! that is run, so that nothing here has to remember it.

use crate::diag::{Problem, escape};
use serde::Serialize;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nsys {
    pub program: PathBuf,
    /// Such as `2025.3.2`; none where it was not found.
    pub version: Option<String>,
    /// Of `nsys profile`; without it every option is taken to be there.
    #[serde(skip)]
    help: Option<String>,
}

impl Nsys {
    /// One that was not found, for a plan that is not run here.
    pub fn unseen(program: &Path) -> Self {
        Self { program: program.to_owned(), version: None, help: None }
    }

    /// One of which this is known.
    pub fn known(program: &Path, version: &str, help: &str) -> Self {
        let help = Some(help.to_owned()).filter(|help| help.contains("--"));
        Self { program: program.to_owned(), version: version_in(version), help }
    }

    /// Asks the program.
    ///
    /// # Errors
    /// There is none (`no-nsys`), or it is something else (`not-nsys`).
    pub fn find(program: &Path) -> Result<Self, Problem> {
        let shown = escape(&program.display().to_string());
        let version = said(program, &["--version"]).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Problem::spec("no-nsys", format!("`{shown}` was not found")).help(INSTALL),
            _ => Problem::spec("no-nsys", format!("`{shown}` cannot be run")).note(error.to_string()).help(INSTALL),
        })?;
        // What does not know the question still runs, and then says itself what it does not like.
        let help = said(program, &["profile", "--help"]).unwrap_or_default();
        let found = Self::known(program, &version, &help);
        if found.version.is_none() {
            let first = version.lines().next().unwrap_or_default();
            return Err(Problem::spec("not-nsys", format!("`{shown}` is not Nsight Systems"))
                .note(format!("asked for its version, it says `{}`", escape(first)))
                .help(INSTALL));
        }
        Ok(found)
    }

    /// As it is named in a sentence.
    pub fn name(&self) -> String {
        match &self.version {
            Some(version) => format!("Nsight Systems {version}"),
            None => "Nsight Systems".to_owned(),
        }
    }

    /// Whether `nsys profile` has this option.
    pub(super) fn has(&self, option: &str) -> bool {
        self.help.as_ref().is_none_or(|help| section(help, option).is_some())
    }

    /// Whether the option takes this value. Where the help does not list values it takes any.
    pub(super) fn takes(&self, option: &str, value: &str) -> bool {
        let Some(help) = &self.help else { return true };
        section(help, option).is_some_and(|text| !text.contains("Possible values") || text.contains(value))
    }
}

/// How to get it, and where it may be already.
const INSTALL: &str = "install Nsight Systems (https://developer.nvidia.com/nsight-systems; the package is called \
                       nsight-systems-cli), or name it with `--nsys PATH`: CUDA and Nsight Compute bring one of their own, \
                       such as /opt/nvidia/nsight-systems/*/bin/nsys or …/nsight-compute/*/host/target-linux-x64/nsys";

/// What a program prints on both streams.
fn said(program: &Path, arguments: &[&str]) -> std::io::Result<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// `2023.4.4` of `NVIDIA Nsight Systems version 2023.4.4.54-234433681190v0`.
fn version_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("Nsight Systems")?;
    let word = rest.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let numbers: Vec<&str> = word.split(['.', '-']).take(3).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (numbers.len() >= 2).then(|| numbers.into_iter().take_while(is_number).collect::<Vec<_>>().join("."))
}

/// What the help says of an option: from its name to the next one's.
fn section<'a>(help: &'a str, option: &str) -> Option<&'a str> {
    let mut offset = 0;
    let mut begin = None;
    for line in help.split_inclusive('\n') {
        if line.trim_start().starts_with('-') {
            match begin {
                Some(begin) => return help.get(begin..offset),
                None if names(line, option) => begin = Some(offset),
                None => {}
            }
        }
        offset += line.len();
    }
    begin.and_then(|begin| help.get(begin..))
}

/// Whether a line of the help introduces the option: `-s, --sample=`, and not `--samples-per-backtrace=`.
fn names(line: &str, option: &str) -> bool {
    line.match_indices(option).any(|(at, _)| {
        let after = line[at + option.len()..].chars().next();
        !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "usage\n\t--samples-per-backtrace=\n\t   text\n\t-s, --sample=\n\n\t   Possible values are 'process-tree' or \
                        'none'.\n\n\t-t, --trace=\n\t   any\n";

    #[test]
    fn the_version_is_the_first_three_numbers() {
        let version = |text: &str| version_in(text);
        assert_eq!(version("NVIDIA Nsight Systems version 2023.4.4.54-234433681190v0").as_deref(), Some("2023.4.4"));
        assert_eq!(version("NVIDIA Nsight Systems version 2021.1.1.66-6c5c5cb").as_deref(), Some("2021.1.1"));
        assert_eq!(version("some program 1.0"), None);
        assert_eq!(version("Nsight Systems"), None);
    }

    #[test]
    fn options_and_their_values_are_found_in_the_help() {
        let nsys = Nsys::known(Path::new("nsys"), "Nsight Systems version 2020.1.1", HELP);
        assert!(
            nsys.has("--sample") && nsys.has("--trace") && !nsys.has("--cuda-graph-trace") && !nsys.has("--samples")
        );
        assert!(nsys.takes("--sample", "none") && !nsys.takes("--sample", "system-wide"));
        assert!(nsys.takes("--trace", "cuda,nvtx") && !nsys.takes("--kill", "none"));
    }

    #[test]
    fn without_a_help_every_option_is_there() {
        assert!(Nsys::unseen(Path::new("nsys")).takes("--anything", "at all"));
        assert!(Nsys::known(Path::new("nsys"), "Nsight Systems version 2020.1.1", "").has("--anything"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_help_or_none(help in "(\t?-{0,2}[a-z]{0,3},? ?-{0,2}[a-zé-]{0,8}=?\n?){0,20}", option in "--[a-z-]{0,6}") {
            let _ = (version_in(&help), section(&help, &option));
        }
    }
}
