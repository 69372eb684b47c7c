//! One file a verb: arguments in, text out.

pub mod pack;
