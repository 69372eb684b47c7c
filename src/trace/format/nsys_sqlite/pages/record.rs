//! A stored row: where the columns that are needed stand in it, and what they hold.
//!
//! A record is a header (its own length, then a type a column) and the values in turn. Neighbouring rows mostly have the
//! same header, and then all columns stand where they stood in the row before.

use super::super::schema::Table;
use super::super::source::{Cells, whole_number};
use super::{Doubt, varint};
use rusqlite::types::ValueRef;

/// Columns that can be asked for.
const FIELDS: usize = 24;
/// Where columns go that nobody asked for.
const UNNEEDED: u8 = FIELDS as u8;
/// Header bytes that are remembered.
const REMEMBERED: usize = 64;

const REAL: u8 = 7;
const BLOB: u8 = 12;
const TEXT: u8 = 13;

/// What a stored row's columns are needed for.
#[derive(Debug)]
pub(super) struct Plan {
    /// The field of each stored column, up to the last that is needed.
    fields: Vec<u8>,
}

impl Plan {
    pub(super) fn of(table: &Table, columns: &[&str]) -> Result<Self, Doubt> {
        if table.computed || columns.len() > FIELDS {
            return Err(Doubt("columns are computed, or too many"));
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

/// A column's place in a record.
#[derive(Debug, Clone, Copy, Default)]
struct Field {
    /// The type as it is stored, or [`BLOB`] or [`TEXT`].
    kind: u8,
    at: u32,
    /// In bytes, of texts and blobs.
    length: u32,
}

/// Finds the columns in one record after the other.
#[derive(Debug)]
pub(super) struct Decoder<'p> {
    plan: &'p Plan,
    fields: [Field; FIELDS + 1],
    /// The header that the fields come from.
    header: [u8; REMEMBERED],
    header_length: usize,
    /// Where the last needed column ends, and whether it is the record's last.
    end: usize,
    is_whole: bool,
}

impl<'p> Decoder<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            fields: [Field::default(); FIELDS + 1],
            header: [0; REMEMBERED],
            header_length: 0,
            end: 0,
            is_whole: false,
        }
    }

    /// Finds the columns of the record of `payload` bytes that begins with `record` (all of it, or as much as stands
    /// on its first page). Returns how many bytes of it the columns take.
    #[inline]
    pub(super) fn find(&mut self, record: &[u8], payload: usize) -> Result<usize, Doubt> {
        let (length, first) = varint::read(record, 0).ok_or(Doubt("a row without a header"))?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let header = record.get(..length).ok_or(Doubt("a header that is longer than its page"))?;
        if length != self.header_length || self.header.get(..length) != Some(header) {
            self.parse(header, first)?;
        }
        let fits = if self.is_whole { self.end == payload } else { self.end <= payload };
        if fits { Ok(self.end) } else { Err(Doubt("columns longer than their row")) }
    }

    fn parse(&mut self, header: &[u8], first: usize) -> Result<(), Doubt> {
        self.header_length = 0;
        if first >= header.len() {
            return Err(Doubt("a row without columns"));
        }
        self.fields = [Field::default(); FIELDS + 1];
        let (mut at, mut end) = (first, header.len() as u64);
        for &field in &self.plan.fields {
            // A row from before the column was added lacks it.
            if at >= header.len() {
                break;
            }
            let (kind, next) = varint::read(header, at).ok_or(Doubt("a header that is cut off"))?;
            at = next;
            let (kind, length) = match kind {
                0..=9 => (kind as u8, [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][kind as usize]),
                10 | 11 => return Err(Doubt("a reserved type")),
                _ => (if kind % 2 == 0 { BLOB } else { TEXT }, (kind - 12) / 2),
            };
            self.fields[usize::from(field)] = Field { kind, at: end as u32, length: length as u32 };
            end = end.saturating_add(length);
            if end > u64::from(u32::MAX) {
                return Err(Doubt("a row of gigabytes"));
            }
        }
        if at > header.len() {
            return Err(Doubt("a header that is cut off"));
        }
        self.end = end as usize;
        self.is_whole = at == header.len();
        if let Some(remembered) = self.header.get_mut(..header.len()) {
            remembered.copy_from_slice(header);
            self.header_length = header.len();
        }
        Ok(())
    }

    /// The row whose record begins at `at`. All that [`find`](Self::find) said, and eight bytes more, must be there.
    #[inline]
    pub(super) fn row<'r>(&'r self, bytes: &'r [u8], at: usize) -> Row<'r> {
        Row { bytes, at, fields: &self.fields }
    }
}

#[derive(Debug)]
pub(super) struct Row<'r> {
    bytes: &'r [u8],
    at: usize,
    fields: &'r [Field; FIELDS + 1],
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
        i64::from_be_bytes(self.eight(field)) >> SHIFT[usize::from(field.kind & 7)]
    }

    fn bytes(&self, field: Field) -> &[u8] {
        let from = self.at + field.at as usize;
        self.bytes.get(from..from + field.length as usize).unwrap_or_default()
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
            TEXT => ValueRef::Text(self.bytes(field)),
            BLOB => ValueRef::Blob(self.bytes(field)),
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
            REAL | TEXT => whole_number(self.value(column)),
            _ => None,
        }
    }
}
