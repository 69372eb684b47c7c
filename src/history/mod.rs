//! What earlier runs said: one line of JSON a run, in a file that only ever grows.
//!
//! It is read before anything is judged, so that a file which cannot be continued stops the run and stays as it is.
//! What a run knows of the clock comes from the command line.

mod append;
mod drift;
mod lock;
mod read;
mod record;
#[cfg(test)]
mod schema;
mod trend;

pub use append::append;
pub use read::{History, read};
pub use record::{CaseRecord, FORMAT, Record, time};
pub use trend::compare;

/// The JSON Schema of a line, made from the types that are written; a test keeps it current.
pub const SCHEMA: &str = include_str!("../../schemas/history.json");
