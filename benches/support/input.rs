//! What the benchmarks run on: golden traces, repeated once and kept below `target/`.

use super::scale::scale;
use align::pipeline::{Loaded, Session};
use align::trace::{Trace, open};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Finds the op by the model's modules.
pub(crate) const BY_RANGES: Input = Input {
    mock: "hf_mock_attn_decode_aligned",
    e2e: "hf_e2e_eager",
    spec: r#"
        align = 1
        [spec]
        name    = "attention"
        op      = "attention"
        extends = "builtin:base/transformers"
        [e2e]
        within = ["measured", "forward:decode:*"]
        each   = { module = "*.self_attn" }
    "#,
};

/// Finds the op in a trace without ranges by the mock's kernels; the mock's own instances are the repetitions of its
/// stream.
pub(crate) const BY_SEQUENCE: Input = Input {
    mock: "hf_mock_attn_decode_no_nvtx",
    e2e: "hf_e2e_no_nvtx",
    spec: r#"
        align = 1
        [spec]
        name = "attention"
        op   = "attention"
        [mock]
        each = { period = true }
        [e2e]
        each = { like = "mock" }
    "#,
};

/// A pair of golden traces and a spec.
pub(crate) struct Input {
    mock: &'static str,
    e2e: &'static str,
    spec: &'static str,
}

/// An input with both traces in memory.
pub(crate) struct Open {
    pub(crate) session: Session,
    pub(crate) spec: Loaded,
    pub(crate) mock: (PathBuf, Arc<Trace>),
    pub(crate) e2e: (PathBuf, Arc<Trace>),
}

impl Input {
    /// The model's trace, so many times.
    pub(crate) fn e2e(&self, times: u32) -> PathBuf {
        repeated(self.e2e, times)
    }

    pub(crate) fn spec(&self, session: &Session, times: u32) -> Loaded {
        let text = format!(
            "{}\n[[case]]\nname = 'bench'\nmock.trace = '{}'\ne2e.trace = '{}'\n",
            self.spec,
            golden(self.mock).display(),
            self.e2e(times).display()
        );
        let file = align::diag::SourceFile::new("bench.toml", text);
        session.load_text(&file, Path::new("")).expect("the spec of the benchmark is right")
    }

    pub(crate) fn open(&self, times: u32) -> Open {
        let session = Session::shipped().expect("the shipped files are right");
        let spec = self.spec(&session, times);
        let read = |path: PathBuf| {
            let trace = open(&path).expect("a golden trace can be read");
            (path, trace)
        };
        Open { session, spec, mock: read(golden(self.mock)), e2e: read(self.e2e(times)) }
    }
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/traces/{name}.sqlite"))
}

fn repeated(name: &str, times: u32) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("repeated");
    let (path, part) = (folder.join(format!("{name}-x{times}.sqlite")), folder.join("part.sqlite"));
    if !path.exists() {
        fs::create_dir_all(&folder).expect("the target folder can be written");
        let _ = fs::remove_file(&part);
        scale(&golden(name), &part, times).expect("a golden trace can be repeated");
        fs::rename(&part, &path).expect("the target folder can be written");
    }
    path
}
