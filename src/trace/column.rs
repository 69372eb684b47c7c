//! One column of a trace: memory of its own, or a stretch of a file that is mapped into memory.

use bytemuck::Pod;
use memmap2::Mmap;
use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::Arc;
use yoke::Yoke;

/// Reads as a slice. What is mapped becomes memory of its own when it is written to.
pub(super) struct Column<T: Pod> {
    own: Vec<T>,
    mapped: Option<Yoke<&'static [T], Arc<Mmap>>>,
}

impl<T: Pod> Column<T> {
    /// The values in these bytes of a file; `None` where there are no such bytes, or no whole values in them.
    pub(super) fn mapped(file: &Arc<Mmap>, bytes: Range<usize>) -> Option<Self> {
        let mapped = Yoke::try_attach_to_cart(Arc::clone(file), |file| values(file, bytes).ok_or(())).ok()?;
        Some(Self { own: Vec::new(), mapped: Some(mapped) })
    }

    /// To write to.
    pub(super) fn own(&mut self) -> &mut Vec<T> {
        if let Some(mapped) = self.mapped.take() {
            self.own = mapped.get().to_vec();
        }
        &mut self.own
    }

    pub(super) fn push(&mut self, value: T) {
        self.own().push(value);
    }
}

fn values<T: Pod>(file: &Mmap, bytes: Range<usize>) -> Option<&[T]> {
    bytemuck::try_cast_slice(file.get(bytes)?).ok()
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.mapped {
            Some(mapped) => mapped.get(),
            None => &self.own,
        }
    }
}

impl<T: Pod> DerefMut for Column<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.own()
    }
}

impl<T: Pod> Default for Column<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: Pod> From<Vec<T>> for Column<T> {
    fn from(own: Vec<T>) -> Self {
        Self { own, mapped: None }
    }
}

impl<T: Pod + fmt::Debug> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
