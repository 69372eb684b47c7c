//! Which case is meant, and which traces stand in for its own: the same for every verb that judges cases.

use crate::pipeline::Overrides;
use std::path::PathBuf;

#[derive(Debug, Clone, clap::Args)]
pub struct Replaced {
    /// Only the case with this name; '*' gives --e2e to every case
    #[arg(long, value_name = "NAME")]
    pub case: Option<String>,
    /// Another trace for the mock; a folder, or a glob in quotes, for one a rank. Needs --case where several cases would fit
    #[arg(long, value_name = "FILE")]
    pub mock: Option<PathBuf>,
    /// Another trace for the E2E; a folder, or a glob in quotes, for one a rank. Needs --case where several cases would fit
    #[arg(long, value_name = "FILE")]
    pub e2e: Option<PathBuf>,
}

impl Replaced {
    pub(super) fn overrides(&self) -> Overrides {
        Overrides { case: self.case.clone(), mock: self.mock.clone(), e2e: self.e2e.clone() }
    }
}
