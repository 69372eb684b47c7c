//! Which reports are made and where they go: the same for every verb that reports on cases.

use super::outputs::{Output, Outputs};
use crate::diag::Problem;
use crate::report::{Deliverable, Deliverables, Format, Style};
use std::path::Path;

#[derive(Debug, Clone, clap::Args)]
pub struct Reporting {
    /// How to report: human (the default), concise (one line a finding), json, html, markdown, sarif, junit or github
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// A report in a file, beside the one on stdout; as often as wanted. An older file is replaced; `-` is stdout
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<Output>,
    /// What Markdown holds: report, known-differences or fixes; as often as wanted (default: all)
    #[arg(long, value_name = "NAME")]
    pub deliverable: Vec<Deliverable>,
}

impl Reporting {
    /// As [`Outputs::plan`].
    pub(super) fn plan(&self, others: &[(&Path, &str)]) -> Result<Outputs, Vec<Problem>> {
        Outputs::plan(self.format, &self.output, others)
    }

    pub(super) fn style(&self, out: &Style) -> Style {
        Style { deliverables: Deliverables::of(&self.deliverable), ..*out }
    }
}
