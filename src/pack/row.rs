//! One kept row as it is written: strings renumbered, texts cleaned, what says nothing cleared.

use super::scope::RANGE_TYPES;
use super::source::{Column, Table, integer};
use super::strings::{NameOf, Strings};
use super::tables::Plan;
use crate::diag::Problem;
use rusqlite::types::Value;

/// Packs the rows of one table.
#[derive(Debug)]
pub(super) struct Packer<'t> {
    plan: &'static Plan,
    columns: Vec<(&'t Column, Treat)>,
    /// Where a range's text, its string id and its type stand, if the text can become a string.
    shared_text: Option<(usize, usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Treat {
    Copy,
    Name,
    Text,
    Clear,
}

impl<'t> Packer<'t> {
    /// `has_strings`: whether the export has a table of strings.
    pub(super) fn new(plan: &'static Plan, table: &'t Table, has_strings: bool) -> Self {
        let treat = |c: &Column| match c.name.as_str() {
            name if plan.cleared.contains(&name) => Treat::Clear,
            name if plan.names.contains(&name) => Treat::Name,
            name if plan.texts.contains(&name) => Treat::Text,
            _ => Treat::Copy,
        };
        let columns = table.columns.iter().map(|c| (c, treat(c))).collect();
        let places = || Some((table.position("text")?, table.position("textId")?, table.position("eventType")?));
        let shared_text = if has_strings { places() } else { None };
        Self { plan, columns, shared_text }
    }

    pub(super) fn pack(&self, row: &[Value], strings: &mut Strings<'_>) -> Result<Vec<Value>, Problem> {
        let mut packed = Vec::with_capacity(row.len());
        for ((column, treat), value) in self.columns.iter().zip(row) {
            packed.push(self.cell(column, *treat, value, strings)?);
        }
        self.share_text(&mut packed, strings);
        Ok(packed)
    }

    fn cell(&self, column: &Column, treat: Treat, value: &Value, strings: &mut Strings<'_>) -> Result<Value, Problem> {
        let name_of = if self.plan.table == "NVTX_EVENTS" { NameOf::Range } else { NameOf::Function };
        Ok(match (treat, value) {
            (Treat::Name, Value::Integer(id)) => Value::Integer(strings.renumber(*id, name_of)?),
            (Treat::Name, Value::Text(text)) => Value::Text(strings.clean(text.clone(), name_of)),
            (Treat::Text, Value::Text(text)) => Value::Text(self.text(text, strings)),
            (Treat::Clear, _) | (_, Value::Text(_) | Value::Blob(_)) => cleared(column, value),
            (_, value) => value.clone(),
        })
    }

    fn text(&self, text: &str, strings: &mut Strings<'_>) -> String {
        match self.plan.table {
            "DIAGNOSTIC_EVENT" => strings.clean_message(text.to_owned()),
            "PROCESSES" => {
                // A command line may follow the path of the program.
                let path = text.split_whitespace().next().unwrap_or_default();
                let program = path.rsplit(['/', '\\']).next().unwrap_or_default();
                strings.clean(program.to_owned(), NameOf::Range)
            }
            _ => strings.clean(text.to_owned(), NameOf::Range),
        }
    }

    /// Frameworks repeat the same long range text in every step: as a string it is stored once.
    fn share_text(&self, row: &mut [Value], strings: &mut Strings<'_>) {
        let Some((text, id, kind)) = self.shared_text else { return };
        // A domain's name is looked for in its text alone.
        if !integer(row, Some(kind)).is_some_and(|kind| RANGE_TYPES.contains(&kind)) {
            return;
        }
        if let (Some(Value::Text(own)), Some(Value::Null)) = (row.get(text), row.get(id)) {
            let number = strings.intern(own.clone(), NameOf::Range);
            if let Some(cell) = row.get_mut(id) {
                *cell = Value::Integer(number);
            }
            if let Some(cell) = row.get_mut(text) {
                *cell = Value::Null;
            }
        }
    }
}

/// The smallest value that the column takes and that means nothing. What was NULL stays so.
fn cleared(column: &Column, value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Text(_) | Value::Blob(_) => Value::Text(String::new()),
        _ if column.not_null => Value::Integer(0),
        _ => Value::Null,
    }
}
