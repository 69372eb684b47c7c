//! One file a verb: arguments in, text out.

pub mod inspect;
pub mod pack;
