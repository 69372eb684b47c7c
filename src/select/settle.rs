//! From all instances found to the ones that are compared: one class, without warm-up.

use super::lexicon::{Lexicon, Symbol};
use super::selection::{Instance, LeftOut, Rank, SelectionNote};
use super::stretches::Stretches;
use crate::diag::{Severity, Side, Spanned, duration};
use crate::kernel::is_generated;
use crate::limits::{CLASS_SHARE, CONTEXT_SPREAD, GRID_CLASS, PERIOD_REPEATS, cost};
use crate::sequence::{Step, align, align_cost};
use crate::stats::{leading_outliers, median};
use crate::trace::{GraphTracing, ProcessId, ShapeId, Trace};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Instances of one class in time order, and what was left out on the way.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) instances: Vec<Instance>,
    pub(super) sequence: Vec<Symbol>,
    /// The processes and devices with this sequence and launch mode, if there are several.
    pub(super) ranks: Vec<Rank>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) notes: Vec<SelectionNote>,
}

/// What one class has in common.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Clone)]
pub(super) struct Class {
    process: u16,
    device: u16,
    from_graph: bool,
    sequence: Vec<Symbol>,
}

impl Class {
    pub(super) fn sequence(&self) -> &[Symbol] {
        &self.sequence
    }
}

/// What instances are compared with when a class is chosen.
pub(super) struct Model<'a> {
    pub(super) trace: &'a Trace,
    pub(super) sequence: &'a [Symbol],
    pub(super) instance: &'a Instance,
}

/// The mock's side: the most frequent class, the later one among equals.
pub(super) fn most_frequent(trace: &Trace, lexicon: &Lexicon, side: Side, instances: Vec<Instance>) -> Settled {
    let classes = Classes::new(trace, lexicon, side, instances);
    match classes.most_frequent().cloned() {
        Some(best) => classes.keep(trace, &best),
        None => Settled::default(),
    }
}

/// The E2E's side: nearest to the mock by names, then by launch shape, then the most frequent. Never by
/// time, which is what is judged. With `exact` ranges a class needs a fair share to be chosen at all.
pub(super) fn nearest_to(
    trace: &Trace,
    lexicon: &Lexicon,
    classes: Classes,
    model: &Model<'_>,
    exact: bool,
) -> Settled {
    let biggest = classes.members.values().map(Vec::len).max().unwrap_or(0);
    let share = (classes.given as f64 * CLASS_SHARE).ceil() as usize;
    let least = if exact { share.min(biggest) } else { 1 };
    let names = |class: &Class| {
        let (a, b) = (model.sequence, &class.sequence);
        align_cost(a.len(), b.len(), cost::EXTRA, |i, j| lexicon.substitution(a[i], b[j]))
    };
    let named = classes.members.iter().filter(|(_, m)| m.len() >= least).map(|(class, m)| (class, m, names(class)));
    let named: Vec<(&Class, &Vec<Instance>, u32)> = named.collect();
    let Some(best_names) = named.iter().map(|n| n.2).min() else { return Settled::default() };
    let near: Vec<Near<'_>> = named
        .into_iter()
        .filter(|n| n.2 == best_names)
        .map(|(class, members, _)| Near::new(class, grid_distances(trace, lexicon, class, members, model)))
        .collect();
    let best_grid = near.iter().map(|n| n.best).fold(f64::INFINITY, f64::min);
    let eligible = near.into_iter().filter(|n| n.best <= best_grid + GRID_CLASS);
    let best = eligible.max_by(|a, b| a.count.cmp(&b.count).then(b.class.cmp(a.class)));
    let Some((best, distances, limit)) = best.map(|n| (n.class.clone(), n.distances, n.best + GRID_CLASS)) else {
        return Settled::default();
    };
    let mut settled = classes.keep(trace, &best);
    let before = settled.instances.len();
    let mut distance = distances.into_iter();
    settled.instances.retain(|_| distance.next().is_some_and(|d| d <= limit));
    settled.leave_out("with other launch shapes, further from the mock's", before - settled.instances.len());
    settled
}

/// A class whose names are as near to the mock's as any's.
struct Near<'a> {
    class: &'a Class,
    /// Per instance: how far its launch shapes are from the mock's.
    distances: Vec<f64>,
    best: f64,
    /// Instances about as near as the best one.
    count: usize,
}

impl<'a> Near<'a> {
    fn new(class: &'a Class, distances: Vec<f64>) -> Self {
        let best = distances.iter().copied().fold(f64::INFINITY, f64::min);
        let count = distances.iter().filter(|&&d| d <= best + GRID_CLASS).count();
        Self { class, distances, best, count }
    }
}

impl Settled {
    /// Leaves out executions that are unlike the ones compared.
    pub(super) fn leave_out(&mut self, reason: &str, count: usize) {
        self.leave(reason, count, true);
    }

    fn leave(&mut self, reason: &str, count: usize, unlike: bool) {
        if count > 0 {
            self.left_out.push(LeftOut { reason: reason.to_owned(), count, unlike });
        }
    }

    /// How many executions were left out because they are unlike.
    pub(super) fn unlike(&self) -> usize {
        self.left_out.iter().filter(|l| l.unlike).map(|l| l.count).sum()
    }

    /// Leaves out as many leading instances as the spec asks for, then those that have not settled.
    pub(super) fn drop_warm_up(&mut self, trace: &Trace, asked: Option<&Spanned<u32>>) {
        if let Some(asked) = asked {
            let count = asked.value as usize;
            if count < self.instances.len() {
                self.instances.drain(..count);
                self.leave("warm-up, as the spec says", count, false);
            } else {
                self.notes.push(SelectionNote {
                    severity: Severity::Error,
                    message: format!("`warmup = {count}` would leave out all {} instances", self.instances.len()),
                    help: Some("ask for fewer, or run more iterations".to_owned()),
                    at: Some(asked.loc.clone()),
                });
            }
        }
        let times: Vec<f64> = self.instances.par_iter().map(|i| time(trace, i)).collect();
        let outliers = leading_outliers(&times);
        self.instances.drain(..outliers);
        self.leave("warm-up: the first instances had not settled", outliers, false);
    }

    /// Warns where one name sequence stands in several surroundings that differ in time: two works.
    pub(super) fn check_surroundings(&mut self, trace: &Trace, lexicon: &Lexicon, side: Side, scope: &Stretches) {
        let streams = super::group::streams(trace, scope);
        let place = |op: u32| (trace.ops.process(op), trace.ops.device(op), trace.ops.stream(op));
        let by_place: FxHashMap<_, usize> =
            streams.iter().enumerate().filter_map(|(i, stream)| Some((place(*stream.first()?), i))).collect();
        // What stands before and after an instance that begins and ends on one stream. A stream is in order.
        let neighbours = |instance: &Instance| -> Option<(Option<Symbol>, Option<Symbol>)> {
            let (&first, &last) = (instance.ops.first()?, instance.ops.last()?);
            let stream = &streams[*by_place.get(&place(first))?];
            let (a, b) = (stream.binary_search(&first).ok()?, stream.binary_search(&last).ok()?);
            let symbol = |op: &u32| lexicon.symbol(side, trace.ops.name(*op));
            Some((a.checked_sub(1).and_then(|i| stream.get(i)).map(symbol), stream.get(b + 1).map(symbol)))
        };
        let mut groups: BTreeMap<(Option<Symbol>, Option<Symbol>), Vec<f64>> = BTreeMap::new();
        for instance in &self.instances {
            groups.entry(neighbours(instance).unwrap_or_default()).or_default().push(time(trace, instance));
        }
        let medians: Vec<f64> =
            groups.values().filter(|g| g.len() >= PERIOD_REPEATS).filter_map(|g| median(g)).collect();
        let low = medians.iter().copied().fold(f64::INFINITY, f64::min);
        let high = medians.iter().copied().fold(0.0, f64::max);
        if medians.len() > 1 && high > low * (1.0 + CONTEXT_SPREAD) {
            self.notes.push(SelectionNote {
                severity: Severity::Error,
                message: format!(
                    "the mock's kernel sequence stands in {} surroundings of the {side} trace that take from {} to {}: more than one work has this name",
                    medians.len(),
                    duration(low),
                    duration(high)
                ),
                help: Some("say which one: `{ like = \"mock\", after = \"PATTERN\" }` or `before`".to_owned()),
                at: None,
            });
        }
    }
}

/// The sum of an instance's durations, in ns.
pub(super) fn time(trace: &Trace, instance: &Instance) -> f64 {
    instance.ops.iter().map(|&op| trace.ops.duration(op)).sum::<i64>() as f64
}

/// Instances whose classes are found by one thread at a time.
const STRETCH: usize = 1 << 11;

/// The classes of a stretch of instances.
struct Classified {
    classes: Vec<Class>,
    /// Per instance: which of them; none where it holds nothing.
    of: Vec<Option<usize>>,
}

impl Classified {
    fn of(trace: &Trace, lexicon: &Lexicon, side: Side, instances: &[Instance]) -> Self {
        let mut index: FxHashMap<Class, usize> = FxHashMap::default();
        let mut classes: Vec<Class> = Vec::new();
        // Filled anew for each instance: there are few classes, and an allocation for each instance would cost more
        // than finding its class.
        let mut class = Class { process: 0, device: 0, from_graph: false, sequence: Vec::new() };
        // Neighbours mostly have one class.
        let mut recent = 0;
        let of_instance = |instance: &Instance| {
            let &first = instance.ops.first()?;
            class.process = trace.ops.process(first).0;
            class.device = trace.ops.device(first);
            class.from_graph = is_from_graph(trace, instance);
            class.sequence.clear();
            class.sequence.extend(instance.ops.iter().map(|&op| lexicon.symbol(side, trace.ops.name(op))));
            if classes.get(recent) != Some(&class) {
                recent = index.get(&class).copied().unwrap_or_else(|| {
                    index.insert(class.clone(), classes.len());
                    classes.push(class.clone());
                    classes.len() - 1
                });
            }
            Some(recent)
        };
        let of = instances.iter().map(of_instance).collect();
        Self { classes, of }
    }
}

/// Instances by what they have in common, those of a class in time order.
pub(super) struct Classes {
    members: BTreeMap<Class, Vec<Instance>>,
    /// How many instances there were, with those that hold nothing.
    given: usize,
}

impl Classes {
    pub(super) fn new(trace: &Trace, lexicon: &Lexicon, side: Side, instances: Vec<Instance>) -> Self {
        let given = instances.len();
        let classified = |instances: &[Instance]| Classified::of(trace, lexicon, side, instances);
        let stretches: Vec<Classified> = instances.par_chunks(STRETCH).map(classified).collect();
        let mut index: FxHashMap<Class, usize> = FxHashMap::default();
        let mut members: Vec<Vec<Instance>> = Vec::new();
        let mut left = instances.into_iter();
        for Classified { classes, of } in stretches {
            let slots: Vec<usize> = classes
                .into_iter()
                .map(|class| {
                    *index.entry(class).or_insert_with(|| {
                        members.push(Vec::new());
                        members.len() - 1
                    })
                })
                .collect();
            // In this order: the list that ends first is asked first, so that nothing is lost.
            for (class, instance) in of.into_iter().zip(left.by_ref()) {
                if let Some(class) = class {
                    members[slots[class]].push(instance);
                }
            }
        }
        let members = index.into_iter().map(|(class, slot)| (class, std::mem::take(&mut members[slot])));
        Self { members: members.collect(), given }
    }

    /// The class with most instances, the later one among equals.
    pub(super) fn most_frequent(&self) -> Option<&Class> {
        let last = |members: &[Instance]| members.last().and_then(|i| i.ops.last()).copied();
        self.members.iter().max_by_key(|(_, members)| (members.len(), last(members))).map(|(class, _)| class)
    }

    /// The processes and devices that run this sequence in this launch mode, if there are several.
    fn ranks(&self, trace: &Trace, best: &Class) -> Vec<Rank> {
        let alike = |class: &Class| class.sequence == best.sequence && class.from_graph == best.from_graph;
        let ranks: Vec<_> = self.members.iter().filter(|(class, _)| alike(class)).collect();
        if ranks.len() < 2 {
            return Vec::new();
        }
        let rank = |(class, members): (&Class, &Vec<Instance>)| {
            let times: Vec<f64> = members.iter().map(|instance| time(trace, instance)).collect();
            Some(Rank { process: ProcessId(class.process), device: class.device, median_ns: median(&times)? })
        };
        ranks.into_iter().filter_map(rank).collect()
    }

    fn keep(self, trace: &Trace, best: &Class) -> Settled {
        let mut settled =
            Settled { sequence: best.sequence.clone(), ranks: self.ranks(trace, best), ..Settled::default() };
        let (mut sequences, mut modes, mut processes) = (0, 0, 0);
        for (class, members) in self.members {
            if class == *best {
                settled.instances = members;
            } else if (class.process, class.device) != (best.process, best.device) {
                processes += members.len();
            } else if class.sequence == best.sequence {
                modes += members.len();
            } else {
                sequences += members.len();
            }
        }
        settled.leave_out("with another kernel sequence", sequences);
        settled.leave(if best.from_graph { "launched eagerly" } else { "replayed from a graph" }, modes, false);
        settled.leave("in another process or on another device", processes, false);
        settled
    }
}

/// Most of the time decides: an engine may launch a copy eagerly beside its graph.
fn is_from_graph(trace: &Trace, instance: &Instance) -> bool {
    if trace.capabilities.graph_tracing != GraphTracing::Node {
        return false;
    }
    let (mut replayed, mut all) = (0, 0);
    for &op in &instance.ops {
        let time = trace.ops.duration(op);
        all += time;
        replayed += if trace.from_graph(op) { time } else { 0 };
    }
    replayed as f64 * 2.0 > all as f64
}

/// Mean |ln(blocks / the model's blocks)| over kernels of the same name, for each instance; kernels whose
/// grid a compiler chose say nothing.
fn grid_distances(
    trace: &Trace,
    lexicon: &Lexicon,
    class: &Class,
    members: &[Instance],
    model: &Model<'_>,
) -> Vec<f64> {
    let (a, b) = (model.sequence, &class.sequence);
    let pairs: Vec<(usize, f64)> = align(a.len(), b.len(), |i, j| lexicon.substitution(a[i], b[j]))
        .into_iter()
        .filter_map(|step| match step {
            Step::Pair(i, j) if a[i] == b[j] => {
                let op = *model.instance.ops.get(i)?;
                let generated = is_generated(model.trace.names.identity(model.trace.ops.name(op)));
                (!generated).then(|| (j, blocks(model.trace, op)))
            }
            _ => None,
        })
        .collect();
    let distances = |members: &[Instance]| {
        // Neighbours mostly have one shape.
        let mut recent: Vec<(Option<ShapeId>, f64)> = vec![(None, 0.0); pairs.len()];
        members.iter().map(|member| grid_distance(trace, member, &pairs, &mut recent)).collect::<Vec<f64>>()
    };
    members.par_chunks(STRETCH).flat_map_iter(distances).collect()
}

/// `pairs`: indices into the instance, with the blocks that the model has there; `recent`: per pair, the last shape met
/// and its distance.
fn grid_distance(
    trace: &Trace,
    member: &Instance,
    pairs: &[(usize, f64)],
    recent: &mut [(Option<ShapeId>, f64)],
) -> f64 {
    let (mut sum, mut n) = (0.0, 0u32);
    for (&(j, mock), recent) in pairs.iter().zip(recent) {
        let Some(&op) = member.ops.get(j) else { continue };
        let shape = Some(trace.ops.shape(op));
        if recent.0 != shape {
            *recent = (shape, (blocks(trace, op) / mock).ln().abs());
        }
        sum += recent.1;
        n += 1;
    }
    if n == 0 { 0.0 } else { sum / f64::from(n) }
}

/// Blocks of a kernel's grid, or bytes of a copy; at least 1.
fn blocks(trace: &Trace, op: u32) -> f64 {
    let shape = trace.shape(trace.ops.shape(op));
    (shape.blocks() as f64).max(shape.bytes as f64).max(1.0)
}
