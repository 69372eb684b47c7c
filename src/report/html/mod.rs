//! One page for people who look: verdict, cause, both instances drawn at one scale, evidence, times.
//!
//! A model is made of the outcome (every text safe, every length known), and templates write it down. The page is one
//! file that loads nothing; without its script everything but zooming and pointing is there.

mod case;
mod data;
mod diff;
mod families;
mod finding;
mod plot;
mod policy;
mod scale;
mod sequence;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod trend;

pub(super) use diff::render_diff;

use super::verdict;
use crate::diag::Verdict;
use crate::outcome::{CaseOutcome, Outcome, ProblemOutcome};
use case::{CaseView, VerdictView, verdict_view};
use families::Families;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;
use text::{line, message};

const STYLE: &str =
    concat!(include_str!("assets/page.css"), include_str!("assets/timeline.css"), include_str!("assets/trend.css"));
const SCRIPT: &str = concat!(include_str!("assets/timeline.js"), include_str!("assets/page.js"));
const HEAD: (&str, &str) = ("head.html", include_str!("assets/head.html"));
const TEMPLATES: &[(&str, &str)] = &[
    HEAD,
    ("page.html", include_str!("assets/page.html")),
    ("case.html", include_str!("assets/case.html")),
    ("timeline.html", include_str!("assets/timeline.html")),
    ("finding.html", include_str!("assets/finding.html")),
    ("tables.html", include_str!("assets/tables.html")),
    ("plot.html", include_str!("assets/plot.html")),
    ("trend.html", include_str!("assets/trend.html")),
];

/// What a page shows of each case, so that a run of any size stays a page.
#[derive(Debug)]
struct Budget {
    /// Bars of a timeline, both sides together.
    bars: usize,
    /// Lines of a table.
    lines: usize,
    /// Kernels whose times are plotted.
    plots: usize,
    /// Runs of a case's trend.
    runs: usize,
    /// Whether cases that pass have pictures.
    passing: bool,
}

impl Budget {
    fn of(cases: usize) -> Self {
        let each = |all: usize, least: usize| (all / cases.max(1)).max(least);
        Self {
            bars: each(3_000, 40),
            lines: each(1_200, 20).min(400),
            plots: each(140, 3).min(40),
            runs: each(600, 10),
            passing: cases <= 40,
        }
    }

    fn draws(&self, case: &CaseOutcome) -> bool {
        self.passing || case.verdict != Verdict::Pass
    }
}

#[derive(Debug, PartialEq, Serialize)]
struct Page {
    title: String,
    verdict: VerdictView,
    totals: Vec<(&'static str, String)>,
    behind: String,
    cases: Vec<CaseView>,
    problems: Vec<ProblemView>,
}

#[derive(Debug, PartialEq, Serialize)]
struct ProblemView {
    code: String,
    message: String,
    places: Vec<String>,
    help: Option<String>,
    notes: Vec<String>,
}

pub(super) fn render(outcome: &Outcome) -> String {
    let page = model(outcome);
    match write(&page) {
        Ok(text) => text,
        Err(error) => escaped(&error),
    }
}

/// No outcome makes a template fail; should one ever, the page says so rather than be cut short.
fn escaped(error: &minijinja::Error) -> String {
    let text = line(&error.to_string()).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<!doctype html><title>align</title><pre>{text}</pre>\n")
}

fn model(outcome: &Outcome) -> Page {
    let families = Families::of(&outcome.cases);
    let budget = Budget::of(outcome.cases.len());
    let view = |(at, case)| case::view(at, case, &outcome.sources, &families, &budget);
    let cases: Vec<CaseView> = outcome.cases.iter().enumerate().map(view).collect();
    let title = match cases.as_slice() {
        [one] => format!("{} {}", one.verdict.word, one.title),
        _ => format!("{} {}", outcome.verdict, crate::diag::plural(cases.len(), "case")),
    };
    let totals = verdict::totals(outcome).into_iter().map(|(verdict, text)| (verdict_view(verdict).class, text));
    Page {
        title,
        verdict: verdict_view(outcome.verdict),
        totals: totals.collect(),
        behind: verdict::behind_totals(outcome).unwrap_or_default(),
        cases,
        problems: outcome.problems.iter().map(problem).collect(),
    }
}

fn problem(problem: &ProblemOutcome) -> ProblemView {
    let place = |place: &crate::outcome::Place| {
        let label = if place.label.is_empty() { String::new() } else { format!(": {}", message(&place.label)) };
        format!("{}:{}:{}{label}", line(&place.file), place.line, place.column)
    };
    ProblemView {
        code: line(&problem.code),
        message: message(&problem.message),
        places: problem.places.iter().map(place).collect(),
        help: problem.help.as_deref().map(message),
        notes: problem.notes.iter().map(|note| message(note)).collect(),
    }
}

fn write(page: &Page) -> Result<String, minijinja::Error> {
    let data: Vec<Option<&data::CaseData>> = page.cases.iter().map(|case| case.data.as_ref()).collect();
    let values = context! {
        page => Value::from(Serde(page)),
        policy => policy::policy(STYLE, SCRIPT),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        data => Value::from_safe_string(data::embeddable(&data)),
    };
    page_of(TEMPLATES, "page.html", values)
}

/// What a template makes of these values.
fn page_of(templates: &[(&str, &str)], name: &str, values: Value) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in templates {
        environment.add_template(name, text)?;
    }
    Ok(environment.get_template(name)?.render(values)? + "\n")
}
