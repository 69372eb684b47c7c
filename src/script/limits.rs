//! Every limit a script runs under, with its reason. They count work and sizes, never time, so that a
//! script ends at the same place on every machine, in debug as in release.

/// A limit as the reference states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub what: &'static str,
    pub most: u64,
}

/// The limits that whoever writes a rule can meet.
pub const LIMITS: &[Limit] = &[
    Limit { what: "operations of one run", most: OPERATIONS },
    Limit { what: "elements that a run touches: copies, sorts, searches", most: WORK },
    Limit { what: "functions calling functions", most: CALL_DEPTH as u64 },
    Limit { what: "nesting of an expression or statement", most: EXPRESSION_DEPTH as u64 },
    Limit { what: "bytes of a script", most: SCRIPT_BYTES as u64 },
    Limit { what: "bytes of a text written in a script", most: LITERAL_BYTES as u64 },
    Limit { what: "bytes of all texts in one value", most: STRING_BYTES as u64 },
    Limit { what: "elements of an array, with the arrays inside it", most: ARRAY_ELEMENTS as u64 },
    Limit { what: "entries of a map", most: MAP_ENTRIES as u64 },
    Limit { what: "variables alive at once", most: VARIABLES as u64 },
    Limit { what: "functions of one script", most: FUNCTIONS as u64 },
    Limit { what: "imports of one run", most: MODULES as u64 },
    Limit { what: "bytes of a pattern", most: PATTERN_BYTES as u64 },
    Limit { what: "different patterns of one run", most: PATTERNS as u64 },
    Limit { what: "instances to walk through, evenly spaced", most: INSTANCES as u64 },
    Limit { what: "values in an array of times, evenly spaced by rank", most: TIMES as u64 },
    Limit { what: "findings of one run", most: FINDINGS as u64 },
    Limit { what: "lines printed; what is beyond is dropped", most: PRINTED_LINES as u64 },
];

/// Operations of one run. The shipped rules take under 20 thousand on the golden traces, and 500 instances of
/// 50 kernels can be walked through. A loop that does not end is stopped within a second.
pub const OPERATIONS: u64 = 500_000;

/// Elements of arrays and maps that one run may touch, two bytes of a text counting as one: whatever a script does
/// with them is done in about two seconds. Walking through 5,000 times by index takes 25 million, a shipped rule under one.
pub const WORK: u64 = 32_000_000;

/// What one step counts for, in elements.
pub const STEP: usize = 16;

/// Bytes of a script. The shipped ones stay below 4 kB.
pub const SCRIPT_BYTES: usize = 16 << 10;

/// Bytes of a text written in a script: what a step does with it is not counted. The longest shipped
/// pattern has 170.
pub const LITERAL_BYTES: usize = 500;

/// Functions calling functions. Rules nest two or three deep.
pub const CALL_DEPTH: usize = 24;

/// Nesting of one expression or statement, inside functions and outside. Readable code stays below ten.
pub const EXPRESSION_DEPTH: usize = 48;

/// Bytes of all strings in one value. Kernel names are up to 100 kB; longer ones are cut.
pub const STRING_BYTES: usize = 128 << 10;

/// Elements of one array, counted with those of the arrays inside it. No op has more kernels.
pub const ARRAY_ELEMENTS: usize = 5_000;

/// Entries of one map: tables written by hand.
pub const MAP_ENTRIES: usize = 1_000;

/// Variables alive at once.
pub const VARIABLES: usize = 256;

/// Functions one script defines.
pub const FUNCTIONS: usize = 128;

/// Imports of one run, nested ones included.
pub const MODULES: usize = 16;

/// Characters of a pattern. Those of kernel names stay below a hundred.
pub const PATTERN_BYTES: usize = 1_000;

/// Different patterns of one run: each is compiled once, which costs more than any operation.
pub const PATTERNS: usize = 256;

/// Instances a rule can walk through, evenly spaced where a side has more; what concerns all of them
/// (`graph_share`, `host_syncs`, `times_ns`) is counted outside the script.
pub const INSTANCES: usize = 500;

/// Values in an array of times, evenly spaced by rank where there are more.
pub const TIMES: usize = 5_000;

/// Findings of one run, and lines it prints; what is printed beyond is dropped.
pub const FINDINGS: usize = 200;
pub const PRINTED_LINES: usize = 200;

/// Stack of the thread a script is compiled and run on, in bytes. Five thousand arrays inside each other, the
/// deepest value the limits allow, need less than an eighth of it in a debug build.
pub const STACK_BYTES: usize = 64 << 20;
