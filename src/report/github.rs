//! Annotations, as GitHub's runners read them from a log: `::error file=…,line=…::…`, and a line of summary.
//!
//! Hosts show only the first few of a step, so that errors stand before warnings and notes.

use super::verdict;
use super::wrap::{line, message};
use crate::diag::{Severity, Verdict};
use crate::outcome::{CaseOutcome, CheckOutcome, FindingOutcome, Outcome, Place, ProblemOutcome};

/// One annotation a problem and a finding that no known difference covers.
pub(super) fn render(outcome: &Outcome) -> String {
    let mut all: Vec<Annotation> = outcome.problems.iter().map(of_problem).collect();
    for case in &outcome.cases {
        let open = case.findings.iter().filter(|finding| finding.known.is_none());
        all.extend(open.map(|finding| of_finding(case, finding)));
        let unsure = case.checks.iter().filter(|check| check.verdict == Verdict::Inconclusive);
        // Beside what failed, it is not what failed.
        let passes = outcome.allows_inconclusive() || case.verdict == Verdict::Fail;
        all.extend(unsure.map(|check| of_inconclusive(case, check, passes)));
    }
    written(all, &verdict::summary(outcome))
}

/// What weighs most first.
pub(super) fn written(mut all: Vec<Annotation>, summary: &str) -> String {
    all.sort_by_key(|annotation| std::cmp::Reverse(annotation.severity));
    let mut out: String = all.iter().map(Annotation::write).collect();
    out += &format!("align: {summary}\n");
    out
}

pub(super) struct Annotation {
    pub(super) severity: Severity,
    pub(super) file: Option<String>,
    /// Line and column.
    pub(super) at: Option<(usize, usize)>,
    pub(super) title: String,
    /// One line each.
    pub(super) text: Vec<String>,
}

impl Annotation {
    fn write(&self) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let file = self.file.iter().filter(|file| !file.is_empty());
        let mut properties: Vec<String> = file.map(|file| format!("file={}", property(file))).collect();
        if let (false, Some((row, column))) = (properties.is_empty(), self.at) {
            properties.extend([format!("line={row}"), format!("col={column}")]);
        }
        properties.push(format!("title={}", property(&self.title)));
        // Without a text there is no annotation.
        let text = self.text.join("\n");
        let text = if text.is_empty() { format!("{word} without a message") } else { text };
        format!("::{word} {}::{}\n", properties.join(","), data(&text))
    }

    /// At the place, unless it is in no file of the repository.
    fn placed(mut self, place: Option<&Place>) -> Self {
        if let Some(place) = place.filter(|place| !place.file.starts_with("builtin:")) {
            self.file = Some(line(&place.file));
            self.at = Some((place.line, place.column));
        }
        self
    }
}

fn of_finding(case: &CaseOutcome, finding: &FindingOutcome) -> Annotation {
    let mut text = vec![message(&finding.message)];
    match (case.cause(finding), &finding.help) {
        (Some(cause), _) => {
            text.push(format!("cause: {}", message(&cause.title)));
            text.push(format!("fix: {}", message(&cause.fix)));
        }
        (None, Some(help)) => text.push(format!("help: {}", message(help))),
        (None, None) => {}
    }
    let title = format!("{} ({})", line(&finding.code), line(&case.title()));
    let annotation = Annotation { severity: finding.severity, file: Some(line(&case.file)), at: None, title, text };
    annotation.placed(finding.place.as_ref())
}

fn of_inconclusive(case: &CaseOutcome, check: &CheckOutcome, passes: bool) -> Annotation {
    let why = check.reason.as_deref().unwrap_or("too little data to say");
    Annotation {
        severity: if passes { Severity::Warning } else { Severity::Error },
        file: Some(line(&case.file)),
        at: None,
        title: format!("{} is inconclusive ({})", line(&check.name), line(&case.title())),
        text: vec![message(why)],
    }
}

fn of_problem(problem: &ProblemOutcome) -> Annotation {
    let mut text = vec![message(&problem.message)];
    text.extend(problem.notes.iter().map(|note| format!("note: {}", message(note))));
    text.extend(problem.help.iter().map(|help| format!("help: {}", message(help))));
    let annotation = Annotation { severity: Severity::Error, file: None, at: None, title: line(&problem.code), text };
    annotation.placed(problem.places.first())
}

/// The text of a command: `%` introduces an escape, a line feed would end it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which also ends at a comma or a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_or_a_property_is_escaped() {
        assert_eq!(data("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(property("a,line=1:b"), "a%2Cline=1%3Ab");
    }
}
