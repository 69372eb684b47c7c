//! Every shipped spec has a page beside it that says what the spec does.

use align::pipeline::Session;
use std::path::{Path, PathBuf};

const SECTIONS: [&str; 7] = [
    "## What the op is",
    "## Which kernels, and why",
    "## Per GPU architecture",
    "## Per framework version",
    "## Capturing the mock",
    "## What PASS covers",
    "## Sources",
];
const UNPROVEN: &str = "ot yet proven on a trace";

/// Every spec file, without tests and families: paths from the repository's root.
fn specs() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("specs")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".toml") && !name.ends_with(".test.toml") && name != "families.toml" {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 15, "the shipped specs are found: {files:?}");
    files
}

fn page(spec: &Path) -> String {
    std::fs::read_to_string(spec.with_extension("md")).unwrap_or_else(|_| panic!("{} has no page", spec.display()))
}

fn is_base(spec: &Path) -> bool {
    spec.parent().is_some_and(|folder| folder.ends_with("base"))
}

#[test]
fn every_spec_has_a_page_of_the_same_form() {
    for spec in specs() {
        let (text, page) = (std::fs::read_to_string(&spec).expect("readable"), page(&spec));
        let name = text.lines().find_map(|l| l.strip_prefix("name")).and_then(|l| l.split('"').nth(1));
        let title = format!("# {}\n", name.expect("a spec has a name"));
        assert!(page.starts_with(&title), "{}: the title is the spec's name", spec.display());
        let found: Vec<&str> = page.lines().filter(|l| l.starts_with("## ")).collect();
        if is_base(&spec) {
            assert_eq!(found, ["## What it says", "## Ranges", "## Sources"], "{}", spec.display());
        } else {
            assert_eq!(found, SECTIONS, "{}", spec.display());
        }
        for section in page.split("\n## ").skip(1) {
            let said = section.lines().skip(1).any(|line| !line.trim().is_empty());
            assert!(said, "{}: an empty section", spec.display());
        }
    }
}

#[test]
fn every_kernel_entry_and_every_case_is_explained() {
    let session = Session::shipped().expect("the shipped files are right");
    for file in specs().into_iter().filter(|spec| !is_base(spec)) {
        let page = page(&file);
        let (loaded, mistakes) = session.load(std::slice::from_ref(&file));
        assert!(mistakes.is_empty(), "{mistakes:?}");
        for case in loaded.iter().flat_map(|loaded| &loaded.spec.cases) {
            let case_name = &case.name.value;
            let named = case_name.is_empty() || page.contains(&format!("`{case_name}`"));
            assert!(named, "{}: case `{case_name}` is not explained", file.display());
            for kernel in &case.kernels {
                let entry = format!("**{}**", kernel.name.value);
                assert!(page.contains(&entry), "{}: {entry} is not explained", file.display());
                let critical = page.contains(&format!("{entry} (critical"));
                assert_eq!(kernel.critical, critical, "{}: whether {entry} is critical", file.display());
            }
        }
    }
}

/// What no trace has shown says so where a reader meets it: in the spec's own words, on its page, in its file.
#[test]
fn what_is_not_proven_says_so() {
    let session = Session::shipped().expect("the shipped files are right");
    let (proven, mistakes) = session.load(&[PathBuf::from("specs")]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let without = |spec: &align::spec::Spec| spec.cases.iter().any(|c| c.mock.trace.is_none() || c.e2e.trace.is_none());
    assert!(proven.iter().all(|loaded| !without(&loaded.spec)), "a spec in a folder has its traces");
    let unproven = align::spec::unproven(&[PathBuf::from("specs")]);
    assert_eq!(unproven, [PathBuf::from("specs/all-reduce.toml"), PathBuf::from("specs/mla.toml")]);
    for file in
        unproven.iter().chain([&PathBuf::from("specs/base/sglang.toml"), &PathBuf::from("specs/base/trtllm.toml")])
    {
        let text = std::fs::read_to_string(file).expect("readable");
        let doc = text.lines().find(|line| line.starts_with("doc ")).expect("it says what it is");
        assert!(doc.contains(UNPROVEN) && page(file).contains(UNPROVEN), "{}", file.display());
    }
}
