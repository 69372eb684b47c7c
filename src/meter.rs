//! How far a run has come, and how much memory it may take: what the stages report to, and whoever waits reads.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A handle to one run's dials; its clones show the same. Nothing that is measured changes a verdict.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Dials>);

#[derive(Debug, Default)]
struct Dials {
    works: Mutex<Works>,
    done: AtomicU64,
    total: AtomicU64,
    /// In bytes; 0 is none.
    limit: AtomicU64,
    exceeded: AtomicBool,
}

/// What is being done now, in the order in which it was begun.
#[derive(Debug, Default)]
struct Works {
    under_way: Vec<(u64, String)>,
    begun: u64,
    /// What was begun last.
    last: String,
}

/// Work that is being done until this is dropped.
#[derive(Debug)]
pub struct Work<'m> {
    meter: &'m Meter,
    number: u64,
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        let mut works = self.meter.works();
        works.under_way.retain(|(number, _)| *number != self.number);
        if works.under_way.is_empty() {
            // Whatever was not counted on the way.
            self.meter.0.done.store(self.meter.0.total.load(Relaxed), Relaxed);
        }
    }
}

/// What a run is at: words, and bytes done of a total. The total grows as work is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub what: String,
    pub done: u64,
    pub total: u64,
}

/// More memory is used than may be; both in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    pub used: u64,
    pub limit: u64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.used.div_ceil(1 << 20);
        write!(f, "{used} MiB are in use or about to be, {} are allowed", size(self.limit))
    }
}

/// A size as it was most likely written: exactly, in the largest unit that it is a whole number of.
fn size(bytes: u64) -> String {
    let units =
        [(1 << 30, "GiB"), (1_000_000_000, "GB"), (1 << 20, "MiB"), (1_000_000, "MB"), (1 << 10, "KiB"), (1_000, "kB")];
    let found = units.into_iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit));
    found.map_or_else(|| format!("{bytes} bytes"), |(unit, name)| format!("{} {name}", bytes / unit))
}

impl Meter {
    /// Sets the memory that the whole process may take, in bytes.
    pub fn limit_memory(&self, bytes: u64) {
        self.0.limit.store(bytes, Relaxed);
    }

    /// Begins work of this size, in bytes; it may begin while other work goes on.
    pub fn begin(&self, what: impl Into<String>, size: u64) -> Work<'_> {
        self.0.total.fetch_add(size, Relaxed);
        let mut works = self.works();
        works.begun += 1;
        works.last = what.into();
        let begun = (works.begun, works.last.clone());
        works.under_way.push(begun);
        let number = works.begun;
        drop(works);
        Work { meter: self, number }
    }

    fn works(&self) -> MutexGuard<'_, Works> {
        self.0.works.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn advance(&self, bytes: u64) {
        self.0.done.fetch_add(bytes, Relaxed);
    }

    /// Of several works under way, the one begun last.
    pub fn state(&self) -> State {
        let works = self.works();
        State {
            what: works.under_way.last().map_or(&works.last, |(_, what)| what).clone(),
            done: self.0.done.load(Relaxed),
            total: self.0.total.load(Relaxed),
        }
    }

    /// Whether this many bytes more may be taken; 0 asks whether what is taken already may be. Costs a system call.
    ///
    /// # Errors
    /// They may not, or an earlier answer was that.
    pub fn room(&self, more: u64) -> Result<(), Exceeded> {
        let limit = self.0.limit.load(Relaxed);
        if limit == 0 {
            return Ok(());
        }
        // Where it cannot be measured, nothing is known to be exceeded.
        let Some(stats) = memory_stats::memory_stats() else { return Ok(()) };
        let used = (stats.physical_mem as u64).saturating_add(more);
        if used > limit || self.0.exceeded.load(Relaxed) {
            self.0.exceeded.store(true, Relaxed);
            return Err(Exceeded { used: used.max(limit), limit });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_the_same_dials() {
        let meter = Meter::default();
        let other = meter.clone();
        let large = meter.begin("reading a", 100);
        let small = other.begin("reading b", 50);
        meter.advance(30);
        assert_eq!(other.state(), State { what: "reading b".to_owned(), done: 30, total: 150 });
        drop(small);
        assert_eq!(meter.state().what, "reading a", "what is done is no longer shown beside what is not");
        drop(large);
        assert_eq!(meter.state(), State { what: "reading b".to_owned(), done: 150, total: 150 }, "all is done");
    }

    #[test]
    fn a_limit_is_said_as_it_was_given() {
        let said = [1 << 10, 8 << 30, 500_000_000, 1_500 << 20, 1_234].map(size);
        assert_eq!(said, ["1 KiB", "8 GiB", "500 MB", "1500 MiB", "1234 bytes"]);
        let exceeded = Exceeded { used: 37 << 20, limit: 1 << 10 };
        assert_eq!(exceeded.to_string(), "37 MiB are in use or about to be, 1 KiB are allowed");
    }

    #[test]
    fn memory_is_measured_against_the_limit_and_once_over_stays_over() {
        let meter = Meter::default();
        assert_eq!(meter.room(u64::MAX), Ok(()), "no limit, no error");
        meter.limit_memory(1 << 50);
        assert_eq!(meter.room(0), Ok(()));
        let exceeded = meter.room(1 << 51).err().unwrap_or(Exceeded { used: 0, limit: 0 });
        assert_eq!(exceeded.limit, 1 << 50);
        assert!(exceeded.used > 1 << 51, "what is in use counts too: {exceeded}");
        assert!(meter.room(0).is_err());
    }
}
