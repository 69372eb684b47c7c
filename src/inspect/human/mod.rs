//! An inspection as people read it: aligned text, most important first.

mod kernels;
mod overview;
mod ranges;
mod repeats;
mod table;

use super::model::Inspection;
use crate::diag::escape;

/// How to lay an inspection out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: usize,
    pub colour: bool,
    /// Kernel names to show; all if 0.
    pub top: usize,
    /// Levels of the range tree to show.
    pub depth: usize,
    /// Whole names, and nothing left out for its length.
    pub verbose: bool,
}

/// Renders the whole inspection; sections without content are left out.
pub fn render(inspection: &Inspection, layout: &Layout) -> String {
    let page = Page { layout, inspection };
    let sections = [
        page.header(),
        page.answers(),
        page.quality(),
        page.warnings(),
        page.processes(),
        page.kernels(),
        page.memory_operations(),
        page.ranges(),
        page.graphs(),
        page.structure(),
        page.synchronisations(),
    ];
    let shown: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    shown.join("\n")
}

/// What every section needs.
struct Page<'a> {
    layout: &'a Layout,
    inspection: &'a Inspection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    Title,
    Faint,
    Good,
    Doubtful,
    Bad,
}

impl Page<'_> {
    fn paint(&self, ink: Ink, text: &str) -> String {
        if !self.layout.colour {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Title => "1",
            Ink::Faint => "2",
            Ink::Good => "32",
            Ink::Doubtful => "33",
            Ink::Bad => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// A section's first line: its title, and what it comes to.
    fn title(&self, title: &str, summary: &str) -> String {
        let title = self.paint(Ink::Title, title);
        if summary.is_empty() {
            format!("{title}\n")
        } else {
            format!("{title}  {}\n", self.paint(Ink::Faint, summary))
        }
    }

    /// Text over several lines of the page, each with this much room in front.
    fn wrapped(&self, indent: usize, words: impl IntoIterator<Item = String>, separator: &str) -> Vec<String> {
        let room = self.layout.width.saturating_sub(indent).max(20);
        let mut lines: Vec<String> = Vec::new();
        for word in words {
            match lines.last_mut() {
                Some(line) if table::width(line) + table::width(separator) + table::width(&word) <= room => {
                    line.push_str(separator);
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
        }
        lines.into_iter().map(|line| format!("{}{line}", " ".repeat(indent))).collect()
    }

    /// A process by its program and pid.
    fn process_name(&self, index: usize) -> String {
        match self.inspection.processes.get(index) {
            Some(process) => match &process.name {
                Some(name) => format!("{} (pid {})", escape(name), process.pid),
                None => format!("pid {}", process.pid),
            },
            None => format!("process {index}"),
        }
    }

    /// A stream, with as much of its place as is needed to tell it from others.
    fn stream_name(&self, process: usize, device: u16, stream: u32) -> String {
        let streams = &self.inspection.streams;
        let mut words = Vec::new();
        if streams.iter().any(|s| s.process != process) {
            words.push(self.process_name(process));
        }
        if streams.iter().any(|s| s.device != device) {
            words.push(format!("device {device}"));
        }
        words.push(format!("stream {stream}"));
        words.join(", ")
    }
}
