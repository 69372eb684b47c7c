//! The golden traces can be shared, are small, and are what packing makes of them.
use align::pack::{Options, pack, secrets};
use std::path::{Path, PathBuf};

const MOST_BYTES: u64 = 10_000_000;

fn golden() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "sqlite"));
    files.sort();
    assert!(!files.is_empty(), "there are golden traces");
    files
}

#[test]
fn no_golden_trace_holds_a_secret() {
    for file in golden() {
        assert_eq!(secrets(&file).unwrap(), [], "{}", file.display());
    }
}

#[test]
fn all_golden_traces_together_are_small() {
    let bytes: u64 = golden().iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
}

#[test]
fn packing_a_golden_trace_again_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for file in golden() {
        let again = folder.path().join(file.file_name().unwrap());
        pack(&file, &again, &Options::default()).unwrap_or_else(|e| panic!("{}: {e:?}", file.display()));
        assert!(std::fs::read(&file).unwrap() == std::fs::read(&again).unwrap(), "{}", file.display());
    }
}

#[test]
fn every_golden_trace_is_described_once() {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/traces/README.md")).unwrap();
    for file in golden() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let rows = text.lines().filter(|line| line.starts_with(&format!("| `{name}` |"))).count();
        assert_eq!(rows, 1, "{name}");
    }
}
