//! A run of tests for people: what is not as expected, at length, then one line in numbers.

use super::{State, Suite, Tested};
use crate::diag::{escape, plural};
use crate::report::{Format, Style, Tone, render_problems};

/// Everything that is not as expected, and the summary; with `verbose`, every test.
pub fn render(suite: &Suite, format: Format, style: &Style) -> String {
    let mut blocks: Vec<String> = Vec::new();
    if style.verbose {
        blocks.push(suite.tests.iter().map(|test| line(test, style)).collect());
    }
    if !style.quiet {
        blocks
            .extend(suite.tests.iter().filter(|test| test.state != State::AsExpected).map(|t| told(t, format, style)));
        blocks.push(render_problems(&suite.stale, format, style));
        blocks.push(render_problems(&suite.uncovered, format, style));
    }
    blocks.push(summary(suite, style));
    blocks.retain(|block| !block.is_empty());
    blocks.join(if format == Format::Human { "\n" } else { "" })
}

fn line(test: &Tested, style: &Style) -> String {
    let word = style.paint(tone(test.state), &format!("{:<11}", test.state));
    format!("{word}  {}  {}\n", escape(&test.file), escape(&test.title))
}

fn told(test: &Tested, format: Format, style: &Style) -> String {
    let mut out = render_problems(&test.problems, format, style);
    if format == Format::Human {
        for line in test.difference.iter().flat_map(|text| text.lines()) {
            let tone = match line.as_bytes().first() {
                Some(b'-') => Tone::Bad,
                Some(b'+') => Tone::Good,
                _ => Tone::Dim,
            };
            out += &format!("  {}\n", style.paint(tone, &escape(line)));
        }
    }
    out
}

fn tone(state: State) -> Tone {
    match state {
        State::AsExpected => Tone::Good,
        State::NoSnapshot => Tone::Doubt,
        _ => Tone::Bad,
    }
}

fn summary(suite: &Suite, style: &Style) -> String {
    let counts = State::ALL.into_iter().map(|state| (state, suite.count(state))).filter(|(_, n)| *n > 0);
    let states: Vec<String> = counts.map(|(state, n)| style.paint(tone(state), &format!("{n} {state}"))).collect();
    let mut parts = vec![match states.as_slice() {
        [] => "no tests".to_owned(),
        states => format!("{}: {}", plural(suite.tests.len(), "test"), states.join(", ")),
    }];
    if !suite.stale.is_empty() {
        parts.push(style.paint(Tone::Bad, &format!("{} stale", plural(suite.stale.len(), "snapshot"))));
    }
    if let Some(covered) = suite.covered {
        let of = covered + suite.uncovered.len();
        let tone = if suite.uncovered.is_empty() { Tone::Good } else { Tone::Bad };
        parts.push(style.paint(tone, &format!("{covered} of {of} judgements shown to fail")));
    }
    parts.join("; ") + "\n"
}
