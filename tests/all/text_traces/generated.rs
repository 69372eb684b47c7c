//! Generated traces: what was written is what is read, and whatever is written is read or refused.

use super::{launched_in, read, trace};
use proptest::prelude::*;

/// What a generated trace consists of.
#[derive(Debug, Clone)]
enum Item {
    Kernel { ns: i64, grid: u32, name: u8 },
    Set { ns: i64 },
    Wait,
    Idle,
    Launch,
    Range { name: u8, inside: Vec<Item> },
    Stream { inside: Vec<Item> },
    Repeat { times: u32, inside: Vec<Item> },
}

/// Three kernels, 6 us.
const GRAPH: &str =
    "graph g\n  range captured\n    kernel 1us n0\n    kernel 2us n1\n    stream 9\n      kernel 3us n2\n";

fn items() -> impl Strategy<Value = Vec<Item>> {
    let leaf = prop_oneof![
        4 => (0i64..100_000, 1u32..100, 0u8..5).prop_map(|(ns, grid, name)| Item::Kernel { ns, grid, name }),
        1 => (0i64..5_000).prop_map(|ns| Item::Set { ns }),
        1 => Just(Item::Wait),
        1 => Just(Item::Idle),
        1 => Just(Item::Launch),
    ];
    let tree = leaf.prop_recursive(4, 40, 6, |inner| {
        let inside = prop::collection::vec(inner, 1..6);
        prop_oneof![
            (0u8..4, inside.clone()).prop_map(|(name, inside)| Item::Range { name, inside }),
            inside.clone().prop_map(|inside| Item::Stream { inside }),
            (1u32..4, inside).prop_map(|(times, inside)| Item::Repeat { times, inside }),
        ]
    });
    prop::collection::vec(tree, 1..8)
}

fn write(items: &[Item], indent: usize, out: &mut String) {
    for item in items {
        out.push_str(&" ".repeat(indent));
        let inside = match item {
            Item::Kernel { ns, grid, name } => {
                *out += &format!("kernel {ns}ns {grid}/32 n{name}\n");
                continue;
            }
            Item::Set { ns } => {
                *out += &format!("memset {}us\n", *ns as f64 / 1e3);
                continue;
            }
            Item::Wait => {
                *out += "call 1us cudaDeviceSynchronize\n";
                continue;
            }
            Item::Idle => {
                *out += "idle 3us\n";
                continue;
            }
            Item::Launch => {
                *out += "launch g\n";
                continue;
            }
            Item::Range { name, inside } => {
                *out += &format!("range r{name}\n");
                inside
            }
            Item::Stream { inside } => {
                *out += "stream 13\n";
                inside
            }
            Item::Repeat { times, inside } => {
                *out += &format!("repeat {times}\n");
                inside
            }
        };
        write(inside, indent + 2, out);
    }
}

/// Operations by duration and the range around their launch, and how many ranges and waiting calls there are.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    operations: Vec<(i64, String)>,
    ranges: usize,
    waits: usize,
}

fn count(items: &[Item], around: &str, counted: &mut Counted) {
    for item in items {
        match item {
            Item::Kernel { ns, .. } | Item::Set { ns } => counted.operations.push((*ns, around.to_owned())),
            Item::Wait => counted.waits += 1,
            Item::Idle => {}
            Item::Launch => counted.operations.extend([1_000, 2_000, 3_000].map(|ns| (ns, around.to_owned()))),
            Item::Range { name, inside } => {
                counted.ranges += 1;
                count(inside, &format!("r{name}"), counted);
            }
            Item::Stream { inside } => count(inside, around, counted),
            Item::Repeat { times, inside } => (0..*times).for_each(|_| count(inside, around, counted)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Counts, times, ranges and calls of a trace are those that were written down.
    #[test]
    fn a_written_trace_reads_back(items in items()) {
        let mut text = GRAPH.to_owned();
        write(&items, 0, &mut text);
        let read = trace(&text);
        let mut expected = Counted { ranges: 1, ..Counted::default() };
        count(&items, "", &mut expected);
        expected.operations.sort();
        let said = |op: u32| (read.ops.duration(op), launched_in(&read, op).last().copied().unwrap_or_default().to_owned());
        let mut operations: Vec<(i64, String)> = (0..read.len() as u32).map(said).collect();
        operations.sort();
        prop_assert_eq!(Counted { operations, ranges: read.ranges.len(), waits: read.syncs.start.len() }, expected);
        prop_assert_eq!(read.unattributed_share(), 0.0);
        // On one stream nothing overlaps.
        for stream in read.streams() {
            prop_assert!(stream.windows(2).all(|pair| read.op(pair[0]).end <= read.op(pair[1]).start));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
        let _ = read([b"align-trace 1\n".as_slice(), &bytes].concat());
    }

    /// Words of the format in any order: every line is understood or has a caret inside the text.
    #[test]
    fn any_words_are_read_or_refused(lines in prop::collection::vec((0usize..5, prop::collection::vec(word(), 1..5)), 0..15)) {
        let body: String = lines.iter().map(|(indent, words)| format!("{}{}\n", " ".repeat(*indent), words.join(" "))).collect();
        if let Err(problem) = read(format!("align-trace 1\n{body}")) {
            prop_assert!(!problem.labels.is_empty());
            for label in &problem.labels {
                prop_assert!(label.loc.file.text.get(label.loc.span.start..label.loc.span.end).is_some());
            }
        }
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "kernel",
        "range",
        "repeat",
        "graph",
        "launch",
        "stream",
        "process",
        "thread",
        "device",
        "memcpy",
        "memset",
        "call",
        "idle",
        "unlaunched",
        "lacks",
        "gpu",
        "gpu",
        "5us",
        "1,2|3us",
        "8/128",
        "0/0",
        "7",
        "99999999999",
        "as",
        "i",
        "r{i}",
        "g",
        "a",
        "Host-to-Device",
        "cudaDeviceSynchronize",
        "regs=8",
        "# note",
        "µ",
        "|",
        "1|2|3us",
        "-1us",
    ])
}
