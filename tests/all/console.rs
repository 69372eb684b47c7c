//! Every ```` ```console ```` block of the documents is run, and its output is what the document shows.
//!
//! A page's commands run one after the other in one shell, in a folder that looks like a clone of this repository.
//! `UPDATE_DOCS=1 cargo test --test all console` writes the outputs anew.

#![cfg(unix)]
use std::path::{Path, PathBuf};
use std::process::Command;

const BEGIN: &str = "```console";
const END: &str = "```";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with everything of the repository in it, in which commands may write, and `align` as a program.
struct Clone {
    folder: tempfile::TempDir,
    /// Where the page's shell is.
    at: PathBuf,
    /// The exit code of the last command.
    last: i32,
}

impl Clone {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clone = folder.path().join("align");
        let programs = folder.path().join("bin");
        std::fs::create_dir(&clone).unwrap();
        std::fs::create_dir(&programs).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_align"), programs.join("align")).unwrap();
        for name in ["align.toml", "docs", "rules", "schemas", "snapshots", "specs", "tests"] {
            std::os::unix::fs::symlink(root().join(name), clone.join(name)).unwrap();
        }
        Self { at: clone, folder, last: 0 }
    }

    /// Runs a command as a shell would; what it says on both streams.
    fn run(&mut self, command: &str) -> String {
        let state = self.folder.path().join("state");
        let path = format!("{}:{}", self.folder.path().join("bin").display(), std::env::var("PATH").unwrap());
        let script =
            format!("exec 2>&1\n(exit {})\n{command}\nlast=$?\npwd > '{}'\nexit $last", self.last, state.display());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(&self.at).env("PATH", path).env("LC_ALL", "C").env("NO_COLOR", "1");
        for name in ["COLUMNS", "CLICOLOR_FORCE", "UPDATE_DOCS", "RUST_BACKTRACE"] {
            shell.env_remove(name);
        }
        let output = shell.output().unwrap();
        self.last = output.status.code().expect("not killed");
        self.at = std::fs::read_to_string(&state).expect("the shell ended by itself").trim_end().into();
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The commands of a block: what stands behind `$ `, with the lines that a backslash or a `<<` document adds.
fn commands(block: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut lines = block.iter();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("$ ") else { continue };
        let mut command = first.to_owned();
        let document = first.split_once("<<").map(|(_, rest)| rest.trim_matches([' ', '\'']).to_owned());
        while document.as_ref().map_or(command.ends_with('\\'), |end| command.lines().last() != Some(end)) {
            let next = lines.next().unwrap_or_else(|| panic!("`{first}` does not end"));
            command += &format!("\n{next}");
        }
        found.push(command);
    }
    found
}

/// The page with every output as it is now, and how many commands it has.
fn run(page: &str) -> (String, usize) {
    let mut clone = Clone::new();
    let (mut out, mut count) = (String::new(), 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out += &format!("{line}\n");
        if line != BEGIN {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != END).collect();
        for command in commands(&block) {
            let said = clone.run(&command);
            let said: String = said.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect();
            out += &format!("$ {command}\n{said}");
            count += 1;
        }
        out += &format!("{END}\n");
    }
    (out, count)
}

fn pages() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("docs")).unwrap();
    let mut pages: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|e| e == "md"));
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

#[test]
fn every_command_shows_what_the_documents_show() {
    let mut all = 0;
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        if !page.lines().any(|line| line == BEGIN) {
            continue;
        }
        let (now, count) = run(&page);
        all += count;
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &now).unwrap();
            continue;
        }
        let first = now.lines().zip(page.lines()).position(|(now, shown)| now != shown);
        let line = |text: &str| text.lines().nth(first.unwrap_or(0)).unwrap_or_default().to_owned();
        assert!(
            now == page,
            "{}:{}: it shows\n{}\nand now says\n{}\nread it, then run UPDATE_DOCS=1 cargo test --test all console",
            path.display(),
            first.unwrap_or(0) + 1,
            line(&page),
            line(&now)
        );
    }
    assert!(all > 0, "no command was run");
}

#[test]
fn a_page_is_run_like_a_shell() {
    let page = "```console\n$ mkdir a\n$ cd a\n$ cat > b <<EOF\none\ntwo\nEOF\n$ cat b \\\n  b\n$ false\n$ echo $?\n```\ntext\n```console\n$ pwd | tail -c 3\nold\n```\n";
    let (out, count) = run(page);
    let shown = "```console\n$ mkdir a\n$ cd a\n$ cat > b <<EOF\none\ntwo\nEOF\n$ cat b \\\n  b\none\ntwo\none\ntwo\n$ false\n$ echo $?\n1\n```\ntext\n```console\n$ pwd | tail -c 3\n/a\n```\n";
    assert_eq!((out.as_str(), count), (shown, 7));
}
