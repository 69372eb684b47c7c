//! From all instances found to the ones that are compared: one class, without warm-up.

use super::lexicon::{Lexicon, Symbol};
use super::selection::{Instance, LeftOut, SelectionNote};
use crate::diag::{Severity, Side, Spanned, duration};
use crate::kernel::is_generated;
use crate::limits::{CLASS_SHARE, CONTEXT_SPREAD, GRID_CLASS, PERIOD_REPEATS, cost};
use crate::sequence::{Step, align, align_cost};
use crate::stats::{leading_outliers, median};
use crate::trace::Trace;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Instances of one class in time order, and what was left out on the way.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) instances: Vec<Instance>,
    pub(super) sequence: Vec<Symbol>,
    /// Instances with this sequence and launch mode in every process.
    pub(super) ranks: Vec<Instance>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) notes: Vec<SelectionNote>,
}

/// What one class has in common.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Clone)]
struct Class {
    process: u16,
    device: u16,
    from_graph: bool,
    sequence: Vec<Symbol>,
}

/// What instances are compared with when a class is chosen.
pub(super) struct Model<'a> {
    pub(super) trace: &'a Trace,
    pub(super) sequence: &'a [Symbol],
    pub(super) instance: &'a Instance,
}

/// The mock's side: the most frequent class, the later one among equals.
pub(super) fn most_frequent(trace: &Trace, lexicon: &Lexicon, side: Side, instances: Vec<Instance>) -> Settled {
    let classes = classify(trace, lexicon, side, instances);
    let best =
        classes.iter().max_by_key(|(_, members)| (members.len(), members.last().and_then(|i| i.ops.last()).copied()));
    let Some(best) = best.map(|(class, _)| class.clone()) else { return Settled::default() };
    keep(classes, &best)
}

/// The E2E's side: nearest to the mock by names, then by launch shape, then the most frequent. Never by
/// time, which is what is judged. With `exact` ranges a class needs a fair share to be chosen at all.
pub(super) fn nearest_to(
    trace: &Trace,
    lexicon: &Lexicon,
    side: Side,
    instances: Vec<Instance>,
    model: &Model<'_>,
    exact: bool,
) -> Settled {
    let total = instances.len();
    let classes = classify(trace, lexicon, side, instances);
    let biggest = classes.values().map(Vec::len).max().unwrap_or(0);
    let least = if exact { ((total as f64 * CLASS_SHARE).ceil() as usize).min(biggest) } else { 1 };
    let names = |class: &Class| {
        let (a, b) = (model.sequence, &class.sequence);
        align_cost(a.len(), b.len(), cost::EXTRA, |i, j| lexicon.substitution(a[i], b[j]))
    };
    let best_names = classes.iter().filter(|(_, m)| m.len() >= least).map(|(c, _)| names(c)).min();
    let Some(best_names) = best_names else { return Settled::default() };
    let near: Vec<(&Class, f64, usize)> = classes
        .iter()
        .filter(|(c, m)| m.len() >= least && names(c) == best_names)
        .map(|(class, members)| {
            let distances = grid_distances(trace, lexicon, class, members, model);
            let best = distances.iter().copied().fold(f64::INFINITY, f64::min);
            let count = distances.iter().filter(|&&d| d <= best + GRID_CLASS).count();
            (class, best, count)
        })
        .collect();
    let best_grid = near.iter().map(|n| n.1).fold(f64::INFINITY, f64::min);
    let best = near.iter().filter(|n| n.1 <= best_grid + GRID_CLASS).max_by(|a, b| a.2.cmp(&b.2).then(b.0.cmp(a.0)));
    let Some(best) = best.map(|n| n.0.clone()) else { return Settled::default() };
    let mut settled = keep(classes, &best);
    let distances = grid_distances(trace, lexicon, &best, &settled.instances, model);
    let limit = distances.iter().copied().fold(f64::INFINITY, f64::min) + GRID_CLASS;
    let before = settled.instances.len();
    let mut distance = distances.into_iter();
    settled.instances.retain(|_| distance.next().is_some_and(|d| d <= limit));
    settled.leave_out("with other launch shapes, further from the mock's", before - settled.instances.len());
    settled
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
        let times: Vec<f64> = self.instances.iter().map(|i| time(trace, i)).collect();
        let outliers = leading_outliers(&times);
        self.instances.drain(..outliers);
        self.leave("warm-up: the first instances had not settled", outliers, false);
    }

    /// Warns where one name sequence stands in several surroundings that differ in time: two works.
    pub(super) fn check_surroundings(&mut self, trace: &Trace, lexicon: &Lexicon, side: Side, scope: &[u32]) {
        let mut neighbours: FxHashMap<u32, (Option<Symbol>, Option<Symbol>)> = FxHashMap::default();
        for stream in super::group::streams(trace, scope) {
            let position: FxHashMap<u32, usize> = stream.iter().enumerate().map(|(i, &op)| (op, i)).collect();
            for (n, instance) in self.instances.iter().enumerate() {
                let (Some(first), Some(last)) = (instance.ops.first(), instance.ops.last()) else { continue };
                if let (Some(&a), Some(&b)) = (position.get(first), position.get(last)) {
                    let symbol = |op: &u32| lexicon.symbol(side, trace.ops.name(*op));
                    let before = a.checked_sub(1).and_then(|i| stream.get(i)).map(symbol);
                    neighbours.insert(n as u32, (before, stream.get(b + 1).map(symbol)));
                }
            }
        }
        let mut groups: BTreeMap<(Option<Symbol>, Option<Symbol>), Vec<f64>> = BTreeMap::new();
        for (n, instance) in self.instances.iter().enumerate() {
            let key = neighbours.get(&(n as u32)).copied().unwrap_or_default();
            groups.entry(key).or_default().push(time(trace, instance));
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

fn classify(trace: &Trace, lexicon: &Lexicon, side: Side, instances: Vec<Instance>) -> BTreeMap<Class, Vec<Instance>> {
    let mut classes: BTreeMap<Class, Vec<Instance>> = BTreeMap::new();
    for instance in instances {
        let Some(&first) = instance.ops.first() else { continue };
        let class = Class {
            process: trace.op(first).process.0,
            device: trace.op(first).device,
            from_graph: is_from_graph(trace, &instance),
            sequence: lexicon.symbols(side, trace, &instance.ops),
        };
        classes.entry(class).or_default().push(instance);
    }
    classes
}

/// Most of the time decides: an engine may launch a copy eagerly beside its graph.
fn is_from_graph(trace: &Trace, instance: &Instance) -> bool {
    let replayed: i64 = instance.ops.iter().filter(|&&op| trace.from_graph(op)).map(|&op| trace.ops.duration(op)).sum();
    replayed as f64 * 2.0 > time(trace, instance)
}

fn keep(classes: BTreeMap<Class, Vec<Instance>>, best: &Class) -> Settled {
    let mut settled = Settled { sequence: best.sequence.clone(), ..Settled::default() };
    let (mut sequences, mut modes, mut processes) = (0, 0, 0);
    for (class, members) in classes {
        if class.sequence == best.sequence && class.from_graph == best.from_graph {
            settled.ranks.extend(members.iter().cloned());
        }
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
    members
        .iter()
        .map(|member| {
            let distances = pairs
                .iter()
                .filter_map(|&(j, mock)| member.ops.get(j).map(|&op| (blocks(trace, op) / mock).ln().abs()));
            let (sum, n) = distances.fold((0.0, 0u32), |(sum, n), d| (sum + d, n + 1));
            if n == 0 { 0.0 } else { sum / f64::from(n) }
        })
        .collect()
}

/// Blocks of a kernel's grid, or bytes of a copy; at least 1.
fn blocks(trace: &Trace, op: u32) -> f64 {
    let shape = trace.shape(trace.op(op).shape);
    (shape.blocks() as f64).max(shape.bytes as f64).max(1.0)
}
