//! One line to what it says.

use super::lines::{Line, Word, Words};
use super::mistakes::Mistake;
use super::statement::{Head, Lack, Operation, Statement};
use super::values::{self, Times};
use crate::diag::{did_you_mean, escape, nearest};
use crate::trace::launches::Api;
use crate::trace::names::{COPY_KINDS, OpKind};
use crate::trace::ops::Shape;
use std::str::FromStr;

/// Where a kind of line may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// At the top, about the trace as a whole.
    Head,
    /// Holds other lines.
    Block,
    Leaf,
}

/// A kind of line.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) word: &'static str,
    pub(super) sort: Sort,
    /// How it is written, with an example.
    form: &'static str,
}

const fn kind(word: &'static str, sort: Sort, form: &'static str) -> Kind {
    Kind { word, sort, form }
}

/// Every kind of line.
pub(super) const KINDS: &[Kind] = &[
    kind("gpu", Sort::Head, "`gpu NAME`, such as `gpu NVIDIA H100 80GB HBM3`"),
    kind("sms", Sort::Head, "`sms COUNT`, such as `sms 132`"),
    kind("l2", Sort::Head, "`l2 SIZE`, such as `l2 50MiB`"),
    kind("compute", Sort::Head, "`compute VERSION`, such as `compute 9.0`"),
    kind("driver", Sort::Head, "`driver VERSION`, such as `driver 580.65.06`"),
    kind("cuda", Sort::Head, "`cuda VERSION`, such as `cuda 13.0`"),
    kind("profiler", Sort::Head, "`profiler NAME`, such as `profiler Nsight Systems 2025.3.2`"),
    kind("warning", Sort::Head, "`warning TEXT`: what the profiler warns of"),
    kind("lacks", Sort::Head, "`lacks WHAT`, such as `lacks gpu`"),
    kind("process", Sort::Block, "`process PID [NAME]`, such as `process 692 python3`"),
    kind("thread", Sort::Block, "`thread ID`, such as `thread 2`"),
    kind("device", Sort::Block, "`device NUMBER`, such as `device 1`"),
    kind("stream", Sort::Block, "`stream NUMBER`, such as `stream 13`"),
    kind("unlaunched", Sort::Block, "`unlaunched`, alone on its line"),
    kind("repeat", Sort::Block, "`repeat TIMES [as COUNTER]`, such as `repeat 10` or `repeat 4 as layer`"),
    kind("range", Sort::Block, "`range NAME`, such as `range iter`"),
    kind("graph", Sort::Block, "`graph NAME`, such as `graph decode`"),
    kind("launch", Sort::Leaf, "`launch GRAPH`, such as `launch decode`"),
    kind("kernel", Sort::Leaf, "`kernel TIMES [GRID/BLOCK] NAME`, such as `kernel 12.9,13.1us 16x8/128 rope_kernel`"),
    kind("memcpy", Sort::Leaf, "`memcpy TIMES [SIZE] DIRECTION`, such as `memcpy 1.1us 64KiB Device-to-Device`"),
    kind("memset", Sort::Leaf, "`memset TIMES [SIZE]`, such as `memset 0.8us 4KiB`"),
    kind("call", Sort::Leaf, "`call TIMES NAME`, such as `call 3us cudaStreamSynchronize`"),
    kind("idle", Sort::Leaf, "`idle TIMES`, such as `idle 50us`"),
];

/// Stands for a line of no known kind; what is inside it is read all the same.
pub(super) const UNKNOWN: Kind = kind("", Sort::Block, "");

/// Calls that wait for the GPU, to suggest.
const WAITING: [&str; 6] = [
    "cudaDeviceSynchronize",
    "cudaStreamSynchronize",
    "cudaEventSynchronize",
    "cuStreamSynchronize",
    "cuCtxSynchronize",
    "cudaMemcpy",
];

/// The kind that a line's first word names.
pub(super) fn kind_of(word: Word<'_>) -> Result<&'static Kind, Mistake> {
    KINDS.iter().find(|kind| kind.word == word.text).ok_or_else(|| {
        let said = escape(word.text);
        Mistake::new(word.at, format!("`{said}` is no kind of line"), "not a kind of line")
            .maybe_help(did_you_mean(word.text, KINDS.iter().map(|kind| kind.word)))
    })
}

/// Reads the rest of a line of this kind. `timed` numbers lines with times.
pub(super) fn read(kind: &Kind, line: &Line<'_>, head: &mut Head, timed: &mut usize) -> Result<Statement, Mistake> {
    let mut words = line.words();
    let first = words.next();
    let mut reader = Reader { kind, words, timed };
    let statement = match kind.word {
        "process" => Statement::Process { pid: reader.number("PID", PIDS)?, name: reader.optional_rest() },
        "thread" => Statement::Thread(reader.number("ID", PIDS)?),
        "device" => Statement::Device(reader.number("NUMBER", u16::MAX)?),
        "stream" => Statement::Stream(reader.number("NUMBER", u32::MAX)?),
        "unlaunched" => Statement::Unlaunched,
        "repeat" => Statement::Repeat { times: reader.positive("TIMES")?, counter: reader.counter()? },
        "range" => Statement::Range(reader.rest("NAME")?.text.to_owned()),
        "graph" => Statement::Graph(reader.rest("NAME")?.text.to_owned()),
        "launch" => Statement::Launch(reader.rest("GRAPH")?.text.to_owned()),
        "kernel" => Statement::Operation(reader.kernel()?),
        "memcpy" | "memset" => Statement::Operation(reader.memory()?),
        "call" => Statement::Call { times: reader.times()?, name: reader.call()? },
        "idle" => Statement::Idle(reader.times()?),
        _ => {
            reader.head(head, first)?;
            Statement::Nothing
        }
    };
    match reader.words.rest() {
        Some(rest) => Err(reader.wrong(rest, "nothing is expected here")),
        None => Ok(statement),
    }
}

/// The most that a profiler's ids hold of a process or thread.
const PIDS: u32 = 0xFF_FFFF;

struct Reader<'k, 't, 'n> {
    kind: &'k Kind,
    words: Words<'t>,
    timed: &'n mut usize,
}

impl<'t> Reader<'_, 't, '_> {
    /// A word that is none of what this kind of line takes there.
    fn wrong(&self, word: Word<'_>, why: impl Into<String>) -> Mistake {
        let (kind, said, why) = (self.kind.word, escape(word.text), why.into());
        let message = format!("`{said}` in a line `{kind}`: {why}");
        Mistake::new(word.at, message, why).help(format!("write {}", self.kind.form))
    }

    fn missing(&self, what: &str) -> Mistake {
        Mistake::new(self.words.end(), format!("`{}` needs {what}", self.kind.word), format!("{what} is missing"))
            .help(format!("write {}", self.kind.form))
    }

    fn word(&mut self, what: &str) -> Result<Word<'t>, Mistake> {
        self.words.next().ok_or_else(|| self.missing(what))
    }

    fn rest(&mut self, what: &str) -> Result<Word<'t>, Mistake> {
        self.words.rest().ok_or_else(|| self.missing(what))
    }

    fn optional_rest(&mut self) -> Option<String> {
        self.words.rest().map(|word| word.text.to_owned())
    }

    fn number<N: FromStr + PartialOrd + std::fmt::Display>(&mut self, what: &str, most: N) -> Result<N, Mistake> {
        let word = self.word(what)?;
        let found = values::digits(word.text).filter(|number| *number <= most);
        found.ok_or_else(|| self.wrong(word, format!("not a whole number from 0 to {most}")))
    }

    fn positive(&mut self, what: &str) -> Result<u32, Mistake> {
        let word = self.word(what)?;
        let found = values::digits(word.text).filter(|number| *number > 0);
        found.ok_or_else(|| self.wrong(word, format!("not a whole number from 1 to {}", u32::MAX)))
    }

    fn times(&mut self) -> Result<Times, Mistake> {
        let word = self.word("TIMES")?;
        *self.timed += 1;
        values::times(word.text, *self.timed - 1).map_err(|why| {
            self.wrong(word, why)
                .help("a time is written `12.9us`, several in turn `12.9,13.1us`, first ones `33|12.9us`")
        })
    }

    fn counter(&mut self) -> Result<Option<String>, Mistake> {
        let Some(word) = self.words.next() else { return Ok(None) };
        if word.text != "as" {
            return Err(self.wrong(word, "`as` is expected here"));
        }
        let name = self.word("COUNTER")?;
        let plain = name.text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if plain {
            Ok(Some(name.text.to_owned()))
        } else {
            Err(self.wrong(name, "a counter has small letters and `_`"))
        }
    }

    /// A size, where the next word is one.
    fn size(&mut self) -> u64 {
        let size = self.words.peek().and_then(|word| values::bytes(word.text));
        if size.is_some() {
            self.words.next();
        }
        size.unwrap_or(0)
    }

    fn kernel(&mut self) -> Result<Operation, Mistake> {
        let times = self.times()?;
        let mut shape = Shape { grid: [1; 3], block: [128, 1, 1], ..Shape::default() };
        if let Some((word, launch)) = self.words.peek().and_then(|word| Some((word, values::launch(word.text)?))) {
            self.words.next();
            (shape.grid, shape.block) = launch.map_err(|why| self.wrong(word, why))?;
        }
        while let Some((word, (key, value))) = self.words.peek().and_then(|word| Some((word, setting(word)?))) {
            self.words.next();
            self.set(&mut shape, word, key, value)?;
        }
        let name = self.rest("NAME")?.text.to_owned();
        Ok(Operation { kind: OpKind::Kernel, name, times, shape })
    }

    fn set(&self, shape: &mut Shape, word: Word<'_>, key: &str, value: &str) -> Result<(), Mistake> {
        let bytes = || values::bytes(value).and_then(|n| u32::try_from(n).ok()).ok_or("not a size, such as `48KiB`");
        let set = match key {
            "regs" => values::digits(value).ok_or("not a whole number").map(|n| shape.registers = n),
            "static" => bytes().map(|n| shape.static_shared = n),
            "dynamic" => bytes().map(|n| shape.dynamic_shared = n),
            _ => {
                let help = did_you_mean(key, ["regs", "static", "dynamic"]);
                return Err(self.wrong(word, "not a setting of a kernel").maybe_help(help));
            }
        };
        set.map_err(|why| self.wrong(word, why))
    }

    fn memory(&mut self) -> Result<Operation, Mistake> {
        let times = self.times()?;
        let shape = Shape { bytes: self.size(), ..Shape::default() };
        if self.kind.word == "memset" {
            return Ok(Operation { kind: OpKind::Memset, name: "[CUDA memset]".to_owned(), times, shape });
        }
        let word = self.rest("DIRECTION")?;
        if !COPY_KINDS.contains(&word.text) {
            return Err(self.wrong(word, "not a direction of a copy").maybe_help(did_you_mean(word.text, COPY_KINDS)));
        }
        Ok(Operation { kind: OpKind::Memcpy, name: format!("[CUDA memcpy {}]", word.text), times, shape })
    }

    /// Of other calls than those that wait nothing is kept in a trace, so that one here would be a misunderstanding.
    fn call(&mut self) -> Result<String, Mistake> {
        let word = self.word("NAME")?;
        if Api::of(word.text) == Api::Synchronise {
            return Ok(word.text.to_owned());
        }
        let help = nearest(word.text, WAITING).map_or_else(
            || {
                "`call` is for calls that wait for the GPU; operations and `launch` make theirs by themselves"
                    .to_owned()
            },
            |right| format!("did you mean `{right}`?"),
        );
        Err(self.wrong(word, "this call does not wait for the GPU").help(help))
    }

    fn head(&mut self, head: &mut Head, first: Option<Word<'_>>) -> Result<(), Mistake> {
        let provenance = &mut head.provenance;
        let again = match self.kind.word {
            "warning" => {
                head.warnings.push(escape(self.rest("TEXT")?.text));
                return Ok(());
            }
            "gpu" => {
                provenance.gpus.push(escape(self.rest("NAME")?.text));
                return Ok(());
            }
            "lacks" => {
                let word = self.word("WHAT")?;
                let names = Lack::ALL.map(|(name, _)| name);
                let found = Lack::ALL.iter().find(|(name, _)| *name == word.text).map(|(_, lack)| *lack);
                let lack = found.ok_or_else(|| {
                    self.wrong(word, "not what a trace may lack").maybe_help(did_you_mean(word.text, names))
                })?;
                let again = head.lacks(lack);
                head.lacks.push(lack);
                again
            }
            "sms" => provenance.multiprocessors.replace(self.number("COUNT", u32::MAX)?).is_some(),
            "l2" => {
                let word = self.word("SIZE")?;
                let size = values::bytes(word.text).ok_or_else(|| self.wrong(word, "not a size"))?;
                provenance.l2_bytes.replace(size).is_some()
            }
            "compute" => provenance.compute_capability.replace(escape(self.rest("VERSION")?.text)).is_some(),
            "driver" => provenance.driver.replace(escape(self.rest("VERSION")?.text)).is_some(),
            "cuda" => provenance.cuda.replace(escape(self.rest("VERSION")?.text)).is_some(),
            _ => provenance.profiler.replace(escape(self.rest("NAME")?.text)).is_some(),
        };
        match first {
            Some(word) if again => {
                let message = format!("`{}` is said twice", self.kind.word);
                Err(Mistake::new(word.at, message, "said before").help("keep one of the two lines"))
            }
            _ => Ok(()),
        }
    }
}

/// `regs=96`: a setting stands before a kernel's name, which never looks like one.
fn setting<'t>(word: Word<'t>) -> Option<(&'t str, &'t str)> {
    let (key, value) = word.text.split_once('=')?;
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    plain.then_some((key, value))
}
