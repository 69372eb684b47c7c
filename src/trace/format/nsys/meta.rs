//! Provenance and capture quality, by allow-list: these tables also hold the machine's environment,
//! host, user and paths.

use super::Reader;
use super::schema::integer;
use super::sqlite::each_row;
use super::strings::text;
use crate::diag::{Problem, escape};
use crate::trace::TraceBuilder;
use rusqlite::types::ValueRef;

pub(super) fn read(reader: &Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    export(reader, builder)?;
    driver(reader, builder)?;
    gpus(reader, builder)?;
    processes(reader, builder)?;
    diagnostics(reader, builder)
}

/// A table of names and values; only what the allow-list names is looked at.
fn pairs(reader: &Reader<'_>, table: &str, mut take: impl FnMut(&str, String)) -> Result<(), Problem> {
    if !reader.schema.has(table) {
        return Ok(());
    }
    let query = reader.schema.select(table, &["name", "value"]);
    each_row(&reader.sqlite, table, &query, |row| {
        let name = text(row.get_ref(0)?);
        if ALLOWED.iter().any(|allowed| name == *allowed || name.ends_with(allowed)) {
            let value = text(row.get_ref(1)?);
            if !value.is_empty() {
                take(&name, value);
            }
        }
        Ok(())
    })
}

const ALLOWED: &[&str] = &[
    "EXPORT_PRODUCT_NAME",
    "EXPORT_PRODUCT_VERSION",
    "EXPORT_SCHEMA_VERSION",
    "CUDA_GRAPH_TRACE_OPTIONS:MODE",
    "NvDriverVersion",
    "CudaDriverVersion",
];

fn export(reader: &Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let (mut product, mut version) = (None, None);
    for table in ["META_DATA_EXPORT", "EXPORT_META_DATA", "META_DATA_CAPTURE"] {
        pairs(reader, table, |name, value| match name {
            "EXPORT_PRODUCT_NAME" => product = Some(value.trim_start_matches("NVIDIA ").to_owned()),
            "EXPORT_PRODUCT_VERSION" => version = Some(value.trim_end_matches(".0").to_owned()),
            "EXPORT_SCHEMA_VERSION" => builder.provenance.schema = Some(value),
            _ => {}
        })?;
    }
    let product = product.unwrap_or_else(|| "Nsight Systems".to_owned());
    builder.provenance.profiler = version.map(|v| format!("{} {}", escape(&product), escape(&v)));
    Ok(())
}

fn driver(reader: &Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    pairs(reader, "TARGET_INFO_SYSTEM_ENV", |name, value| match name {
        "NvDriverVersion" => builder.provenance.driver = Some(escape(&value)),
        "CudaDriverVersion" => {
            let number: u32 = value.trim().parse().unwrap_or(0);
            builder.provenance.cuda = (number >= 1000).then(|| format!("{}.{}", number / 1000, number % 1000 / 10));
        }
        _ => {}
    })
}

fn gpus(reader: &Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let table = "TARGET_INFO_GPU";
    if !reader.schema.has(table) {
        return Ok(());
    }
    let columns = ["name", "smCount", "l2CacheSize", "computeMajor", "computeMinor"];
    let order = if reader.schema.has_column(table, "id") { " ORDER BY id" } else { "" };
    let query = reader.schema.select(table, &columns) + order;
    let mut first = true;
    each_row(&reader.sqlite, table, &query, |row| {
        let provenance = &mut builder.provenance;
        let name = text(row.get_ref(0)?);
        if !name.is_empty() {
            provenance.gpus.push(escape(&name));
        }
        if std::mem::take(&mut first) {
            provenance.multiprocessors = integer(row, 1)?.and_then(|v| u32::try_from(v).ok());
            provenance.l2_bytes = integer(row, 2)?.and_then(|v| u64::try_from(v).ok());
            if let (Some(major), Some(minor)) = (integer(row, 3)?, integer(row, 4)?) {
                provenance.compute_capability = Some(format!("{major}.{minor}"));
            }
        }
        Ok(())
    })?;
    builder.provenance.gpus.sort();
    builder.provenance.gpus.dedup();
    Ok(())
}

fn processes(reader: &Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let table = "PROCESSES";
    if !reader.schema.has(table) {
        return Ok(());
    }
    let query = reader.schema.select(table, &["globalPid", "name"]);
    each_row(&reader.sqlite, table, &query, |row| {
        if let (Some(global), name @ ValueRef::Text(_)) = (integer(row, 0)?, row.get_ref(1)?) {
            let name = text(name);
            let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
            builder.name_process(global as u64, escape(base));
        }
        Ok(())
    })
}

/// Warnings and errors of the capture itself, such as dropped events.
fn diagnostics(reader: &Reader<'_>, builder: &mut TraceBuilder) -> Result<(), Problem> {
    let table = "DIAGNOSTIC_EVENT";
    if !reader.schema.has_column(table, "severity") || !reader.schema.has_column(table, "text") {
        return Ok(());
    }
    let first = if reader.schema.has_column(table, "timestamp") { "MIN(timestamp), text" } else { "text" };
    let query =
        format!("SELECT text, COUNT(*) FROM DIAGNOSTIC_EVENT WHERE severity > 1 GROUP BY text ORDER BY {first}");
    let mut found = Vec::new();
    each_row(&reader.sqlite, table, &query, |row| {
        let times = integer(row, 1)?.unwrap_or(1);
        let said = without_paths(&escape(text(row.get_ref(0)?).trim()));
        found.push(if times > 1 { format!("{said} ({times} times)") } else { said });
        Ok(())
    })?;
    builder.warnings.extend(found);
    Ok(())
}

/// A message of the profiler may name files of the profiled machine.
fn without_paths(text: &str) -> String {
    text.split(' ').map(|word| if word.contains(['/', '\\', '=']) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}
