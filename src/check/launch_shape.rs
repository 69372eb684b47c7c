//! `launch-shape`: same names, other grids: other inputs.

use super::{Check, Context, Judgement, Meta, Need, meta, names};
use crate::compare::{ShapeComparison, ShapeVerdict, excerpt};
use crate::diag::{Evidence, Finding, Severity, Side};
use crate::trace::Shape;

#[derive(Debug)]
pub(super) struct LaunchShape(Meta);

impl LaunchShape {
    pub(super) fn new() -> Self {
        Self(meta("launch-shape", Severity::Error, include_str!("launch_shape.md")))
    }
}

impl Check for LaunchShape {
    fn meta(&self) -> &Meta {
        &self.0
    }

    fn needs(&self) -> &[Need] {
        &[Need::LaunchShapes]
    }

    fn run(&self, context: &Context<'_>) -> Judgement {
        let comparison = context.comparison;
        let differ: Vec<&ShapeComparison> = comparison
            .shapes
            .iter()
            .filter(|s| s.verdict == ShapeVerdict::Differ)
            .filter(|s| comparison.positions[s.position].mock.is_some_and(|m| context.judged(Side::Mock, m)))
            .collect();
        let Some(first) = differ.first() else { return Judgement::pass() };
        let indices: Vec<usize> = differ.iter().filter_map(|s| comparison.positions[s.position].mock).collect();
        let labels: Vec<(usize, String)> =
            differ.iter().map(|s| (s.position, format!("mock {}, e2e {}", list(&s.mock), list(&s.e2e)))).collect();
        let mut finding = Finding::new(
            &self.0.name,
            self.0.severity,
            format!(
                "{} launched with another shape: {}, mock {}, E2E {}",
                names::kernels(differ.len()),
                names::list(context, Side::Mock, &indices[..1.min(indices.len())]),
                list(&first.mock),
                list(&first.e2e)
            ),
        )
        .side(Side::Mock)
        .excerpt(excerpt(comparison, &labels))
        .help("same kernels on another amount of work: give the mock the E2E's batch, sequence length, heads and page size");
        if let Some(&index) = indices.first() {
            let loc = context.expectation(Side::Mock, index);
            finding = finding.at(loc, context.said(loc, "must match", "[kernels] others"));
        }
        for shape in differ.iter().skip(1).take(4) {
            if let Some(m) = comparison.positions[shape.position].mock {
                let text = format!(
                    "{}: mock {}, E2E {}",
                    names::short(context, Side::Mock, m),
                    list(&shape.mock),
                    list(&shape.e2e)
                );
                finding = finding.evidence(Evidence::both(text));
            }
        }
        finding = names::with_inputs(context, finding);
        finding = finding.kernels(indices.iter().map(|&i| names::exact(context, Side::Mock, i)));
        Judgement::of(vec![finding])
    }
}

/// Distinct shapes in words, the most frequent first, at most three.
fn list(shapes: &[Shape]) -> String {
    let mut words: Vec<String> = shapes.iter().map(shape).collect();
    words.dedup();
    let more = words.len().saturating_sub(3);
    words.truncate(3);
    if more > 0 { format!("{} and {more} more", words.join(" / ")) } else { words.join(" / ") }
}

fn shape(shape: &Shape) -> String {
    if shape.bytes > 0 {
        return format!("{} bytes", shape.bytes);
    }
    let axes = |a: [u32; 3]| match a {
        [x, 1, 1] => x.to_string(),
        [x, y, 1] => format!("{x}x{y}"),
        [x, y, z] => format!("{x}x{y}x{z}"),
    };
    format!("grid {} block {}", axes(shape.grid), axes(shape.block))
}
