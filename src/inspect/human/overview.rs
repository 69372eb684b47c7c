//! What a trace is, what it can answer, and where its work ran.

use super::table::Table;
use super::{Ink, Page};
use crate::diag::escape;
use crate::inspect::model::{Answer, Can};
use crate::inspect::words::{counted, thousands, time};
use crate::quality::Grade;
use std::fmt::Write;

impl Page<'_> {
    pub(super) fn header(&self) -> String {
        let mut out = format!("{}\n", self.paint(Ink::Title, &escape(&self.inspection.trace)));
        let paragraphs = [vec![self.machine()], self.software(), self.work(), self.scope()];
        for line in paragraphs.into_iter().flat_map(|facts| self.wrapped(2, facts, " · ")) {
            let _ = writeln!(out, "{line}");
        }
        out
    }

    fn machine(&self) -> String {
        let known = &self.inspection.provenance;
        let mut details = Vec::new();
        details.extend(known.multiprocessors.map(|n| format!("{n} SMs")));
        details.extend(known.l2_bytes.map(|bytes| format!("{} MiB L2", bytes >> 20)));
        details.extend(known.compute_capability.as_ref().map(|version| format!("compute {}", escape(version))));
        let gpus = match known.gpus.is_empty() {
            true => "unknown GPU".to_owned(),
            false => known.gpus.iter().map(|gpu| escape(gpu)).collect::<Vec<_>>().join(", "),
        };
        if details.is_empty() { gpus } else { format!("{gpus} ({})", details.join(", ")) }
    }

    fn software(&self) -> Vec<String> {
        let known = &self.inspection.provenance;
        let named = |what: &str, value: &Option<String>| value.as_ref().map(|v| format!("{what}{}", escape(v)));
        let words = [
            named("driver ", &known.driver),
            named("CUDA ", &known.cuda),
            named("", &known.profiler),
            named("schema ", &known.schema),
        ];
        words.into_iter().flatten().collect()
    }

    fn work(&self) -> Vec<String> {
        let totals = &self.inspection.totals;
        if totals.kernels + totals.memory_operations == 0 {
            return vec![self.paint(Ink::Bad, "no GPU work")];
        }
        let counts = format!(
            "{}, {}",
            counted(totals.kernels, "kernel", "kernels"),
            counted(totals.memory_operations, "copy or set", "copies and sets")
        );
        let (total, busy) = (time(totals.total_ns), time(totals.busy_ns));
        let sum = if total == busy || totals.span_ns == 0 {
            format!("{total} of GPU time")
        } else {
            format!("{total} of GPU time, {busy} busy")
        };
        // The sums of a summary stand nowhere in time.
        let within = if totals.span_ns > 0 { format!(" within {}", time(totals.span_ns)) } else { String::new() };
        vec![counts, format!("{sum}{within}")]
    }

    fn scope(&self) -> Vec<String> {
        let scope = &self.inspection.scope;
        let mut words = Vec::new();
        if !scope.within.is_empty() {
            let ranges: Vec<String> = scope.within.iter().map(|w| format!("`{}`", escape(w))).collect();
            words.push(format!("within {}", ranges.join(" > ")));
        }
        words.extend(scope.process.map(|process| format!("in process {process}, {}", self.process_name(process))));
        if words.is_empty() {
            return Vec::new();
        }
        let totals = &self.inspection.totals;
        let shown = totals.kernels + totals.memory_operations;
        let operations = format!("{} of {} operations", thousands(shown), thousands(scope.operations_in_trace));
        vec![format!("only {}", words.join(", ")), operations]
    }

    pub(super) fn answers(&self) -> String {
        let mut out = self.title("What this trace can answer", "");
        let widest = self.inspection.answers.iter().map(|a| title(a.question).len()).max().unwrap_or(0);
        for answer in &self.inspection.answers {
            let (word, ink) = said(answer);
            let word = self.paint(ink, &format!("{word:<6}"));
            let _ = write!(out, "  {word}  {:<widest$}  ", title(answer.question));
            let repair = answer.repair.as_ref().map(|repair| format!("→ {repair}"));
            let texts = [Some(answer.detail.clone()), repair];
            let paragraphs = texts.iter().flatten();
            let lines = paragraphs.flat_map(|text| self.wrapped(widest + 12, text.split(' ').map(str::to_owned), " "));
            let _ = writeln!(out, "{}", lines.collect::<Vec<_>>().join("\n").trim_start());
        }
        out
    }

    pub(super) fn quality(&self) -> String {
        let points = &self.inspection.quality;
        if points.is_empty() {
            return String::new();
        }
        let mut out = self.title("Capture quality", "");
        let widest = points.iter().map(|point| point.aspect.len()).max().unwrap_or(0);
        for point in points {
            let ink = if point.grade == Grade::Note { Ink::Faint } else { Ink::Doubtful };
            let word = self.paint(ink, &format!("{:<7}", point.grade.word()));
            let _ = write!(out, "  {word}  {:<widest$}  ", point.aspect);
            let change = point.change.as_ref().map(|change| format!("→ {change}"));
            let texts = [Some(escape(&point.says)), change];
            let lines = texts.iter().flatten();
            let lines = lines.flat_map(|text| self.wrapped(widest + 13, text.split(' ').map(str::to_owned), " "));
            let _ = writeln!(out, "{}", lines.collect::<Vec<_>>().join("\n").trim_start());
        }
        out
    }

    pub(super) fn warnings(&self) -> String {
        if self.inspection.warnings.is_empty() {
            return String::new();
        }
        let mut out = self.title("Capture warnings", "");
        for warning in &self.inspection.warnings {
            let words = escape(warning);
            let lines = self.wrapped(4, words.split(' ').map(str::to_owned), " ");
            for (i, line) in lines.iter().enumerate() {
                let mark = if i == 0 { self.paint(Ink::Doubtful, "  ! ") } else { "    ".to_owned() };
                let _ = writeln!(out, "{mark}{}", line.trim_start());
            }
        }
        out
    }

    pub(super) fn processes(&self) -> String {
        if self.inspection.processes.is_empty() {
            return String::new();
        }
        let mut table =
            Table::new(&["  process, device, stream", "kernels", "copies, sets", "GPU time", "busy", "ranges"]);
        let some = |n: u64| if n == 0 { String::new() } else { thousands(n) };
        for process in &self.inspection.processes {
            table.row(
                None,
                vec![
                    format!("  {}  {}", process.index, self.process_name(process.index)),
                    some(process.kernels),
                    some(process.memory_operations),
                    if process.total_ns == 0 { String::new() } else { time(process.total_ns) },
                    String::new(),
                    some(process.ranges),
                ],
            );
            for stream in self.inspection.streams.iter().filter(|s| s.process == process.index) {
                table.row(
                    None,
                    vec![
                        format!("       device {}  stream {}", stream.device, stream.stream),
                        some(stream.kernels),
                        some(stream.memory_operations),
                        time(stream.total_ns),
                        time(stream.busy_ns),
                    ],
                );
            }
        }
        self.title("Processes", "") + table.render(self).as_str()
    }

    pub(super) fn synchronisations(&self) -> String {
        if self.inspection.synchronisations.is_empty() {
            return String::new();
        }
        let mut table = Table::new(&["  call", "count", "host time"]);
        for call in &self.inspection.synchronisations {
            table.row(None, vec![format!("  {}", escape(&call.name)), thousands(call.count), time(call.total_ns)]);
        }
        self.title("Host synchronisations", "calls that wait for the GPU") + table.render(self).as_str()
    }
}

/// A question's stable name as words.
fn title(question: &str) -> String {
    match question {
        "ranges" => "NVTX ranges of operations".to_owned(),
        other => other.replace('-', " "),
    }
}

fn said(answer: &Answer) -> (&'static str, Ink) {
    match answer.can {
        Can::Yes => ("yes", Ink::Good),
        Can::Partly => ("partly", Ink::Doubtful),
        Can::No => ("no", Ink::Bad),
        Can::NotNeeded => ("–", Ink::Faint),
    }
}
