//! Tables that cut names off: what is not there decides nothing.

use crate::nsys_stats::snapshot;
use crate::support;
use crate::support::pairs::{Pair, RUNS, golden};
use crate::support::printed::{columns, csv, list, summary};
use align::diag::{Side, Verdict};
use align::outcome::CaseOutcome;
use align::pipeline::{Options, Overrides, Session};
use align::trace::open;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

pub(crate) fn judged_by(
    session: &Session,
    spec: &Path,
    pair: &Pair,
    mock: PathBuf,
    e2e: PathBuf,
) -> Result<CaseOutcome, String> {
    let (specs, mistakes) = session.load(&[spec.to_owned()]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let overrides = Overrides { case: Some(pair.case.to_owned()), mock: Some(mock), e2e: Some(e2e) };
    let mut run = session.check(&specs, &overrides, &Options::default());
    if run.problems.is_empty() { Ok(run.outcome.cases.remove(0)) } else { Err(support::render(&run.problems)) }
}

/// A pair's spec for traces without ranges: the mock repeats, and the E2E is searched for it.
fn without_ranges(folder: &Path, at: usize, pair: &Pair) -> PathBuf {
    let of = Path::new(ROOT).join(pair.spec);
    let case = match pair.case {
        "" => String::new(),
        name => format!("[[case]]\nname = \"{name}\"\n"),
    };
    let text = format!(
        "align = 1\n[spec]\nname = \"list\"\nop = \"op\"\nextends = \"{}\"\n[[known_difference]]\nkernels = \"*FillFunctor*\"\n\
         side = \"mock\"\nreason = \"evicts what the L2 cache holds\"\nimpact = \"none\"\nowner = \"nobody\"\n\
         {case}mock.within = []\nmock.each = [{{ period = true }}]\ne2e.within = []\ne2e.each = [{{ like = \"mock\" }}]\n",
        of.display()
    );
    let file = folder.join(format!("list{at}.toml"));
    std::fs::write(&file, text).unwrap();
    file
}

/// What is said of a pair where both reports were made of one trace, whole and cut off.
struct Told {
    whole: CaseOutcome,
    cut: CaseOutcome,
}

impl Told {
    fn says_more(&self) -> bool {
        self.cut.verdict != self.whole.verdict && self.cut.verdict != Verdict::Inconclusive
    }

    fn in_full(&self) -> String {
        let said = |case: &CaseOutcome| {
            let findings = case.findings.iter().map(|f| format!("{}[{}] {}", f.severity, f.code, f.message));
            findings.chain(case.checks.iter().filter_map(|c| c.reason.clone())).collect::<Vec<_>>().join("\n  ")
        };
        let (whole, cut) = (self.whole.verdict, self.cut.verdict);
        format!("{whole} became {cut}\n  {}\n ---\n  {}\n", said(&self.whole), said(&self.cut))
    }
}

/// Wherever a table cuts names off, what it comes to is what whole names come to, or open.
#[test]
fn names_that_were_cut_off_decide_nothing() {
    let session = Session::shipped().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kernels.txt");
    let judge = |spec: &Path, pair: &Pair, side: Side, report: String| {
        std::fs::write(&file, report).unwrap();
        let of = |own: Side, name| if own == side { file.clone() } else { golden(name) };
        judged_by(&session, spec, pair, of(Side::Mock, pair.mock), of(Side::E2e, pair.e2e)).ok()
    };
    let widths = [100, 60, 30, 160, 12];
    let mut verdicts: BTreeMap<(&str, Verdict, Verdict), usize> = BTreeMap::new();
    let mut wrong = String::new();
    for (at, (pair, _)) in RUNS.iter().enumerate() {
        let (Ok(mock), width) = (open(&golden(pair.mock)), widths[at % widths.len()]) else { continue };
        let (own, listed) = (Path::new(ROOT).join(pair.spec), without_ranges(folder.path(), at, pair));
        let mut reports = vec![
            ("kern_sum", &own, Side::Mock, summary(&mock, false)),
            ("kern_gb_sum", &own, Side::Mock, summary(&mock, true)),
            ("trace", &listed, Side::Mock, list(&mock)),
        ];
        if at % 5 == 0 {
            reports.push(("trace of the E2E", &listed, Side::E2e, list(&open(&golden(pair.e2e)).unwrap())));
        }
        for (report, spec, side, rows) in reports {
            let (whole, cut) = (judge(spec, pair, side, csv(&rows)), judge(spec, pair, side, columns(&rows, width)));
            let (Some(whole), Some(cut)) = (whole, cut) else { continue };
            let told = Told { whole, cut };
            *verdicts.entry((report, told.whole.verdict, told.cut.verdict)).or_default() += 1;
            if told.says_more() {
                let _ = writeln!(wrong, "{report} at {width}, {}: {}", pair.title(), told.in_full());
            }
        }
    }
    assert!(wrong.is_empty(), "{verdicts:#?}\n{wrong}");
    let lines = verdicts.iter().map(|((report, whole, cut), pairs)| format!("{report}: {whole} -> {cut} {pairs}\n"));
    snapshot("verdicts_where_names_were_cut_off", &lines.collect::<String>());
}
