//! The program as a process, and what it leaves behind.

use std::path::Path;
use std::process::{Command, Output};

/// Runs `align` in a folder, with lines of 100 characters, and nothing kept of what it reads.
pub(crate) fn align_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_align"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .env("ALIGN_CACHE_DIR", folder.join("no-cache"))
        .output()
        .expect("the binary runs")
}

/// Runs `align` in the repository.
pub(crate) fn align(arguments: &[&str]) -> Output {
    align_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed by a signal")
}
