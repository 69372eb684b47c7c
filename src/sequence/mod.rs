//! Sequences of interned symbols: alignment, search, periods. Knows no trace.

mod align;
mod period;
mod search;

pub use align::{Step, align, align_cost};
pub use period::{Run, primitive_period, runs};
pub use search::{Hit, Pattern, search};
