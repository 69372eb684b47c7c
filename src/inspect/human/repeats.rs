//! CUDA graphs, and what repeats on the streams.

use super::kernels::last_part;
use super::{Ink, Page};
use crate::diag::{duration, escape, shorten};
use crate::inspect::model::Structure;
use crate::inspect::words::{counted, thousands};
use crate::sequence::least_rotation;
use crate::trace::GraphTracing;
use std::fmt::Write;

/// Repeating sequences shown, and sizes of graphs.
const MOST: usize = 6;
/// Lines of kernel names for one of them.
const MOST_LINES: usize = 8;

impl Page<'_> {
    pub(super) fn graphs(&self) -> String {
        let graphs = &self.inspection.graphs;
        if graphs.launches == 0 && graphs.operations == 0 {
            return String::new();
        }
        let traced = match graphs.tracing {
            GraphTracing::Node => "each kernel traced (node)",
            GraphTracing::Whole => "traced as a whole (graph): their kernels are not in the trace",
            GraphTracing::None => "",
        };
        let mut out = self.title("CUDA graphs", "");
        let _ = writeln!(out, "  {}, {traced}", counted(graphs.launches, "launch", "launches"));
        for replay in graphs.replays.iter().take(MOST) {
            let size = counted(replay.operations, "operation", "operations");
            let _ = writeln!(out, "  {} of {size}", counted(replay.launches, "replay", "replays"));
        }
        if graphs.replays.len() > MOST {
            let _ = writeln!(out, "  … {} more sizes", graphs.replays.len() - MOST);
        }
        if graphs.operations > 0 {
            let _ = writeln!(
                out,
                "  {} of {}; {} of {} were captured inside a known range",
                counted(graphs.operations, "operation", "operations"),
                counted(graphs.nodes, "captured node", "captured nodes"),
                thousands(graphs.kernels_with_capture_range),
                counted(graphs.kernels, "kernel", "kernels")
            );
        }
        out
    }

    pub(super) fn structure(&self) -> String {
        let found = &self.inspection.structure;
        if found.is_empty() {
            return String::new();
        }
        let mut out = self.title("Repeating structure", "found in the kernel sequence alone");
        let mut shown: Vec<Vec<String>> = Vec::new();
        let most = if self.layout.verbose { found.len() } else { MOST };
        for structure in found.iter().take(most) {
            let kernels = self.one_structure(&mut out, structure);
            let known = least_rotation(kernels);
            if shown.contains(&known) {
                let _ = writeln!(out, "      {}", self.paint(Ink::Faint, "the same sequence as above"));
            } else {
                self.sequence(&mut out, kernels);
                shown.push(known);
            }
        }
        if found.len() > most {
            let _ = writeln!(out, "  … {} more", found.len() - most);
        }
        out
    }

    /// Says how often something repeats; returns the sequence that is worth showing.
    fn one_structure<'s>(&self, out: &mut String, structure: &'s Structure) -> &'s [String] {
        let place = self.stream_name(structure.process, structure.device, structure.stream);
        let mut facts = vec![format!("from {}", duration(structure.start_ns as f64))];
        if structure.stretches > 1 {
            facts.push(format!("in {} stretches", structure.stretches));
        }
        match structure.replayed {
            0 => {}
            all if all == structure.period => facts.push("replayed from graphs".to_owned()),
            some => facts.push(format!("{some} of them replayed from graphs")),
        }
        let size = counted(structure.period, "operation", "operations");
        let _ =
            writeln!(out, "  {place}: {} × {size}  {}", structure.repeats, self.paint(Ink::Faint, &facts.join(", ")));
        match &structure.inner {
            Some(inner) => {
                let size = counted(inner.period, "operation", "operations");
                let around = format!("{} before, {} after", inner.before, inner.after);
                let _ =
                    writeln!(out, "    inside each {} × {size}  {}", inner.repeats, self.paint(Ink::Faint, &around));
                &inner.kernels
            }
            None => &structure.kernels,
        }
    }

    /// A sequence of kernel names, equal neighbours taken together.
    fn sequence(&self, out: &mut String, kernels: &[String]) {
        let mut words: Vec<(&str, usize)> = Vec::new();
        for kernel in kernels.iter().map(|name| last_part(name)) {
            match words.last_mut() {
                Some((name, times)) if *name == kernel => *times += 1,
                _ => words.push((kernel, 1)),
            }
        }
        let words = words.into_iter().map(|(name, times)| {
            let name = if self.layout.verbose { escape(name) } else { shorten(&escape(name), 48) };
            if times > 1 { format!("{name} ×{times}") } else { name }
        });
        let lines = self.wrapped(6, words, " · ");
        let most = if self.layout.verbose { lines.len() } else { MOST_LINES };
        for line in lines.iter().take(most) {
            let _ = writeln!(out, "{line}");
        }
        if lines.len() > most {
            let _ = writeln!(out, "      … and more, shown by --verbose");
        }
    }
}
