pub mod diag;
pub mod kernel;
pub mod spec;
