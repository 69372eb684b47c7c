//! Sequences of interned symbols: alignment, search, periods. Knows no trace.

mod align;
mod period;
mod search;

pub use align::{Step, align, align_cost};
pub use period::{Run, least_rotation, primitive_period, runs, runs_of_at_least};
pub use search::{Hit, Pattern, search};
