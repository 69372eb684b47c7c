//! The mock's instances.

use super::finder::{Candidate, Finder, nothing};
use super::selection::{NotFound, SecondOpinion, Selection};
use super::{cut, notes, scope, settle};
use crate::select::lexicon::Symbol;
use crate::spec::Each;

impl Finder<'_> {
    /// The first alternative that holds; the next mark is asked for its opinion.
    pub(super) fn mock(&self) -> Result<Selection, Box<NotFound>> {
        let scope = scope::resolve(self.trace, self.spec, self.families);
        if let Some(problem) = scope.unmet.clone() {
            return Err(problem);
        }
        let mut tried = Vec::new();
        let mut first: Option<Candidate> = None;
        let mut second: Option<Candidate> = None;
        for each in self.alternatives() {
            // A period is a guess beside a mark: no second opinion.
            if first.is_some() && each == Each::Period {
                break;
            }
            let candidate = self.by_marks(&scope, &each);
            match (candidate.instances.is_empty(), &first) {
                (true, None) => tried.push((candidate.how, nothing(&each).to_owned())),
                // Asked for a second opinion, it has none.
                (true, Some(_)) => {}
                (false, None) => first = Some(candidate),
                (false, Some(_)) => {
                    second = Some(candidate);
                    break;
                }
            }
        }
        let Some(mut found) = first else { return Err(self.not_found(tried, &scope)) };
        let instances = std::mem::take(&mut found.instances);
        let mut settled = settle::most_frequent(self.trace, self.lexicon, self.spec.side, instances);
        self.refuse_long(&found, settled.sequence.len(), &scope)?;
        settled.notes.extend(notes::misspelt(self, &tried));
        settled.notes.extend(notes::compared_share(self, &scope, &settled));
        let second = second.map(|other| self.same_sequence(&settled.sequence, other));
        if let Some(repeats) = &self.spec.repeats {
            let pieces = repeats.value.max(1) as usize;
            if settled.sequence.len().is_multiple_of(pieces) {
                settled.sequence.truncate(settled.sequence.len() / pieces);
                settled.instances = cut::chunks(std::mem::take(&mut settled.instances), pieces);
            } else {
                settled.notes.push(notes::does_not_divide(settled.sequence.len(), repeats));
            }
        }
        settled.drop_warm_up(self.trace, self.spec.warmup.as_ref());
        Ok(self.selection(&found, settled, scope, second))
    }

    /// Whether another alternative gives the same kernels, in any rotation and repetition.
    fn same_sequence(&self, sequence: &[Symbol], other: Candidate) -> SecondOpinion {
        let settled = settle::most_frequent(self.trace, self.lexicon, self.spec.side, other.instances);
        let rotation = !sequence.is_empty()
            && settled.sequence.len().is_multiple_of(sequence.len())
            && (0..sequence.len())
                .any(|r| settled.sequence.iter().enumerate().all(|(i, s)| *s == sequence[(i + r) % sequence.len()]));
        let agrees = rotation || settled.sequence == sequence;
        SecondOpinion { how: other.how, overlap: f64::from(u8::from(agrees)), agrees }
    }
}
