//! Events in the file's order to a trace: operations wait for the calls that tell which process launched them.

use super::event::{Category, Event};
use crate::diag::escape;
use crate::limits::STREAM_OVERLAP;
use crate::trace::launches::Api;
use crate::trace::names::{NameId, OpKind};
use crate::trace::ops::Shape;
use crate::trace::process::ProcessId;
use crate::trace::ranges::RangeKind;
use crate::trace::rows::{CallRow, NO_CORRELATION, OpRow, RangeRow};
use crate::trace::{Presence, Provenance, Trace, TraceBuilder};
use rustc_hash::FxHashMap;

/// How PyTorch marks the call of a module among Python's functions.
const MODULE: &str = "nn.Module: ";

struct Call {
    start: i64,
    end: i64,
    thread: u64,
    correlation: i64,
    /// An index into the names of calls.
    name: u32,
}

struct Range {
    start: i64,
    end: i64,
    thread: u64,
    /// An index into the texts of ranges.
    text: u32,
}

/// Texts by index, each kept once.
#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    index: FxHashMap<String, u32>,
}

impl Texts {
    fn id(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.index.get(text) {
            return id;
        }
        let id = self.texts.len() as u32;
        self.index.insert(text.to_owned(), id);
        self.texts.push(text.to_owned());
        id
    }
}

/// What was read so far.
pub(super) struct Recording {
    builder: TraceBuilder,
    /// Their process is not yet known.
    ops: Vec<OpRow>,
    kernels: FxHashMap<String, NameId>,
    calls: Vec<Call>,
    call_names: Texts,
    ranges: Vec<Range>,
    range_texts: Texts,
    process_names: Vec<(i64, String)>,
    gpu_annotations: u64,
    untimed: u64,
}

impl Recording {
    pub(super) fn new(path: &str) -> Self {
        Self {
            builder: TraceBuilder::new(path),
            ops: Vec::new(),
            kernels: FxHashMap::default(),
            calls: Vec::new(),
            call_names: Texts::default(),
            ranges: Vec::new(),
            range_texts: Texts::default(),
            process_names: Vec::new(),
            gpu_annotations: 0,
            untimed: 0,
        }
    }

    pub(super) fn provenance(&mut self) -> &mut Provenance {
        &mut self.builder.provenance
    }

    pub(super) fn take(&mut self, event: &Event) {
        match event.category {
            Category::Kernel | Category::Copy | Category::Set => self.operation(event),
            Category::Call => self.call(event),
            Category::Annotation => self.range(event),
            Category::Function if event.name.starts_with(MODULE) => self.range(event),
            Category::GpuAnnotation => self.gpu_annotations += 1,
            Category::Name if event.name == "process_name" => {
                if let (Some(pid), Some(name)) = (event.pid, &event.arguments.name) {
                    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
                    self.process_names.push((pid, escape(base)));
                }
            }
            Category::Function | Category::Name | Category::Other => {}
        }
    }

    fn operation(&mut self, event: &Event) {
        let Some((start, end)) = event.time() else {
            self.untimed += 1;
            return;
        };
        let arguments = &event.arguments;
        let (name, shape) = match event.category {
            Category::Kernel => (self.kernel(&event.name), shape(event)),
            kind => {
                let kind = if kind == Category::Copy { OpKind::Memcpy } else { OpKind::Memset };
                let bytes = arguments.bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
                (self.memory(&event.name, kind), Shape { bytes, ..Shape::default() })
            }
        };
        self.ops.push(OpRow {
            start,
            end,
            process: ProcessId(0),
            device: arguments.device.or(event.pid).and_then(|n| u16::try_from(n).ok()).unwrap_or(u16::MAX),
            stream: arguments.stream.or(event.tid).and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            correlation: arguments.correlation.unwrap_or(NO_CORRELATION),
            name,
            shape,
            node: arguments.graph_node.map(|id| id as u64).filter(|&id| id != 0),
        });
    }

    fn kernel(&mut self, name: &str) -> NameId {
        if let Some(&id) = self.kernels.get(name) {
            return id;
        }
        let short = crate::kernel::Identity::new(name, "").function;
        let id = self.builder.kernel_name(name, &short);
        self.kernels.insert(name.to_owned(), id);
        id
    }

    /// `Memcpy HtoD (Pinned -> Device)` and `Memset (Device)`, as Nsight Systems names them.
    fn memory(&mut self, name: &str, kind: OpKind) -> NameId {
        let name = match kind {
            OpKind::Memset => "[CUDA memset]".to_owned(),
            _ => format!("[CUDA memcpy {}]", direction(name)),
        };
        self.builder.names.intern(&name, &name, kind)
    }

    fn call(&mut self, event: &Event) {
        let Some((start, end)) = event.time() else { return };
        let correlation = event.arguments.correlation.unwrap_or(NO_CORRELATION);
        let name = self.call_names.id(&event.name);
        self.calls.push(Call { start, end, thread: thread(event), correlation, name });
    }

    fn range(&mut self, event: &Event) {
        let Some((start, end)) = event.time() else { return };
        let text = self.range_texts.id(&event.name);
        self.ranges.push(Range { start, end, thread: thread(event), text });
    }

    /// The trace.
    pub(super) fn finish(mut self) -> Trace {
        self.builder.provenance.profiler = Some("PyTorch profiler".to_owned());
        self.presence();
        self.warn();
        let launchers = Launchers::of(&self.calls);
        let builder = &mut self.builder;
        for mut op in std::mem::take(&mut self.ops) {
            let launcher = launchers.of_op(op.correlation);
            op.process = builder.process(launcher.unwrap_or(launchers.first));
            if launcher.is_none() && launchers.several() {
                op.correlation = NO_CORRELATION;
            }
            builder.push_op(op);
        }
        builder.seal_ops();
        let apis: Vec<Api> = self.call_names.texts.iter().map(|name| Api::of(name)).collect();
        for Call { start, end, thread, correlation, name } in std::mem::take(&mut self.calls) {
            let (thread, api) = (builder.thread(thread), apis[name as usize]);
            let row = CallRow { start, end, thread, correlation, api };
            builder.push_call(row, &self.call_names.texts[name as usize]);
        }
        for Range { start, end, thread, text } in std::mem::take(&mut self.ranges) {
            let (thread, kind) = (builder.thread(thread), RangeKind::PushPop);
            let text = &self.range_texts.texts[text as usize];
            builder.push_range(RangeRow { start, end: Some(end), thread, text, kind, domain: "" });
        }
        for (pid, name) in std::mem::take(&mut self.process_names) {
            builder.name_process(process(pid), name);
        }
        self.builder.finish()
    }

    fn presence(&mut self) {
        let table = |filled: bool| if filled { Presence::Filled } else { Presence::Missing };
        let kernel = |op: &OpRow| self.builder.names.kind(op.name) == OpKind::Kernel;
        let kernels = self.ops.iter().filter(|op| kernel(op)).count();
        let shaped = self.ops.iter().any(|op| op.shape.grid != [0; 3]);
        let memory = kernels < self.ops.len();
        let capabilities = &mut self.builder.capabilities;
        capabilities.kernels = table(kernels > 0);
        capabilities.memory_operations = table(memory);
        capabilities.api_calls = table(!self.calls.is_empty());
        capabilities.ranges = table(!self.ranges.is_empty());
        capabilities.launch_shapes = shaped;
    }

    fn warn(&mut self) {
        let warnings = &mut self.builder.warnings;
        if self.untimed > 0 {
            warnings.push(format!("{} GPU operations without a start were left out", self.untimed));
        }
        if self.gpu_annotations > 0 && self.ranges.is_empty() {
            warnings.push(format!(
                "{} ranges were recorded on the GPU's side alone: they are not used",
                self.gpu_annotations
            ));
        }
        if let Some((device, stream, times)) = stretched(&self.ops) {
            warnings.push(format!(
                "stream {stream} of device {device} works {:.0} % of the time it is busy: the profiler stretches kernels, \
                 so that their times cannot be trusted",
                times * 100.0
            ));
        }
    }
}

/// Which process launched what.
struct Launchers {
    /// That of the first call.
    first: u64,
    /// By correlation id; `None` where calls of several processes have it. Empty where one process made all calls.
    by_correlation: FxHashMap<i64, Option<u64>>,
}

impl Launchers {
    fn of(calls: &[Call]) -> Self {
        let process = |call: &Call| call.thread & crate::trace::rows::PROCESS_MASK;
        let first = calls.first().map_or(0, process);
        let mut by_correlation: FxHashMap<i64, Option<u64>> = FxHashMap::default();
        if calls.iter().any(|call| process(call) != first) {
            for call in calls {
                let known = by_correlation.entry(call.correlation).or_insert(Some(process(call)));
                *known = known.filter(|&known| known == process(call));
            }
        }
        Self { first, by_correlation }
    }

    fn several(&self) -> bool {
        !self.by_correlation.is_empty()
    }

    fn of_op(&self, correlation: i64) -> Option<u64> {
        if self.several() { self.by_correlation.get(&correlation).copied().flatten() } else { Some(self.first) }
    }
}

fn shape(event: &Event) -> Shape {
    let arguments = &event.arguments;
    let small = |number: Option<i64>| number.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Shape {
        grid: arguments.grid.unwrap_or_default(),
        block: arguments.block.unwrap_or_default(),
        registers: small(arguments.registers),
        static_shared: 0,
        dynamic_shared: small(arguments.shared),
        bytes: 0,
    }
}

/// A process as Nsight Systems numbers it: above the 24 bits of the thread.
fn process(pid: i64) -> u64 {
    (pid as u64 & 0xFF_FFFF_FFFF) << 24
}

fn thread(event: &Event) -> u64 {
    process(event.pid.unwrap_or(0)) | (event.tid.unwrap_or(0) as u64 & 0xFF_FFFF)
}

/// The direction of a copy in the words of Nsight Systems.
fn direction(name: &str) -> &'static str {
    let word = name.split(' ').nth(1).unwrap_or_default();
    match word {
        "HtoD" => "Host-to-Device",
        "DtoH" => "Device-to-Host",
        "DtoD" => "Device-to-Device",
        "HtoH" => "Host-to-Host",
        "PtoP" => "Peer-to-Peer",
        "HtoA" => "Host-to-Array",
        "AtoH" => "Array-to-Host",
        "AtoA" => "Array-to-Array",
        "AtoD" => "Array-to-Device",
        "DtoA" => "Device-to-Array",
        _ => "Unknown",
    }
}

/// The stream whose operations overlap most, with the sum of their times over the time in which any of them ran; only
/// where that is more than launches that overlap on purpose explain.
fn stretched(ops: &[OpRow]) -> Option<(u16, u32, f64)> {
    let mut streams: FxHashMap<(u16, u32), Vec<(i64, i64)>> = FxHashMap::default();
    for op in ops {
        streams.entry((op.device, op.stream)).or_default().push((op.start, op.end.max(op.start)));
    }
    let overlap = |times: &mut Vec<(i64, i64)>| {
        times.sort_unstable();
        let (mut sum, mut busy, mut until) = (0.0, 0.0, i64::MIN);
        for &(start, end) in times.iter() {
            sum += end.saturating_sub(start) as f64;
            busy += end.saturating_sub(start.max(until)).max(0) as f64;
            until = until.max(end);
        }
        if busy > 0.0 { sum / busy } else { 1.0 }
    };
    let mut overlaps: Vec<_> =
        streams.iter_mut().map(|(&(device, stream), times)| (device, stream, overlap(times))).collect();
    overlaps.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    overlaps.first().copied().filter(|(.., times)| *times > STREAM_OVERLAP)
}
