//! Outcomes built by hand, as the pipeline would give them.

mod odd;
mod pictures;

pub(super) use odd::{edges, hostile, long, many_extra, variants};
pub(super) use pictures::{followed, pictured};

use crate::diag::{Evidence, Excerpt, KernelRef, Mark, Severity, Side, SourceFile, Verdict};
use crate::outcome::{
    CaseOutcome, CheckOutcome, Counts, Diagnosis, FindingOutcome, Interval, IntervalMethod, KnownOutcome, KnownState,
    LatencyOutcome, LeftOut, Method, Outcome, Place, Row, RowMatch, SideOutcome,
};
use std::sync::Arc;

const SPEC: &str = r#"align = 1

[spec]
name  = "vllm/attention"
op    = "generation_attention"
owner = "attention team"

[[kernel]]
name     = "attention forward"
match    = ["*FlashAttnFwdSm90*", "*flash_fwd*"]
count    = 1
critical = true
[[kernel]]
name  = "KV-cache write"
match = "reshape_and_cache*"
count = 1
[kernels]
others = "must-match"
[latency]
within = "10%""#;

pub(super) fn spec() -> Arc<SourceFile> {
    SourceFile::new("specs/attention.toml", SPEC)
}

/// Where a piece of the spec stands.
pub(super) fn place(text: &str, label: &str) -> Place {
    let start = SPEC.find(text).unwrap_or(SPEC.len());
    let loc = crate::diag::Loc::new(&spec(), start..start + text.len());
    Place::new(&loc, label)
}

pub(super) fn outcome(cases: Vec<CaseOutcome>) -> Outcome {
    Outcome { sources: vec![spec()], ..Outcome::of_cases(cases) }
}

fn side(trace: &str, how: &str, instances: usize, kernels: usize) -> SideOutcome {
    SideOutcome {
        trace: trace.to_owned(),
        method: Some(Method::Range),
        how: how.to_owned(),
        confidence: 1.0,
        instances,
        kernels,
        ..SideOutcome::default()
    }
}

pub(super) fn row(kernel: &str, mock: Option<f64>, e2e: Option<f64>, state: RowMatch) -> Row {
    Row {
        entry: None,
        kernel: kernel.to_owned(),
        exact: format!("void engine::{kernel}(float *, int)"),
        e2e_kernel: None,
        e2e_exact: None,
        family: None,
        critical: false,
        mock_calls: u32::from(mock.is_some()),
        mock_ns: mock,
        e2e_calls: u32::from(e2e.is_some()),
        e2e_ns: e2e,
        state,
    }
}

fn check(name: &str, verdict: Verdict, reason: Option<&str>, findings: usize) -> CheckOutcome {
    CheckOutcome { name: name.to_owned(), verdict, reason: reason.map(str::to_owned), findings }
}

pub(super) fn finding(code: &str, severity: Severity, message: &str) -> FindingOutcome {
    FindingOutcome {
        code: code.to_owned(),
        severity,
        message: message.to_owned(),
        side: Some(Side::Mock),
        evidence: Vec::new(),
        place: None,
        excerpt: None,
        help: None,
        kernels: Vec::new(),
        ratio: None,
        known: None,
    }
}

fn at(start_ns: i64, stream: u32, correlation_id: i64, name: &str) -> KernelRef {
    KernelRef {
        trace: "traces/mock_decode.sqlite".to_owned(),
        pid: 4711,
        device: 0,
        stream,
        start_ns,
        duration_ns: 1_100,
        correlation_id,
        name: name.to_owned(),
    }
}

/// Three kernels, all alike.
pub(super) fn passing() -> CaseOutcome {
    let mut rows = vec![
        row("reshape_and_cache_flash_kernel", Some(2_112.0), Some(2_080.0), RowMatch::Match),
        row("prepare_varlen_num_blocks_kernel", Some(1_888.0), Some(1_856.0), RowMatch::Match),
        row("FlashAttnFwdSm90", Some(21_400.0), Some(20_700.0), RowMatch::Match),
    ];
    rows[0].entry = Some("KV-cache write".to_owned());
    rows[2].entry = Some("attention forward".to_owned());
    rows[2].critical = true;
    rows[2].family = Some("attention".to_owned());
    let mut mock = side("traces/mock_decode.sqlite", "range `replay` within measured", 96, 3);
    mock.left_out = vec![LeftOut { reason: "warm-up".to_owned(), count: 1, unlike: false }];
    mock.graph_share = 1.0;
    CaseOutcome {
        file: "specs/attention.toml".to_owned(),
        spec: "vllm/attention".to_owned(),
        op: "generation_attention".to_owned(),
        owner: Some("attention team".to_owned()),
        unproven: false,
        case: "decode".to_owned(),
        verdict: Verdict::Pass,
        refused: false,
        mock,
        e2e: side("traces/e2e.sqlite", "module `*.self_attn.attn` within measured, step:*:decode", 20, 3),
        rows,
        latency: Some(LatencyOutcome {
            mock_median_ns: 25_400.0,
            e2e_median_ns: 24_636.0,
            mock_busy_ns: 25_400.0,
            e2e_busy_ns: 24_636.0,
            interval: Some(Interval { ratio: 1.031, low: 1.022, high: 1.040, method: IntervalMethod::Bootstrap }),
            tolerance: 0.10,
            reason: None,
        }),
        timeline: None,
        distributions: None,
        trend: None,
        checks: vec![check("kernel-name", Verdict::Pass, None, 0), check("latency-ratio", Verdict::Pass, None, 0)],
        findings: Vec::new(),
        diagnoses: Vec::new(),
        known: Vec::new(),
        counts: Counts::default(),
    }
}

/// Two extra kernels, another attention kernel, slower.
pub(super) fn failing() -> CaseOutcome {
    let mut case = passing();
    case.verdict = Verdict::Fail;
    case.mock.kernels = 5;
    case.e2e.confidence = 0.9;
    case.rows[2] = row("flash_fwd_splitkv_kernel", Some(31_900.0), Some(20_700.0), RowMatch::OtherKernel);
    case.rows[2].e2e_kernel = Some("FlashAttnFwdSm90".to_owned());
    case.rows[2].e2e_exact = Some("void flash::FlashAttnFwdSm90<128>(Params)".to_owned());
    let fill = "vectorized_elementwise_kernel<FillFunctor>";
    case.rows.insert(0, row(fill, Some(1_120.0), None, RowMatch::Extra));
    case.rows[0].mock_calls = 2;
    case.findings = vec![
        other_kernel(),
        extra_kernels(fill),
        finding("trace-provenance", Severity::Note, "the drivers differ: 580.1 and 575.3"),
    ];
    case.checks = vec![
        check("kernel-name", Verdict::Fail, None, 1),
        check("extra-kernel", Verdict::Fail, None, 1),
        check(
            "latency-ratio",
            Verdict::Skipped,
            Some("only 60% of the kernels align: the times are those of different work"),
            0,
        ),
    ];
    case.diagnoses = vec![
        Diagnosis {
            issue: "other-attention-backend".to_owned(),
            title: "the mock chose another attention backend".to_owned(),
            cause: "the engine selects its attention backend by GPU, data type and head size; the mock was built with \
                    another selection, so that other kernels run"
                .to_owned(),
            fix: "set VLLM_ATTENTION_BACKEND in the mock to what the engine logs at start, or build the layer through the \
                  engine's own selector"
                .to_owned(),
            link: Some("https://docs.vllm.ai/en/latest/design/attention_backends.html".to_owned()),
            evidence: vec!["`flash_fwd_splitkv_kernel` stands where the E2E runs `FlashAttnFwdSm90`".to_owned()],
            explains: vec!["kernel-name".to_owned()],
        },
        Diagnosis {
            issue: "glue-in-timed-region".to_owned(),
            title: "the harness's own kernels run inside the timed region".to_owned(),
            cause: "buffers are cleared or filled between iterations".to_owned(),
            fix: "move the clearing out of the timed region".to_owned(),
            link: None,
            evidence: vec!["2 fill kernels only in the mock".to_owned()],
            explains: vec!["extra-kernel".to_owned()],
        },
    ];
    case
}

fn line(sign: char, at: usize, name: &str, mock: &str, e2e: &str) -> String {
    format!("{sign} {at:>3}  {name:<56}  {mock:>10}  {e2e:>10}")
}

fn other_kernel() -> FindingOutcome {
    let full = |kernel: &str, tile: &str| {
        format!(
            "void cutlass::device_kernel<flash::enable_sm90_or_later<flash::{kernel}<flash::CollectiveMainloopFwdSm90<2, cute::tuple<cute::C<1>, cute::C<1>, cute::C<1>>, cute::tuple<cute::C<{tile}>, cute::C<176>, cute::C<128>>, 128, cutlass::bfloat16_t, float, cutlass::arch::Sm90>>>>(T1::Params)"
        )
    };
    let mut finding = finding(
        "kernel-name",
        Severity::Error,
        "1 kernel of the mock differs in name: another kernel, `flash_fwd_splitkv_kernel` where the E2E runs `FlashAttnFwdSm90`",
    );
    finding.place = Some(place("[\"*FlashAttnFwdSm90*\", \"*flash_fwd*\"]", "compared by this"));
    finding.evidence = vec![
        Evidence::on(Side::Mock, full("FlashAttnFwdSm90", "64")),
        Evidence::on(Side::E2e, full("FlashAttnFwdSm90", "128")),
    ];
    finding.excerpt = Some(Excerpt {
        title: "one instance".to_owned(),
        lines: vec![
            (Mark::Same, line(' ', 2, "reshape_and_cache_flash_kernel", "2.11 us", "2.08 us")),
            (Mark::Same, line(' ', 3, "prepare_varlen_num_blocks_kernel", "1.89 us", "1.86 us")),
            (Mark::Changed, line('~', 4, "flash_fwd_splitkv_kernel  ->  FlashAttnFwdSm90", "31.90 us", "20.70 us")),
        ],
        labels: vec![(2, "another kernel".to_owned())],
        positions: vec![4],
    });
    finding.help = Some(
        "a library picks its variant by shape, data type and device: make the mock's inputs and settings those of the E2E"
            .to_owned(),
    );
    finding
}

fn extra_kernels(fill: &str) -> FindingOutcome {
    let mut finding = finding(
        "extra-kernel",
        Severity::Error,
        "the mock launches 2 kernels that the E2E does not: `vectorized_elementwise_kernel<FillFunctor>` x2",
    );
    finding.place = Some(place("\"must-match\"", "must match"));
    finding.excerpt = Some(Excerpt {
        title: "one instance".to_owned(),
        lines: vec![
            (Mark::Extra, line('+', 0, fill, "1.12 us", "-")),
            (Mark::Extra, line('+', 1, fill, "1.12 us", "-")),
            (Mark::Same, line(' ', 2, "reshape_and_cache_flash_kernel", "2.11 us", "2.08 us")),
            (Mark::Same, line(' ', 3, "prepare_varlen_num_blocks_kernel", "1.89 us", "1.86 us")),
            (Mark::Same, "    … 1 kernel".to_owned()),
        ],
        labels: vec![(0, "not in the E2E".to_owned()), (1, "not in the E2E".to_owned())],
        positions: vec![0, 1],
    });
    finding.evidence = vec![
        Evidence::on(Side::Mock, fill).at(at(1_234_567_890_123, 7, 81_234, fill)),
        Evidence::on(Side::Mock, fill).at(at(1_234_567_893_001, 7, 81_240, fill)),
    ];
    finding.help =
        Some("take them out of the timed region, or declare them as a [[known_difference]] with a reason".to_owned());
    finding
}

/// Too few instances to speak of latency.
pub(super) fn inconclusive() -> CaseOutcome {
    let mut case = passing();
    case.case = "prefill".to_owned();
    case.verdict = Verdict::Inconclusive;
    case.mock.instances = 2;
    case.latency.iter_mut().for_each(|latency| latency.interval = None);
    let why = "2 and 20 instances: 3 are needed on each side to say anything of latency";
    case.checks[1] = check("latency-ratio", Verdict::Inconclusive, Some(why), 0);
    case
}

/// Nothing could be judged.
pub(super) fn skipped() -> CaseOutcome {
    let mut case = passing();
    case.case = "decode-graph".to_owned();
    case.verdict = Verdict::Skipped;
    case.latency = None;
    case.checks = ["kernel-name", "launch-shape"]
        .map(|name| check(name, Verdict::Skipped, Some("the E2E trace has no launch shapes"), 0))
        .to_vec();
    case
}

/// A trace without the kernels of its graphs.
pub(super) fn refused() -> CaseOutcome {
    let mut case = passing();
    case.verdict = Verdict::Fail;
    case.refused = true;
    case.rows.clear();
    case.latency = None;
    case.checks = vec![check("no-gpu-data", Verdict::Fail, None, 1)];
    case.mock = SideOutcome { trace: "traces/mock_decode.sqlite".to_owned(), ..SideOutcome::default() };
    case.e2e = SideOutcome { trace: "traces/e2e_graph_whole.sqlite".to_owned(), ..SideOutcome::default() };
    let mut finding = finding(
        "no-gpu-data",
        Severity::Error,
        "the kernels of CUDA graphs are not in the E2E trace: graphs were traced as a whole",
    );
    let text = "24 CUDA graph launches in the E2E trace, none of whose kernels was recorded";
    finding.evidence = vec![Evidence::on(Side::E2e, text)];
    finding.help = Some("capture again with `nsys profile --cuda-graph-trace=node`".to_owned());
    case.findings = vec![finding];
    case.diagnoses = vec![Diagnosis {
        issue: "graph-traced-as-a-whole".to_owned(),
        title: "the profiler recorded CUDA graphs as one block each".to_owned(),
        cause: "`--cuda-graph-trace=graph` is the default: a graph's kernels are not recorded one by one".to_owned(),
        fix: "capture again with `nsys profile --cuda-graph-trace=node`".to_owned(),
        link: None,
        evidence: vec![text.to_owned()],
        explains: vec!["no-gpu-data".to_owned()],
    }];
    case
}

/// An extra kernel that is declared, and a declaration that covers nothing any more.
pub(super) fn known() -> CaseOutcome {
    let mut case = passing();
    let fill = "vectorized_elementwise_kernel<FillFunctor>";
    case.rows.insert(0, row(fill, Some(1_120.0), None, RowMatch::Extra));
    let reason = "the harness zeroes its workspace each iteration";
    let mut covered = extra_kernels(fill);
    covered.known = Some(reason.to_owned());
    case.findings = vec![covered];
    case.known = vec![
        KnownOutcome {
            reason: reason.to_owned(),
            impact: Some("+1.1 us per iteration, not modelled".to_owned()),
            owner: Some("collector team".to_owned()),
            until: Some("2026-12-31".to_owned()),
            link: None,
            state: KnownState::Covers,
            covers: 1,
            place: place("\"must-match\"", ""),
        },
        KnownOutcome {
            reason: "the norm was not fused before".to_owned(),
            impact: None,
            owner: None,
            until: None,
            link: None,
            state: KnownState::Stale,
            covers: 0,
            place: place("\"must-match\"", ""),
        },
    ];
    case
}
