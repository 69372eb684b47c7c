//! NVTX ranges, and the chains of ranges open at a moment on a thread.

use super::column::Column;
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

impl RangeKind {
    /// By its number as a column holds it.
    fn numbered(number: u8) -> Self {
        if number == Self::PushPop as u8 { Self::PushPop } else { Self::StartEnd }
    }
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

/// The forest of chains, by id: each one's innermost range, and the chain around that.
#[derive(Debug, Default)]
pub(super) struct Chains {
    pub(super) innermost: Column<u32>,
    pub(super) around: Column<u32>,
}

impl Chains {
    pub(super) fn len(&self) -> usize {
        self.innermost.len()
    }

    /// A chain inside one that was pushed before.
    pub(super) fn push(&mut self, range: u32, around: ContextId) -> ContextId {
        let id = ContextId(self.len() as u32);
        self.innermost.push(range);
        self.around.push(around.0);
        id
    }
}

/// The columns of all ranges, ordered by thread, start, and end (longest first). Times in ns.
#[derive(Debug, Default)]
pub struct Ranges {
    pub(super) start: Column<i64>,
    /// An unclosed range runs to the end of the trace.
    pub(super) end: Column<i64>,
    pub(super) thread: Column<u32>,
    pub(super) name: Column<u32>,
    /// The number of each [`RangeKind`].
    pub(super) kind: Column<u8>,
    /// The domain's name, as an index into `domains`; 0 is the default domain, without a name.
    pub(super) domain: Column<u16>,
    pub(super) domains: Vec<String>,
    pub(super) chains: Chains,
}

impl Ranges {
    /// Makes room in the columns.
    pub(super) fn reserve(&mut self, ranges: usize) {
        self.start.own().reserve_exact(ranges);
        self.end.own().reserve_exact(ranges);
        self.thread.own().reserve_exact(ranges);
        self.name.own().reserve_exact(ranges);
        self.kind.own().reserve_exact(ranges);
        self.domain.own().reserve_exact(ranges);
    }

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
        RangeKind::numbered(self.kind[range as usize])
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
            let range = self.chains.innermost[at.0 as usize];
            at = ContextId(self.chains.around[at.0 as usize]);
            Some(range)
        })
    }

    /// A value for every chain, from that of the chain around it (`None` at the outermost) and its innermost range.
    /// One step a chain, however deep: walking each chain to its end would take their product.
    pub fn inwards<T>(&self, mut value: impl FnMut(Option<&T>, u32) -> T) -> Vec<T> {
        let mut values: Vec<T> = Vec::with_capacity(self.chains.len());
        // A chain is made after the one around it.
        for (&range, &around) in self.chains.innermost.iter().zip(&*self.chains.around) {
            let next = value(values.get(around as usize), range);
            values.push(next);
        }
        values
    }

    /// Adds to every chain's value those of all chains inside it, and pairs it with the chain's innermost range.
    pub fn outwards<T: Copy>(&self, mut values: Vec<T>, add: impl Fn(T, T) -> T) -> Vec<(u32, T)> {
        for (inner, &around) in self.chains.around.iter().enumerate().rev() {
            if around != ContextId::NONE.0 {
                values[around as usize] = add(values[around as usize], values[inner]);
            }
        }
        self.chains.innermost.iter().copied().zip(values).collect()
    }

    /// Bytes of the columns and chains.
    pub(super) fn bytes(&self) -> usize {
        let each = 2 * size_of::<i64>() + 2 * size_of::<u32>() + size_of::<RangeKind>() + size_of::<u16>();
        self.len() * each + 2 * size_of_val(&*self.chains.around)
    }

    /// The number of distinct chains; a chain's id is below this.
    pub fn context_count(&self) -> usize {
        self.chains.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranges 0 to 3: 1 and 2 inside 0, 3 inside 2.
    fn forest() -> Ranges {
        let mut chains = Chains::default();
        for (range, around) in [(0, ContextId::NONE), (1, ContextId(0)), (2, ContextId(0)), (3, ContextId(2))] {
            chains.push(range, around);
        }
        Ranges { chains, ..Ranges::default() }
    }

    #[test]
    fn values_go_inwards_along_each_chain() {
        let paths = forest().inwards(|around: Option<&Vec<u32>>, range| {
            let mut path = around.cloned().unwrap_or_default();
            path.push(range);
            path
        });
        assert_eq!(paths, [vec![0], vec![0, 1], vec![0, 2], vec![0, 2, 3]]);
    }

    #[test]
    fn values_go_outwards_to_every_chain_around() {
        let sums = forest().outwards(vec![1, 10, 100, 1000], |a, b| a + b);
        assert_eq!(sums, [(0, 1111), (1, 10), (2, 1100), (3, 1000)]);
    }
}
