//! Both instances drawn above each other at one time scale: where every bar, link and mark lies.
//!
//! Lengths along the time axis are shares of the drawing's width, so that it fits any screen and is zoomed by making it
//! wider; heights are pixels.

use super::families::{Families, LegendEntry};
use super::scale::Scale;
use super::text::{line, number, percent, step};
use crate::diag::{Side, duration, plural};
use crate::outcome::{InstanceTimeline, OpState, Timeline, TimelineOp};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Heights in pixels: the axis, a strip for marks, a lane, its bar, and the room for links.
const AXIS: usize = 26;
const MARKS: usize = 16;
const LANE: usize = 30;
/// A lane with room for marks between it and the next.
const MARKED_LANE: usize = LANE + 12;
const BAR: usize = 24;
const LINKS: usize = 44;
/// The least share of the width that a bar is drawn with.
const LEAST: f64 = 0.000_6;
/// With more bars, names and links of matching kernels are left to the script, or away.
const MANY: usize = 500;
/// Characters of a name in a bar.
const NAME: usize = 48;
/// The least shares of the width in which a name, or how long a pause is, can be read.
const NAMED: f64 = 0.028;
const SAID: f64 = 0.04;

/// A drawing.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Drawing {
    pub(super) height: usize,
    pub(super) ticks: Vec<Tick>,
    pub(super) tracks: Vec<Track>,
    pub(super) links: Vec<Link>,
    pub(super) legend: Vec<LegendEntry>,
    /// How operations stand that occur: the marks to explain.
    pub(super) states: Vec<(&'static str, &'static str, &'static str)>,
    /// What the picture shows, in sentences.
    pub(super) said: Vec<String>,
    /// The time that the whole width stands for, in ns.
    pub(super) full_ns: f64,
    /// So many bars that edges would hide them.
    pub(super) dense: bool,
    /// Pauses are shortened: the axis tells lengths and not times.
    pub(super) shortened: bool,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) text: String,
}

/// One side: its lanes and bars.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Track {
    pub(super) side: &'static str,
    /// The sum of its kernels' durations.
    pub(super) sum: String,
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) lanes: Vec<Lane>,
    pub(super) bars: Vec<Bar>,
    pub(super) pauses: Vec<PauseView>,
    /// Where the instance ends.
    pub(super) end: String,
}

/// A shortened pause.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct PauseView {
    pub(super) x: String,
    pub(super) width: String,
    /// Empty where there is no room.
    pub(super) text: String,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Lane {
    pub(super) y: usize,
    pub(super) name: String,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Bar {
    /// Names it for the script: `m3` is the mock's fourth operation.
    pub(super) id: String,
    pub(super) x: String,
    pub(super) width: String,
    pub(super) y: usize,
    pub(super) colour: usize,
    pub(super) state: &'static str,
    /// The sign beside it, and its height; empty where it matches.
    pub(super) sign: &'static str,
    pub(super) sign_y: usize,
    pub(super) name: String,
    pub(super) position: usize,
}

/// Between the operations of one position, or from one that stands alone to where it would be.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Link {
    pub(super) x1: String,
    pub(super) y1: usize,
    pub(super) x2: String,
    pub(super) y2: usize,
    pub(super) state: &'static str,
    pub(super) position: usize,
    /// Where nothing stands on the other side: a cross there.
    pub(super) void: bool,
}

/// How an operation stands: a class, the sign beside its bar, and words.
pub(super) fn state(state: OpState) -> (&'static str, &'static str, &'static str) {
    match state {
        OpState::Match => ("match", "", "match"),
        OpState::OtherShape => ("shape", "#", "other launch shape"),
        OpState::OtherKernel => ("other", "≠", "other kernel"),
        OpState::Moved => ("moved", "↔", "elsewhere in the order"),
        OpState::Extra => ("extra", "+", "only in the mock"),
        OpState::Missing => ("missing", "−", "only in the E2E"),
    }
}

/// At most `most` operations: what differs, then what takes longest, with their partners.
pub(super) fn thin(timeline: &Timeline, most: usize) -> Timeline {
    let mut timeline = timeline.clone();
    let count = timeline.mock.ops.len() + timeline.e2e.ops.len();
    if count <= most {
        return timeline;
    }
    let mut weights: BTreeMap<usize, (bool, i64)> = BTreeMap::new();
    for op in timeline.mock.ops.iter().chain(&timeline.e2e.ops) {
        let weight = weights.entry(op.position).or_default();
        *weight = (*weight).max((op.state != OpState::Match, op.duration_ns));
    }
    let mut order: Vec<(usize, (bool, i64))> = weights.into_iter().collect();
    order.sort_by_key(|(position, weight)| (std::cmp::Reverse(*weight), *position));
    let kept: BTreeSet<usize> = order.into_iter().take(most / 2).map(|(position, _)| position).collect();
    for side in [&mut timeline.mock, &mut timeline.e2e] {
        let (ops, left): (Vec<_>, Vec<_>) = side.ops.iter().copied().partition(|op| kept.contains(&op.position));
        side.unshown.count += left.len();
        side.unshown.ns = left.iter().fold(side.unshown.ns, |sum, op| sum.saturating_add(op.duration_ns));
        side.ops = ops;
    }
    timeline
}

pub(super) fn draw(timeline: &Timeline, families: &Families) -> Drawing {
    let scale = Scale::of(timeline);
    let many = timeline.mock.ops.len() + timeline.e2e.ops.len() > MANY;
    let mock = track(Side::Mock, timeline, AXIS, &scale, families, many);
    let e2e = track(Side::E2e, timeline, mock.bottom + LINKS, &scale, families, many);
    let links = links(timeline, &mock, &e2e, &scale, many);
    let ops = || timeline.mock.ops.iter().chain(&timeline.e2e.ops);
    let kinds: BTreeSet<_> = ops().map(|op| state(op.state)).filter(|(_, sign, _)| !sign.is_empty()).collect();
    Drawing {
        height: e2e.bottom + 4,
        ticks: ticks(&scale),
        links,
        legend: families.legend(timeline),
        states: kinds.into_iter().collect(),
        said: vec![said(Side::Mock, &timeline.mock), said(Side::E2e, &timeline.e2e)],
        full_ns: scale.full,
        dense: many,
        shortened: !scale.whole(),
        tracks: vec![mock, e2e],
    }
}

fn ticks(scale: &Scale) -> Vec<Tick> {
    let step = step(scale.longest, 6);
    let text = |n: u32| if scale.whole() || n == 1 { axis(f64::from(n) * step) } else { String::new() };
    let tick = |n: u32| Tick { x: percent(f64::from(n) * step / scale.full), text: text(n) };
    (0..=8).take_while(|&n| f64::from(n) * step <= scale.longest).map(tick).collect()
}

/// A time on an axis, with no more digits than a round number has.
pub(super) fn axis(ns: f64) -> String {
    let (value, unit) = match ns {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "us"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    if ns == 0.0 { "0".to_owned() } else { format!("{} {unit}", number(value)) }
}

fn track(side: Side, timeline: &Timeline, top: usize, scale: &Scale, families: &Families, many: bool) -> Track {
    let instance = of(timeline, side);
    let streams: BTreeSet<(u16, u32)> = instance.ops.iter().map(|op| (op.device, op.stream)).collect();
    let devices = streams.iter().map(|(device, _)| device).collect::<BTreeSet<_>>().len();
    // Marks stand away from the links: above the mock's bars, below the E2E's.
    let first = if side == Side::Mock { top + MARKS } else { top };
    let marked = instance.ops.iter().any(|op| op.state != OpState::Match);
    let step = if marked && streams.len() > 1 { MARKED_LANE } else { LANE };
    let lanes: Vec<Lane> = streams
        .iter()
        .enumerate()
        .map(|(at, (device, stream))| Lane {
            y: first + at * step,
            name: if devices > 1 { format!("dev {device} · {stream}") } else { format!("stream {stream}") },
        })
        .collect();
    let lane = |op: &TimelineOp| streams.iter().position(|s| *s == (op.device, op.stream)).unwrap_or(0);
    let width = |op: &TimelineOp| op.duration_ns as f64 / scale.full;
    let letter = if side == Side::Mock { 'm' } else { 'e' };
    let bars = instance.ops.iter().enumerate().map(|(at, op)| {
        let (class, sign, _) = state(op.state);
        let kernel = timeline.kernels.get(op.kernel);
        let y = first + lane(op) * step;
        Bar {
            id: format!("{letter}{at}"),
            x: percent(scale.at(side, op.start_ns)),
            width: percent(width(op).max(LEAST)),
            y,
            colour: families.colour(kernel.and_then(|kernel| kernel.family.as_deref())),
            state: class,
            sign,
            sign_y: if side == Side::Mock { y - 4 } else { y + BAR + 11 },
            name: kernel
                .filter(|_| !many && width(op) > NAMED)
                .map(|kernel| bar_name(&kernel.name))
                .unwrap_or_default(),
            position: op.position,
        }
    });
    let bars = bars.collect();
    let pause = |pause: &super::scale::Pause| {
        let (from, to) = (scale.at(side, pause.from), scale.at(side, pause.to));
        let text = if to - from > SAID { duration(pause.ns() as f64) } else { String::new() };
        PauseView { x: percent(from), width: percent(to - from), text }
    };
    let height = lanes.len().max(1) * step + MARKS;
    Track {
        side: if side == Side::Mock { "mock" } else { "E2E" },
        sum: duration(sum(instance) as f64),
        top: first,
        bottom: top + height,
        lanes,
        bars,
        pauses: scale.pauses(side).iter().map(pause).collect(),
        end: percent(scale.at(side, instance.span_ns)),
    }
}

/// The part of a name that says most, first.
fn bar_name(name: &str) -> String {
    let name = line(name);
    let own = name.rsplit("::").next().unwrap_or(&name);
    let own = own.strip_prefix("device_kernel.").unwrap_or(own);
    crate::diag::shorten(own, NAME)
}

fn of(timeline: &Timeline, side: Side) -> &InstanceTimeline {
    if side == Side::Mock { &timeline.mock } else { &timeline.e2e }
}

fn links(timeline: &Timeline, mock: &Track, e2e: &Track, scale: &Scale, many: bool) -> Vec<Link> {
    let below = |at: usize| mock.bars.get(at).map_or(mock.bottom, |bar| bar.y + BAR);
    let above = |at: usize| e2e.bars.get(at).map_or(e2e.top, |bar| bar.y);
    let middle = |side: Side, op: &TimelineOp| percent(scale.at(side, op.start_ns.saturating_add(op.duration_ns / 2)));
    let index = |side: Side| -> BTreeMap<usize, usize> {
        of(timeline, side).ops.iter().enumerate().map(|(at, op)| (op.position, at)).collect()
    };
    let (mocks, e2es) = (index(Side::Mock), index(Side::E2e));
    // The end of what comes before, on the side that lacks the operation.
    let gap = |side: Side, position: usize| {
        let (ops, index) = (&of(timeline, side).ops, if side == Side::Mock { &mocks } else { &e2es });
        let before = index.range(..position).next_back().and_then(|(_, &at)| ops.get(at));
        percent(before.map_or(0.0, |op| scale.at(side, op.start_ns.saturating_add(op.duration_ns))))
    };
    let positions: BTreeSet<usize> = mocks.keys().chain(e2es.keys()).copied().collect();
    let link = |position: usize| {
        let (m, e) = (mocks.get(&position), e2es.get(&position));
        let op = |side: Side, at: Option<&usize>| at.and_then(|&at| of(timeline, side).ops.get(at));
        let (mock_op, e2e_op) = (op(Side::Mock, m), op(Side::E2e, e));
        let either = mock_op.or(e2e_op)?;
        if many && either.state == OpState::Match {
            return None;
        }
        Some(Link {
            x1: mock_op.map_or_else(|| gap(Side::Mock, position), |op| middle(Side::Mock, op)),
            y1: m.map_or(mock.bottom - (LANE - BAR), |&at| below(at)),
            x2: e2e_op.map_or_else(|| gap(Side::E2e, position), |op| middle(Side::E2e, op)),
            y2: e.map_or(e2e.top, |&at| above(at)),
            state: state(either.state).0,
            position,
            void: mock_op.is_none() || e2e_op.is_none(),
        })
    };
    positions.into_iter().filter_map(link).collect()
}

/// The durations of all kernels together, in ns.
fn sum(instance: &InstanceTimeline) -> i64 {
    instance.ops.iter().fold(instance.unshown.ns, |sum, op| sum.saturating_add(op.duration_ns))
}

/// One side in a sentence: what someone who does not see the picture learns from it.
fn said(side: Side, instance: &InstanceTimeline) -> String {
    let name = if side == Side::Mock { "mock" } else { "E2E" };
    let streams = instance.ops.iter().map(|op| (op.device, op.stream)).collect::<BTreeSet<_>>().len();
    let ops = instance.ops.len() + instance.unshown.count;
    let mut text = format!(
        "{name}: instance {} of those compared, {} on {}, {} from first to last, {} of kernel time",
        instance.instance + 1,
        plural(ops, "kernel"),
        plural(streams, "stream"),
        duration(instance.span_ns as f64),
        duration(sum(instance) as f64),
    );
    if instance.unshown.count > 0 {
        text += &format!(
            "; not drawn: {} of {} together, the shortest that match",
            plural(instance.unshown.count, "kernel"),
            duration(instance.unshown.ns as f64)
        );
    }
    text
}
