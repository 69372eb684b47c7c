//! Which issues hold, and which of them comes first.

use super::table::{Issue, Issues};
use crate::compare::Facts;
use crate::diag::{Finding, Severity};

/// An issue that holds, with the evidence it was matched on.
#[derive(Debug, Clone)]
pub struct Cause<'a> {
    pub issue: &'a Issue,
    pub evidence: Vec<String>,
    /// Codes of the findings it explains, in their order.
    pub explains: Vec<String>,
}

/// The issues whose conditions all hold and that explain at least one finding, the one that explains most
/// first (an error weighs twice a warning), then in the table's order. An issue that only explains what the
/// ones before it already do is left out: one cause should read as one.
pub fn diagnose<'a>(issues: &'a Issues, facts: &Facts, findings: &[Finding]) -> Vec<Cause<'a>> {
    let open: Vec<&Finding> =
        findings.iter().filter(|f| f.known.is_none() && f.severity >= Severity::Warning).collect();
    let mut causes: Vec<(u32, Cause<'a>)> = issues
        .iter()
        .filter(|issue| issue.when.iter().all(|c| c.holds(facts, findings)))
        .filter_map(|issue| {
            let (weight, explains) = explained(issue, &open);
            (weight > 0).then(|| {
                let mut evidence: Vec<String> = issue.when.iter().filter_map(|c| c.evidence(facts)).collect();
                evidence.dedup();
                (weight, Cause { issue, evidence, explains })
            })
        })
        .collect();
    causes.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let mut said: Vec<String> = Vec::new();
    causes
        .into_iter()
        .filter_map(|(_, cause)| {
            let new = cause.explains.iter().any(|code| !said.contains(code));
            said.extend(cause.explains.iter().cloned());
            new.then_some(cause)
        })
        .collect()
}

fn explained(issue: &Issue, findings: &[&Finding]) -> (u32, Vec<String>) {
    let mut weight = 0;
    let mut codes: Vec<String> = Vec::new();
    for finding in findings.iter().filter(|f| issue.explains.contains(&f.code)) {
        if !codes.contains(&finding.code) {
            codes.push(finding.code.clone());
            weight += if finding.severity == Severity::Error { 2 } else { 1 };
        }
    }
    (weight, codes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceFile;
    use crate::diagnose::parse_issues;

    const TABLE: &str = r#"
        [[issue]]
        id = "narrow"
        title = "explains one"
        when = ["names-equal"]
        explains = ["x"]
        cause = "c"
        fix = "f"
        [[issue]]
        id = "broad"
        title = "explains two"
        when = ["names-equal", "variants > 1"]
        explains = ["x", "y"]
        cause = "c"
        fix = "f"
        [[issue]]
        id = "absent"
        title = "does not hold"
        when = ["moved"]
        explains = ["x", "y"]
        cause = "c"
        fix = "f"
    "#;

    fn causes(findings: &[Finding]) -> Vec<String> {
        let checks = ["x".to_owned(), "y".to_owned()];
        let issues = parse_issues(&SourceFile::new("table", TABLE), &checks).unwrap_or_default();
        let mut facts = Facts::default();
        facts.set("names-equal", 1.0, "names are equal");
        facts.set("variants", 2.0, "two variants");
        diagnose(&issues, &facts, findings).iter().map(|c| c.issue.id.clone()).collect()
    }

    #[test]
    fn what_explains_more_comes_first_and_what_adds_nothing_is_left_out() {
        let (x, y) = (Finding::new("x", Severity::Error, ""), Finding::new("y", Severity::Error, ""));
        assert_eq!(causes(&[x.clone(), y]), ["broad"]);
        assert_eq!(causes(&[x]), ["narrow"]);
    }

    #[test]
    fn notes_and_known_differences_need_no_cause() {
        let mut known = Finding::new("x", Severity::Error, "");
        known.known = Some("declared".to_owned());
        assert!(causes(&[known, Finding::new("y", Severity::Note, "")]).is_empty());
    }
}
