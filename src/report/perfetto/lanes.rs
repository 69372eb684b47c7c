//! Rows for operations that overlap on their stream: bars of one track must lie beside or inside each other.

/// The row of each interval, from 0: the first in which nothing runs any more. Intervals (start, duration) are in the
/// order of their starts.
pub(super) fn lanes(intervals: impl IntoIterator<Item = (i64, i64)>) -> Vec<usize> {
    let mut ends: Vec<i64> = Vec::new();
    let place = |(start, duration): (i64, i64)| {
        let lane = ends.iter().position(|&end| end <= start).unwrap_or(ends.len());
        let end = start.saturating_add(duration);
        match ends.get_mut(lane) {
            Some(last) => *last = end,
            None => ends.push(end),
        }
        lane
    };
    intervals.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_overlaps_goes_one_row_down_and_what_follows_comes_back() {
        assert_eq!(lanes([(0, 10), (8, 10), (9, 3), (12, 1), (18, 5)]), [0, 1, 2, 0, 0]);
        assert_eq!(lanes([(0, 0), (0, 0), (0, 5), (5, 1)]), [0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn bars_of_a_row_never_overlap(mut intervals in prop::collection::vec((0..1000_i64, 0..200_i64), 0..80)) {
            intervals.sort();
            let rows = lanes(intervals.iter().copied());
            prop_assert_eq!(rows.len(), intervals.len());
            for row in 0..=rows.iter().copied().max().unwrap_or(0) {
                let bars: Vec<_> = intervals.iter().zip(&rows).filter(|(_, at)| **at == row).map(|(bar, _)| bar).collect();
                prop_assert!(bars.windows(2).all(|two| two[0].0 + two[0].1 <= two[1].0));
            }
        }
    }
}
