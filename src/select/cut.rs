//! How the mock's work is cut into instances, once the E2E is known: one mark may hold several iterations, and a
//! period has an arbitrary phase.

use super::lexicon::{Lexicon, Symbol};
use super::selection::{Instance, Method, Selection, SelectionNote};
use crate::diag::Severity;
use crate::limits::{PHASE_LENGTH, PHASE_PERIODS, cost};
use crate::sequence::{Pattern, align_cost, primitive_period, search};

/// Cuts every instance into this many equal pieces; one that does not divide stays whole.
pub(super) fn chunks(instances: Vec<Instance>, pieces: usize) -> Vec<Instance> {
    if pieces <= 1 {
        return instances;
    }
    let cut = |instance: Instance| {
        let length = instance.ops.len() / pieces;
        if length == 0 || !instance.ops.len().is_multiple_of(pieces) {
            vec![instance]
        } else {
            instance.ops.chunks(length).map(|c| Instance { ops: c.to_vec() }).collect()
        }
    };
    instances.into_iter().flat_map(cut).collect()
}

/// Cuts the mock's instances into equal pieces.
pub(super) fn split(mock: &mut Selection, pieces: usize) {
    if pieces > 1 && mock.sequence.len().is_multiple_of(pieces) {
        mock.sequence.truncate(mock.sequence.len() / pieces);
        mock.instances = chunks(std::mem::take(&mut mock.instances), pieces);
        mock.how = format!("{}, {pieces} iterations in each", mock.how);
        if matches!(mock.method, Method::Range | Method::Module) {
            mock.notes.push(SelectionNote {
                severity: Severity::Warning,
                message: format!(
                    "one range of the mock holds {pieces} executions of the op: each is compared by itself"
                ),
                help: Some(format!("say so if that is right: `mock.repeats = {pieces}`")),
                at: None,
            });
        }
    }
}

/// Into how many equal pieces the mock's sequence is to be cut to come nearest to the E2E's.
pub(super) fn pieces_towards(lexicon: &Lexicon, mock: &[Symbol], e2e: &[Symbol]) -> usize {
    let most = mock.len() / primitive_period(mock).max(1);
    let distance = |pieces: usize| {
        let piece = &mock[..mock.len() / pieces];
        align_cost(piece.len(), e2e.len(), cost::ABSENT, |i, j| lexicon.substitution(piece[i], e2e[j]))
    };
    (1..=most).filter(|pieces| most.is_multiple_of(*pieces)).min_by_key(|&pieces| distance(pieces)).unwrap_or(1)
}

/// Turns a mock that was found by its period so that its instances begin where they fit the E2E best. `streams`
/// are the E2E's symbols; only the surroundings of the best hit are looked at.
pub(super) fn turn_towards(lexicon: &Lexicon, mock: &mut Selection, streams: impl FnOnce() -> Vec<Vec<Symbol>>) {
    let period = mock.sequence.len();
    if mock.method != Method::Period || mock.phase_known || !(2..=PHASE_LENGTH).contains(&period) {
        return;
    }
    let streams = streams();
    let absent = vec![cost::ABSENT; period];
    let near = |pattern: &[Symbol], text: &[Symbol]| {
        let substitution = |i: usize, s: Symbol| lexicon.substitution(pattern[i], s);
        let hits = search(text, lexicon.len(), &Pattern { absent: &absent, substitution: &substitution }, 1.0);
        hits.into_iter().min_by_key(|h| h.cost)
    };
    let best = streams.iter().filter_map(|text| near(&mock.sequence, text).map(|hit| (hit.cost, hit, text)));
    let Some((_, hit, text)) = best.min_by_key(|b| b.0) else { return };
    let around = PHASE_PERIODS * period;
    let window = &text[hit.start.saturating_sub(around)..(hit.end + around).min(text.len())];
    let turned = |by: usize| -> Vec<Symbol> { (0..period).map(|i| mock.sequence[(i + by) % period]).collect() };
    let worst = period as u32 * cost::ABSENT;
    let by = (0..period).min_by_key(|&by| near(&turned(by), window).map_or(worst, |h| h.cost)).unwrap_or(0);
    turn(mock, by);
}

/// Moves the beginning of every instance `by` kernels on: the first of them and the last rest are lost.
fn turn(mock: &mut Selection, by: usize) {
    let period = mock.sequence.len();
    if by == 0 {
        return;
    }
    let ops: Vec<u32> = mock.instances.iter().flat_map(|i| i.ops.iter().copied()).collect();
    mock.instances = ops[by..].chunks_exact(period).map(|c| Instance { ops: c.to_vec() }).collect();
    mock.sequence.rotate_left(by);
}
