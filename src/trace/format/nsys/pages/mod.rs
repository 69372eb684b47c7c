//! Reading tables from the pages of the file, without SQLite: only the columns that are needed, on all cores.
//!
//! Nothing in the file is trusted, and nothing odd is judged here: at the first [`Doubt`] the table is left to SQLite,
//! which reads it from its start and says what is wrong. The format: <https://www.sqlite.org/fileformat2.html>.

mod btree;
mod file;
mod header;
mod leaf;
mod overflow;
mod record;
mod scan;
mod varint;

use std::fmt;

pub(super) use scan::Pages;

/// Why a table is left to SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt(&'static str);

impl Doubt {
    pub(super) const UNASKED: Self = Self("only SQLite may read");
    pub(super) const NO_URI: Self = Self("the path is not in UTF-8");
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
