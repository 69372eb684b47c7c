//! NVTX ranges, and the chains of ranges open at a moment on a thread.

use super::names::RangeNameId;
use super::process::ThreadId;
use std::fmt;

/// How a range was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RangeKind {
    /// Pushed and popped on one thread: properly nested.
    PushPop,
    /// Started and ended: may cross others and end on another thread.
    StartEnd,
}

/// A chain of open ranges: a node of a forest whose path to the root names all enclosing ranges.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextId(pub u32);

impl ContextId {
    /// No range is open.
    pub const NONE: Self = Self(u32::MAX);
}

impl fmt::Debug for ContextId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NONE { f.write_str("no context") } else { write!(f, "context {}", self.0) }
    }
}

/// The columns of all ranges, ordered by thread, start, and end (longest first). Times in ns.
#[derive(Debug, Default)]
pub struct Ranges {
    pub(super) start: Vec<i64>,
    /// An unclosed range runs to the end of the trace.
    pub(super) end: Vec<i64>,
    pub(super) thread: Vec<u32>,
    pub(super) name: Vec<u32>,
    pub(super) kind: Vec<RangeKind>,
    /// The domain's name, as an index into `domains`; 0 is the default domain, without a name.
    pub(super) domain: Vec<u16>,
    pub(super) domains: Vec<String>,
    pub(super) contexts: Vec<(u32, ContextId)>,
}

impl Ranges {
    pub fn len(&self) -> usize {
        self.start.len()
    }

    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    pub fn start(&self, range: u32) -> i64 {
        self.start[range as usize]
    }

    pub fn end(&self, range: u32) -> i64 {
        self.end[range as usize]
    }

    pub fn thread(&self, range: u32) -> ThreadId {
        ThreadId(self.thread[range as usize])
    }

    pub fn name(&self, range: u32) -> RangeNameId {
        RangeNameId(self.name[range as usize])
    }

    pub fn kind(&self, range: u32) -> RangeKind {
        self.kind[range as usize]
    }

    /// Empty for the default domain.
    pub fn domain(&self, range: u32) -> &str {
        self.domains.get(usize::from(self.domain[range as usize])).map_or("", String::as_str)
    }

    /// The ranges of a chain, innermost (latest opened) first.
    pub fn innermost_first(&self, context: ContextId) -> impl Iterator<Item = u32> + '_ {
        let mut at = context;
        std::iter::from_fn(move || {
            if at == ContextId::NONE {
                return None;
            }
            let (range, parent) = self.contexts[at.0 as usize];
            at = parent;
            Some(range)
        })
    }

    /// The ranges of a chain, outermost first.
    pub fn outermost_first(&self, context: ContextId) -> Vec<u32> {
        let mut chain: Vec<u32> = self.innermost_first(context).collect();
        chain.reverse();
        chain
    }

    /// The number of distinct chains; a chain's id is below this.
    pub fn context_count(&self) -> usize {
        self.contexts.len()
    }
}
