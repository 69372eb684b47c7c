//! Paths as the draft names them: relative to the folder it will stand in.

use std::path::{Component, Path, PathBuf};

/// The path of `trace` from the folder of `output`; as given where the draft is only printed, or where nothing leads
/// from one to the other.
pub(super) fn from_spec(trace: &Path, output: Option<&Path>) -> String {
    let shown = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let Some(output) = output else { return shown(trace) };
    let folder = match output.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return shown(trace),
    };
    match (std::fs::canonicalize(trace), std::fs::canonicalize(folder)) {
        (Ok(trace), Ok(folder)) => shown(&between(&folder, &trace)),
        _ => shown(trace),
    }
}

/// From one absolute folder to a file.
fn between(folder: &Path, file: &Path) -> PathBuf {
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (folder.components().collect(), file.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return file.to_owned();
    }
    let up = from[common..].iter().map(|_| Component::ParentDir);
    up.chain(to[common..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_the_specs_folder_to_the_trace() {
        let between = |a: &str, b: &str| between(Path::new(a), Path::new(b)).display().to_string();
        assert_eq!(between("/a/specs", "/a/traces/t.sqlite"), "../traces/t.sqlite");
        assert_eq!(between("/a", "/a/t.sqlite"), "t.sqlite");
        assert_eq!(between("/a/b/c", "/d/t.sqlite"), "../../../d/t.sqlite");
    }
}
