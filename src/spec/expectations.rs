//! Reads what is expected: kernels, tolerances, launch mode, severities, rules and known differences.

use super::keys::{CASE, KNOWN_DIFFERENCE, Key, Shape, TableDoc};
use super::layer::{COUNT, LatencyLayer, Layer};
use super::model::{KernelEntry, KnownDifference, LaunchCompare, Order, Others, RuleUse};
use super::reading::Table;
use super::release::Requirement;
use super::sides::{Scope, read_side};
use super::vocabulary::Vocabulary;
use crate::diag::{Problem, Severity, Side, Spanned, did_you_mean, nearest};
use crate::kernel::Level;
use std::collections::BTreeMap;

const SEVERITIES: [&str; 4] = ["error", "warning", "note", "off"];

/// Every entry of `[checks]`.
static CHECK: Key = Key {
    name: "severity",
    shape: Shape::Severity,
    required: false,
    filled: false,
    default: None,
    refused: &[],
    example: "kernel-order = \"warning\"",
    doc: "A severity, or off.",
};

/// Everything that may stand at the top of a spec and in a case.
pub(super) fn read_layer(table: &Table<'_>, scope: Scope<'_>) -> Layer {
    let side = |name: &str, side| table.table(name).map(|table| read_side(&table, side, scope)).unwrap_or_default();
    let kernels = table.table("kernels");
    Layer {
        mock: side("mock", Side::Mock),
        e2e: side("e2e", Side::E2e),
        kernels: read_kernels(table, scope.vocabulary),
        others: kernels.as_ref().and_then(|table| table.choice("others", others)),
        order: kernels.as_ref().and_then(|table| table.choice("order", order)),
        identity: kernels.as_ref().and_then(|table| table.choice("identity", identity)),
        latency: table.table("latency").map(|table| read_latency(&table)).unwrap_or_default(),
        launch: table.table("launch").and_then(|table| table.choice("compare", launch)),
        known: table
            .tables("known_difference")
            .iter()
            .filter_map(|t| read_known(t, table.doc, scope.vocabulary))
            .collect(),
        checks: table.table("checks").map(|table| read_checks(&table, scope.vocabulary)).unwrap_or_default(),
        rules: read_rules(table, scope.vocabulary),
    }
}

fn others(word: &str) -> Option<Others> {
    match word {
        "must-match" => Some(Others::MustMatch),
        "ignore" => Some(Others::Ignore),
        "forbid" => Some(Others::Forbid),
        _ => None,
    }
}

fn order(word: &str) -> Option<Order> {
    match word {
        "strict" => Some(Order::Strict),
        "set" => Some(Order::Set),
        _ => None,
    }
}

fn identity(word: &str) -> Option<Level> {
    match word {
        "normalised" => Some(Level::Normalised),
        "base" => Some(Level::Base),
        "family" => Some(Level::Family),
        _ => None,
    }
}

fn launch(word: &str) -> Option<LaunchCompare> {
    match word {
        "same" => Some(LaunchCompare::Same),
        "ignore" => Some(LaunchCompare::Ignore),
        _ => None,
    }
}

fn side(word: &str) -> Option<Side> {
    match word {
        "mock" => Some(Side::Mock),
        "e2e" => Some(Side::E2e),
        _ => None,
    }
}

pub(super) fn severity(word: &str) -> Option<Severity> {
    match word {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "note" => Some(Severity::Note),
        _ => None,
    }
}

fn read_kernels(table: &Table<'_>, vocabulary: &Vocabulary) -> Vec<KernelEntry> {
    let tables = table.tables("kernel");
    report_repeated(&tables, "name", "duplicate-kernel", "kernel entry");
    tables.iter().filter_map(|table| read_kernel(table, vocabulary)).collect()
}

fn read_kernel(table: &Table<'_>, vocabulary: &Vocabulary) -> Option<KernelEntry> {
    let name = table.text("name");
    let patterns = table.node("match").and_then(|node| node.kernel_patterns(vocabulary));
    let count = table.node("count").map(|node| node.count());
    let critical = table.flag("critical");
    let within = table.node("within").and_then(|node| node.tolerance());
    if let (Some(critical), Some(patterns)) = (critical.as_ref().filter(|critical| critical.value), &patterns) {
        for pattern in patterns.iter().filter(|pattern| pattern.is_family()) {
            table.reading.report(
                Problem::spec("critical-family", "a critical kernel cannot be named by its family")
                    .label(&pattern.loc, "any kernel of the family would do, also another backend's")
                    .label(&critical.loc, "critical")
                    .help("name the kernel by a glob, or drop `critical`"),
            );
        }
        if let Some(Some(count)) = count.as_ref().filter(|count| count.as_ref().is_some_and(|c| c.most == Some(0))) {
            table.reading.report(
                Problem::spec("bad-count", "a critical kernel cannot be forbidden")
                    .label(&count.loc, "never in an instance")
                    .label(&critical.loc, "critical")
                    .help("drop `critical`, or give the count that is expected"),
            );
        }
    }
    let name = name?;
    Some(KernelEntry {
        patterns: patterns?,
        count: count.unwrap_or_else(|| Some(Spanned::new(COUNT, name.loc.clone())))?,
        critical: critical.is_some_and(|critical| critical.value),
        within,
        name,
    })
}

fn read_latency(table: &Table<'_>) -> LatencyLayer {
    let kernel = table.table("kernel");
    let kernel = kernel.as_ref();
    let own_spread = table.flag("own-spread");
    if own_spread.as_ref().is_some_and(|flag| flag.value) && !table.has("reason") && !table.is_broken() {
        table.report_missing("reason");
    }
    LatencyLayer {
        within: table.node("within").and_then(|node| node.tolerance()),
        reason: table.text("reason"),
        kernel_within: kernel.and_then(|table| table.node("within")).and_then(|node| node.tolerance()),
        kernel_floor: kernel.and_then(|table| table.node("floor")).and_then(|node| node.share()),
        own_spread,
    }
}

fn read_known(table: &Table<'_>, doc: &TableDoc, vocabulary: &Vocabulary) -> Option<KnownDifference> {
    let checks = table.texts("checks").unwrap_or_default();
    for check in &checks {
        report_unless_judgement(table, check, vocabulary);
    }
    let kernels = table.node("kernels").map(|node| node.text_patterns());
    let everything = KNOWN_DIFFERENCE.key("kernels").map_or(&[][..], |key| key.refused);
    for pattern in kernels.iter().flatten().flatten().filter(|p| everything.contains(&p.as_str())) {
        table.reading.report(
            Problem::spec("known-difference-of-everything", "a known difference of every kernel would hide all others")
                .label(&pattern.loc, "matches every kernel")
                .help("name the kernels it is about"),
        );
    }
    if !table.has("kernels") && !table.has("checks") && !table.is_broken() {
        table.reading.report(
            Problem::spec("known-difference-of-nothing", "a known difference names neither kernels nor checks")
                .label(&table.loc, "would cover nothing")
                .help("say what it is about: `kernels = \"*FillFunctor*\"` or `checks = [\"launch-shape\"]`"),
        );
    }
    report_bounds_of_nothing(table, &checks);
    let in_case = std::ptr::eq(doc, &CASE);
    if let Some(node) = table.node("cases").filter(|_| in_case) {
        node.report(
            Problem::spec("misplaced-key", "a known difference of one case cannot name cases")
                .label(&node.key_loc, "holds for this case alone already")
                .help("leave `cases` out, or move the entry to the top of the file"),
        );
    }
    let globs = |name: &str| table.node(name).map_or_else(|| Some(Vec::new()), |node| node.globs());
    let (cases, gpu) = (globs("cases"), globs("gpu"));
    let framework = table.node("framework").map(|node| node.parsed(Requirement::new));
    let reason = table.text("reason");
    let known = KnownDifference {
        loc: table.loc.clone(),
        kernels: kernels.unwrap_or_else(|| Some(Vec::new()))?,
        checks,
        side: table.choice("side", side),
        at_most: table.whole("at-most"),
        latency: table.node("latency").and_then(|node| node.changes()),
        cases: cases?,
        gpu: gpu?,
        framework: framework.map_or(Some(None), |framework| framework.map(Some))?,
        reason: reason?,
        impact: table.text("impact"),
        owner: table.text("owner"),
        until: table.node("until").and_then(|node| node.date()),
        link: table.text("link"),
    };
    Some(known)
}

/// A bound that bounds nothing would look like one.
fn report_bounds_of_nothing(table: &Table<'_>, checks: &[Spanned<String>]) {
    let timed = checks.iter().any(|check| check.value == "latency-ratio");
    let bounds = [
        (
            "at-most",
            table.has("kernels"),
            "counts kernels, and none are named",
            "name them: `kernels = \"*FillFunctor*\"`",
        ),
        ("latency", timed, "is about `latency-ratio` alone", "name it: `checks = [\"latency-ratio\"]`"),
    ];
    for (key, has_effect, what, help) in bounds {
        let Some(node) = table.node(key).filter(|_| !has_effect && !table.is_broken()) else { continue };
        table.reading.report(
            Problem::spec("bound-of-nothing", format!("`{key}` {what}"))
                .label(&node.key_loc, "without effect")
                .help(help),
        );
    }
}

fn read_checks(table: &Table<'_>, vocabulary: &Vocabulary) -> BTreeMap<String, Spanned<Option<Severity>>> {
    let mut checks = BTreeMap::new();
    for (name, node) in table.open_entries(&CHECK) {
        report_unless_judgement(table, &name, vocabulary);
        let parse = |word: &str| {
            if word == "off" { Some(None) } else { severity(word).map(Some) }
        };
        if let Some(severity) = node.word(&SEVERITIES, parse) {
            checks.insert(name.value, severity);
        }
    }
    checks
}

fn report_unless_judgement(table: &Table<'_>, name: &Spanned<String>, vocabulary: &Vocabulary) {
    if vocabulary.judgements().any(|known| known == name.value) {
        return;
    }
    table.reading.report(
        Problem::spec("unknown-check", format!("there is no check or rule `{}`", name.value))
            .label(&name.loc, "unknown check")
            .maybe_help(did_you_mean(name, vocabulary.judgements())),
    );
}

fn read_rules(table: &Table<'_>, vocabulary: &Vocabulary) -> Vec<RuleUse> {
    let tables = table.tables("rule");
    report_repeated(&tables, "use", "duplicate-rule", "rule");
    tables.iter().filter_map(|table| read_rule(table, vocabulary)).collect()
}

fn read_rule(table: &Table<'_>, vocabulary: &Vocabulary) -> Option<RuleUse> {
    let with = table.node("with").map(|node| node.parameters());
    let name = table.text("use")?;
    if !vocabulary.rules().any(|known| known == name.value) {
        let (what, searched) = vocabulary.missing_rule(&name);
        let near = nearest(&name, vocabulary.rules()).map(|right| format!("did you mean `{right}`?"));
        table.reading.report(
            Problem::spec("unknown-rule", what)
                .label(&name.loc, "unknown rule")
                .help("a rule is a folder below a rules folder, with a `rule.rhai` and a `rule.md`")
                .maybe_help(near)
                .note(searched),
        );
    }
    Some(RuleUse { name, with: with.unwrap_or_else(|| Some(BTreeMap::new()))? })
}

/// Reports every table whose `key` says what an earlier one of the same array says.
pub(super) fn report_repeated(tables: &[Table<'_>], key: &str, code: &'static str, what: &str) {
    let mut seen: BTreeMap<String, Spanned<String>> = BTreeMap::new();
    for table in tables {
        let Some(name) = table.peek(key) else {
            continue;
        };
        match seen.get(&name.value) {
            Some(first) => table.reading.report(
                Problem::spec(code, format!("the {what} `{}` stands twice", name.value))
                    .label(&name.loc, "again here")
                    .label(&first.loc, "first here")
                    .help("merge the two, or give one of them another name"),
            ),
            None => {
                seen.insert(name.value.clone(), name);
            }
        }
    }
}
