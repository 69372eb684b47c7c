//! The NVTX ranges as a tree, with names that differ in their numbers alone taken together.

use super::model::RangeSummary;
use super::scope::Selected;
use crate::limits::RANGE_LEVELS;
use crate::trace::{ContextId, RangeName, Trace};
use rustc_hash::{FxHashMap, FxHashSet};

/// The collapsed tree of the ranges in scope, of those that hold work in scope, and of those around them.
pub(super) fn tree(trace: &Trace, selected: &Selected) -> Vec<RangeSummary> {
    let mut nodes = Nodes::default();
    let node_of = nodes.place_ranges(trace, selected);
    nodes.count_operations(trace, selected, &node_of);
    nodes.roll_up();
    nodes.into_tree()
}

/// Nodes of the collapsed tree; a parent stands before its children.
#[derive(Default)]
struct Nodes {
    nodes: Vec<Node>,
}

struct Node {
    parent: Option<usize>,
    /// 0 for a root. The deepest level holds one node a branch, for all that lies below.
    level: usize,
    first_start: i64,
    summary: RangeSummary,
}

impl Nodes {
    /// Gives every shown range its node; an end marker shares the node of the range around it.
    fn place_ranges(&mut self, trace: &Trace, selected: &Selected) -> Vec<Option<usize>> {
        let shown = shown(trace, selected);
        let mut labels = Labels::default();
        let mut index: FxHashMap<(Option<usize>, usize), usize> = FxHashMap::default();
        let mut texts: FxHashSet<(usize, u32)> = FxHashSet::default();
        let mut node_of: Vec<Option<usize>> = Vec::with_capacity(shown.len());
        for range in 0..shown.len() as u32 {
            let parent = selected.parents[range as usize].and_then(|p| node_of[p as usize]);
            let name = trace.ranges.name(range);
            let known = trace.names.range(name);
            if !shown[range as usize] || known.module.as_ref().is_some_and(|m| m.is_output) {
                node_of.push(parent);
                continue;
            }
            let level = parent.map_or(0, |p| self.nodes[p].level + 1);
            let (parent, level, label) = match parent {
                Some(deepest) if level > RANGE_LEVELS => (self.nodes[deepest].parent, RANGE_LEVELS, labels.deeper()),
                _ if level == RANGE_LEVELS => (parent, level, labels.deeper()),
                _ => (parent, level, labels.of(trace.ranges.domain(range), name.0, known)),
            };
            let node = *index.entry((parent, label)).or_insert_with(|| {
                self.nodes.push(Node::new(parent, level, trace.ranges.start(range), labels.text(label), known));
                self.nodes.len() - 1
            });
            let entry = &mut self.nodes[node];
            entry.first_start = entry.first_start.min(trace.ranges.start(range));
            entry.summary.occurrences += 1;
            entry.summary.names += u64::from(texts.insert((node, name.0)));
            node_of.push(Some(node));
        }
        node_of
    }

    /// Counts each operation at the innermost range of its launch, and of its capture.
    fn count_operations(&mut self, trace: &Trace, selected: &Selected, node_of: &[Option<usize>]) {
        let innermost = |context: ContextId| {
            let range = trace.ranges.innermost_first(context).next()?;
            node_of.get(range as usize).copied().flatten()
        };
        for &op in &selected.ops {
            let duration = trace.ops.duration(op);
            if let Some(node) = innermost(trace.launch_context(op)) {
                let summary = &mut self.nodes[node].summary;
                summary.operations += 1;
                summary.total_ns = summary.total_ns.saturating_add(duration);
            }
            if let Some(node) = innermost(trace.capture_context(op)) {
                let summary = &mut self.nodes[node].summary;
                summary.replayed_operations += 1;
                summary.replayed_ns = summary.replayed_ns.saturating_add(duration);
            }
        }
    }

    /// Adds what the children hold to their parents.
    fn roll_up(&mut self) {
        for child in (0..self.nodes.len()).rev() {
            let Some(parent) = self.nodes[child].parent else { continue };
            let of = self.nodes[child].summary.clone();
            let to = &mut self.nodes[parent].summary;
            to.operations += of.operations;
            to.total_ns = to.total_ns.saturating_add(of.total_ns);
            to.replayed_operations += of.replayed_operations;
            to.replayed_ns = to.replayed_ns.saturating_add(of.replayed_ns);
        }
    }

    /// Children in the order of their first opening.
    fn into_tree(self) -> Vec<RangeSummary> {
        let mut children: Vec<Vec<(i64, RangeSummary)>> = self.nodes.iter().map(|_| Vec::new()).collect();
        let mut roots = Vec::new();
        for (at, node) in self.nodes.into_iter().enumerate().rev() {
            let mut summary = node.summary;
            summary.children = in_order(std::mem::take(&mut children[at]));
            match node.parent {
                Some(parent) => children[parent].push((node.first_start, summary)),
                None => roots.push((node.first_start, summary)),
            }
        }
        in_order(roots)
    }
}

impl Node {
    fn new(parent: Option<usize>, level: usize, first_start: i64, label: &str, name: &RangeName) -> Self {
        let summary = RangeSummary {
            name: label.to_owned(),
            module: name.module.is_some() && level < RANGE_LEVELS,
            occurrences: 0,
            names: 0,
            operations: 0,
            total_ns: 0,
            replayed_operations: 0,
            replayed_ns: 0,
            children: Vec::new(),
        };
        Self { parent, level, first_start, summary }
    }
}

fn in_order(mut children: Vec<(i64, RangeSummary)>) -> Vec<RangeSummary> {
    children.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    children.into_iter().map(|(_, summary)| summary).collect()
}

/// Ranges in scope, ranges around work in scope (at launch or capture), and all around those.
fn shown(trace: &Trace, selected: &Selected) -> Vec<bool> {
    let mut shown = selected.ranges.clone();
    for &op in &selected.ops {
        for context in [trace.launch_context(op), trace.capture_context(op)] {
            if let Some(range) = trace.ranges.innermost_first(context).next() {
                shown[range as usize] = true;
            }
        }
    }
    for range in (0..shown.len()).rev() {
        if let (true, Some(parent)) = (shown[range], selected.parents[range]) {
            shown[parent as usize] = true;
        }
    }
    shown
}

/// Range names without their numbers, interned.
#[derive(Default)]
struct Labels<'t> {
    texts: Vec<String>,
    by_text: FxHashMap<String, usize>,
    by_name: FxHashMap<(&'t str, u32), usize>,
}

impl<'t> Labels<'t> {
    fn of(&mut self, domain: &'t str, name: u32, known: &RangeName) -> usize {
        if let Some(&label) = self.by_name.get(&(domain, name)) {
            return label;
        }
        let shown = without_numbers(known.module.as_ref().map_or(known.text.as_str(), |m| m.path.as_str()));
        let text = if domain.is_empty() { shown } else { format!("{domain}:{shown}") };
        let label = self.intern(text);
        self.by_name.insert((domain, name), label);
        label
    }

    /// For ranges too deep to be kept apart.
    fn deeper(&mut self) -> usize {
        self.intern("… deeper ranges".to_owned())
    }

    fn intern(&mut self, text: String) -> usize {
        let next = self.texts.len();
        let label = *self.by_text.entry(text.clone()).or_insert(next);
        if label == next {
            self.texts.push(text);
        }
        label
    }

    fn text(&self, label: usize) -> &str {
        self.texts.get(label).map_or("", String::as_str)
    }
}

/// Every number that stands alone becomes `*`; one inside a word (`fp8`, `w13`) says what a range is.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_word = false;
    while let Some(first) = rest.chars().next() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if digits == 0 {
            out.push(first);
            in_word = first.is_alphabetic();
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (number, after) = rest.split_at(digits);
        let continues = after.starts_with(char::is_alphabetic);
        out.push_str(if in_word || continues { number } else { "*" });
        in_word = in_word || continues;
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_go_and_words_with_numbers_stay() {
        assert_eq!(without_numbers("layers.31.mlp"), "layers.*.mlp");
        assert_eq!(without_numbers("step:16:decode"), "step:*:decode");
        assert_eq!(without_numbers("execute_context_6(6144)_generation_0(0)"), "execute_context_*(*)_generation_*(*)");
        assert_eq!(without_numbers("fp8_gemm 12"), "fp8_gemm *");
        assert_eq!(without_numbers("layer12"), "layer12");
    }

    proptest! {
        #[test]
        fn any_text_without_numbers_stays(text in "[^0-9]{0,30}") {
            prop_assert_eq!(without_numbers(&text), text);
        }
    }
}
