//! Reports that `nsys` must export, with a script in its place: what is kept, and what is said where that fails.

use crate::support;
use crate::support::pairs::golden;
use crate::support::program::{code, text};
use align::diag::Problem;
use align::meter::Meter;
use align::trace::{Exporting, Reading, Trace, open, open_with};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const OF: &str = "vllm_mock_attn_decode_block16_cold_l2";

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("{ROOT}/snapshots/nsys_rep"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A report, and the folders beside it and for its export.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    /// A report by this version; what becomes of it, and a file for a mark each time it is exported.
    fn new(version: &str, fate: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let case = Self { folder };
        fs::create_dir(case.path("reports")).unwrap();
        let export = golden(OF);
        let (export, marks) = (export.display(), case.path("marks"));
        let text = format!("NVIDIA Tegra Profiler Report {version}-0v0.\n{fate}\n{export}\n{}\n", marks.display());
        fs::write(case.report(), text).unwrap();
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn report(&self) -> PathBuf {
        self.path("reports").join("mock.nsys-rep")
    }

    fn with(&self, nsys: Option<PathBuf>) -> Exporting {
        Exporting { nsys, folder: Some(self.path("exports")) }
    }

    fn open(&self, with: &Exporting) -> Result<Arc<Trace>, Problem> {
        open_with(&self.report(), &Reading { exporting: with.clone(), ..Reading::default() })
    }

    fn listed(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn exports(&self) -> usize {
        fs::read_to_string(self.path("marks")).map_or(0, |marks| marks.lines().count())
    }

    fn said(&self, problem: Problem) -> String {
        support::render(&[problem]).replace(&self.folder.path().display().to_string(), "FOLDER")
    }
}

fn fake() -> Option<PathBuf> {
    Some(Path::new(ROOT).join("tests/data/nsys-rep/nsys"))
}

#[test]
fn a_report_is_exported_once_and_never_written_beside() {
    let case = Case::new("2023@4@4@54", "exports");
    let (first, export) = (case.open(&case.with(fake())).unwrap(), open(&golden(OF)).unwrap());
    assert_eq!(
        (first.len(), first.launches.len(), first.ranges.len()),
        (export.len(), export.launches.len(), export.ranges.len())
    );
    assert_eq!(first.path, case.report().display().to_string());
    assert_eq!((case.exports(), case.listed("reports")), (1, vec!["mock.nsys-rep".to_owned()]));
    let kept = case.listed("exports");
    assert!(kept.len() == 1 && kept[0].len() == 64 + ".sqlite".len() && kept[0].ends_with(".sqlite"), "{kept:?}");
    // Another name for the same bytes, and no `nsys` any more.
    fs::rename(case.report(), case.path("reports").join("other.nsys-rep")).unwrap();
    fs::copy(case.path("reports").join("other.nsys-rep"), case.report()).unwrap();
    assert_eq!(case.open(&case.with(Some(case.path("none")))).unwrap().len(), export.len());
    assert_eq!(case.exports(), 1);
    // What is no export is made anew.
    fs::write(case.path("exports").join(&kept[0]), "half").unwrap();
    assert_eq!(case.open(&case.with(fake())).unwrap().len(), export.len());
    assert_eq!((case.exports(), case.listed("exports")), (2, kept));
}

#[test]
fn without_a_folder_nothing_is_kept() {
    let case = Case::new("2023@4@4@54", "exports");
    let with = Exporting { nsys: fake(), ..Exporting::default() };
    for exports in 1..3 {
        assert!(case.open(&with).is_ok_and(|trace| !trace.is_empty()));
        assert_eq!(case.exports(), exports);
    }
    assert_eq!(case.listed("reports"), ["mock.nsys-rep"]);
}

#[test]
fn what_takes_its_time_is_said() {
    let case = Case::new("2023@4@4@54", "exports");
    for said in ["exporting", "reading"] {
        let meter = Meter::default();
        let reading = Reading { exporting: case.with(fake()), meter: meter.clone(), ..Reading::default() };
        open_with(&case.report(), &reading).unwrap();
        assert!(meter.state().what.starts_with(said), "{:?}", meter.state());
    }
}

#[test]
fn a_report_that_is_not_exported_says_why_and_leaves_nothing() {
    let mut all = String::new();
    for (what, version, fate, nsys) in [
        ("no nsys", "2023@4@4@54", "exports", Some(PathBuf::from("/nonexistent/nsys"))),
        ("nsys is a folder", "2023@4@4@54", "exports", Some(PathBuf::from(ROOT))),
        ("it fails", "2023@4@4@54", "fails", fake()),
        ("the report is newer", "2025@3@2@1", "fails", fake()),
        ("it does nothing", "2023@4@4@54", "nothing", fake()),
        ("it is stopped midway", "2023@4@4@54", "stopped", fake()),
    ] {
        let case = Case::new(version, fate);
        let problem = case.open(&case.with(nsys)).expect_err(what);
        let said = case.said(problem).replace(ROOT, "ROOT");
        all += &format!("=== {what}\n{said}");
        assert_eq!(case.listed("exports"), Vec::<String>::new(), "{what}");
        assert_eq!(case.listed("reports"), ["mock.nsys-rep"], "{what}");
    }
    snapshot("problems", &all);
}

#[test]
fn the_program_finds_nsys_on_the_path_or_where_it_is_told() {
    let case = Case::new("2023@4@4@54", "exports");
    let inspect = |path: &str, cache: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
        command.arg("inspect").arg(case.report()).args(more).current_dir(ROOT);
        command.env("PATH", path).env("ALIGN_CACHE_DIR", case.path(cache)).output().unwrap()
    };
    let tools = std::env::var("PATH").unwrap_or_default();
    let found = inspect(&format!("{ROOT}/tests/data/nsys-rep:{tools}"), "cache", &[]);
    assert_eq!(code(&found), 0, "{}", text(&found.stderr));
    assert!(text(&found.stdout).contains("FlashAttnFwdSm90"), "{}", text(&found.stdout));
    // The export is kept.
    let again = inspect("/nonexistent", "cache", &[]);
    assert_eq!((code(&again), &again.stdout), (0, &found.stdout), "{}", text(&again.stderr));
    let missing = inspect("/nonexistent", "other", &[]);
    assert_eq!(code(&missing), 3);
    assert!(text(&missing.stderr).contains("no `nsys` on the PATH"), "{}", text(&missing.stderr));
    // A path is one from where the program was started.
    let told = inspect(&tools, "third", &["--nsys", "tests/data/nsys-rep/nsys"]);
    assert_eq!((code(&told), &told.stdout), (0, &found.stdout), "{}", text(&told.stderr));
    assert_eq!(case.exports(), 2);
}
