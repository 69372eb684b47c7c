//! A name for what a trace holds, to tell two traces of one path apart.

use super::Trace;
use sha2::{Digest, Sha256};

/// Hexadecimal digits: enough that two of a million traces are equal by chance once in 10^12 times.
const DIGITS: usize = 20;

impl Trace {
    /// Equal for equal operations: kernels by name, when they ran and for how long; of a summary, for equal rows.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for id in self.names.ids() {
            let name = &self.names.identity(id).exact;
            hash.update((name.len() as u64).to_le_bytes());
            hash.update(name);
        }
        for at in 0..self.len() as u32 {
            let mut row = [0; 20];
            row[..8].copy_from_slice(&self.ops.start(at).to_le_bytes());
            row[8..16].copy_from_slice(&self.ops.duration(at).to_le_bytes());
            row[16..].copy_from_slice(&self.ops.name(at).0.to_le_bytes());
            hash.update(row);
        }
        if let Some(summary) = &self.summary {
            hash.update(format!("{summary:?}"));
        }
        hash.finalize().iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
    }
}
