//! What makes a finding the same one in the next run: what is judged and which kernels are concerned, never a line
//! number or a measured figure.

use crate::outcome::{CaseOutcome, FindingOutcome};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the way in which fingerprints are made; another way takes another name.
pub(super) const NAME: &str = "alignFinding/v1";

/// Fingerprints given so far: findings alike in everything else are counted.
#[derive(Default)]
pub(super) struct Fingerprints(BTreeMap<u128, usize>);

impl Fingerprints {
    pub(super) fn of_finding(&mut self, case: &CaseOutcome, finding: &FindingOutcome) -> String {
        let kernels: BTreeSet<&str> = finding.kernels.iter().map(String::as_str).collect();
        let side = finding.side.map_or("", |side| if side == crate::diag::Side::Mock { "mock" } else { "e2e" });
        self.of(case, &finding.code, [side].into_iter().chain(kernels))
    }

    pub(super) fn of<'t>(
        &mut self,
        case: &'t CaseOutcome,
        code: &'t str,
        more: impl IntoIterator<Item = &'t str>,
    ) -> String {
        self.of_parts([code, &case.spec, &case.case].into_iter().chain(more))
    }

    pub(super) fn of_parts<'t>(&mut self, parts: impl Iterator<Item = &'t str>) -> String {
        // No UTF-8 text holds this byte, so that parts never run into each other.
        let bytes = parts.flat_map(|part| part.bytes().chain([0xff]));
        let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
        let count = self.0.entry(hash).or_default();
        *count += 1;
        format!("{hash:032x}:{count}")
    }
}

/// FNV-1a of 128 bits: the same on every machine and in every version.
const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn of(case: &CaseOutcome, finding: &FindingOutcome) -> String {
        Fingerprints::default().of_finding(case, finding)
    }

    #[test]
    fn the_same_finding_keeps_its_fingerprint_where_lines_and_figures_move() {
        let case = sample::failing();
        let mut moved = case.findings[1].clone();
        moved.message += " 4.12 us";
        moved.evidence.clear();
        moved.kernels.reverse();
        moved.place.iter_mut().for_each(|place| place.line += 7);
        assert_eq!(of(&case, &case.findings[1]), of(&case, &moved));
    }

    #[test]
    fn another_case_code_or_kernel_is_another_finding() {
        let case = sample::failing();
        let first = of(&case, &case.findings[1]);
        let mut other = case.findings[1].clone();
        other.kernels.push("fill".to_owned());
        assert_ne!(first, of(&case, &other));
        assert_ne!(first, of(&case, &case.findings[0]));
        let mut elsewhere = case.clone();
        elsewhere.case.push('2');
        assert_ne!(first, of(&elsewhere, &case.findings[1]));
    }

    #[test]
    fn findings_alike_in_everything_are_counted() {
        let case = sample::failing();
        let mut given = Fingerprints::default();
        let (first, second) = (given.of_finding(&case, &case.findings[0]), given.of_finding(&case, &case.findings[0]));
        assert!(first.ends_with(":1") && second.ends_with(":2"), "{first} {second}");
    }

    /// A change here makes every known alert a new one.
    #[test]
    fn fingerprints_stay_as_they_are() {
        let case = sample::failing();
        assert_eq!(Fingerprints::default().of(&case, "kernel-name", [""]), "213aefbfd14886cc0c21684dc8ee3b7a:1");
    }
}
