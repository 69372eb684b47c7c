//! `--history FILE`: what earlier runs said, and where this one is added.

use super::check::Args;
use crate::diag::{Problem, escape};
use crate::history::{self, History, Record};
use crate::outcome::Outcome;
use std::path::PathBuf;

/// A history that was read and will be continued.
#[derive(Debug)]
pub(super) struct Journal {
    file: PathBuf,
    /// When the run began, in UTC.
    time: String,
    earlier: History,
}

impl Journal {
    /// Reads the history, if one is asked for, before anything is judged.
    ///
    /// # Errors
    /// What keeps it from being continued.
    pub(super) fn open(args: &Args) -> Result<Option<Self>, Vec<Problem>> {
        let Some(file) = &args.history else { return Ok(None) };
        let earlier = history::read(file)?;
        let time = args.history_time.clone().unwrap_or_else(now);
        Ok(Some(Self { file: file.clone(), time, earlier }))
    }

    /// Refuses to write into what the run reads.
    ///
    /// # Errors
    /// The history is one of these inputs.
    pub(super) fn spare(&self, inputs: &[PathBuf]) -> Result<(), Problem> {
        let own = self.file.canonicalize().ok();
        let is_input = own.is_some() && inputs.iter().any(|input| input.canonicalize().ok() == own);
        let shown = escape(&self.file.display().to_string());
        match is_input {
            true => {
                Err(Problem::spec("unusable-history", format!("the history `{shown}` is a file that this run reads"))
                    .help("name another file: --history FILE"))
            }
            false => Ok(()),
        }
    }

    /// Gives each case its trend, and adds the run.
    ///
    /// # Errors
    /// It cannot be added.
    pub(super) fn note(&self, outcome: &mut Outcome) -> Result<(), Problem> {
        let record = Record::of(outcome, &self.time);
        history::compare(&self.earlier, &record, outcome);
        history::append(&self.file, &record)
    }
}

fn now() -> String {
    let form = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    // A clock far out of its range still gives a time, the first one.
    time::OffsetDateTime::now_utc().format(form).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
}
