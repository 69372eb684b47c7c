//! One run of `nsys export`, in a folder of its own.

use super::Exporting;
use super::failure::Failure;
use super::folder::begins_as_export;
use crate::save;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where what the profiler prints goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// To stderr, as it comes.
    Shown,
    /// Into the failure, if it is one.
    Kept,
}

/// The profiler that exports.
#[derive(Debug)]
pub(super) struct Exporter {
    nsys: PathBuf,
    /// It was named, not looked for.
    given: bool,
}

impl Exporter {
    pub(super) fn of(with: &Exporting) -> Result<Self, Failure> {
        // It is run in another folder than the one that a path was given in.
        let is_name = |nsys: &Path| nsys.parent().is_none_or(|folder| folder.as_os_str().is_empty());
        let nsys = match &with.nsys {
            Some(nsys) if !is_name(nsys) => std::path::absolute(nsys).map_err(Failure::Folder)?,
            Some(nsys) => nsys.clone(),
            None => PathBuf::from("nsys"),
        };
        Ok(Self { nsys, given: with.nsys.is_some() })
    }

    /// Exports a report; the whole export lies in the folder.
    pub(super) fn export(&self, report: &Path, working: &Working, heard: Heard) -> Result<PathBuf, Failure> {
        let link = working.link_to(report).map_err(Failure::Folder)?;
        let out = working.0.path().join("export.sqlite");
        let mut output = OsString::from("--output=");
        output.push(&out);
        let mut command = Command::new(&self.nsys);
        command.args(["export", "--type=sqlite"]).args([&output, link.as_os_str()]);
        if heard == Heard::Shown {
            command.stdout(io::stderr()).stderr(Stdio::inherit());
        }
        let output = command.current_dir(working.0.path()).stdin(Stdio::null()).output();
        let output = output.map_err(|error| Failure::NotRun { nsys: self.nsys.clone(), given: self.given, error })?;
        if !output.status.success() || !File::open(&out).is_ok_and(begins_as_export) {
            return Err(Failure::Ended { version: self.version(), output });
        }
        Ok(out)
    }

    /// What the profiler says that it is.
    fn version(&self) -> Option<String> {
        let output = Command::new(&self.nsys).arg("--version").stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// A folder in which one export is made; it goes whatever happens.
#[derive(Debug)]
pub(super) struct Working(save::PartialFolder);

impl Working {
    pub(super) fn beside(place: &Path) -> io::Result<Self> {
        // The profiler is run in it, and told where to write to.
        save::PartialFolder::beside(&std::path::absolute(place)?).map(Self)
    }

    /// A name for the report in here. What `nsys` might write beside it is written here too.
    fn link_to(&self, report: &Path) -> io::Result<PathBuf> {
        let is_old = report.extension().is_some_and(|extension| extension == "qdrep");
        let link = self.0.path().join(if is_old { "report.qdrep" } else { "report.nsys-rep" });
        link_or_copy(&fs::canonicalize(report)?, &link)?;
        Ok(link)
    }
}

#[cfg(unix)]
fn link_or_copy(report: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(report, link)
}

#[cfg(not(unix))]
fn link_or_copy(report: &Path, link: &Path) -> io::Result<()> {
    fs::copy(report, link).map(|_| ())
}
