//! Both instances of each case for the viewer at ui.perfetto.dev, one above the other from the same zero.
//!
//! In the viewer's own binary form: it keeps nanoseconds whole, orders tracks, and says what an arrow joins by number and
//! not by time. A case is a track with the mock below it and then the E2E, each with a bar for the instance and a
//! track for each stream. Operations that stand against each other are joined.

mod lanes;
mod packets;
#[cfg(test)]
mod tests;
mod wire;

use crate::diag::{Side, duration};
use crate::outcome::{CaseOutcome, InstanceTimeline, Launch, OpState, Outcome, SideOutcome, Timeline, TimelineOp};
use lanes::lanes;
use packets::{Packets, Slice, Track, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The file; of a case in which nothing was compared there is nothing in it.
pub fn perfetto(outcome: &Outcome) -> Vec<u8> {
    let mut packets = Packets::default();
    let mut first_flow = 1;
    for (rank, case) in outcome.cases.iter().enumerate() {
        if let Some(timeline) = &case.timeline {
            let drawn = Drawn::new(timeline, first_flow);
            first_flow += drawn.flows.len() as u64;
            drawn.case(&mut packets, case, rank);
        }
    }
    packets.into_bytes()
}

/// A timeline and the arrows in it.
struct Drawn<'t> {
    timeline: &'t Timeline,
    /// By position.
    flows: BTreeMap<usize, u64>,
    /// How long the operation of a position takes, by side and position.
    times: BTreeMap<(Side, usize), i64>,
}

impl<'t> Drawn<'t> {
    fn new(timeline: &'t Timeline, first_flow: u64) -> Self {
        let positions = |side| timeline.on(side).ops.iter().map(|op| op.position).collect::<BTreeSet<_>>();
        let (mock, e2e) = (positions(Side::Mock), positions(Side::E2e));
        let flows = mock.intersection(&e2e).copied().zip(first_flow..).collect();
        let times = |side| timeline.on(side).ops.iter().map(move |op| ((side, op.position), op.duration_ns));
        Self { timeline, flows, times: Side::BOTH.into_iter().flat_map(times).collect() }
    }

    fn case(&self, packets: &mut Packets, case: &CaseOutcome, rank: usize) {
        let track = packets.track(None, &case.title(), rank);
        for (rank, (side, found)) in Side::BOTH.into_iter().zip([&case.mock, &case.e2e]).enumerate() {
            let instance = self.timeline.on(side);
            let name = if side == Side::Mock { "mock" } else { "E2E" };
            let track = packets.track(Some(track), name, rank);
            whole(packets, track, instance, found);
            self.streams(packets, track, side);
        }
    }

    /// A track a stream; a stream whose operations overlap has several of one name, which the viewer shows together.
    fn streams(&self, packets: &mut Packets, parent: Track, side: Side) {
        let instance = self.timeline.on(side);
        let mut streams: BTreeMap<(u16, u32), Vec<&TimelineOp>> = BTreeMap::new();
        for op in &instance.ops {
            streams.entry((op.device, op.stream)).or_default().push(op);
        }
        let devices: BTreeSet<u16> = streams.keys().map(|(device, _)| *device).collect();
        let mut rank = 0;
        for ((device, stream), mut ops) in streams {
            ops.sort_by_key(|op| (op.start_ns, op.position));
            let name = match devices.len() {
                1 => format!("stream {stream}"),
                _ => format!("device {device}, stream {stream}"),
            };
            let mut tracks: Vec<Track> = Vec::new();
            for (op, lane) in ops.iter().zip(lanes(ops.iter().map(|op| (op.start_ns, op.duration_ns)))) {
                if lane == tracks.len() {
                    tracks.push(packets.track(Some(parent), &name, rank));
                    rank += 1;
                }
                packets.slice(&self.slice(side, op, tracks[lane]));
            }
        }
    }

    fn slice(&self, side: Side, op: &TimelineOp, track: Track) -> Slice<'t> {
        let kernel = self.timeline.kernels.get(op.kernel);
        let family = kernel.and_then(|kernel| kernel.family.as_deref());
        let mut arguments: Vec<(&'static str, Value<'t>)> = vec![("state", Value::Text(state(op.state)))];
        arguments.extend(kernel.map(|kernel| ("kernel", Value::Text(kernel.exact.as_str()))));
        arguments.extend(family.map(|family| ("family", Value::Text(family))));
        let launched = if op.replayed { "replayed from a CUDA graph" } else { "launched eagerly" };
        arguments.push(("launched", Value::Text(launched)));
        let module = op.module.and_then(|module| self.timeline.modules.get(module));
        arguments.extend(module.map(|path| ("range", Value::Text(path))));
        arguments.extend(self.timeline.launches.get(op.launch).into_iter().flat_map(shape));
        arguments.push(("position", number(op.position)));
        let other = self.times.get(&(side.other(), op.position));
        arguments.extend(other.map(|ns| (if side == Side::Mock { "e2e_ns" } else { "mock_ns" }, Value::Number(*ns))));
        arguments.extend(op.known.then_some(("known_difference", Value::Flag(true))));
        Slice {
            track,
            start: op.start_ns,
            duration: op.duration_ns,
            name: kernel.map_or("", |kernel| &kernel.name),
            categories: family.into_iter().chain([state(op.state)]).collect(),
            arguments,
            flow: self.flows.get(&op.position).copied(),
        }
    }
}

/// A bar for the instance, with where it is in its trace.
fn whole(packets: &mut Packets, track: Track, instance: &InstanceTimeline, found: &SideOutcome) {
    let name =
        format!("instance {} of {}: {}", instance.instance + 1, found.instances, duration(instance.span_ns as f64));
    let mut arguments = vec![
        ("trace", Value::Text(found.trace.as_str())),
        ("found_by", Value::Text(&found.how)),
        ("pid", Value::Number(i64::from(instance.pid))),
        ("starts_at_ns", Value::Number(instance.start_ns)),
        ("kernels", number(found.kernels)),
    ];
    if instance.unshown.count > 0 {
        arguments.push(("left_out", number(instance.unshown.count)));
        arguments.push(("left_out_ns", Value::Number(instance.unshown.ns)));
    }
    let (start, duration) = (0, instance.span_ns);
    packets.slice(&Slice { track, start, duration, name: &name, categories: Vec::new(), arguments, flow: None });
}

fn number<'t>(count: usize) -> Value<'t> {
    Value::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// How an operation was launched; of a copy or set only the bytes moved.
fn shape<'t>(launch: &Launch) -> Vec<(&'static str, Value<'t>)> {
    if launch.grid == [0; 3] {
        return vec![("moved_bytes", Value::Number(i64::try_from(launch.moved_bytes).unwrap_or(i64::MAX)))];
    }
    let three = |[x, y, z]: [u32; 3]| Value::Owned(format!("{x} x {y} x {z}"));
    vec![
        ("grid", three(launch.grid)),
        ("block", three(launch.block)),
        ("registers_per_thread", Value::Number(i64::from(launch.registers))),
        ("static_shared_bytes", Value::Number(i64::from(launch.static_shared_bytes))),
        ("dynamic_shared_bytes", Value::Number(i64::from(launch.dynamic_shared_bytes))),
    ]
}

fn state(state: OpState) -> &'static str {
    match state {
        OpState::Match => "match",
        OpState::OtherShape => "other launch shape",
        OpState::OtherKernel => "another kernel",
        OpState::Moved => "elsewhere in the order",
        OpState::Extra => "only in the mock",
        OpState::Missing => "only in the E2E",
    }
}
