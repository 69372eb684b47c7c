//! What a line alone cannot tell: graphs and counters that lines name, places where a line means nothing, and how much
//! a trace comes to.

use super::mistakes::{Mistake, Mistakes};
use super::statement::{Node, Script, Statement};
use crate::diag::{did_you_mean, escape};
use crate::limits::TEXT_TRACE_ROWS;

/// Checks a whole trace.
pub(super) fn check(script: &Script, mistakes: &mut Mistakes) {
    let mut checker = Checker { mistakes, graphs: Vec::new(), around: Vec::new(), counters: Vec::new(), said: false };
    checker.all(&script.nodes);
}

struct Graph<'s> {
    name: &'s str,
    /// What one replay comes to.
    rows: u64,
    process: Option<u32>,
}

struct Checker<'s, 'm> {
    mistakes: &'m mut Mistakes,
    graphs: Vec<Graph<'s>>,
    /// The lines around the one that is checked, outermost first.
    around: Vec<&'s Statement>,
    counters: Vec<&'s str>,
    /// Whether the trace was said to be too long.
    said: bool,
}

impl<'s> Checker<'s, '_> {
    /// Checks lines; what they come to, in rows of a trace.
    fn all(&mut self, nodes: &'s [Node]) -> u64 {
        nodes.iter().fold(0, |sum, node| sum.saturating_add(self.one(node)))
    }

    fn one(&mut self, node: &'s Node) -> u64 {
        if !self.place(node) {
            if let Statement::Graph(name) = &node.what {
                self.graphs.push(Graph { name, rows: 1, process: self.process() });
            }
            return 1;
        }
        let counters = self.counters.len();
        let own = match &node.what {
            Statement::Range(name) => self.range(node, name),
            Statement::Launch(name) => self.launch(node, name),
            Statement::Repeat { counter: Some(name), .. } => {
                self.counter(node, name);
                1
            }
            _ => 1,
        };
        self.around.push(&node.what);
        let inside = self.all(&node.inside);
        self.around.pop();
        self.counters.truncate(counters);
        let times = match &node.what {
            Statement::Repeat { times, .. } => u64::from(*times),
            _ => 1,
        };
        let rows = own.saturating_add(inside.saturating_mul(times));
        if let Statement::Graph(name) = &node.what {
            self.graph(node, name, rows);
        }
        if rows > TEXT_TRACE_ROWS && !std::mem::replace(&mut self.said, true) {
            let message = format!("the trace comes to more than {TEXT_TRACE_ROWS} operations, ranges and calls");
            let mistake = Mistake::limit(node.at, message, "too many");
            self.mistakes.add(mistake.help("repeat less: a test needs ten instances, not ten thousand"));
        }
        rows
    }

    fn inside(&self, holds: impl Fn(&Statement) -> bool) -> bool {
        self.around.iter().any(|around| holds(around))
    }

    /// Whether the line means something where it stands.
    fn place(&mut self, node: &Node) -> bool {
        let in_graph = self.inside(|around| matches!(around, Statement::Graph(_)));
        let fits_a_graph = matches!(
            node.what,
            Statement::Nothing
                | Statement::Range(_)
                | Statement::Repeat { .. }
                | Statement::Stream(_)
                | Statement::Operation(_)
                | Statement::Idle(_)
        );
        let repeated = self.inside(|around| matches!(around, Statement::Repeat { .. } | Statement::Unlaunched));
        let (why, help) = match &node.what {
            _ if in_graph && !fits_a_graph => (
                "not part of a graph",
                "a graph holds operations, `idle`, and `range`, `repeat` and `stream` around them",
            ),
            Statement::Graph(_) if repeated => (
                "captured more than once, or not at all",
                "capture the graph once, before the `repeat` that launches it",
            ),
            Statement::Process { .. } if !self.around.is_empty() => {
                ("inside another line", "begin `process` at the margin: processes run side by side")
            }
            _ => return true,
        };
        let message = format!("`{}` means nothing here", node.word);
        self.mistakes.add(Mistake::new(node.at, message, why).help(help));
        false
    }

    fn process(&self) -> Option<u32> {
        self.around.iter().find_map(|around| match around {
            Statement::Process { pid, .. } => Some(*pid),
            _ => None,
        })
    }

    fn graph(&mut self, node: &Node, name: &'s str, rows: u64) {
        if self.graphs.iter().any(|graph| graph.name == name) {
            let message = format!("two graphs are called `{}`", escape(name));
            self.mistakes.add(Mistake::new(node.at, message, "captured before").help("give it another name"));
        }
        self.graphs.push(Graph { name, rows, process: self.process() });
    }

    fn launch(&mut self, node: &Node, name: &str) -> u64 {
        let (said, process) = (escape(name), self.process());
        match self.graphs.iter().find(|graph| graph.name == name) {
            Some(graph) if graph.process == process => return graph.rows.saturating_add(1),
            Some(_) => {
                let message = format!("graph `{said}` was captured in another process");
                let mistake = Mistake::new(node.at, message, "cannot be launched here");
                self.mistakes.add(mistake.help("capture it in the process that launches it"));
            }
            None => {
                let mistake = Mistake::new(node.at, format!("no graph `{said}` was captured before"), "no such graph");
                let known = did_you_mean(name, self.graphs.iter().map(|graph| graph.name));
                self.mistakes.add(mistake.help("write `graph NAME` with its operations above").maybe_help(known));
            }
        }
        1
    }

    fn counter(&mut self, node: &Node, name: &'s str) {
        if self.counters.contains(&name) {
            let message = format!("two counters around each other are called `{name}`");
            self.mistakes.add(Mistake::new(node.at, message, "counted above").help("give it another name"));
        }
        self.counters.push(name);
    }

    /// A range's name may hold counters: then each repetition has a name of its own, which takes memory.
    fn range(&mut self, node: &Node, name: &str) -> u64 {
        let mut counts = false;
        for said in bracketed(name) {
            counts |= self.counters.contains(&said);
            // Without counters around, braces are part of the name.
            if !self.counters.is_empty() && !self.counters.contains(&said) {
                let mistake = Mistake::new(node.at, format!("no `repeat` around counts `{said}`"), "no such counter");
                self.mistakes.add(mistake.maybe_help(did_you_mean(said, self.counters.iter().copied())));
            }
        }
        if counts { 1 + name.len() as u64 / 100 } else { 1 }
    }
}

/// What stands in braces and could be a counter.
pub(super) fn bracketed(name: &str) -> impl Iterator<Item = &str> {
    name.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(said, _)| said)
        .filter(|said| !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}
