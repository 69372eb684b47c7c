//! One Parquet file: its table's name, its columns, and its rows a group at a time.

use super::column::{Column, Values};
use super::{MAGIC, NULL};
use parquet::basic::{ConvertedType, LogicalType};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use rusqlite::types::ValueRef;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Rows that are decoded at once.
const BATCH: usize = 1 << 14;

#[derive(Debug)]
pub(super) struct TableFile {
    path: PathBuf,
    pub(super) name: String,
    pub(super) columns: Vec<ColumnInfo>,
    pub(super) rows: u64,
    pub(super) groups: usize,
}

#[derive(Debug)]
pub(super) struct ColumnInfo {
    pub(super) name: String,
    /// Whole numbers of the file's type are taken as unsigned.
    is_unsigned: bool,
    /// Columns may be nested in a file; those of an export are not, and such are left out.
    is_flat: bool,
    most_definition: i16,
}

/// Whether a file begins as a Parquet file does.
pub(super) fn begins_so(path: &Path) -> bool {
    let mut head = [0u8; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == MAGIC
}

impl TableFile {
    /// # Errors
    /// What is wrong with the file, in words.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let reader = reader(path)?;
        let metadata = reader.metadata();
        let file = metadata.file_metadata();
        let entries = file.key_value_metadata().map(Vec::as_slice).unwrap_or_default();
        let named = entries.iter().find(|entry| entry.key == "table_name").and_then(|entry| entry.value.clone());
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let rows = u64::try_from(file.num_rows()).map_err(|_| "a negative number of rows".to_owned())?;
        Ok(Self {
            path: path.to_owned(),
            name: named.unwrap_or_else(stem),
            columns: file.schema_descr().columns().iter().map(|column| ColumnInfo::of(column)).collect(),
            rows,
            groups: metadata.num_row_groups(),
        })
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The rows of one group, some at a time, with these columns; one that is `None` reads as NULL.
    ///
    /// # Errors
    /// What is wrong with the file, or what `take` says, in words.
    pub(super) fn read_group(
        &self,
        group: usize,
        columns: &[Option<usize>],
        mut take: impl FnMut(&Rows) -> Result<(), String>,
    ) -> Result<(), String> {
        let reader = reader(&self.path)?;
        let group = reader.get_row_group(group).map_err(|error| error.to_string())?;
        let mut readers: Vec<Option<Column>> = Vec::new();
        for &column in columns {
            readers.push(self.column_reader(group.as_ref(), column)?);
        }
        let mut left =
            usize::try_from(group.metadata().num_rows()).map_err(|_| "a negative number of rows".to_owned())?;
        let mut rows = Rows { columns: readers.iter().map(|_| Values::default()).collect(), length: 0 };
        while left > 0 {
            rows.length = left.min(BATCH);
            for (reader, values) in readers.iter_mut().zip(&mut rows.columns) {
                if let Some(reader) = reader {
                    reader.read(rows.length, values)?;
                }
            }
            take(&rows)?;
            left -= rows.length;
        }
        Ok(())
    }

    fn column_reader(&self, group: &dyn RowGroupReader, column: Option<usize>) -> Result<Option<Column>, String> {
        let Some((at, info)) = column.and_then(|at| Some((at, self.columns.get(at)?))) else { return Ok(None) };
        if !info.is_flat {
            return Ok(None);
        }
        let reader = group.get_column_reader(at).map_err(|error| error.to_string())?;
        Ok(Some(Column::new(reader, info.most_definition, info.is_unsigned)))
    }
}

impl ColumnInfo {
    fn of(column: &ColumnDescriptor) -> Self {
        let unsigned = [ConvertedType::UINT_8, ConvertedType::UINT_16, ConvertedType::UINT_32, ConvertedType::UINT_64];
        let is_unsigned = match column.logical_type_ref() {
            Some(LogicalType::Integer(integer)) => !integer.is_signed,
            _ => unsigned.contains(&column.converted_type()),
        };
        Self {
            name: column.name().to_owned(),
            is_unsigned,
            is_flat: column.max_rep_level() == 0 && column.path().parts().len() == 1,
            most_definition: column.max_def_level(),
        }
    }
}

fn reader(path: &Path) -> Result<SerializedFileReader<File>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    SerializedFileReader::new(file).map_err(|error| error.to_string())
}

/// Some rows of a table.
#[derive(Debug)]
pub(super) struct Rows {
    columns: Vec<Values>,
    length: usize,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn value(&self, row: usize, column: usize) -> ValueRef<'_> {
        self.columns.get(column).map_or(NULL, |values| values.get(row))
    }
}
