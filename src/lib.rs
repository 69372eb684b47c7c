pub mod cli;
pub mod diag;
pub mod kernel;
pub mod pack;
pub mod spec;
