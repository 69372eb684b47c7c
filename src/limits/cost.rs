//! Costs of the sequence alignment, in tenths.

/// Same normalised name.
pub const SAME: u32 = 0;
/// Same base name: other template arguments, other tile.
pub const BASE: u32 = 5;
/// Same family, which is not glue. Above [`BASE`], below a gap on each side.
pub const FAMILY: u32 = 8;
/// Another kernel: never cheaper than leaving one out and putting one in.
pub const OTHER: u32 = 20;
/// A kernel of the pattern that the text lacks.
pub const ABSENT: u32 = 10;
/// A kernel of the pattern that makes the op what it is (critical in the spec, or the core of a family): without
/// it a piece of a layer costs as much as another implementation of all of it.
pub const CORE_ABSENT: u32 = 20;
/// A kernel of the text that the pattern lacks. Well below [`ABSENT`]: at equal cost a mock without
/// its rotary embedding is found as two half layers instead of one layer with ten kernels more.
pub const EXTRA: u32 = 3;
