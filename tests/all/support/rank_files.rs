//! Folders of one trace a rank.

use rusqlite::Connection;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A spec whose model's side is `ranks/` beside it.
pub(crate) const SPEC: &str = r#"align = 1

[spec]
name = "test/gemm"
op   = "gemm"

[mock]
trace = "mock.trace"
each  = { range = "op" }

[e2e]
trace  = "ranks"
within = ["step:*"]
each   = { range = "op" }

[latency]
within = "15%"
reason = "a test"

[[kernel]]
name  = "gemm"
match = "gemm_kernel*"
"#;

/// A rank of a small model: six steps of four layers, each an op and an all-reduce after it.
#[derive(Debug, Clone)]
pub(crate) struct Rank {
    pub(crate) gemm_us: f64,
    pub(crate) reduce_us: f64,
    pub(crate) steps: usize,
    /// All-reduces that are left out of the step with number 3.
    pub(crate) lost: usize,
}

impl Default for Rank {
    fn default() -> Self {
        Self { gemm_us: 10.0, reduce_us: 6.0, steps: 6, lost: 0 }
    }
}

impl Rank {
    pub(crate) fn text(&self) -> String {
        let mut out = head();
        for step in 0..self.steps {
            let _ = writeln!(out, "range step:{step}");
            for layer in 0..4 {
                let gemm = self.gemm_us;
                let _ =
                    writeln!(out, "  range op\n    kernel {gemm}us 8/128 gemm_kernel\n    kernel 2us 8/128 add_kernel");
                if step != 3 || layer >= self.lost {
                    let _ = writeln!(
                        out,
                        "  kernel {}us 8/128 ncclDevKernel_AllReduce_Sum_bf16_RING_LL(int)",
                        self.reduce_us
                    );
                }
            }
        }
        out
    }
}

fn head() -> String {
    "align-trace 1\n\ngpu NVIDIA H100 80GB HBM3\nsms 132\ndriver 580.159.04\ncuda 13.0\n\n".to_owned()
}

pub(crate) fn mock() -> String {
    head() + "repeat 20 as i\n  range op\n    kernel 10us 8/128 gemm_kernel\n    kernel 2us 8/128 add_kernel\n"
}

/// A folder with the spec, the mock's trace and the ranks', `ranks/rank0.trace` and so on.
pub(crate) fn folder(ranks: &[Rank]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "spec.toml", SPEC);
    write(folder.path(), "mock.trace", &mock());
    for (number, rank) in ranks.iter().enumerate() {
        write(folder.path(), &format!("ranks/rank{number}.trace"), &rank.text());
    }
    folder
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Copies of a golden trace, one a rank.
pub(crate) fn golden(folder: &Path, name: &str, ranks: impl IntoIterator<Item = usize>) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("snapshots/traces/{name}.sqlite"));
    std::fs::create_dir_all(folder.join("ranks")).unwrap();
    for rank in ranks {
        std::fs::copy(&from, of_rank(folder, rank)).unwrap();
    }
}

pub(crate) fn of_rank(folder: &Path, rank: usize) -> PathBuf {
    folder.join(format!("ranks/rank_{rank:02}.sqlite"))
}

/// Makes every kernel of a rank slower by this many tenths.
pub(crate) fn slow_down(folder: &Path, rank: usize, tenths: u32) {
    let db = Connection::open(of_rank(folder, rank)).unwrap();
    let longer = "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET end = start + (end - start) * (10 + ?1) / 10";
    db.execute(longer, [tenths]).unwrap();
}
