//! SARIF 2.1.0: what code hosts and editors read. A finding is a result, a check or rule a rule, a problem with the
//! input a notification of the invocation.

mod diff;
mod fingerprint;
mod location;
mod log;
mod result;

pub(super) use diff::render_diff;

use super::wrap::{line, message};
use crate::outcome::{Outcome, Page, ProblemOutcome};
use location::BASE;
use log::{
    Base, Configuration, Descriptor, Driver, Help, Invocation, Log, Notification, Rule, Run, SarifResult, Text, Tool,
};
use std::collections::{BTreeMap, BTreeSet};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One log with one run, whatever the outcome.
pub(super) fn render(outcome: &Outcome) -> String {
    let rules = rules(outcome);
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let results = result::results(outcome, &ids);
    written(rules, invocation(outcome), results)
}

fn written(rules: Vec<Rule>, invocation: Invocation, results: Vec<SarifResult>) -> String {
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver { name: "align", semantic_version: env!("CARGO_PKG_VERSION"), rules } },
            invocations: [invocation],
            original_uri_base_ids: BTreeMap::from([(
                BASE,
                Base { description: Text { text: "the folder in which align ran".to_owned() } },
            )]),
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    // Our types have string keys only, so that this cannot fail; should it ever, the document says so.
    let text = serde_json::to_string_pretty(&log);
    text.unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string()) + "\n"
}

/// The checks and rules that results refer to, by name.
fn rules(outcome: &Outcome) -> Vec<Rule> {
    let ids: BTreeSet<String> = outcome.cases.iter().flat_map(result::codes).map(line).collect();
    let page = |id: &str| outcome.pages.iter().find(|page| line(&page.name) == *id);
    ids.into_iter().map(|id| rule(page(&id), id)).collect()
}

fn rule(page: Option<&Page>, id: String) -> Rule {
    Rule {
        id,
        short_description: page.map(|page| Text { text: message(&page.summary) }),
        help: page.map(|page| {
            let text = safe_lines(&page.text);
            Help { text: text.clone(), markdown: text }
        }),
        default_configuration: page.map(|page| Configuration { level: result::level(page.severity) }),
    }
}

/// Control characters made visible, lines kept.
fn safe_lines(text: &str) -> String {
    text.lines().map(|line| crate::diag::escape(line) + "\n").collect()
}

fn invocation(outcome: &Outcome) -> Invocation {
    let exit_code = outcome.decision.map(|decision| decision.exit_code);
    let is_trace = |problem: &&ProblemOutcome| problem.class != "spec";
    let (of_traces, of_specs): (Vec<_>, Vec<_>) = outcome.problems.iter().partition(is_trace);
    let note = |problems: Vec<&ProblemOutcome>| problems.into_iter().map(|p| notification(p, outcome)).collect();
    Invocation {
        execution_successful: outcome.problems.is_empty() && outcome.cases.iter().all(|case| !case.refused),
        exit_code,
        exit_code_description: exit_code.map(|code| match code {
            0 => "everything passed",
            1 => "a finding fails, or a judgement is inconclusive",
            2 => "a spec, rule or argument is wrong",
            3 => "a trace cannot be read, or lacks what is needed",
            _ => "nothing was checked",
        }),
        tool_configuration_notifications: note(of_specs),
        tool_execution_notifications: note(of_traces),
    }
}

fn notification(problem: &ProblemOutcome, outcome: &Outcome) -> Notification {
    let mut text = message(&problem.message);
    for note in &problem.notes {
        text += &format!("\nnote: {}", message(note));
    }
    if let Some(help) = &problem.help {
        text += &format!("\nhelp: {}", message(help));
    }
    Notification {
        descriptor: Descriptor { id: line(&problem.code) },
        level: "error",
        message: location::text(&text),
        locations: problem.places.iter().map(|place| location::of_place(place, &outcome.sources)).collect(),
    }
}
