//! What the readers of tables ask for, and the two that give it: SQLite itself, and the pages of the file.

use super::schema::Schema;
use super::strings::Strings;
use crate::diag::Problem;
use crate::meter::{Exceeded, Meter};
use rusqlite::types::ValueRef;

/// The columns of one table that a reader of it needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) table: &'a str,
    /// One that the table lacks reads as NULL.
    pub(super) columns: &'a [&'a str],
    pub(super) schema: &'a Schema,
}

/// The values of one row, by the position of a column in [`Wanted::columns`].
pub(super) trait Cells {
    fn value(&self, column: usize) -> ValueRef<'_>;

    /// A column as an integer, where it holds one.
    fn integer(&self, column: usize) -> Option<i64> {
        whole_number(self.value(column))
    }

    /// An integer column as an unsigned 32-bit number; 0 where it is absent or out of range.
    fn small(&self, column: usize) -> u32 {
        self.integer(column).and_then(|value| u32::try_from(value).ok()).unwrap_or(0)
    }
}

/// An integer. Derived exports hold numbers as text; a real is taken only where it is a whole
/// number that a double holds exactly, since ids exceed 2^53.
pub(super) fn whole_number(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(value) => Some(value),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(|t| t.trim().parse().ok()),
        ValueRef::Real(value) if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 => Some(value as i64),
        _ => None,
    }
}

/// What becomes of a table's rows. A table is read in stretches, possibly several at once, each into a part of its own.
pub(super) trait Take: Sync {
    type Part: Default + Send;

    /// A part without rows, with room for about as many.
    fn part(&self, _rows: usize) -> Self::Part {
        Self::Part::default()
    }

    fn take<C: Cells>(&self, row: &C, part: &mut Self::Part);

    /// Looks at the parts read so far and not shown before; what is learnt helps with the rest.
    fn learn(&mut self, _parts: &mut [Self::Part], _strings: &mut Strings<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Puts parts together as they come, where that saves memory.
    fn gather(&self, _parts: &mut Vec<Self::Part>) {}
}

/// A table that is to be read: which, what becomes of its rows, and what is learnt on the way.
pub(super) struct Scan<'s, 'db, T> {
    pub(super) wanted: Wanted<'s>,
    pub(super) take: &'s mut T,
    pub(super) strings: &'s mut Strings<'db>,
    pub(super) meter: &'s Meter,
}

/// Why no more of a table is read.
pub(super) enum Stop {
    /// A name that cannot be looked up.
    Name(Problem),
    Memory(Exceeded),
}

impl<T: Take> Scan<'_, '_, T> {
    /// Looks at the parts from `new` on, puts all together, and asks for room for those to come.
    pub(super) fn add(&mut self, parts: &mut Vec<T::Part>, new: usize) -> Result<(), Stop> {
        self.take.learn(parts.get_mut(new..).unwrap_or_default(), self.strings).map_err(Stop::Name)?;
        self.take.gather(parts);
        self.meter.room(0).map_err(Stop::Memory)
    }
}

/// Reads a whole table, or fails without having changed anything but what `take` has learnt.
pub(super) trait Source {
    type Failure;

    /// The parts in the order of the table's row ids. Stops where the meter has no room.
    fn scan<T: Take>(&self, scan: &mut Scan<'_, '_, T>) -> Result<Vec<T::Part>, Self::Failure>;
}
