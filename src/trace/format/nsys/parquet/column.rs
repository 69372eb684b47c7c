//! The values of one column, decoded in step with those of the others.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use rusqlite::types::ValueRef;

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(ByteArray),
}

/// The values of some rows.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<Value>);

impl Values {
    pub(super) fn get(&self, row: usize) -> ValueRef<'_> {
        match self.0.get(row) {
            None | Some(Value::Null) => ValueRef::Null,
            Some(Value::Integer(value)) => ValueRef::Integer(*value),
            Some(Value::Real(value)) => ValueRef::Real(*value),
            Some(Value::Text(text)) => ValueRef::Text(text.data()),
        }
    }
}

/// Reads a column from its first row on.
pub(super) struct Column {
    reader: ColumnReader,
    /// The level at which a value is there.
    most_definition: i16,
    is_unsigned: bool,
}

impl Column {
    pub(super) fn new(reader: ColumnReader, most_definition: i16, is_unsigned: bool) -> Self {
        Self { reader, most_definition, is_unsigned }
    }

    /// Puts the next `rows` values in place of those before.
    ///
    /// # Errors
    /// What is wrong with the column, in words.
    pub(super) fn read(&mut self, rows: usize, values: &mut Values) -> Result<(), String> {
        let (most, unsigned) = (self.most_definition, self.is_unsigned);
        // Ids of 64 bits are stored by SQLite as signed ones, bit by bit.
        let narrow = |value: i32| Value::Integer(if unsigned { i64::from(value as u32) } else { i64::from(value) });
        let out = &mut values.0;
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => take(reader, rows, most, out, |v| Value::Integer(i64::from(v))),
            ColumnReader::Int32ColumnReader(reader) => take(reader, rows, most, out, narrow),
            ColumnReader::Int64ColumnReader(reader) => take(reader, rows, most, out, Value::Integer),
            ColumnReader::FloatColumnReader(reader) => take(reader, rows, most, out, |v| Value::Real(f64::from(v))),
            ColumnReader::DoubleColumnReader(reader) => take(reader, rows, most, out, Value::Real),
            ColumnReader::ByteArrayColumnReader(reader) => take(reader, rows, most, out, Value::Text),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                take(reader, rows, most, out, |v| Value::Text(ByteArray::from(v.data().to_vec())))
            }
            ColumnReader::Int96ColumnReader(_) => Err("a column of a type that no export has".to_owned()),
        }
    }
}

fn take<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    most: i16,
    out: &mut Vec<Value>,
    of: impl Fn(T::T) -> Value,
) -> Result<(), String> {
    out.clear();
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        levels.clear();
        values.clear();
        let wanted = (most > 0).then_some(&mut levels);
        let (records, ..) =
            reader.read_records(rows - read, wanted, None, &mut values).map_err(|error| error.to_string())?;
        if records == 0 {
            return Err("a column with fewer rows than its table".to_owned());
        }
        let mut found = values.drain(..);
        if most > 0 {
            out.extend(
                levels
                    .iter()
                    .map(|&level| if level == most { found.next().map_or(Value::Null, &of) } else { Value::Null }),
            );
        } else {
            out.extend(found.map(&of));
        }
        read += records;
    }
    if out.len() == rows { Ok(()) } else { Err("a column with other rows than its table".to_owned()) }
}
