//! Carries a trace out: every line takes its time on the host or on the GPU.
//!
//! Lines take place one after the other: an operation starts when the call that launches it is over, and the next line
//! when the operation is. What stands in `stream` or `device` runs beside what follows it: the host launches it and goes
//! on. `thread` and `process` have a host of their own and run beside what follows them, too. The end of a block waits
//! for all of it. Operations of a graph follow one another without a gap; `idle` makes one.

use super::recording::{Cause, Place, Recording, Time};
use super::statement::{Node, Operation, Script, Statement};
use super::values::Times;
use crate::trace::Trace;
use rustc_hash::FxHashMap;

/// How long a call takes that launches something, in ns.
const CALL: i64 = 1_000;
/// How long a range takes to open, and to close, in ns: no moment belongs to two ranges that follow each other.
const MARK: i64 = 100;

/// The trace that a script without mistakes leads to.
pub(super) fn play(script: &Script, path: &str) -> Trace {
    let mut player = Player {
        recording: Recording::new(&script.head, path),
        runs: vec![0; script.timed],
        graphs: FxHashMap::default(),
        streams: FxHashMap::default(),
        counters: Vec::new(),
        correlation: 0,
        nodes: 0,
    };
    let place = Place { process: 1000, thread: 1000, device: 0, stream: 7 };
    player.block(&script.nodes, &mut Flow { place, launched: true, host: 0, gpu: 0, waits: true, mode: Mode::Eager });
    player.recording.finish()
}

/// What operations mean where they stand.
#[derive(Debug, Clone, Copy)]
enum Mode {
    /// They are launched.
    Eager,
    /// They become nodes of a graph.
    Capture,
    /// They are replayed by a launch; `node` is the next one's id.
    Replay { correlation: i64, node: u64 },
}

/// One course of events: a thread of the host, and the stream it works on. Times in ns.
#[derive(Debug, Clone, Copy)]
struct Flow {
    place: Place,
    /// Whether the calls that launch operations are recorded.
    launched: bool,
    host: i64,
    gpu: i64,
    /// Whether the host waits for every operation.
    waits: bool,
    mode: Mode,
}

impl Flow {
    /// When all of it is over.
    fn end(&self) -> i64 {
        self.host.max(self.gpu)
    }

    fn wait_for(&mut self, moment: i64) {
        let time = if self.waits { &mut self.host } else { &mut self.gpu };
        *time = moment.max(*time);
    }

    /// Lets an operation run after the call that launched it, if there was one, once its stream is `free`.
    fn run(&mut self, duration: i64, free: i64) -> Time {
        let eager = matches!(self.mode, Mode::Eager);
        let called = if eager { self.host + CALL } else { self.gpu };
        let forked = if self.waits { called } else { called.max(self.gpu) };
        let start = forked.max(free);
        self.gpu = start.saturating_add(duration);
        if eager {
            self.host = if self.waits { self.gpu } else { called };
        }
        Time { start, end: self.gpu }
    }
}

struct Graph<'s> {
    inside: &'s [Node],
    /// The id of its first node.
    first: u64,
}

struct Player<'s> {
    recording: Recording<'s>,
    /// How often each line with times has run.
    runs: Vec<usize>,
    graphs: FxHashMap<&'s str, Graph<'s>>,
    /// When the last operation of a process, device and stream is over: a stream runs one at a time.
    streams: FxHashMap<(u32, u16, u32), i64>,
    counters: Vec<(&'s str, u32)>,
    correlation: i64,
    nodes: u64,
}

impl<'s> Player<'s> {
    fn block(&mut self, nodes: &'s [Node], flow: &mut Flow) {
        let mut beside = i64::MIN;
        for node in nodes {
            match &node.what {
                Statement::Nothing => {}
                Statement::Process { .. } | Statement::Thread(_) | Statement::Device(_) | Statement::Stream(_) => {
                    beside = beside.max(self.beside(node, flow));
                }
                Statement::Unlaunched => {
                    let launched = std::mem::replace(&mut flow.launched, false);
                    self.block(&node.inside, flow);
                    flow.launched = launched;
                }
                Statement::Repeat { times, counter } => self.repeat(*times, counter.as_deref(), &node.inside, flow),
                Statement::Range(name) => self.range(name, &node.inside, flow),
                Statement::Graph(name) => self.capture(name, &node.inside, flow),
                Statement::Launch(name) => self.launch(name, flow),
                Statement::Operation(operation) => self.operation(operation, flow),
                Statement::Call { times, name } => {
                    let start = flow.host;
                    flow.host += self.time(times);
                    self.recording.call(Time { start, end: flow.host }, flow.place, None, name);
                }
                Statement::Idle(times) => self.idle(times, flow),
            }
        }
        flow.wait_for(beside);
    }

    /// Runs a block in its own course; when it is over.
    fn beside(&mut self, node: &'s Node, flow: &mut Flow) -> i64 {
        let start = if flow.waits { flow.host } else { flow.gpu.max(flow.host) };
        let mut own = Flow { gpu: start, waits: false, ..*flow };
        match &node.what {
            Statement::Process { pid, name } => {
                (own.place.process, own.place.thread, own.waits) = (*pid, *pid, true);
                self.recording.process(own.place, name.as_deref());
            }
            Statement::Thread(id) => (own.place.thread, own.waits) = (*id, true),
            Statement::Device(number) => own.place.device = *number,
            Statement::Stream(number) => own.place.stream = *number,
            _ => {}
        }
        self.block(&node.inside, &mut own);
        if !own.waits {
            // One thread launches both.
            flow.host = own.host;
            if let (Mode::Replay { node: next, .. }, Mode::Replay { node: after, .. }) = (&mut flow.mode, own.mode) {
                *next = after;
            }
        }
        own.end()
    }

    fn repeat(&mut self, times: u32, counter: Option<&'s str>, inside: &'s [Node], flow: &mut Flow) {
        for count in 0..times {
            self.counters.extend(counter.map(|name| (name, count)));
            self.block(inside, flow);
            self.counters.truncate(self.counters.len() - usize::from(counter.is_some()));
        }
    }

    fn range(&mut self, name: &str, inside: &'s [Node], flow: &mut Flow) {
        if matches!(flow.mode, Mode::Replay { .. }) {
            return self.block(inside, flow);
        }
        let start = flow.host;
        flow.host += MARK;
        let counted = self.counters.iter().fold(name.to_owned(), |name, (counter, count)| {
            name.replace(&format!("{{{counter}}}"), &count.to_string())
        });
        self.block(inside, flow);
        self.recording.range(Time { start, end: flow.host }, flow.place, counted);
        flow.host += MARK;
    }

    fn capture(&mut self, name: &'s str, inside: &'s [Node], flow: &mut Flow) {
        self.graphs.insert(name, Graph { inside, first: self.nodes + 1 });
        let mut own = Flow { mode: Mode::Capture, ..*flow };
        self.block(inside, &mut own);
        flow.host = own.host;
    }

    fn launch(&mut self, name: &str, flow: &mut Flow) {
        let Some(&Graph { inside, first }) = self.graphs.get(name) else { return };
        let correlation = self.called(flow, "cudaGraphLaunch");
        self.recording.whole_graph();
        let Time { start, .. } = flow.run(0, 0);
        let mut replay = Flow { gpu: start, waits: false, mode: Mode::Replay { correlation, node: first }, ..*flow };
        self.block(inside, &mut replay);
        flow.gpu = replay.gpu;
        if flow.waits {
            flow.host = replay.gpu;
        }
    }

    /// The call that is made now to launch something; its correlation id.
    fn called(&mut self, flow: &Flow, name: &str) -> i64 {
        self.correlation += 1;
        if flow.launched {
            let time = Time { start: flow.host, end: flow.host + CALL };
            self.recording.call(time, flow.place, Some(self.correlation), name);
        }
        self.correlation
    }

    fn operation(&mut self, what: &Operation, flow: &mut Flow) {
        let cause = match &mut flow.mode {
            Mode::Capture => {
                self.nodes += 1;
                self.recording.node(self.nodes, flow.host, flow.place);
                flow.host += CALL;
                return;
            }
            Mode::Replay { correlation, node } => {
                *node += 1;
                Cause { correlation: *correlation, node: Some(*node - 1) }
            }
            Mode::Eager => {
                let call = match what.kind {
                    crate::trace::OpKind::Kernel => "cudaLaunchKernel",
                    crate::trace::OpKind::Memcpy => "cudaMemcpyAsync",
                    crate::trace::OpKind::Memset => "cudaMemsetAsync",
                };
                Cause { correlation: self.called(flow, call), node: None }
            }
        };
        let Place { process, device, stream, .. } = flow.place;
        let duration = self.time(&what.times);
        let free = self.streams.entry((process, device, stream)).or_default();
        let time = flow.run(duration, *free);
        *free = time.end;
        self.recording.operation(what, time, flow.place, cause);
    }

    fn idle(&mut self, times: &Times, flow: &mut Flow) {
        if matches!(flow.mode, Mode::Capture) {
            return;
        }
        let time = self.time(times);
        if flow.waits {
            flow.host += time;
        } else {
            flow.gpu = flow.end() + time;
        }
    }

    /// How long a line takes this time, in ns.
    fn time(&mut self, times: &Times) -> i64 {
        let Some(runs) = self.runs.get_mut(times.line) else { return 0 };
        *runs += 1;
        times.of(*runs - 1)
    }
}
