//! Adding a run to a history: whole or not at all, and nothing that stands there is touched.

use super::lock::{ATTEMPTS, lock};
use super::read::unusable;
use super::record::Record;
use crate::diag::Problem;
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Appends a run as one line, made if the file is missing. Runs that do so at once wait for each other.
///
/// # Errors
/// It cannot be written; then the file is as it was.
pub fn append(path: &Path, record: &Record) -> Result<(), Problem> {
    append_within(path, record, ATTEMPTS)
}

fn append_within(path: &Path, record: &Record, attempts: usize) -> Result<(), Problem> {
    let line = record.line().map_err(|error| unusable(path, "written", &error.to_string()))?;
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| {
            lock(&file, attempts, File::try_lock)?;
            add(&mut file, &line)
        })
        .map_err(|error| unusable(path, "written", &error.to_string()))
}

/// Writes at the end in one piece. A last line without its line feed gets one first.
fn add(file: &mut File, line: &str) -> std::io::Result<()> {
    let before = file.metadata()?.len();
    let mut piece = String::with_capacity(line.len() + 2);
    if before > 0 {
        let mut last = [0];
        file.seek(SeekFrom::Start(before - 1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            piece.push('\n');
        }
    }
    piece += line;
    piece.push('\n');
    let written = file.write(piece.as_bytes())?;
    if written < piece.len() {
        // The disk is full, or nearly. A piece of a line would stop every run after this one: it is taken back, if it
        // still is the end of the file.
        if file.metadata()?.len() == before + written as u64 {
            file.set_len(before)?;
        }
        return Err(Error::new(ErrorKind::WriteZero, "only a part could be written; there may be no room left"));
    }
    file.sync_data()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::super::read;
    use super::*;
    use crate::diag::Verdict;
    use crate::outcome::{Outcome, TrendRatio, TrendSide};
    use proptest::prelude::*;

    fn record(align: &str) -> Record {
        Record { align: align.to_owned(), ..Record::of(&Outcome::of_cases(Vec::new()), "2026-11-24T13:29:53Z") }
    }

    #[test]
    fn a_missing_last_line_feed_is_healed_and_nothing_else_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("h.jsonl");
        append(&path, &record("1")).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("\r\n{}", first.trim_end())).unwrap();
        append(&path, &record("2")).unwrap();
        let second = first.replace("\"align\":\"1\"", "\"align\":\"2\"");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("\r\n{first}{second}"));
    }

    #[test]
    fn runs_at_once_do_not_mix_their_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("h.jsonl");
        std::thread::scope(|scope| {
            for run in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..25 {
                        append(path, &record(&run.to_string().repeat(9_000))).unwrap();
                    }
                });
            }
        });
        let records = read(&path).unwrap().records;
        let of = |run: usize| records.iter().filter(|r| r.align.starts_with(&run.to_string())).count();
        assert_eq!((0..8).map(of).collect::<Vec<_>>(), [25; 8]);
    }

    #[test]
    fn a_lock_that_is_never_released_ends_in_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("h.jsonl");
        let held = File::create(&path).unwrap();
        held.lock().unwrap();
        let problem = append_within(&path, &record("1"), 2).unwrap_err();
        assert_eq!(problem.notes, ["another process holds it locked"]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    }

    fn side() -> impl Strategy<Value = TrendSide> {
        let name = || prop::option::of("(?s).{0,12}");
        ("(?s).{0,20}", any::<usize>(), prop::option::of(0u64..10_000_000_000), name(), name(), name()).prop_map(
            |(trace, instances, tenths, gpu, driver, cuda)| TrendSide {
                trace,
                instances,
                median_ns: tenths.map(|tenths| tenths as f64 / 10.0),
                gpus: gpu.into_iter().collect(),
                framework: driver.clone(),
                driver,
                cuda,
            },
        )
    }

    fn records() -> impl Strategy<Value = Record> {
        let verdict =
            || prop::sample::select(vec![Verdict::Pass, Verdict::Fail, Verdict::Inconclusive, Verdict::Skipped]);
        let ratio = prop::option::of((1u32..900_000, 0u32..900_000, 0u32..900_000));
        let case = ("(?s).{0,20}", "(?s).{0,20}", verdict(), ratio, side(), side()).prop_map(
            |(spec, case, verdict, ratio, mock, e2e)| super::super::CaseRecord {
                file: spec.clone(),
                spec,
                case,
                verdict,
                ratio: ratio.map(|(low, to, on)| {
                    let at = |parts: u32| f64::from(parts) / 100_000.0;
                    TrendRatio { low: at(low), ratio: at(low + to), high: at(low + to + on) }
                }),
                tolerance: ratio.map(|(.., on)| f64::from(on) / 100_000.0),
                mock,
                e2e,
            },
        );
        (prop::collection::vec(case, 0..4), verdict(), prop::collection::vec("(?s).{0,12}", 0..3))
            .prop_map(|(cases, verdict, problems)| Record { cases, verdict, problems, ..record("0.1.0") })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_written_is_read(records in prop::collection::vec(records(), 0..4)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("h.jsonl");
            for record in &records {
                prop_assert_eq!(append(&path, record), Ok(()));
            }
            prop_assert_eq!(read(&path).map(|history| history.records), Ok(records));
        }

        /// Whatever stands in the file, it is read or refused, and stays in it.
        #[test]
        fn no_byte_of_any_file_is_lost(bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "(?s)[\\{\\}\\[\\]\":,0-9a-z \n\u{e9}]{0,80}".prop_map(String::into_bytes),
            (records(), 0usize..400).prop_map(|(record, cut)| {
                let line = record.line().unwrap_or_default().into_bytes();
                line[..line.len().saturating_sub(cut)].to_vec()
            }),
        ]) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("h.jsonl");
            std::fs::write(&path, &bytes).unwrap();
            let read_before = read(&path);
            prop_assert_eq!(&std::fs::read(&path).unwrap(), &bytes);
            for problem in read_before.as_ref().err().into_iter().flatten() {
                prop_assert!(problem.labels.iter().all(|label| label.loc.line_column().0 >= 1));
            }
            prop_assert_eq!(append(&path, &record("1")), Ok(()));
            let after = std::fs::read(&path).unwrap();
            let is_whole = after.starts_with(&bytes) && after.strip_suffix(b"\n").is_some_and(|rest| rest.ends_with(b"}"));
            prop_assert!(is_whole);
            if let Ok(before) = read_before {
                prop_assert_eq!(read(&path).map(|history| history.records.len()), Ok(before.records.len() + 1));
            }
        }
    }
}
