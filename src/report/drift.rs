//! A drift in one sentence, the same in every report.

use crate::diag::{plural, signed_percent};
use crate::outcome::{CaseOutcome, Drift};

/// What is said of a case whose ratio moves towards the edge of its tolerance.
pub(super) fn of(case: &CaseOutcome) -> Option<String> {
    case.trend.as_ref()?.drift.as_ref().map(sentence)
}

fn sentence(drift: &Drift) -> String {
    let way = if drift.pace > 1.0 { "risen" } else { "fallen" };
    // As people write a chance: what is smaller still says no more.
    let chance = if drift.chance < 0.001 { "p < 0.001".to_owned() } else { format!("p = {:.3}", drift.chance) };
    format!(
        "the latency ratio has {way} from {} to {} over the last {} ({chance}); at this pace it reaches the limit of {} \
         after {} more",
        signed_percent(drift.from),
        signed_percent(drift.to),
        plural(drift.measurements, "measurement"),
        signed_percent(drift.edge),
        drift.ahead
    )
}
