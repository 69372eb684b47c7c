//! Which rows stay: everything that hangs together with the GPU operations in scope.

use super::processes;
use super::scope::{Key, Process, RANGE_TYPES, Scope};
use super::source::{Source, Table, integer, text};
use super::tables::{PLANS, Plan, Rows, holds_nodes, is_allowed_fact, is_telling_call};
use crate::diag::Problem;
use rusqlite::types::Value;
use rustc_hash::{FxHashMap, FxHashSet};

/// NVTX event type that names a domain.
const DOMAIN: i64 = 75;

/// The least severity of a diagnostic that is a warning.
const WARNING: i64 = 2;

/// Calls kept of a process without kernels: that it called the GPU and left no kernel is a fact that checks need,
/// its thousands of calls are not.
const CALLS_WITHOUT_KERNELS: u32 = 256;

/// Decides for every row whether it is kept.
#[derive(Debug)]
pub(super) struct Keep<'s> {
    source: &'s Source,
    scope: &'s Scope,
    launches: FxHashSet<Key>,
    nodes: FxHashSet<Key>,
    processes_with_kernels: FxHashSet<i64>,
    /// Per thread, in order: when kept calls were made and kept nodes captured. Only where the scope is a part.
    moments: FxHashMap<i64, Vec<i64>>,
    /// With a kept row; `None` where the rows do not say whose they are.
    processes: Option<FxHashSet<i64>>,
}

/// A decision about the rows of one table, in their order.
pub(super) type Filter<'a> = Box<dyn FnMut(&[Value]) -> Result<bool, Problem> + 'a>;

impl<'s> Keep<'s> {
    pub(super) fn new(source: &'s Source, scope: &'s Scope) -> Result<Self, Problem> {
        let mut keep = Self {
            source,
            scope,
            launches: FxHashSet::default(),
            nodes: FxHashSet::default(),
            processes_with_kernels: FxHashSet::default(),
            moments: FxHashMap::default(),
            processes: None,
        };
        for plan in PLANS.iter().filter(|p| p.rows == Rows::Operations) {
            keep.note_operations(plan)?;
        }
        if keep.launches.is_empty() && !scope.is_everything() {
            return Err(Problem::trace("nothing-selected", "no GPU operation lies in the window or the ranges given")
                .help("times are nanoseconds on the trace's clock; ranges are matched by the call that launched"));
        }
        keep.note_origins_of_nodes()?;
        if !scope.is_everything() {
            keep.note_moments()?;
        }
        keep.processes = processes::with_rows(source, |plan, table| keep.filter(plan, table))?;
        Ok(keep)
    }

    /// The decision for the rows of a table, to be asked once for each in the order of [`Source::rows`].
    pub(super) fn filter<'a>(&'a self, plan: &Plan, table: &'a Table) -> Filter<'a> {
        let at = |column: &str| table.position(column);
        match plan.rows {
            Rows::All => Box::new(|_| Ok(true)),
            Rows::Operations => self.operations(table),
            Rows::Calls => self.calls(table),
            Rows::Ranges => self.ranges(table),
            Rows::Processes => self.owners(table),
            Rows::Nodes if !holds_nodes(table) => Box::new(|_| Ok(true)),
            Rows::Nodes => {
                let (process, node) = (Process::of(self.source, table), at("graphNodeId"));
                Box::new(move |row| Ok(integer(row, node).is_some_and(|n| self.nodes.contains(&(process.id(row), n)))))
            }
            Rows::Facts => {
                let name = at("name");
                Box::new(move |row| {
                    Ok(name.and_then(|p| row.get(p)).and_then(text).is_some_and(|name| is_allowed_fact(&name)))
                })
            }
            Rows::Warnings => {
                let severity = at("severity");
                Box::new(move |row| Ok(integer(row, severity).is_some_and(|s| s >= WARNING)))
            }
        }
    }

    fn operations<'a>(&'a self, table: &Table) -> Filter<'a> {
        let process = Process::of(self.source, table);
        let [start, end, correlation] = ["start", "end", "correlationId"].map(|c| table.position(c));
        Box::new(move |row| {
            let start = integer(row, start).unwrap_or_default();
            let key = (process.id(row), integer(row, correlation).unwrap_or_default());
            Ok(self.scope.holds_operation(key, start, integer(row, end).unwrap_or(start)))
        })
    }

    fn owners<'a>(&'a self, table: &Table) -> Filter<'a> {
        match (&self.processes, processes::column(table)) {
            (Some(known), Some(column)) => {
                Box::new(move |row| Ok(processes::key(row, column).is_some_and(|key| known.contains(&key))))
            }
            _ => Box::new(|_| Ok(true)),
        }
    }

    fn calls<'a>(&'a self, table: &Table) -> Filter<'a> {
        let process = Process::of(self.source, table);
        let [start, end, thread, correlation, id] =
            ["start", "end", "globalTid", "correlationId", "nameId"].map(|c| table.position(c));
        let own = id.or_else(|| table.position("name"));
        let mut telling: FxHashMap<i64, bool> = FxHashMap::default();
        let mut without_kernels: FxHashMap<i64, u32> = FxHashMap::default();
        Box::new(move |row| {
            let process = process.id(row);
            if !self.processes_with_kernels.contains(&process) && self.scope.is_everything() {
                let count = without_kernels.entry(process).or_default();
                *count += 1;
                if *count <= CALLS_WITHOUT_KERNELS {
                    return Ok(true);
                }
            }
            if integer(row, correlation).is_some_and(|c| self.launches.contains(&(process, c))) {
                return Ok(true);
            }
            let start = integer(row, start).unwrap_or_default();
            let end = integer(row, end).unwrap_or(start);
            if !self.scope.holds_call(integer(row, thread).unwrap_or_default(), start, end) {
                return Ok(false);
            }
            match integer(row, id) {
                Some(id) => match telling.get(&id) {
                    Some(known) => Ok(*known),
                    None => {
                        let tells = self.source.string(id)?.is_some_and(|name| is_telling_call(&name));
                        telling.insert(id, tells);
                        Ok(tells)
                    }
                },
                None => Ok(own.and_then(|p| row.get(p)).and_then(text).is_some_and(|name| is_telling_call(&name))),
            }
        })
    }

    fn ranges<'a>(&'a self, table: &Table) -> Filter<'a> {
        let [kind, start, end, thread] = ["eventType", "start", "end", "globalTid"].map(|c| table.position(c));
        Box::new(move |row| {
            let kind = integer(row, kind).unwrap_or_default();
            if kind == DOMAIN || !RANGE_TYPES.contains(&kind) || self.scope.is_everything() {
                return Ok(kind == DOMAIN || RANGE_TYPES.contains(&kind));
            }
            let Some(moments) = self.moments.get(&integer(row, thread).unwrap_or_default()) else { return Ok(false) };
            let start = integer(row, start).unwrap_or_default();
            let first = moments.partition_point(|moment| *moment < start);
            Ok(moments.get(first).is_some_and(|moment| *moment <= integer(row, end).unwrap_or(i64::MAX)))
        })
    }

    fn note_operations(&mut self, plan: &Plan) -> Result<(), Problem> {
        let source = self.source;
        let Some(table) = source.table(plan.table) else { return Ok(()) };
        let process = Process::of(source, table);
        let [correlation, node] = ["correlationId", "graphNodeId"].map(|c| table.position(c));
        let kernels = plan.table == "CUPTI_ACTIVITY_KIND_KERNEL";
        let scope = self.scope;
        let (mut launches, mut nodes, mut with_kernels) =
            (FxHashSet::default(), FxHashSet::default(), FxHashSet::default());
        let [start, end] = ["start", "end"].map(|c| table.position(c));
        source.rows(table, |row| {
            let process = process.id(row);
            let key = (process, integer(row, correlation).unwrap_or_default());
            let start = integer(row, start).unwrap_or_default();
            if scope.holds_operation(key, start, integer(row, end).unwrap_or(start)) {
                launches.insert(key);
                nodes.extend(integer(row, node).map(|node| (process, node)));
                with_kernels.extend(kernels.then_some(process));
            }
            Ok(())
        })?;
        self.launches.extend(launches);
        self.nodes.extend(nodes);
        self.processes_with_kernels.extend(with_kernels);
        Ok(())
    }

    /// A replayed node was cloned, perhaps more than once: what it was cloned from tells the module.
    fn note_origins_of_nodes(&mut self) -> Result<(), Problem> {
        let mut origins: FxHashMap<Key, Vec<i64>> = FxHashMap::default();
        for table in self.node_tables() {
            let process = Process::of(self.source, table);
            let [node, original] = ["graphNodeId", "originalGraphNodeId"].map(|c| table.position(c));
            self.source.rows(table, |row| {
                if let (Some(node), Some(original)) = (integer(row, node), integer(row, original)) {
                    origins.entry((process.id(row), node)).or_default().push(original);
                }
                Ok(())
            })?;
        }
        let mut open: Vec<Key> = self.nodes.iter().copied().collect();
        while let Some(key) = open.pop() {
            for &original in origins.get(&key).into_iter().flatten() {
                if self.nodes.insert((key.0, original)) {
                    open.push((key.0, original));
                }
            }
        }
        Ok(())
    }

    fn note_moments(&mut self) -> Result<(), Problem> {
        let mut moments: FxHashMap<i64, Vec<i64>> = FxHashMap::default();
        for plan in PLANS.iter().filter(|p| matches!(p.rows, Rows::Calls | Rows::Nodes)) {
            let Some(table) = self.source.table(plan.table) else { continue };
            let [start, thread] = ["start", "globalTid"].map(|c| table.position(c));
            let mut filter = self.filter(plan, table);
            self.source.rows(table, |row| {
                if filter(row)?
                    && let Some(start) = integer(row, start)
                {
                    moments.entry(integer(row, thread).unwrap_or_default()).or_default().push(start);
                }
                Ok(())
            })?;
        }
        moments.values_mut().for_each(|moments| moments.sort_unstable());
        self.moments = moments;
        Ok(())
    }

    fn node_tables(&self) -> impl Iterator<Item = &'s Table> {
        let source = self.source;
        let plans = PLANS.iter().filter(|p| p.rows == Rows::Nodes);
        plans.filter_map(|p| source.table(p.table)).filter(|t| holds_nodes(t))
    }
}
