//! What is kept of traces that were read: found again it is the same, and whatever happens to it, no answer changes.

use crate::repeated::repeated;
use crate::support::program::{align_in, code, text};
use align::outcome::Outcome;
use align::pipeline::{Options, Overrides, Session};
use align::trace::{Cache, Reading, Trace, open, open_with};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const TRACE: &str = "snapshots/traces/hf_e2e_graph.sqlite";

/// Keeps everything, in a folder of its own.
fn cache(folder: &Path) -> Cache {
    Cache::bounded(folder.join("cache"), 0, 1 << 30)
}

/// Opens a trace, and waits until it is kept.
fn read(path: &Path, cache: Cache) -> Arc<Trace> {
    open_with(path, &Reading { cache: Some(cache), ..Reading::default() }).unwrap()
}

fn kept(folder: &Path) -> PathBuf {
    let entries = cache(folder).entries();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries[0].path.clone()
}

#[test]
fn every_golden_trace_is_found_again_as_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut traces = 0;
    for entry in fs::read_dir("snapshots/traces").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "sqlite") {
            continue;
        }
        let plain = format!("{:?}", open(&path).unwrap());
        assert!(format!("{:?}", read(&path, cache(folder.path()))) == plain, "{}", path.display());
        traces += 1;
        assert_eq!(cache(folder.path()).entries().len(), traces, "{}", path.display());
        assert!(format!("{:?}", read(&path, cache(folder.path()))) == plain, "{}", path.display());
    }
    assert!(traces > 20, "{traces}");
}

#[test]
fn equal_files_share_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one.sqlite"), folder.path().join("other.sqlite"));
    fs::copy(TRACE, &one).unwrap();
    fs::copy(TRACE, &other).unwrap();
    let when = fs::metadata(&one).unwrap().modified().unwrap();
    fs::File::options().write(true).open(&other).unwrap().set_modified(when).unwrap();
    let shown = read(&one, cache(folder.path())).path.clone();
    assert!(shown.ends_with("one.sqlite"));
    assert!(read(&other, cache(folder.path())).path.ends_with("other.sqlite"), "the path is the one asked for");
    kept(folder.path());
}

#[test]
fn reports_are_the_same_with_and_without() {
    let folder = tempfile::tempdir().unwrap();
    let report = |reading: Reading| -> Outcome {
        let session = Session::shipped().unwrap().read_with(reading);
        let (specs, problems) = session.load(&["specs/attention.toml".into(), "specs/hf/attention.toml".into()]);
        assert!(problems.is_empty(), "{problems:?}");
        session.check(&specs, &Overrides::default(), &Options::default()).outcome
    };
    let json = |outcome: &Outcome| serde_json::to_string(outcome).unwrap();
    let plain = json(&report(Reading::default()));
    for run in ["written", "found", "found again"] {
        let cached = report(Reading { cache: Some(cache(folder.path())), ..Reading::default() });
        assert!(json(&cached) == plain, "{run}");
    }
}

#[test]
fn an_entry_holds_no_path_and_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    read(Path::new(TRACE), cache(folder.path()));
    let entry = kept(folder.path());
    let bytes = fs::read(&entry).unwrap();
    assert!(!bytes.windows(8).any(|part| part == b"snapshot"), "a path");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&entry), mode(entry.parent().unwrap())), (0o600, 0o700));
    }
}

#[test]
fn what_was_used_longest_ago_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["hf_e2e_eager", "hf_e2e_graph", "hf_mock_attn_decode_aligned"];
    let path = |name: &str| PathBuf::from(format!("snapshots/traces/{name}.sqlite"));
    read(&path(names[0]), cache(folder.path()));
    let first = kept(folder.path());
    read(&path(names[1]), cache(folder.path()));
    let both: u64 = cache(folder.path()).entries().iter().map(|entry| entry.bytes).sum();
    // The first is used again: the second is now the one to go.
    fs::File::open(&first).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    read(&path(names[0]), cache(folder.path()));
    assert_eq!(cache(folder.path()).entries().last().unwrap().path, first);
    read(&path(names[2]), Cache::bounded(folder.path().join("cache"), 0, both));
    let left: Vec<PathBuf> = cache(folder.path()).entries().into_iter().map(|entry| entry.path).collect();
    assert!(left.len() == 2 && left.contains(&first), "{left:?}");
    // What is larger than all that may be kept is not.
    let small = Cache::bounded(folder.path().join("small"), 0, 1000);
    read(&path(names[0]), small.clone());
    drop(small);
    assert_eq!(fs::read_dir(folder.path().join("small")).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cache"), "a file").unwrap();
    assert!(!read(Path::new(TRACE), cache(folder.path())).is_empty());
    assert_eq!(fs::read_to_string(folder.path().join("cache")).unwrap(), "a file");
}

/// Names that a user may give to files of any folder, also of one that is made the cache's.
const USERS: [&str; 5] =
    ["golden.trace", "run.sqlite", "notes.partial", "exports/run.sqlite", ".notes.trace.1.0.partial"];

#[test]
fn files_of_others_are_neither_counted_nor_removed() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join("cache").join(name);
    fs::create_dir_all(place("exports")).unwrap();
    USERS.iter().for_each(|name| fs::write(place(name), "mine").unwrap());
    let bytes = |cache: Cache| cache.entries().iter().map(|entry| entry.bytes).sum::<u64>();
    read(Path::new(TRACE), cache(folder.path()));
    let one = bytes(cache(folder.path()));
    // Room for one more means that the first has to go, and nothing else.
    read(
        Path::new("snapshots/traces/hf_e2e_eager.sqlite"),
        Cache::bounded(folder.path().join("cache"), 0, one * 3 / 2),
    );
    let (removed, errors) = cache(folder.path()).clear();
    assert!(removed.len() == 1 && errors.is_empty(), "{removed:?} {errors:?}");
    for name in USERS {
        assert_eq!(fs::read_to_string(place(name)).unwrap(), "mine", "{name}");
    }
}

#[test]
fn what_a_killed_run_left_goes_after_a_day() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("cache")).unwrap();
    let half = |digit: &str| folder.path().join(format!("cache/.{}.trace.7.0.partial", digit.repeat(32)));
    let (old, new) = (half("a"), half("b"));
    for path in [&old, &new] {
        fs::write(path, "half").unwrap();
    }
    fs::File::options().write(true).open(&old).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    read(Path::new(TRACE), cache(folder.path()));
    assert!(!old.exists() && new.exists());
    cache(folder.path()).clear();
    assert!(!new.exists());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_in_an_entrys_place_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let plain = format!("{:?}", read(Path::new(TRACE), cache(folder.path())));
    let entry = kept(folder.path());
    let theirs = folder.path().join("theirs");
    fs::copy(&entry, &theirs).unwrap();
    fs::File::options().write(true).open(&theirs).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    let link = || std::os::unix::fs::symlink(&theirs, &entry).unwrap();
    let pipe = || assert!(std::process::Command::new("mkfifo").arg(&entry).status().unwrap().success());
    let directory = || fs::create_dir(&entry).unwrap();
    for (what, make) in [("link", &link as &dyn Fn()), ("pipe", &pipe), ("directory", &directory)] {
        fs::remove_file(&entry).unwrap();
        make();
        assert!(format!("{:?}", read(Path::new(TRACE), cache(folder.path()))) == plain, "{what}");
        assert_eq!(fs::metadata(&theirs).unwrap().modified().unwrap(), std::time::UNIX_EPOCH, "{what}");
        if entry.is_dir() {
            fs::remove_dir(&entry).unwrap();
            fs::write(&entry, "").unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// However an entry is damaged, the trace is what its own file says, and the entry is made anew.
    #[test]
    fn a_damaged_entry_is_as_good_as_none(at in 0.0f64..1.0, bit in 0u8..8, cut in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let plain = format!("{:?}", read(Path::new(TRACE), cache(folder.path())));
        let entry = kept(folder.path());
        let whole = fs::read(&entry).unwrap();
        let place = (at * whole.len() as f64) as usize;
        let mut damaged = whole.clone();
        if cut { damaged.truncate(place) } else { damaged[place] ^= 1 << bit }
        fs::write(&entry, damaged).unwrap();
        let again = format!("{:?}", read(Path::new(TRACE), cache(folder.path())));
        prop_assert!(again == plain);
        let mended = fs::read(kept(folder.path())).unwrap();
        // Between columns lie bytes that mean nothing.
        prop_assert!(mended == whole || (!cut && mended[place] == whole[place] ^ (1 << bit) && whole[place] == 0));
    }
}

/// Runs `align` with its cache in the folder.
fn cached(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_align"));
    command.args(arguments).env("COLUMNS", "100").env("ALIGN_CACHE_DIR", folder.join("cache")).output().unwrap()
}

#[test]
fn the_program_keeps_what_is_large_and_clears_it() {
    let folder = tempfile::tempdir().unwrap();
    let large = repeated(folder.path(), "hf_e2e_eager", 30);
    let large = large.to_str().unwrap();
    let check = ["check", "specs/hf/attention.toml", "--case", "decode", "--e2e", large];
    let run = |more: &[&str]| cached(folder.path(), &[check.as_slice(), more].concat());
    let without = run(&["--no-cache"]);
    assert!(!folder.path().join("cache").exists(), "nothing is kept");
    for _ in 0..2 {
        let with = run(&[]);
        assert!(with.stdout == without.stdout && with.stderr == without.stderr && with.status == without.status);
    }
    assert_eq!(cache(folder.path()).entries().len(), 1, "the mock is too small to be kept");
    fs::write(folder.path().join("cache/notes.txt"), "mine").unwrap();
    let place = folder.path().join("cache").display().to_string();
    let said = |arguments: &[&str]| {
        let output = cached(folder.path(), arguments);
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        text(&output.stdout).replace(&place, "[cache]")
    };
    let shown = said(&["cache"]);
    assert!(shown.starts_with("[cache]\n1 trace, ") && shown.ends_with(" of at most 8.0 GiB\n"), "{shown}");
    assert_eq!(said(&["cache", "dir"]), "[cache]\n");
    assert!(said(&["cache", "clear"]).starts_with("removed 1 trace, "));
    assert_eq!(said(&["cache"]), "[cache]\n0 traces, 0 B of at most 8.0 GiB\n");
    assert_eq!(fs::read_to_string(folder.path().join("cache/notes.txt")).unwrap(), "mine");
}

#[test]
fn more_memory_than_allowed_is_refused_before_anything_is_judged() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = align_in(root, &["check", "specs/attention.toml", "--memory-limit", "1MiB"]);
    assert_eq!(code(&output), 3);
    let said = text(&output.stderr);
    assert!(said.contains("error[memory-limit]") && said.contains("1 MiB are allowed"), "{said}");
    let output = align_in(root, &["check", "specs/attention.toml", "--memory-limit", "100GiB"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let output = align_in(root, &["inspect", TRACE, "--memory-limit", "lots"]);
    assert!(code(&output) == 2 && text(&output.stderr).contains("write 500MB or 8GiB"));
}
