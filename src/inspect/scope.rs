//! Which operations, ranges and host calls an inspection looks at.

use crate::diag::{Problem, escape, nearest_many};
use crate::kernel::Glob;
use crate::trace::{ContextId, ThreadId, Trace};

/// What to look at; everything by default.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Ranges open around the work, outermost first with gaps allowed, as a spec's `within` has it.
    pub within: Vec<Glob>,
    /// A process, by its place in the inspection's list, or else by its pid.
    pub process: Option<u32>,
}

/// A resolved [`Filter`].
#[derive(Debug)]
pub(super) struct Selected {
    /// In time order.
    pub(super) ops: Vec<u32>,
    /// Trace processes by their place in the list.
    pub(super) processes: Vec<u16>,
    /// Place in the list by trace process.
    pub(super) place: Vec<usize>,
    /// The process asked for, by its place.
    pub(super) process: Option<usize>,
    /// For every range, whether it lies inside the scope (it or an outer one completes `within`).
    pub(super) ranges: Vec<bool>,
    /// For every range, the one around it on its thread.
    pub(super) parents: Vec<Option<u32>>,
}

/// Fails where a process or range asked for is not there, or holds no GPU work while others do.
pub(super) fn select(trace: &Trace, filter: &Filter) -> Result<Selected, Problem> {
    let processes = processes_by_first_operation(trace);
    let mut place = vec![0; processes.len()];
    for (at, &process) in processes.iter().enumerate() {
        place[usize::from(process)] = at;
    }
    let process = filter.process.map(|wanted| find_process(trace, &processes, wanted)).transpose()?;
    let only = process.and_then(|at| processes.get(at)).copied();
    let parents = parents(trace);
    let marks = Marks::new(trace, &filter.within);
    let ranges = in_scope(trace, &parents, &marks, only);
    let ops = operations(trace, &marks, only);
    if ops.is_empty() && !filter.within.is_empty() {
        return Err(nothing_within(trace, filter));
    }
    Ok(Selected { ops, processes, place, process, ranges, parents })
}

fn processes_by_first_operation(trace: &Trace) -> Vec<u16> {
    let mut seen = vec![false; trace.processes.len()];
    let mut order = Vec::with_capacity(seen.len());
    let ops = (0..trace.len() as u32).map(|i| trace.ops.process(i).0);
    for process in ops.chain(0..trace.processes.len() as u16) {
        if order.len() == seen.len() {
            break;
        }
        if !std::mem::replace(&mut seen[usize::from(process)], true) {
            order.push(process);
        }
    }
    order
}

fn find_process(trace: &Trace, processes: &[u16], wanted: u32) -> Result<usize, Problem> {
    let pid = |process: u16| trace.processes[usize::from(process)].pid;
    if (wanted as usize) < processes.len() {
        return Ok(wanted as usize);
    }
    processes.iter().position(|&p| pid(p) == wanted).ok_or_else(|| {
        let list: Vec<String> = processes.iter().enumerate().map(|(i, &p)| format!("{i} (pid {})", pid(p))).collect();
        Problem::spec("unknown-process", format!("`--process {wanted}`: `{}` has no such process", trace.path))
            .help(if list.is_empty() { "the trace has none".to_owned() } else { format!("one of {}", list.join(", ")) })
    })
}

/// How much of `within` each range name matches.
struct Marks {
    /// For every pattern, whether a range name matches.
    names: Vec<Vec<bool>>,
}

impl Marks {
    fn new(trace: &Trace, within: &[Glob]) -> Self {
        let names = trace.names.ranges();
        let names = within.iter().map(|glob| names.iter().map(|name| glob.matches(&name.text)).collect()).collect();
        Self { names }
    }

    /// How many patterns are matched once `range` is open inside ranges that matched `matched` of them.
    fn enter(&self, trace: &Trace, matched: usize, range: u32) -> usize {
        let name = trace.ranges.name(range).0 as usize;
        matched + usize::from(self.names.get(matched).is_some_and(|matches| matches[name]))
    }

    fn whole(&self, matched: usize) -> bool {
        matched == self.names.len()
    }
}

/// The range around each range on its thread; ranges are ordered by thread and start, outermost first.
fn parents(trace: &Trace) -> Vec<Option<u32>> {
    let ranges = &trace.ranges;
    let mut open: Vec<u32> = Vec::new();
    let mut parents = Vec::with_capacity(ranges.len());
    for range in 0..ranges.len() as u32 {
        while open.last().is_some_and(|&outer| {
            ranges.thread(outer) != ranges.thread(range) || ranges.end(outer) < ranges.start(range)
        }) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(range);
    }
    parents
}

fn in_scope(trace: &Trace, parents: &[Option<u32>], marks: &Marks, only: Option<u16>) -> Vec<bool> {
    let mut matched: Vec<usize> = Vec::with_capacity(parents.len());
    parents
        .iter()
        .enumerate()
        .map(|(range, parent)| {
            let outer = parent.map_or(0, |p| matched[p as usize]);
            let here = marks.enter(trace, outer, range as u32);
            matched.push(here);
            marks.whole(here) && only.is_none_or(|p| process_of(trace, trace.ranges.thread(range as u32)) == p)
        })
        .collect()
}

pub(super) fn process_of(trace: &Trace, thread: ThreadId) -> u16 {
    trace.threads[thread.0 as usize].process.0
}

/// Operations in the process asked for, whose ranges open at launch and then at capture hold the patterns.
fn operations(trace: &Trace, marks: &Marks, only: Option<u16>) -> Vec<u32> {
    let held = |before: usize| {
        trace
            .ranges
            .inwards(|around: Option<&usize>, range| marks.enter(trace, around.copied().unwrap_or(before), range))
    };
    let held: Vec<Vec<usize>> = (0..marks.names.len()).map(held).collect();
    let inside = |before: usize, context: ContextId| {
        held.get(before).and_then(|held| held.get(context.0 as usize)).copied().unwrap_or(before)
    };
    (0..trace.len() as u32)
        .filter(|&op| only.is_none_or(|p| trace.ops.process(op).0 == p))
        .filter(|&op| marks.whole(inside(inside(0, trace.launch_context(op)), trace.capture_context(op))))
        .collect()
}

fn nothing_within(trace: &Trace, filter: &Filter) -> Problem {
    let texts = || trace.names.ranges().iter().map(|name| name.text.as_str());
    let shown = |text: &str| format!("`{}`", escape(text));
    let words: Vec<String> = filter.within.iter().map(|glob| shown(glob.as_str())).collect();
    let problem =
        Problem::spec("empty-scope", format!("no GPU work of `{}` lies inside {}", trace.path, words.join(" > ")));
    if trace.is_empty() {
        return problem.help("the trace holds no GPU work at all: `align inspect TRACE` says why");
    }
    if trace.ranges.is_empty() {
        return problem.help("the trace holds no NVTX ranges: leave `--within` away");
    }
    let Some(unknown) = filter.within.iter().find(|glob| !texts().any(|text| glob.matches(text))) else {
        return problem.help("ranges with these names exist, but no GPU work was launched inside them in this order");
    };
    let near: Vec<String> = nearest_many(unknown.as_str(), texts(), 3).into_iter().map(shown).collect();
    let missing = format!("no range is named {}", shown(unknown.as_str()));
    problem.note(missing).help(match near.is_empty() {
        true => "`align inspect TRACE` lists the ranges".to_owned(),
        false => format!("the nearest: {}", near.join(", ")),
    })
}
