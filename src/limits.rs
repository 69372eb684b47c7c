//! Every threshold of the analysis in one table: value, reason, and the margin to what was measured on
//! real H100 traces (transformers and vLLM, 54 pairs). Other defaults of a spec stand in `spec`.

pub mod cost;

/// A hit is looked at if it costs at most this share of leaving the whole pattern out; what it is worth is
/// said by its confidence, the rest of that share.
pub const HIT_COST: f64 = 1.0 - CONFIDENCE_CANDIDATE;

/// Occurrences at most this share as alike as the best one are another work: layers of one model lie within 25 % of
/// each other, another projection of the same library is half as alike.
pub const HIT_ALIKE: f64 = 0.5;

/// A selection by sequence at or above this confidence is found; true pairs score 0.60–1.0.
pub const CONFIDENCE_FOUND: f64 = 0.5;

/// From here on a hit is worth showing as a candidate; absent operations score at most 0.40. It is taken only
/// if a second, independent sign agrees: it holds every critical kernel of the spec's list.
pub const CONFIDENCE_CANDIDATE: f64 = 0.25;

/// A hit that matches by families alone says little about names: its confidence stops here.
pub const CONFIDENCE_FAMILY_ONLY: f64 = 0.5;

/// Neighbouring hits may share one kernel from this length on: a fused norm ends one layer and starts the
/// next (13 kernels a layer); a short op of 3 never shares.
pub const SHARED_KERNEL_LENGTH: usize = 10;

/// Distances between equal k-grams that are kept as candidate periods, by votes.
pub const PERIOD_CANDIDATES: usize = 40;

/// Lengths of the k-grams that vote for periods.
pub const PERIOD_GRAMS: [usize; 4] = [1, 2, 4, 8];

/// Fewest repetitions that make a period: below four a coincidence is as likely.
pub const PERIOD_REPEATS: usize = 4;

/// A mock's set-up loop comes within a sixth of its measured part's time (15 kernels against 3): stretches this near
/// are told apart by which comes last.
pub const PERIOD_NEAR: f64 = 7.0 / 6.0;

/// A repeating stretch that reaches the end of its stream is taken before a busier one, from this share of its time on:
/// a benchmark measures last (autotuning loops before it were up to three times busier).
pub const PERIOD_LAST: f64 = 0.25;

/// Most kernels in one instance: aligning takes time and memory with their square (100 MB here). A decoding step of a
/// hundred layers has 2,000; more is a whole run.
pub const INSTANCE_KERNELS: usize = 10_000;

/// Longest period whose phase is searched for: the search costs its cube (400 kernels: under a second). A layer has
/// 13 to 60 kernels.
pub const PHASE_LENGTH: usize = 400;

/// Two selections agree if at least this share of the smaller one's instances overlap the other's.
/// Right pairs overlap wholly; a wrong layer overlaps not at all.
pub const AGREEMENT: f64 = 0.8;

/// Operations, from the beginning of where the spec looks, in which the second opinion of a selection by marks is
/// sought: some fifty passes of a model. What marks mean does not change within a trace; captures of a few steps have
/// 15,000.
pub const SECOND_OPINION_OPS: usize = 1 << 17;

/// Instances whose mean |ln grid ratio| to the mock is this near to the best are one class: a KV cache
/// that grows by a token a step moves it by under 0.01; another batch size moves it by 0.23 and more.
pub const GRID_CLASS: f64 = 0.1;

/// A class of instances found by exact ranges needs this share of them to be chosen: below it is an odd
/// first or last layer.
pub const CLASS_SHARE: f64 = 0.2;

/// From this share on the instances found are one work: an odd first or last layer of ten or more is below it.
pub const COMPARED_MOST: f64 = 0.9;

/// Below this share the compared instances are a minority of what the ranges hold: no verdict on the op.
pub const COMPARED_LEAST: f64 = 0.5;

/// Works that share all names but stand in different surroundings are told apart by time when their
/// medians differ by more than this: one layer's own variation stays under 4 %, `o_proj` and
/// `down_proj` differ 2.7-fold.
pub const CONTEXT_SPREAD: f64 = 0.10;

/// Leading instances are warm-up while they lie outside the steady median by more than this (or by
/// [`STEADY_MADS`] deviations, whichever is wider). First instances lie 3 to 50 % above it.
pub const STEADY_SHARE: f64 = 0.03;

/// Steady-state band in scaled median absolute deviations.
pub const STEADY_MADS: f64 = 5.0;

/// Instances have not settled if their scaled deviation exceeds this share of the median; settled sides lie between
/// 0.01 and 1.4 %, data-dependent work at 5 %.
pub const UNSETTLED: f64 = 0.10;

/// At most this share of the instances is ever left out as warm-up.
pub const STEADY_MOST: f64 = 0.34;

/// Draws of the bootstrap; at 2,000 the bounds of repeated runs with other seeds move by 0.002.
pub const BOOTSTRAP_DRAWS: usize = 2_000;

/// Below this many instances on a side the bootstrap covers too little (85–89 % at three, 90–94 % at four,
/// where 95 % is nominal): the quotient of order-statistic intervals stands in (92–98 %).
pub const BOOTSTRAP_LEAST: usize = 6;

/// Below this many instances nothing is said about latency.
pub const LATENCY_LEAST: usize = 3;

/// Confidence level of the interval of the ratio.
pub const LEVEL: f64 = 0.95;

/// The tolerance of the instance's ratio where a spec sets none. Aligned pairs lie within 4 %; a wider one needs a
/// written reason.
pub const TOLERANCE: f64 = 0.10;

/// The tolerance of one kernel where a spec sets none: wider than the instance's, since short kernels scatter more.
pub const KERNEL_TOLERANCE: f64 = 0.25;

/// A kernel alone is judged only where its change moves the instance by this share, where a spec sets none.
pub const KERNEL_FLOOR: f64 = 0.05;

/// The greatest change of latency that a known difference can name: 100 times as long is other work. Nothing measured in
/// a pair of the same op came near ten.
pub const CHANGE_MOST: f64 = 100.0;

/// No tolerance is wider: beyond twice the time it is another op.
pub const TOLERANCE_MOST: f64 = 1.0;

/// The ratio of means is looked at only where it differs by more than this from the ratio of medians: settled sides stay
/// under 3 %; a third of the executions at three times the time moves it by 60 %.
pub const MEANS_APART: f64 = 0.10;

/// Days before its end on which a known difference is said to end: a month is a release of most engines, and enough
/// to fix what it excuses or to renew it.
pub const KNOWN_DIFFERENCE_NOTICE_DAYS: i64 = 30;

/// Latency is judged only if this share of the kernels is aligned: otherwise different work is timed.
pub const LATENCY_ALIGNED: f64 = 0.9;

/// The mock is taken for another operation if less than this share of the kernels aligns (another operation: 0.09; the
/// unfused experts of the same one: 0.03, so that this alone does not tell) …
pub const OTHER_OP_ALIGNED: f64 = 0.3;

/// … and less than this share of the kinds of kernels runs on both sides (attention against MLP: 0.25; another
/// backend: 0.5 and more).
pub const OTHER_OP_KINDS: f64 = 0.4;

/// Launch shapes are the same if the mock's grid lies within the range the E2E itself covers, widened by
/// this, per dimension (`CatArrayBatchedCopy`: 4096 to 4124).
pub const GRID_SLACK: f64 = 0.10;

/// … or if the number of blocks is this near.
pub const BLOCKS_SLACK: f64 = 0.03;

/// A mock is cache-warm if the first execution of the kernel that gains most took at least this many times its steady
/// time (1.50–1.76 for four cache-warm mocks, at most 1.16 elsewhere) …
pub const COLD_FIRST: f64 = 1.2;

/// … and that first execution lies this near to the E2E's time.
pub const COLD_NEAR: f64 = 0.15;

/// Idle time between kernels of an instance is worth a word from this share of its span, in an instance
/// launched from a graph (eager gaps are the host's).
pub const GAP_SHARE: f64 = 0.10;

/// Parts of an op run at the same time on one side alone if their overlap there exceeds the other side's by this share
/// of the kernels' time: kernels that overlap by programmatic launch stay under 7 %, two streams reach 17 %.
pub const PARALLEL_SHARE: f64 = 0.10;

/// Share of GPU operations without a launch row from which selection by ranges is doubtful. Whole captures
/// lose none; a window-cut one lost 52 %.
pub const UNATTRIBUTED: f64 = 0.05;

/// Ranks of one op differ noticeably from this ratio of medians on.
pub const RANK_SKEW: f64 = 0.10;

/// Kernels differ "by the same factor" if the largest ratio is at most this much above the smallest: two runs
/// at other clocks stay under 5 %, other work moves kernels by 20 % and more against each other.
pub const UNIFORM_SPREAD: f64 = 0.08;

/// "By the same factor" takes this many kernels: two may agree by chance.
pub const UNIFORM_LEAST: usize = 3;

/// How often more blocks a mock launches is said from this distance to 1 on; below, the figure would round to 1.0.
pub const BLOCKS_APART: f64 = 0.05;

/// The busy time of an instance is shown beside its sum where it is below this share of it. They differ by 14 to 20 % on
/// two streams, by up to 1.2 % where one kernel begins before the last has ended.
pub const BUSY_SHARE: f64 = 0.99;

/// The spread of data-dependent work runs from this quantile of its instances to the one as far from the top.
pub const SPREAD_TAIL: f64 = 0.05;

/// A repeating sequence is shown from this share of its stream's operations on: below it are runs of a few
/// fills and copies.
pub const STRUCTURE_SHARE: f64 = 0.02;

/// What repeats inside a repetition is taken for its layers from this share of it on: of the steps measured, of
/// models with two to four layers, layers make up 53 to 92 %; the two halves of a rotary embedding 45 % of an attention.
pub const INNER_SHARE: f64 = 0.5;

/// Links that crossing start/end ranges may cost: each range that ends below others opens their chains anew. No measured
/// capture needs any; 200,000 ranges that end in the order they began, half of them open at once, would need 10^10.
pub const RELINKED_CHAINS: usize = 20_000_000;

/// Levels of the range tree that `inspect` keeps apart; what lies deeper is one entry a branch. Two levels of JSON each:
/// common readers stop at 128. Modules in their steps nest 9 deep; a range that is never popped nests without end.
pub const RANGE_LEVELS: usize = 50;

/// Bytes of a name that are read; the rest is cut off. The longest measured has 2,937 characters; the work on a name
/// grows with its length, and a hostile export may hold a gigabyte.
pub const NAME_BYTES: usize = 256 << 10;

/// Words of a base name at most: the longest measured has three.
pub const BASE_PARTS: usize = 6;

/// Wrappers around wrappers that are looked through for a base name; measured ones are three deep.
pub const WRAPPER_LEVELS: usize = 16;

/// An op counts as replayed from a graph if more than this share of its operations was; real ones have none or all.
pub const GRAPH_SHARE: f64 = 0.5;

/// A range name stands for a mock's iterations from this many occurrences with GPU work on: set-up ranges
/// (a capture, a communicator) occur once or twice, measured ones 9 times and more.
pub const ITERATIONS_LEAST: usize = 3;

/// The phase of a period is searched for within this many periods around the best hit: one on each side would do where
/// layers repeat exactly, the others are for first and last layers that differ.
pub const PHASE_PERIODS: usize = 3;

/// Below this many instances nothing is said about warm-up and settling: the second half, which stands for the settled
/// state, would be a single one.
pub const STEADY_LEAST: usize = 4;

/// Without layers inside, a repetition is taken to begin after the longest idle time of its period if that is this
/// many times the second longest: less is the host's jitter.
pub const STEP_GAP: f64 = 2.0;

/// Bytes of a trace written as text. Such a trace is for reading: the longest shipped one has under 4 KiB.
pub const TEXT_TRACE_BYTES: u64 = 1 << 20;

/// Lines that a trace written as text may come to when its repetitions and replays are carried out: a model's layers in
/// a hundred steps take 40,000, and a `repeat` too many must not take the machine's memory.
pub const TEXT_TRACE_ROWS: u64 = 200_000;

/// Levels of indentation of a trace written as text: steps, modules and streams nest 9 deep.
pub const TEXT_TRACE_LEVELS: usize = 32;

/// The longest time that one line of a trace written as text may take, in ns: an hour. [`TEXT_TRACE_ROWS`] such times
/// still fit the clock.
pub const TEXT_TRACE_NS: i64 = 3_600_000_000_000;

/// A drafted spec takes a module of the E2E for the op if its kernels agree with the mock's at least this much (what
/// one side lacks costs as much as what it has more). The right module of a wrong mock agrees by 0.53 and more (another
/// attention backend, fp8, no rotary embedding); an op that is absent by at most 0.31.
pub const INFER_AGREEMENT: f64 = 0.35;

/// A kernel of the same name with another launch shape counts this much of one with the same: enough that a decode mock
/// is not taken for the prefill that launches the same names (0.90 against 0.99 for experts with their router).
pub const INFER_OTHER_SHAPE: f64 = 0.9;

/// Modules this near to the one that agrees best are tried too: the time of what differs, and launch shapes, may tell them
/// apart. A layer with fused norms agrees with its attention by 0.81, with the layer by 0.77.
pub const INFER_NEAR: f64 = 0.25;

/// A drafted spec calls a kernel critical from this share of the op's time on. vLLM's KV-cache write has 9 %, its split-KV
/// combine 12 %; the projections around an attention have 21 to 44 % together, those of a layer 64 %, of an MLP 96 %.
pub const CRITICAL_SHARE: f64 = 0.2;

/// A drafted spec lists kernels whose family says nothing of their purpose only from this share on: below it, that both
/// sides must agree says enough. The copies of a KV cache have 15 %, the additions
/// and products of one kind under 10 %.
pub const GLUE_SHARE: f64 = 0.1;

/// A drafted spec widens the tolerance of the latency at most to this, with a reason: aligned pairs need up to 15 %.
/// A ratio beyond it is a difference, which the draft declares as one that is not explained yet.
pub const INFER_TOLERANCE: f64 = 0.15;

/// A drafted spec is refused if the kernels that are the same on both sides take less than this share of the time: it
/// would excuse more than it compares. Another backend inside a module with its projections leaves 0.54, another model's
/// attention 0.45; another data type 0.21, fp8 GEMMs 0.04, another backend of attention alone nothing.
pub const INFER_COMPARED: f64 = 0.3;

/// A stream's operations may together take this much longer than the time in which any of them runs: programmatic
/// dependent launch overlaps them by up to 7 %. Beyond it a profiler stretches them.
pub const STREAM_OVERLAP: f64 = 1.10;

/// Earlier and latest runs of a case that a report shows: two months of one a night. Older ones stay in the history.
pub const TREND_RUNS: usize = 60;

/// Bytes of a history that are read: 10,000 runs of 20 cases have 110 MB.
pub const HISTORY_BYTES: u64 = 512 << 20;

/// A drift takes so many different measurements on one GPU: of four, even the most steady order comes by chance once in
/// twelve times.
pub const DRIFT_LEAST: usize = 5;

/// … and rests on the latest so many: what moved last year and has stood still since is none.
pub const DRIFT_WINDOW: usize = 20;

/// … whose order comes by chance in at most this share of the cases (five must all rise, or all fall) …
pub const DRIFT_CHANCE: f64 = 0.05;

/// … which move by at least this share of the tolerance: 2 % where a spec sets none, half of what aligned pairs differ
/// by at most …
pub const DRIFT_MOVED: f64 = 0.2;

/// … and would reach the tolerance's edge in at most so many more: two weeks of one a night. Measurements that only
/// scatter, by a tenth of the tolerance, are taken for a drift once in 170 runs of five measurements, once in 1,300 of
/// eight, and hardly ever of more; one that moves by that much a run on top is found at the seventh in nine of ten cases.
pub const DRIFT_AHEAD: usize = 14;

/// A repeating sequence is shown in a diff from this share of its trace's GPU time on: layers, of prefill and of decoding
/// apart, take 22 % and more.
pub const DIFF_UNIT_SHARE: f64 = 0.1;

/// Repeating sequences with at least this share of operations in common are the same layer, changed: one without its
/// rotary embedding keeps 96 %, a layer of prefill has 67 % in common with one of decoding.
pub const DIFF_ALIKE: f64 = 0.5;

/// Bytes of a report of `nsys stats`. A list of a million operations has about 300 MiB.
pub const STATS_BYTES: u64 = 1 << 30;

/// So far into a file the header of a report is looked for: what nsys says before it takes a few lines.
pub const STATS_HEAD: u64 = 1 << 16;

/// Percent that may be missing from the shares of a report's rows beyond their rounding. Those of 57 real ones come to
/// 100 within it.
pub const STATS_CUT: f64 = 0.05;

/// The coarsest step, in ns, of times in a list of operations: kernels take a microsecond and more.
pub const STATS_STEP: u64 = 1_000;

/// Launches of a kernel beyond whole iterations of a summary, as a share of all: set-up runs a kernel of the op once or
/// twice where 9 iterations and more are measured (the KV-cache write: 13 launches in 12 iterations).
pub const SUMMARY_REST: f64 = 0.15;

/// Sums of medians, and of means, of a summary's kernels must lie this far from an edge of the tolerance to say on which
/// side of it the instance is: both mix warm-up and set-up with what is measured.
pub const SUMMARY_MARGIN: f64 = 0.05;

/// Files that a folder or a glob may stand for: the largest training runs have 16,384 ranks, and a folder given by mistake
/// must not be walked for hours.
pub const RANKS_MOST: usize = 65_536;

/// Numbers that only end a file's name are those of ranks if at least this share of the numbers up to the greatest is
/// there. Ranks of which half are lost leave 0.5; ids of processes and dates leave under 0.01.
pub const RANKS_NUMBERED: f64 = 0.25;

/// Names of collectives that are kept of a rank: a model uses two to four.
pub const COLLECTIVE_NAMES: usize = 16;

/// Steps of which the number of collectives is kept, each for itself; of all steps together it always is. The shared
/// captures have 8 to 40.
pub const COLLECTIVE_STEPS: usize = 64;

/// Launches of each collective of which the time is kept: a straggler is late at every one of them.
pub const COLLECTIVE_TIMES: usize = 128;

/// Ranks wait noticeably from this share of their time in collectives on: what is left is the transfer.
pub const COLLECTIVE_WAIT: f64 = 0.10;

/// So many instances of a rank are pooled value by value with those of other ranks; more become a sketch, whose quantiles
/// are right to 0.1 %.
pub const RANK_SAMPLES: usize = 256;

/// Bytes of a partial result that are read: one of a rank has 5 to 50 KiB, one of 16,384 ranks a few hundred MiB.
pub const PARTIAL_BYTES: u64 = 2 << 30;

/// A capture of limited duration was cut off if GPU work goes on until this share of it: a script that ends by itself
/// leaves time for its own end, and the profiler stops within a few milliseconds of the limit.
pub const CUT_OFF: f64 = 0.98;

/// The first repetition of a range took this many times as long on the host as the later ones: something was compiled,
/// tuned or allocated in it. Settled ones stay within twice their median.
pub const COMPILED_FIRST: f64 = 5.0;

/// … and took at least this long, in ns: the first launch after a pause takes 0.2 ms on a settled host.
pub const COMPILED_NS: f64 = 1e6;

/// Ranges with less than this share of a trace's kernel time say nothing about warm-up: a library's own, a counter that is
/// set back.
pub const WARM_UP_SHARE: f64 = 0.03;

/// Kernels that run this often have a beginning and an end to compare: a third of them are 8.
pub const CLOCK_LEAST: usize = 24;

/// The GPU's clock moved if the last third of the runs of the same kernels takes this much longer or shorter than the
/// first. Of the shipped captures, whose clocks were not locked, none does.
pub const CLOCK_DRIFT: f64 = 0.05;

/// … but not by more than clocks do: a GPU seldom runs below two thirds of its full clock. Beyond it is other work.
pub const CLOCK_MOST: f64 = 1.5;

/// … and kernels with this share of their time move by the same factor: what the data decides moves one kernel alone.
pub const CLOCK_AGREE: f64 = 0.8;

/// Fewer executions than this of its most frequent kernel make a mock's interval wide; the shipped specs are judged on 8
/// and more.
pub const CAPTURE_ITERATIONS: usize = 20;
