"""The types of the JSON report. Made from `schemas/report.json` by `python/make_document.py`.

Times end in `_ns` and are nanoseconds; ratios and shares are fractions. Words that a later version may add to
(`Method`, `KnownState` and the like) are plain texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional

# How an interval was found. One of bootstrap, order-statistics.
IntervalMethod = str

# What became of a known difference in a case. One of covers, unused, stale, expired, out-of-scope, exceeded,
# undecided.
KnownState = str

# How a line of an excerpt is marked. One of same, extra, missing, changed.
Mark = str

# How instances were found. One of range, module, graph, period, kernels, sequence, expected, summary.
Method = str

# How an operation stands against the other side's. One of match, other-shape, other-kernel, moved, extra,
# missing.
OpState = str

# How a row of the summary stands. One of match, other-shape, other-kernel, other-count, extra, missing.
RowMatch = str

# How much a finding weighs.
Severity = Literal["note", "warning", "error"]

# One of the two things compared.
Side = Literal["mock", "e2e"]

# What a check, a case or a run decides.
Verdict = Literal["pass", "fail", "skipped", "inconclusive"]


@dataclass(frozen=True)
class CaseOutcome:
    """The result of one case of one spec."""

    # Empty for a spec without cases.
    case: str
    # Every check and rule that ran, in a fixed order.
    checks: tuple[CheckOutcome, ...]
    # Findings and known differences, apart.
    counts: Counts
    # Causes, best first.
    diagnoses: tuple[Diagnosis, ...]
    e2e: SideOutcome
    # The spec's file, as given.
    file: str
    # What counts, ordered by severity, then by check.
    findings: tuple[FindingOutcome, ...]
    # Declared exceptions and what became of them.
    known: tuple[KnownOutcome, ...]
    latency: Optional[LatencyOutcome]
    mock: SideOutcome
    op: str
    owner: Optional[str]
    # A trace lacks what is needed: nothing was compared (exit code 3).
    refused: bool
    # The summary table: one row a kernel, in the order of the sequence.
    rows: tuple[Row, ...]
    # The spec's name: `vllm/attention`.
    spec: str
    verdict: Verdict
    # How the times of all instances, and of their kernels, are spread.
    distributions: Optional[Distributions] = None
    # One instance of each side, operation by operation; nothing where nothing was compared.
    timeline: Optional[Timeline] = None
    # Earlier runs of the case and this one, where a history was kept and has any.
    trend: Optional[Trend] = None
    # The spec says of itself that no trace has shown it right.
    unproven: bool = False


@dataclass(frozen=True)
class CheckOutcome:
    """What one check or rule said."""

    # Findings that no known difference covers.
    findings: int
    name: str
    verdict: Verdict
    # Why it was skipped or is inconclusive.
    reason: Optional[str] = None


@dataclass(frozen=True)
class Counts:
    """What one case, or a run, comes to."""

    # Findings that no known difference covers.
    errors: int
    known_differences: KnownCounts
    notes: int
    warnings: int


@dataclass(frozen=True)
class Decision:
    """By what a run was decided, and what the process says to its caller."""

    allow_inconclusive: bool
    # 0 passed; 1 a finding, or INCONCLUSIVE; 2 a wrong spec, rule or argument; 3 a trace that cannot be read or
    # lacks what is needed; 4 nothing was checked.
    exit_code: int
    # The least severity of a finding that fails.
    fail_on: Severity


@dataclass(frozen=True)
class Diagnosis:
    """A cause, what it rests on, and what to do."""

    cause: str
    # Sentences of the facts it was matched on.
    evidence: tuple[str, ...]
    # Codes of the findings it explains.
    explains: tuple[str, ...]
    fix: str
    # The row's id in the common-issues table: what `align explain` takes.
    issue: str
    title: str
    link: Optional[str] = None


@dataclass(frozen=True)
class Distribution:
    """A set of values: in full where there are few, else as a histogram. In ns."""

    count: int
    least_ns: float
    most_ns: float
    # 5 %, 25 %, 50 %, 75 %, 95 %.
    quantiles_ns: tuple[float, ...]
    histogram: Optional[Histogram] = None
    # All values in time order, if there are few.
    samples_ns: tuple[float, ...] = ()


@dataclass(frozen=True)
class Distributions:
    """The times of a case's instances and of their kernels."""

    instance: InstanceTimes
    # Per place that stands on both sides, in the order of the sequence.
    kernels: tuple[KernelTimes, ...]
    # Kernels not listed, where there are too many: those that take least time.
    kernels_unshown: int


@dataclass(frozen=True)
class Drift:
    """A ratio that moves steadily towards the edge of its tolerance."""

    # At this pace it is reached after so many more measurements.
    ahead: int
    # How likely measurements in random order move as steadily (Mann–Kendall, both directions).
    chance: float
    # The edge that it moves towards, as a ratio.
    edge: float
    # The ratios at the ends of that line.
    from_: float
    # The different measurements that it rests on, all on this run's GPUs.
    measurements: int
    # By how much the ratio is multiplied from one to the next: the Theil–Sen slope of its logarithm.
    pace: float
    to: float


@dataclass(frozen=True)
class Evidence:
    """One fact that a finding rests on."""

    # The side it was seen on, or `None` if it is about both.
    side: Optional[Side]
    text: str
    at: Optional[KernelRef] = None


@dataclass(frozen=True)
class Excerpt:
    """A piece of a trace as text, one GPU operation a line, for carets to point into: the sequence of one instance
    with both sides. Lines hold no line feed and are already escaped and shortened.
    """

    # Labels: an index into `lines`, and what is said there.
    labels: tuple[tuple[int, str], ...]
    lines: tuple[tuple[Mark, str], ...]
    title: str
    # The places of the alignment that are labelled, in step with `labels`: what a picture of it marks.
    positions: tuple[int, ...] = ()


@dataclass(frozen=True)
class FindingOutcome:
    """One finding."""

    # The check's or rule's name.
    code: str
    evidence: tuple[Evidence, ...]
    # Demangled names of the kernels concerned.
    kernels: tuple[str, ...]
    message: str
    severity: Severity
    excerpt: Optional[Excerpt] = None
    help: Optional[str] = None
    # The reason of the known difference that covers it.
    known: Optional[str] = None
    place: Optional[Place] = None
    # The ratio mock / E2E that it is about.
    ratio: Optional[float] = None
    side: Optional[Side] = None


@dataclass(frozen=True)
class Histogram:
    """Values by bins of equal width. In ns."""

    above: int
    # Values before the first bin, and after the last.
    below: int
    bin_ns: float
    counts: tuple[int, ...]
    from_ns: float


@dataclass(frozen=True)
class InstanceTimeline:
    """One instance, in time order. Times in ns."""

    # Which of the compared instances it is, in time order, from 0.
    instance: int
    ops: tuple[TimelineOp, ...]
    pid: int
    # From the first operation's start to the last one's end.
    span_ns: int
    # Where it starts on the trace's clock.
    start_ns: int
    # What is left out of `ops`, where an instance has too many: the shortest that match.
    unshown: Optional[Unshown] = None


@dataclass(frozen=True)
class InstanceTimes:
    """The sum of kernel durations in one instance."""

    e2e: Optional[Distribution]
    mock: Optional[Distribution]


@dataclass(frozen=True)
class Interval:
    """The ratio of medians, first over second, and its interval."""

    high: float
    low: float
    method: IntervalMethod
    ratio: float


@dataclass(frozen=True)
class KernelRef:
    """Everything one needs to find a GPU operation in the profiler. Times in ns on the trace's clock."""

    correlation_id: int
    device: int
    duration_ns: int
    name: str
    pid: int
    start_ns: int
    stream: int
    trace: str


@dataclass(frozen=True)
class KernelTimes:
    """The times of one kernel of the sequence."""

    e2e: Optional[Distribution]
    # Its base name on the mock's side.
    kernel: str
    mock: Optional[Distribution]
    # The place in the alignment.
    position: int
    # What the spec allows a single kernel, as a fraction in both directions.
    tolerance: float
    # Of the ratio of medians, mock over E2E, at a level shared among all kernels.
    interval: Optional[Interval] = None


@dataclass(frozen=True)
class KnownCounts:
    """Known differences. One that several cases share is one."""

    # The findings that they cover.
    covers: int
    declared: int
    expired: int
    stale: int
    # Of these, how many cover something.
    used: int


@dataclass(frozen=True)
class KnownOutcome:
    """A known difference and whether it still holds."""

    # How many findings it covers.
    covers: int
    place: Place
    reason: str
    state: KnownState
    impact: Optional[str] = None
    link: Optional[str] = None
    owner: Optional[str] = None
    until: Optional[str] = None


@dataclass(frozen=True)
class LatencyOutcome:
    """The instance's latency, mock over E2E. Times in ns."""

    e2e_busy_ns: float
    e2e_median_ns: float
    # `None` with too few instances.
    interval: Optional[Interval]
    mock_busy_ns: float
    mock_median_ns: float
    # As a fraction, in both directions.
    tolerance: float
    reason: Optional[str] = None


@dataclass(frozen=True)
class Launch:
    """How an operation was launched: blocks, threads, registers per thread, shared memory in bytes; of a copy or set
    only the bytes moved.
    """

    block: tuple[int, ...]
    dynamic_shared_bytes: int
    grid: tuple[int, ...]
    moved_bytes: int
    registers: int
    static_shared_bytes: int


@dataclass(frozen=True)
class LeftOut:
    """Instances that are not compared, and why."""

    count: int
    reason: str
    # They are executions of something else than what is compared, or of it in another form; not warm-up, another
    # rank or another launch mode.
    unlike: bool


@dataclass(frozen=True)
class Place:
    """A place in a source file. Lines and columns count from 1, columns in characters; `start` and `end` are bytes."""

    column: int
    end: int
    file: str
    # What is said there.
    label: str
    line: int
    start: int


@dataclass(frozen=True)
class ProblemOutcome:
    """One mistake in the input, or a trace that cannot be read."""

    # `spec`, `trace` or `nothing`: decides the exit code.
    class_: str
    code: str
    message: str
    notes: tuple[str, ...]
    places: tuple[Place, ...]
    help: Optional[str] = None


@dataclass(frozen=True)
class Provenance:
    """Provenance"""

    # Compute capability of the first GPU, such as `9.0`.
    compute_capability: Optional[str]
    # The CUDA version the driver offers, such as `13.0`.
    cuda: Optional[str]
    driver: Optional[str]
    # GPU models used by the profiled processes, sorted and without repetition.
    gpus: tuple[str, ...]
    # Bytes of level-2 cache of the first GPU.
    l2_bytes: Optional[int]
    # Multiprocessors of the first GPU.
    multiprocessors: Optional[int]
    # The profiler and its version, such as `Nsight Systems 2025.3.2`.
    profiler: Optional[str]
    # The export's schema version, such as `3.20.3`.
    schema: Optional[str]


@dataclass(frozen=True)
class RankSpread:
    """How the medians of ranks lie. In ns."""

    fastest: str
    fastest_ns: float
    median_ns: float
    slowest: str
    slowest_ns: float


@dataclass(frozen=True)
class RanksOutcome:
    """The ranks of a side, in bounded size. Ranks are named by number (`rank 3`), or by file where files have none."""

    # Of these, those that could be read and compared.
    compared: int
    # Traces that were given.
    given: int
    # How it is known which rank a trace is of.
    identified: str
    # Which were given: `ranks 0-7, 12`.
    names: str
    # The rank whose timeline and distributions stand for all, and whose kernels are listed.
    shown: str
    # How many there should be, as the spec says.
    expected: Optional[int] = None
    # The ranks' medians of one instance; nothing where no rank was compared.
    spread: Optional[RankSpread] = None
    # Which could not be read: `rank 5`.
    unreadable: Optional[str] = None


@dataclass(frozen=True)
class Row:
    """One kernel of the summary table. Times are medians of one call, in ns."""

    critical: bool
    e2e_calls: int
    e2e_ns: Optional[float]
    # Its demangled name as the profiler printed it: what patterns are matched against.
    exact: str
    family: Optional[str]
    # The kernel's base name on the mock's side, else on the E2E's.
    kernel: str
    mock_calls: int
    mock_ns: Optional[float]
    state: RowMatch
    # And its demangled name.
    e2e_exact: Optional[str] = None
    # The E2E's base name, where it is another kernel.
    e2e_kernel: Optional[str] = None
    # The entry's name in the spec, if one names the kernel.
    entry: Optional[str] = None


@dataclass(frozen=True)
class SideOutcome:
    """One side of a case."""

    # In [0, 1].
    confidence: float
    # In [0, 1].
    graph_share: float
    # How the instances were found, in words.
    how: str
    instances: int
    # Kernels in one instance.
    kernels: int
    left_out: tuple[LeftOut, ...]
    method: Optional[Method]
    provenance: Provenance
    # The trace as the user gave it.
    trace: str
    # The framework it was captured with, as the spec says: `vllm 0.24.0`.
    framework: Optional[str] = None
    # Where the side is several traces, one a rank: what these are. Instances are then those of all ranks.
    ranks: Optional[RanksOutcome] = None
    # What a second way of finding the op says.
    second: Optional[str] = None


@dataclass(frozen=True)
class Timeline:
    """The instance of median time on each side, both from their own start. Names and launches stand once, in tables."""

    e2e: InstanceTimeline
    kernels: tuple[TimelineKernel, ...]
    launches: tuple[Launch, ...]
    mock: InstanceTimeline
    # Paths of a framework's modules, as its ranges name them.
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimelineKernel:
    """A kernel, copy or set."""

    # Its demangled name as the profiler printed it.
    exact: str
    # Its base name; for a copy or set the profiler's word.
    name: str
    family: Optional[str] = None


@dataclass(frozen=True)
class TimelineOp:
    """One operation. Times in ns, from the instance's start."""

    # The ordinal of the device in its process.
    device: int
    duration_ns: int
    # Index into the timeline's kernels.
    kernel: int
    # Index into the timeline's launches.
    launch: int
    # The place in the alignment of both sequences: operations of one position stand against each other.
    position: int
    start_ns: int
    state: OpState
    stream: int
    # A known difference covers it.
    known: bool = False
    # Index into the timeline's modules: the innermost one that it was launched or captured in.
    module: Optional[int] = None
    # It was replayed from a CUDA graph.
    replayed: bool = False


@dataclass(frozen=True)
class Trend:
    """Runs of a case in the order of their times; this run is the last."""

    # Runs that the history has and whose time is later than this one's.
    later: int
    runs: tuple[TrendRun, ...]
    # Earlier runs that the history has and that are not listed.
    unshown: int
    # Said where the ratio moves steadily towards the edge of what is allowed; it decides nothing.
    drift: Optional[Drift] = None


@dataclass(frozen=True)
class TrendRatio:
    """The latency of one instance, mock over E2E, with its 95 % interval."""

    high: float
    low: float
    ratio: float


@dataclass(frozen=True)
class TrendRun:
    """A case in one run."""

    # The version of `align`.
    align: str
    e2e: TrendSide
    mock: TrendSide
    # `None` where nothing was compared, or with too few instances.
    ratio: Optional[TrendRatio]
    # In UTC: `2026-11-24T13:29:53Z`.
    time: str
    # What the spec allowed then, as a fraction in both directions.
    tolerance: Optional[float]
    verdict: Verdict


@dataclass(frozen=True)
class TrendSide:
    """A side in one run."""

    instances: int
    # Of one instance.
    median_ns: Optional[float]
    # The trace as it was given; of an absolute path the last part.
    trace: str
    cuda: Optional[str] = None
    driver: Optional[str] = None
    # As the spec said: `vllm 0.24.0`.
    framework: Optional[str] = None
    gpus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unshown:
    """Operations that are not listed, and their durations together."""

    count: int
    ns: int


@dataclass(frozen=True)
class Document:
    """The result of one run over any number of specs."""

    cases: tuple[CaseOutcome, ...]
    # Findings and known differences of all cases, apart.
    counts: Counts
    # The version of this form; grows with every incompatible change.
    format: int
    # What kept cases, or the whole run, from being judged.
    problems: tuple[ProblemOutcome, ...]
    verdict: Verdict
    # By what the run was decided, and its exit code; nothing before that.
    decision: Optional[Decision] = None
