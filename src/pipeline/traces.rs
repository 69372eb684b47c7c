//! Every trace of a run, read once.

use super::Session;
use crate::diag::Problem;
use crate::trace::Trace;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Traces by path, each read once however many cases name it.
#[derive(Debug, Default)]
pub(super) struct Traces {
    read: BTreeMap<PathBuf, Result<Arc<Trace>, Problem>>,
}

impl Traces {
    /// Reads them, in parallel, but for those that are open already.
    pub(super) fn read<'p>(
        paths: impl IntoIterator<Item = &'p Path>,
        open: &[(&Path, &Arc<Trace>)],
        session: &Session,
    ) -> Self {
        let open: BTreeMap<PathBuf, &Arc<Trace>> = open.iter().map(|(path, trace)| (identity(path), *trace)).collect();
        let mut wanted: Vec<(PathBuf, &Path)> = paths.into_iter().map(|path| (identity(path), path)).collect();
        wanted.sort();
        wanted.dedup_by(|a, b| a.0 == b.0);
        let read = wanted.into_par_iter().map(|(key, path)| {
            let trace = match open.get(&key) {
                Some(trace) => Ok(Arc::clone(trace)),
                None => session.open(path),
            };
            (key, trace)
        });
        Self { read: read.collect() }
    }

    pub(super) fn get(&self, path: &Path, session: &Session) -> Result<Arc<Trace>, Problem> {
        match self.read.get(&identity(path)) {
            Some(found) => found.clone(),
            None => session.open(path),
        }
    }
}

fn identity(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
