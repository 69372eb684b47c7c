//! The report for people. A case reads downwards: what was compared and how it was found, the kernels side by
//! side, why they differ and what to do, the findings with their evidence, the verdict. What stands last is what a
//! terminal still shows: the verdict names the cause.

use super::Style;
use super::excerpt::Extent;
use super::paint::Tone;
use super::wrap::{count, hang, hang_clauses, line, message, pad};
use super::{drift, finding, known, table, verdict};
use crate::diag::{Side, Verdict};
use crate::outcome::{CaseOutcome, CheckOutcome, Diagnosis, KnownOutcome, KnownState, Outcome, SideOutcome};
use unicode_width::UnicodeWidthStr;

pub(super) fn render(outcome: &Outcome, style: &Style) -> String {
    if style.quiet {
        let open: Vec<&CaseOutcome> = outcome.cases.iter().filter(|case| case.verdict != Verdict::Pass).collect();
        return open.into_iter().map(|case| brief(case, style)).collect();
    }
    if outcome.cases.is_empty() && !outcome.problems.is_empty() {
        return String::new();
    }
    if outcome.cases.is_empty() {
        return "nothing was checked: no case to compare\n".to_owned();
    }
    let mut out = String::new();
    for case in &outcome.cases {
        out += &render_case(case, outcome, style);
        out.push('\n');
    }
    if outcome.cases.len() == 1 {
        out.pop();
        return out;
    }
    out += &lines(&outcome.cases.iter().collect::<Vec<_>>(), style);
    let totals = verdict::totals(outcome).into_iter().map(|(verdict, text)| style.paint(verdict.into(), &text));
    out += &totals.collect::<Vec<_>>().join(", ");
    let behind = verdict::behind_totals(outcome);
    out += &behind.map(|text| format!("; {text}")).unwrap_or_default();
    out.push('\n');
    out
}

/// A block of paragraphs parted by empty lines.
fn render_case(case: &CaseOutcome, outcome: &Outcome, style: &Style) -> String {
    let mut blocks = vec![heading(case, style), table::render(case, style), diagnoses(&case.diagnoses, style)];
    let (known, open): (Vec<_>, Vec<_>) = case.findings.iter().partition(|finding| finding.known.is_some());
    let (full, short): (Vec<_>, Vec<_>) = open.into_iter().partition(|f| finding::in_full(f, style));
    let shown = full.into_iter().chain(known.into_iter().filter(|_| style.verbose));
    let mut extent = Extent::Whole;
    for finding in shown {
        blocks.push(finding::render(finding, &outcome.sources, extent, style));
        if finding.excerpt.is_some() && !style.verbose {
            extent = Extent::Labelled;
        }
    }
    blocks.push(short.into_iter().map(|f| finding::render_short(f, style)).collect());
    let about = |known: &&KnownOutcome| style.verbose || known.state != KnownState::OutOfScope;
    blocks.push(case.known.iter().filter(about).map(|k| known::render(k, style)).collect());
    blocks.push(unjudged_checks(case, style));
    blocks.push(drifting(case, style));
    blocks.push(lines(&[case], style));
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}

fn heading(case: &CaseOutcome, style: &Style) -> String {
    let title = line(&case.title());
    let rule = "─".repeat(style.columns().saturating_sub(title.width() + 4));
    let mut about = vec![line(&case.file)];
    about.extend((!case.op.is_empty()).then(|| format!("op {}", line(&case.op))));
    about.extend(case.owner.as_deref().map(|owner| format!("owner {}", line(owner))));
    about.extend(case.unproven.then(|| "not yet proven on a trace".to_owned()));
    let (left, right) = (style.paint(Tone::Dim, "──"), style.paint(Tone::Dim, &rule));
    let mut out = format!("{left} {} {right}\n", style.paint(Tone::Strong, &title));
    hang(&mut out, &style.paint(Tone::Dim, "  spec  "), 8, &about.join(", "), style.columns());
    out += &render_side(Side::Mock, &case.mock, style);
    out += &render_side(Side::E2e, &case.e2e, style);
    out
}

/// The trace, and how the op was found in it.
fn render_side(side: Side, found: &SideOutcome, style: &Style) -> String {
    let mut out = String::new();
    let first = style.paint(Tone::Dim, &format!("  {side:<4}  "));
    let trace = if found.trace.is_empty() { "no trace".to_owned() } else { line(&found.trace) };
    hang(&mut out, &first, 8, &trace, style.columns());
    let mut words = Vec::new();
    if found.instances > 0 {
        let size = format!("{} of {}", count(found.instances, "instance"), count(found.kernels, "kernel"));
        let how = if found.how.is_empty() { String::new() } else { format!(" by {}", line(&found.how)) };
        words.push(format!("{size}{how}"));
        if found.confidence < 1.0 {
            words.push(format!("{:.0}% sure", found.confidence * 100.0));
        }
        if found.graph_share > 0.0 {
            words.push(format!("{:.0}% launched from graphs", found.graph_share * 100.0));
        }
    }
    words.extend(found.left_out.iter().map(|left| format!("left out: {} ({})", left.count, line(&left.reason))));
    words.extend(found.ranks.as_ref().map(|ranks| line(&ranks.words())));
    if style.verbose {
        words.extend(found.second.as_deref().map(line));
        words.extend(provenance(found));
    }
    if !words.is_empty() {
        hang(&mut out, "        ", 8, &words.join("; "), style.columns());
    }
    out
}

fn provenance(found: &SideOutcome) -> Option<String> {
    let from = &found.provenance;
    let mut words: Vec<String> = from.gpus.iter().map(|gpu| line(gpu)).collect();
    words.extend(from.driver.as_deref().map(|driver| format!("driver {}", line(driver))));
    words.extend(from.cuda.as_deref().map(|cuda| format!("CUDA {}", line(cuda))));
    words.extend(from.profiler.as_deref().map(line));
    (!words.is_empty()).then(|| words.join(", "))
}

/// Checks that said nothing, and why. One that alone makes the case's verdict is named there.
fn unjudged_checks(case: &CaseOutcome, style: &Style) -> String {
    let of = |verdict: Verdict| case.checks.iter().filter(move |check| check.verdict == verdict);
    let shown = |verdict: Verdict| case.verdict != verdict || of(verdict).count() > 1;
    let kinds = [Verdict::Inconclusive, Verdict::Skipped].into_iter().filter(|verdict| shown(*verdict));
    kinds.flat_map(of).map(|check| unjudged(check, style)).collect()
}

fn unjudged(check: &CheckOutcome, style: &Style) -> String {
    let word = check.verdict.to_string().to_lowercase();
    let why = check.reason.as_deref().unwrap_or_default();
    finding::headed(&word, check.verdict.into(), &check.name, why, Tone::Plain, style)
}

/// What a history shows, where it is worth a word: it decides nothing, and stands near the verdict for that.
fn drifting(case: &CaseOutcome, style: &Style) -> String {
    let mut out = String::new();
    if let Some(text) = drift::of(case) {
        hang(&mut out, &style.paint(Tone::Doubt, "drift: "), 7, &text, style.columns());
    }
    out
}

/// The likeliest cause at length, others by their titles.
fn diagnoses(diagnoses: &[Diagnosis], style: &Style) -> String {
    let mut out = String::new();
    for (rank, diagnosis) in diagnoses.iter().enumerate() {
        let title = message(&diagnosis.title);
        let issue = line(&diagnosis.issue);
        if rank > 0 && !style.verbose {
            hang(&mut out, "also possible: ", 15, &format!("{title} (align explain {issue})"), style.columns());
            continue;
        }
        let head = if rank == 0 { "diagnosis: " } else { "also possible: " };
        hang(&mut out, &style.paint(Tone::Strong, head), head.len(), &title, style.columns());
        let mut part = |word: &str, text: &str| {
            hang(&mut out, &style.paint(Tone::Hint, &format!("  {word:<8}  ")), 12, text, style.columns());
        };
        part("cause", &message(&diagnosis.cause));
        for (i, evidence) in diagnosis.evidence.iter().enumerate() {
            part(if i == 0 { "evidence" } else { "" }, &message(evidence));
        }
        part("fix", &message(&diagnosis.fix));
        part("more", &format!("align explain {issue}"));
        match &diagnosis.link {
            // A document that the binary carries: nobody need have the file.
            Some(link) if link.starts_with("docs/") => part("", &format!("align explain {}", line(link))),
            Some(link) => part("", &line(link)),
            None => {}
        }
    }
    out
}

/// The fewest columns to wrap a verdict's words in beside its case; with fewer, words that do not fit go below.
const BESIDE: usize = 48;

/// Verdict lines, aligned with each other. What does not fit goes on in the next line.
fn lines(cases: &[&CaseOutcome], style: &Style) -> String {
    let word = cases.iter().map(|case| case.verdict.to_string().width()).max().unwrap_or(0);
    let titles: Vec<String> = cases.iter().map(|case| line(&case.title())).collect();
    let title = titles.iter().map(|title| title.width()).max().unwrap_or(0).min(style.columns() / 2);
    let mut out = String::new();
    for (case, name) in cases.iter().zip(titles) {
        let indent = word + 2 + name.width().max(title) + 2;
        let first = verdict_start(case, word, &pad(&name, title), style);
        let text = verdict::text(case);
        if indent + text.width().min(BESIDE) <= style.columns() {
            hang_clauses(&mut out, &format!("{first}  "), indent, &text, style.columns());
        } else {
            out += &format!("{}\n", first.trim_end());
            hang_clauses(&mut out, &" ".repeat(word + 2), word + 2, &text, style.columns());
        }
    }
    out
}

fn verdict_start(case: &CaseOutcome, width: usize, title: &str, style: &Style) -> String {
    let word = style.paint(case.verdict.into(), &pad(&case.verdict.to_string(), width));
    format!("{word}  {}", style.paint(Tone::Strong, title))
}

/// The verdict and what to do, a line each, however long: for other programs to read.
fn brief(case: &CaseOutcome, style: &Style) -> String {
    let text = verdict::text(case);
    let mut out = format!("{}  {text}\n", verdict_start(case, 0, &line(&case.title()), style));
    if let Some(diagnosis) = case.diagnoses.first() {
        let title = message(&diagnosis.title);
        let cause = if text.contains(&title) { String::new() } else { format!("{title}: ") };
        out += &format!("  {}  {cause}{}\n", style.paint(Tone::Hint, "fix"), message(&diagnosis.fix));
    }
    out
}
