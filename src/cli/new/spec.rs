//! `align new spec`: draft a spec from two traces.

use crate::cli::check::session;
use crate::cli::reads::Reads;
use crate::cli::terminal::Terminal;
use crate::cli::{Said, failed};
use crate::diag::{Problem, Severity, Verdict, argument, escape, plural, plural_of};
use crate::infer::{Draft, Request, draft};
use crate::kernel::Glob;
use crate::report::Format;
use crate::save;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Finds the op in both traces, proposes kernel entries, tolerances and known differences, and checks the result.
///
/// What is given by a flag is not inferred. Patterns are those of a spec: globs, for kernels also /regular
/// expressions/ and family:NAME.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The mock's trace (`nsys export --type sqlite`)
    #[arg(long, value_name = "FILE")]
    pub(super) mock: PathBuf,
    /// The E2E's trace
    #[arg(long, value_name = "FILE")]
    pub(super) e2e: PathBuf,
    /// The new spec; never overwritten. Without it the spec goes to stdout
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// What reports call the spec, such as vllm/attention
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// The operation, such as generation_attention
    #[arg(long, value_name = "OP")]
    pub(super) op: Option<String>,
    /// Whom to ask
    #[arg(long, value_name = "OWNER")]
    pub(super) owner: Option<String>,
    /// Look only inside this range of the mock (repeat it for ranges inside, outermost first)
    #[arg(long, value_name = "RANGE")]
    pub(super) mock_within: Vec<String>,
    /// One instance of the mock is one occurrence of this range
    #[arg(long, value_name = "RANGE")]
    pub(super) mock_range: Option<String>,
    /// Look only inside this range of the E2E (repeat it for ranges inside, outermost first)
    #[arg(long, value_name = "RANGE")]
    pub(super) e2e_within: Vec<String>,
    /// One instance of the E2E is one call of this module
    #[arg(long, value_name = "MODULE", conflicts_with_all = ["after", "before"])]
    pub(super) e2e_module: Option<String>,
    /// The op stands right after this kernel in the E2E
    #[arg(long, value_name = "KERNEL")]
    pub(super) after: Option<String>,
    /// The op stands right before this kernel in the E2E
    #[arg(long, value_name = "KERNEL")]
    pub(super) before: Option<String>,
    #[command(flatten)]
    reads: Reads,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Said {
    let made = refuse(args)
        .map_err(|problem| vec![problem])
        .and_then(|()| session())
        .and_then(|(session, _)| draft(&session.read_with(args.reads.reading(terminal)), &request(args)))
        .and_then(|draft| {
            if let Some(output) = &args.output {
                save::create(output, &draft.text).map_err(|problem| vec![problem])?;
            }
            Ok(draft)
        });
    let draft = match made {
        Ok(draft) => draft,
        Err(problems) => return failed(&problems, Format::Human, terminal),
    };
    let passes = draft.outcome.verdict == Verdict::Pass;
    let summary = summary(args, &draft);
    let code = u8::from(!passes);
    match args.output {
        Some(_) => Said { stdout: summary, stderr: String::new(), code },
        None => Said { stdout: draft.text, stderr: summary, code },
    }
}

/// What is wrong before any trace is read.
fn refuse(args: &Args) -> Result<(), Problem> {
    let globs = [("--mock-within", &args.mock_within), ("--e2e-within", &args.e2e_within)]
        .into_iter()
        .flat_map(|(flag, texts)| texts.iter().map(move |text| (flag, text)))
        .chain(args.mock_range.iter().map(|text| ("--mock-range", text)))
        .chain(args.e2e_module.iter().map(|text| ("--e2e-module", text)));
    for (flag, text) in globs {
        Glob::new(text).map_err(|e| Problem::spec("bad-pattern", format!("`{flag} {}`: {e}", escape(text))))?;
    }
    match &args.output {
        Some(output) => save::may_create(output),
        None => Ok(()),
    }
}

fn request(args: &Args) -> Request {
    Request {
        mock: args.mock.clone(),
        e2e: args.e2e.clone(),
        output: args.output.clone(),
        name: args.name.clone(),
        op: args.op.clone(),
        owner: args.owner.clone(),
        mock_within: args.mock_within.clone(),
        mock_range: args.mock_range.clone(),
        e2e_within: args.e2e_within.clone(),
        e2e_module: args.e2e_module.clone(),
        after: args.after.clone(),
        before: args.before.clone(),
    }
}

/// What the owner has to write.
fn todo(draft: &Draft) -> String {
    let known = (draft.known > 0).then(|| plural(draft.known, "known difference"));
    let tolerance = (draft.tolerances > 0).then(|| plural(draft.tolerances, "tolerance"));
    match [known, tolerance].into_iter().flatten().collect::<Vec<_>>() {
        none if none.is_empty() => "nothing differs".to_owned(),
        some => format!("{} to explain (TODO)", some.join(" and ")),
    }
}

/// What was found and decided, and what to do next.
fn summary(args: &Args, draft: &Draft) -> String {
    let outcome = &draft.outcome;
    let mut out = String::new();
    let file = args.output.as_ref().map(|o| argument(&o.display().to_string()));
    if let Some(file) = &file {
        let _ = writeln!(out, "wrote {file}: {}, {}", outcome.spec, outcome.op);
    }
    for (side, found) in [("mock", &outcome.mock), ("e2e", &outcome.e2e)] {
        let instances = plural(found.instances, "instance");
        let kernels = plural(found.kernels, "kernel");
        let _ = writeln!(out, "  {side:<6}{instances} of {kernels}, by {}", escape(&found.how));
    }
    let _ = writeln!(
        out,
        "  {:<6}{}, {} critical; {}",
        "spec",
        plural_of(draft.kernels, "kernel entry", "kernel entries"),
        draft.critical,
        todo(draft)
    );
    if let Some((issue, fix)) = &draft.cause {
        let _ = writeln!(out, "  {:<6}looks like {}: {}", "cause", escape(issue), escape(fix));
    }
    let _ = writeln!(out, "  {:<6}{} on these traces", "check", outcome.verdict);
    for finding in outcome.findings.iter().filter(|f| f.known.is_none() && f.severity >= Severity::Warning) {
        let _ = writeln!(out, "        {}[{}]: {}", finding.severity, finding.code, escape(&finding.message));
    }
    for reason in outcome.checks.iter().filter(|c| c.verdict == Verdict::Inconclusive).filter_map(|c| c.reason.as_ref())
    {
        let _ = writeln!(out, "        {}", escape(reason));
    }
    let file = file.unwrap_or_else(|| "FILE".to_owned());
    let _ = writeln!(out, "next: read its comments, then\n  align check {file}\n  align test {file}");
    out
}
