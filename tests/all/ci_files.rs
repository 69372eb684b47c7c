//! What the repository offers to CI systems: its YAML is YAML, and its scripts do what they say in a shell.

#![cfg(unix)]

use crate::support::valid;
use std::path::Path;
use std::process::{Command, Output};
use valid::assert_valid;
use yaml_rust2::{Yaml, YamlLoader};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn yaml(path: &str) -> Yaml {
    let text = std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let mut documents = YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

fn text<'y>(value: &'y Yaml, key: &str) -> &'y str {
    value[key].as_str().unwrap_or_else(|| panic!("`{key}` is a text"))
}

/// Runs a script as a runner does: the binary on the path, in the repository.
fn shell(script: &str, environment: &[(&str, &str)]) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_align")).parent().unwrap().display().to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-e", "-c", script]).current_dir(ROOT).env("PATH", path);
    command.envs(environment.iter().copied()).output().expect("bash is there")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_action_is_complete() {
    let action = yaml("action.yml");
    assert_eq!(text(&action["runs"], "using"), "composite");
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let mut used = String::new();
    for step in steps {
        assert_eq!(text(step, "shell"), "bash");
        // What a caller writes reaches a script through its environment alone, never as a part of it.
        assert!(!text(step, "run").contains("${{"));
        for value in step["env"].as_hash().unwrap().values() {
            used += value.as_str().unwrap();
        }
    }
    for input in action["inputs"].as_hash().unwrap().keys() {
        assert!(used.contains(&format!("inputs.{}", input.as_str().unwrap())), "{input:?}");
    }
    let check = text(&steps[1], "run");
    for output in action["outputs"].as_hash().unwrap().keys() {
        assert!(check.contains(&format!("{}=", output.as_str().unwrap())), "{output:?}");
    }
}

#[test]
fn the_actions_check_annotates_and_leaves_its_reports() {
    let action = yaml("action.yml");
    let script = text(&action["runs"]["steps"][1], "run").to_owned();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (reports, summary, outputs) = (at("some reports"), at("summary"), at("outputs"));
    let arguments = "--case=decode\n--mock=snapshots/traces/vllm_mock_attn_decode_missing_kv.sqlite\n";
    let environment = [
        ("SPECS", "specs/attention.toml"),
        ("ARGS", arguments),
        ("REPORTS", reports.as_str()),
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
        ("GITHUB_OUTPUT", outputs.as_str()),
    ];
    let output = shell(&script, &environment);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_valid("github", &String::from_utf8(output.stdout).unwrap());
    for (format, name) in
        [("sarif", "align.sarif"), ("junit", "align.xml"), ("markdown", "align.md"), ("json", "align.json")]
    {
        assert_valid(format, &std::fs::read_to_string(Path::new(&reports).join(name)).unwrap());
    }
    assert!(std::fs::read_to_string(&summary).unwrap().starts_with("# Alignment report: FAIL"));
    let outputs = std::fs::read_to_string(&outputs).unwrap();
    assert!(outputs.contains("exit-code=1\n") && outputs.contains("some reports/align.sarif\n"), "{outputs}");
}

/// A release is stood in for by a folder: curl reads it as it would read the host.
#[test]
fn the_actions_download_is_checked() {
    let action = yaml("action.yml");
    let script = text(&action["runs"]["steps"][0], "run").to_owned();
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("v0");
    std::fs::create_dir(&release).unwrap();
    let archive = "align-$(uname -m)-unknown-linux-gnu.tar.gz";
    let pack = format!(
        "printf '#!/bin/sh\\n' > align; chmod +x align; tar -czf {archive} align; sha256sum {archive} > {archive}.sha256"
    );
    let packed = Command::new("sh").args(["-c", &pack]).current_dir(&release).output().unwrap();
    assert!(packed.status.success(), "{}", said(&packed));
    let temporary = folder.path().join("temporary").display().to_string();
    let path_file = folder.path().join("path").display().to_string();
    let releases = format!("file://{}", folder.path().display());
    let environment = [
        ("VERSION", "v0"),
        ("SOURCE", ROOT),
        ("RELEASES", releases.as_str()),
        ("RUNNER_TEMP", temporary.as_str()),
        ("GITHUB_PATH", path_file.as_str()),
    ];
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let output = shell(&script, &environment);
    assert!(output.status.success(), "{}", said(&output));
    assert!(Path::new(&temporary).join("align/bin/align").is_file());
    assert_eq!(std::fs::read_to_string(&path_file).unwrap().trim(), format!("{temporary}/align/bin"));
    let spoil = format!("printf x >> {archive}");
    assert!(Command::new("sh").args(["-c", &spoil]).current_dir(&release).status().unwrap().success());
    assert!(!shell(&script, &environment).status.success(), "another archive than the one that was summed");
}

/// What the release workflow packs, the action unpacks.
#[cfg(target_os = "linux")]
#[test]
fn a_release_holds_what_the_action_takes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let packed = Command::new("ci/package.sh")
        .args([env!("CARGO_BIN_EXE_align"), &target, &at("v0")])
        .current_dir(ROOT)
        .output()
        .unwrap();
    assert!(packed.status.success(), "{}", said(&packed));
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let action = yaml("action.yml");
    let (temporary, path, releases) = (at("temporary"), at("path"), format!("file://{}", folder.path().display()));
    let environment = [
        ("VERSION", "v0"),
        ("SOURCE", ROOT),
        ("RELEASES", releases.as_str()),
        ("RUNNER_TEMP", temporary.as_str()),
        ("GITHUB_PATH", path.as_str()),
    ];
    let output = shell(text(&action["runs"]["steps"][0], "run"), &environment);
    assert!(output.status.success(), "{}", said(&output));
    let taken = folder.path().join("temporary/align/bin/align");
    let version = Command::new(taken).arg("--version").output().unwrap();
    assert!(said(&version).contains(env!("CARGO_PKG_VERSION")), "{}", said(&version));
    let archive = folder.path().join(format!("v0/align-{target}.tar.gz"));
    let listed = said(&Command::new("tar").arg("-tzf").arg(archive).output().unwrap());
    for name in ["LICENSE", "README.md", "completions/align.bash", "completions/_align", "man/align-check.1"] {
        assert!(listed.lines().any(|line| line == name), "{name}: {listed}");
    }
}

/// The table of a file of this repository.
fn manifest(path: &str) -> toml::Table {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap().parse().unwrap()
}

#[test]
fn a_release_is_for_every_platform_twice_and_where_binstall_looks() {
    let workflow = yaml(".github/workflows/release.yml");
    let jobs = &workflow["jobs"];
    let targets = |job: &str| -> Vec<String> {
        let matrix = jobs[job]["strategy"]["matrix"]["include"].as_vec().unwrap();
        matrix.iter().map(|row| text(row, "target").to_owned()).collect()
    };
    assert_eq!(targets("program"), targets("wheel"));
    assert_eq!(targets("program").len(), 5);
    for job in jobs.as_hash().unwrap().values() {
        for run in job["steps"].as_vec().unwrap().iter().filter_map(|step| step["run"].as_str()) {
            assert!(!run.contains("${{"), "a value reaches a script through its environment alone: {run}");
        }
    }
    let cargo = manifest("Cargo.toml");
    let url = cargo["package"]["metadata"]["binstall"]["pkg-url"].as_str().unwrap();
    let packs = std::fs::read_to_string(format!("{ROOT}/ci/package.sh")).unwrap();
    assert!(
        url.ends_with("/v{ version }/align-{ target }.tar.gz") && packs.contains("archive=\"align-$target.tar.gz\"")
    );
}

/// By the linter too, where it is installed.
#[test]
fn scripts_are_in_order() {
    for script in ["contrib/slurm/align-fleet.sh", "ci/package.sh", "python/test.sh", ".ci/run", "tests/browser/run"] {
        for (program, arguments) in [("bash", &["-n"][..]), ("shellcheck", &["--severity=warning"])] {
            let ended = Command::new(program).args(arguments).arg(script).current_dir(ROOT).output();
            let Ok(output) = ended else { continue };
            assert!(output.status.success(), "{program} {script}: {}", said(&output));
        }
    }
}

#[test]
fn images_have_the_oldest_compiler_that_will_do() {
    let version = manifest("Cargo.toml")["package"]["rust-version"].as_str().unwrap().to_owned();
    let docker = std::fs::read_to_string(format!("{ROOT}/Dockerfile")).unwrap();
    assert!(docker.contains(&format!("FROM rust:{version}-slim-bookworm AS build")), "{docker}");
    assert_eq!(text(&yaml("ci/gitlab.yml")["align"], "image"), format!("rust:{version}"));
}

#[test]
fn the_gitlab_job_writes_what_it_names() {
    let file = yaml("ci/gitlab.yml");
    let job = &file["align"];
    let lines: Vec<&str> = job["script"].as_vec().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let folder = tempfile::tempdir().unwrap();
    let traces = format!("{ROOT}/snapshots/traces");
    let spec = std::fs::read_to_string(format!("{ROOT}/specs/attention.toml")).unwrap();
    std::fs::write(folder.path().join("a.toml"), spec.replace("../snapshots/traces", &traces)).unwrap();
    let script = format!("cd '{}'\n{}", folder.path().display(), lines.join("\n"));
    let output = shell(&script, &[("ALIGN_SPECS", "a.toml")]);
    assert!(output.status.success(), "{}", said(&output));
    let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap();
    assert_valid("junit", &read(text(&job["artifacts"]["reports"], "junit")));
    let kept = job["artifacts"]["paths"][0].as_str().unwrap();
    assert_valid("sarif", &read(&format!("{kept}/align.sarif")));
    assert_valid("markdown", &read(&format!("{kept}/align.md")));
}

#[test]
fn the_hooks_run() {
    for hook in yaml(".pre-commit-hooks.yaml").as_vec().unwrap() {
        for key in ["id", "name", "description", "entry", "language", "files"] {
            assert!(!text(hook, key).is_empty());
        }
        let entry = text(hook, "entry");
        let words: Vec<&str> = entry.split(' ').skip(1).collect();
        let output = Command::new(env!("CARGO_BIN_EXE_align")).args(words).arg("--help").output().unwrap();
        assert!(output.status.success(), "{entry}: {}", said(&output));
        let pattern = regex::Regex::new(text(hook, "files")).unwrap();
        assert!(pattern.is_match("specs/attention.toml") && !pattern.is_match("src/main.rs"));
    }
}

/// Examples of the document that are YAML are so.
#[test]
fn the_examples_of_the_document_are_yaml() {
    let document = std::fs::read_to_string(format!("{ROOT}/docs/ci.md")).unwrap();
    let blocks: Vec<&str> = document.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 4);
    for block in blocks {
        YamlLoader::load_from_str(block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
}
