//! Finds the instances of the op on both sides: the mock's first, then the E2E's given the mock's.
//!
//! *Where* to look (process, enclosing ranges) is kept apart from *what one instance is* (alternatives tried
//! in order). Each selection says how it was found, how sure it is, what was left out, and whether a second
//! method agrees.

mod auto;
mod cut;
mod cut_off;
mod e2e;
mod finder;
mod group;
mod lexicon;
mod mock;
mod notes;
mod scope;
mod search;
mod selection;
mod settle;
mod stretches;
mod summary;

pub use cut_off::CutOff;
pub use lexicon::{Lexicon, Symbol};
pub use selection::{Instance, LeftOut, Method, NotFound, Rank, SecondOpinion, Selection, SelectionNote};
pub use stretches::{Piece, Stretches};
pub use summary::{Doubt, SelectedBySummary, Summed, select_by_summary};

use crate::diag::Side;
use crate::kernel::Families;
use crate::spec::Case;
use crate::trace::Trace;
use finder::Finder;

/// Both sides' instances in one numbering of kernels.
#[derive(Debug)]
pub struct Selected {
    pub lexicon: Lexicon,
    pub mock: Selection,
    pub e2e: Selection,
}

impl Selected {
    pub fn side(&self, side: Side) -> &Selection {
        match side {
            Side::Mock => &self.mock,
            Side::E2e => &self.e2e,
        }
    }
}

/// Selects on both sides.
///
/// # Errors
/// [`NotFound`] for the side on which nothing was found, with what was tried.
pub fn select(case: &Case, mock: &Trace, e2e: &Trace, families: &Families) -> Result<Selected, Box<NotFound>> {
    let lexicon = Lexicon::new(mock, e2e, families);
    let mut mock_side = Finder { trace: mock, spec: &case.mock, case, families, lexicon: &lexicon }.mock()?;
    let finder = Finder { trace: e2e, spec: &case.e2e, case, families, lexicon: &lexicon };
    let e2e_side = finder.e2e(mock, &mut mock_side)?;
    Ok(Selected { lexicon, mock: mock_side, e2e: e2e_side })
}
