//! `kernel`: one GPU operation of an instance.

use super::member::Api;
use super::side::SideHandle;
use super::text::pattern;
use super::value::{Failure, Named, type_word, unknown, wrong_type};
use crate::diag::{KernelRef, escape, shorten};
use crate::kernel::Identity;
use crate::script::budget::spend;
use crate::trace::{Op, OpKind, Shape};
use rhai::ImmutableString;

/// Characters of a kernel's name in a message.
const SHORT: usize = 64;

#[derive(Debug, Clone)]
pub(in crate::script) struct Kernel {
    pub(super) of: SideHandle,
    pub(super) op: u32,
    /// Index in the side's sequence.
    pub(super) position: usize,
    /// When its instance begins, in ns.
    begin: i64,
}

impl Named for Kernel {
    const NAME: &'static str = "kernel";
}

impl Kernel {
    pub(super) fn all(of: &SideHandle, ops: &[u32]) -> Vec<Self> {
        let begin = begin(of, ops);
        ops.iter().enumerate().map(|(position, &op)| Self { of: of.clone(), op, position, begin }).collect()
    }

    /// The kernel at an index of a side's sequence, in the instance of median time.
    pub(super) fn at(of: &SideHandle, position: usize) -> Option<Self> {
        let ops = &of.comparison.representative(of.side)?.ops;
        let op = *ops.get(position)?;
        Some(Self { of: of.clone(), op, position, begin: begin(of, ops) })
    }

    fn view(&self) -> Op {
        self.of.comparison.trace(self.of.side).op(self.op)
    }

    pub(super) fn identity(&self) -> &Identity {
        self.of.comparison.trace(self.of.side).names.identity(self.view().name)
    }

    fn shape(&self) -> &Shape {
        self.of.comparison.trace(self.of.side).shape(self.view().shape)
    }

    fn family(&self) -> String {
        self.of.comparison.families.name_of(self.identity()).unwrap_or_default().to_owned()
    }

    fn kind(&self) -> String {
        match self.of.comparison.trace(self.of.side).names.kind(self.view().name) {
            OpKind::Kernel => "kernel",
            OpKind::Memcpy => "copy",
            OpKind::Memset => "set",
        }
        .to_owned()
    }

    pub(super) fn short(&self) -> String {
        let identity = self.identity();
        let name = if identity.base.starts_with('[') { &identity.exact } else { &identity.base };
        shorten(&escape(name), SHORT)
    }

    /// Where the profiler shows it.
    pub(super) fn place(&self) -> KernelRef {
        self.of.comparison.trace(self.of.side).kernel_ref(self.op)
    }

    fn matches(&self, text: &str) -> Result<bool, Failure> {
        if let Some(family) = text.strip_prefix("family:") {
            let families = &self.of.comparison.families;
            return match families.id(family) {
                Some(id) => Ok(families.of(self.identity()) == Some(id)),
                None => Err(unknown(format!("there is no family `{family}`"), family, families.names())),
            };
        }
        let pattern = pattern(text)?;
        let identity = self.identity();
        spend(identity.function.len() + identity.exact.len())?;
        Ok(pattern.names(identity))
    }
}

/// When an instance begins, in ns.
fn begin(of: &SideHandle, ops: &[u32]) -> i64 {
    let trace = of.comparison.trace(of.side);
    ops.iter().map(|&op| trace.op(op).start).min().unwrap_or_default()
}

pub(super) fn describe(api: &mut Api<'_>) {
    api.kind::<Kernel>(|kernel| {
        kernel
            .get("name", "The demangled name.", |k| k.identity().exact.clone())
            .get("base", "What it does, without template arguments and tuning.", |k| k.identity().base.clone())
            .get("short", "A name for messages: the base name, at most 64 characters.", Kernel::short)
            .get("family", "Its family; empty if it has none.", Kernel::family)
            .get("kind", "`kernel`, `copy` or `set`.", Kernel::kind)
            .get("side", "`mock` or `e2e`.", |k| k.of.side.to_string())
            .get("position", "Its index in the instance, from 0.", |k| k.position)
            .get("start_ns", "When it started, in ns after its instance began.", |k| k.view().start - k.begin)
            .get("duration_ns", "How long it ran, in ns.", |k| k.view().duration())
            .get("grid", "Blocks in x, y and z; zeros for a copy or set.", |k| k.shape().grid.to_vec())
            .get("block", "Threads of a block in x, y and z; zeros for a copy or set.", |k| k.shape().block.to_vec())
            .get("blocks", "Blocks in its grid.", |k| k.shape().blocks())
            .get("registers", "Registers of a thread.", |k| k.shape().registers)
            .get("shared_memory", "Shared memory of a block, in bytes, static and dynamic.", |k| {
                u64::from(k.shape().static_shared) + u64::from(k.shape().dynamic_shared)
            })
            .get("bytes", "Bytes moved or set; 0 for a kernel.", |k| k.shape().bytes)
            .get("stream", "The stream's number.", |k| k.view().stream)
            .get("device", "The device's number in its process.", |k| i64::from(k.view().device))
            .get("graph", "Whether it was replayed from a CUDA graph.", |k| {
                k.of.comparison.trace(k.of.side).from_graph(k.op)
            })
            .method(
                "kernel.matches(pattern)",
                "boolean",
                "Whether a pattern matches as in a spec: a glob, `/regex/` or `family:NAME`.",
                "mock.kernels[0].matches(\"*\")",
                |kernel: &mut Kernel, pattern: ImmutableString| kernel.matches(&pattern),
            )
            .method(
                "kernel.matches(patterns)",
                "boolean",
                "Whether any of an array of patterns matches.",
                "mock.kernels[0].matches([\"nothing\", \"*\"])",
                |kernel: &mut Kernel, patterns: rhai::Array| any(&patterns, |pattern| kernel.matches(pattern)),
            );
    });
}

/// Whether one of an array of texts passes.
pub(super) fn any(texts: &[rhai::Dynamic], test: impl Fn(&str) -> Result<bool, Failure>) -> Result<bool, Failure> {
    for text in texts {
        let text = text
            .as_immutable_string_ref()
            .map_err(|word| wrong_type(format!("a pattern is a text, not {}", type_word(word)), ""))?;
        if test(&text)? {
            return Ok(true);
        }
    }
    Ok(false)
}
