//! A stored row: where the columns that are needed stand in it, and what they hold.
//!
//! A record is a header (its own length, then a type a column) and the values in turn. Few headers occur in a table, so
//! that they are remembered with the places of the columns.

use super::super::schema::Table;
use super::super::source::{Cells, whole_number};
use super::{Doubt, varint};
use rusqlite::types::ValueRef;
use std::hash::Hasher;

/// Columns that can be asked for.
const FIELDS: usize = 24;
/// Where columns go that nobody asked for.
const UNNEEDED: u8 = FIELDS as u8;
/// Headers that are remembered: a power of two.
const LAYOUTS: usize = 64;
/// Longest header that is remembered.
const HEADER: usize = 48;

/// The type of reals.
const REAL: u32 = 7;
/// The first of the types of blobs (even) and texts (odd).
const BYTES: u32 = 12;

/// What a stored row's columns are needed for.
#[derive(Debug)]
pub(super) struct Plan {
    /// The field of each stored column, up to the last that is needed.
    fields: Vec<u8>,
}

impl Plan {
    pub(super) fn of(table: &Table, columns: &[&str]) -> Result<Self, Doubt> {
        if table.is_special || columns.len() > FIELDS {
            return Err(Doubt("a table with a key, with computed columns or with too many"));
        }
        let mut fields = Vec::new();
        for (field, column) in columns.iter().enumerate() {
            let Some(at) = table.position(column) else { continue };
            if !table.columns.get(at).is_some_and(|column| column.as_stored) {
                return Err(Doubt("a column does not give what is stored"));
            }
            if fields.len() <= at {
                fields.resize(at + 1, UNNEEDED);
            }
            fields[at] = field as u8;
        }
        Ok(Self { fields })
    }
}

/// A column's place in a record, and its type as it is stored.
#[derive(Debug, Clone, Copy, Default)]
struct Field {
    kind: u32,
    at: u32,
}

type Fields = [Field; FIELDS + 1];

/// What a header says.
#[derive(Debug, Clone)]
struct Layout {
    header: [u8; HEADER],
    /// 0 if nothing is remembered here.
    length: usize,
    fields: Fields,
    /// Where the last needed column ends, and whether it is the record's last.
    end: usize,
    is_whole: bool,
}

const NO_LAYOUT: Layout =
    Layout { header: [0; HEADER], length: 0, fields: [Field { kind: 0, at: 0 }; FIELDS + 1], end: 0, is_whole: false };

/// Finds the columns in one record after the other.
#[derive(Debug)]
pub(super) struct Decoder<'p> {
    plan: &'p Plan,
    layouts: Vec<Layout>,
}

/// The columns of one record: which layout it has, and how many of its bytes the columns take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    layout: usize,
    pub(super) needed: usize,
}

impl<'p> Decoder<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Self { plan, layouts: vec![NO_LAYOUT; LAYOUTS] }
    }

    /// Finds the columns of the record of `payload` bytes that begins with `record` (all of it, or as much as stands
    /// on its first page).
    #[inline]
    pub(super) fn find(&mut self, record: &[u8], payload: usize) -> Result<Found, Doubt> {
        let (length, first) = varint::read(record, 0).ok_or(Doubt("a row without a header"))?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let header = record.get(..length).ok_or(Doubt("a header that is longer than its page"))?;
        let index = slot(header);
        let layout = self.layouts.get_mut(index).ok_or(Doubt("no layout"))?;
        if length != layout.length || layout.header.get(..length) != Some(header) {
            layout.parse(self.plan, header, first)?;
        }
        let fits = if layout.is_whole { layout.end == payload } else { layout.end <= payload };
        if fits { Ok(Found { layout: index, needed: layout.end }) } else { Err(Doubt("columns longer than their row")) }
    }

    /// The row whose record begins at `at`. All bytes that [`Found`] needs, and eight more, must be there.
    #[inline]
    pub(super) fn row<'r>(&'r self, found: Found, bytes: &'r [u8], at: usize) -> Row<'r> {
        Row { bytes, at, fields: self.layouts.get(found.layout).map_or(&NO_LAYOUT.fields, |layout| &layout.fields) }
    }
}

/// Where a header is remembered.
#[inline]
fn slot(header: &[u8]) -> usize {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(header);
    (hasher.finish() >> 32) as usize % LAYOUTS
}

impl Layout {
    fn parse(&mut self, plan: &Plan, header: &[u8], first: usize) -> Result<(), Doubt> {
        *self = NO_LAYOUT;
        if first >= header.len() {
            return Err(Doubt("a row without columns"));
        }
        let (mut at, mut end) = (first, header.len() as u64);
        for &field in &plan.fields {
            // A row from before the column was added lacks it.
            if at >= header.len() {
                break;
            }
            let (kind, next) = varint::read(header, at).ok_or(Doubt("a header that is cut off"))?;
            at = next;
            let length = match kind {
                0..=9 => [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][kind as usize],
                10 | 11 => return Err(Doubt("a reserved type")),
                _ => (kind - 12) / 2,
            };
            let start = u32::try_from(end).map_err(|_| Doubt("a row of gigabytes"))?;
            let kind = u32::try_from(kind).map_err(|_| Doubt("a row of gigabytes"))?;
            if let Some(slot) = self.fields.get_mut(usize::from(field)) {
                *slot = Field { kind, at: start };
            }
            end += length;
        }
        self.end = usize::try_from(end).map_err(|_| Doubt("a row of gigabytes"))?;
        self.is_whole = at == header.len();
        if let Some(remembered) = self.header.get_mut(..header.len()) {
            remembered.copy_from_slice(header);
            self.length = header.len();
        }
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct Row<'r> {
    bytes: &'r [u8],
    at: usize,
    fields: &'r Fields,
}

impl Row<'_> {
    /// Eight bytes from where the field begins.
    #[inline]
    fn eight(&self, field: Field) -> [u8; 8] {
        let from = self.at + field.at as usize;
        self.bytes.get(from..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default()
    }

    /// A field that holds an integer of one to eight bytes.
    #[inline]
    fn number(&self, field: Field) -> i64 {
        const SHIFT: [u32; 8] = [0, 56, 48, 40, 32, 16, 0, 0];
        i64::from_be_bytes(self.eight(field)) >> SHIFT[(field.kind & 7) as usize]
    }

    fn bytes(&self, field: Field) -> &[u8] {
        let from = self.at + field.at as usize;
        let length = (field.kind.saturating_sub(BYTES) / 2) as usize;
        self.bytes.get(from..from + length).unwrap_or_default()
    }
}

impl Cells for Row<'_> {
    #[inline]
    fn value(&self, column: usize) -> ValueRef<'_> {
        let Some(&field) = self.fields.get(column) else { return ValueRef::Null };
        match field.kind {
            1..=6 => ValueRef::Integer(self.number(field)),
            REAL => match f64::from_be_bytes(self.eight(field)) {
                value if value.is_nan() => ValueRef::Null,
                value => ValueRef::Real(value),
            },
            8 => ValueRef::Integer(0),
            9 => ValueRef::Integer(1),
            BYTES.. if field.kind % 2 == 0 => ValueRef::Blob(self.bytes(field)),
            BYTES.. => ValueRef::Text(self.bytes(field)),
            _ => ValueRef::Null,
        }
    }

    #[inline]
    fn integer(&self, column: usize) -> Option<i64> {
        let field = *self.fields.get(column)?;
        match field.kind {
            1..=6 => Some(self.number(field)),
            8 => Some(0),
            9 => Some(1),
            0 => None,
            _ => whole_number(self.value(column)),
        }
    }
}
