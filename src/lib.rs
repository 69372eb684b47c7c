pub mod diag;
pub mod kernel;
pub mod limits;
pub mod sequence;
pub mod spec;
pub mod stats;
pub mod trace;
