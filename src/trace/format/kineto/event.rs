//! One event of the trace, read into buffers that the next one uses again.

use super::json::{Fault, Json, Kind};
use super::time::nanoseconds;
use std::io::Read;

/// What an event is about, as far as a trace needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Category {
    Kernel,
    Copy,
    Set,
    /// A call of the CUDA runtime or driver.
    Call,
    /// A range that the program marked.
    Annotation,
    /// The same range as the GPU worked through it.
    GpuAnnotation,
    /// A function of Python; modules are among them.
    Function,
    /// A fact about a process or thread.
    Name,
    #[default]
    Other,
}

impl Category {
    /// Older versions capitalise, and have shorter words.
    fn of(word: &str) -> Self {
        const WORDS: [(&str, Category); 11] = [
            ("kernel", Category::Kernel),
            ("gpu_memcpy", Category::Copy),
            ("memcpy", Category::Copy),
            ("gpu_memset", Category::Set),
            ("memset", Category::Set),
            ("cuda_runtime", Category::Call),
            ("cuda_driver", Category::Call),
            ("runtime", Category::Call),
            ("user_annotation", Category::Annotation),
            ("gpu_user_annotation", Category::GpuAnnotation),
            ("python_function", Category::Function),
        ];
        let known = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known));
        known.map_or(Self::Other, |&(_, category)| category)
    }

    /// Whether the arguments of such an event hold anything that is kept.
    fn has_arguments(self) -> bool {
        matches!(self, Self::Kernel | Self::Copy | Self::Set | Self::Call | Self::Name)
    }
}

/// One event. Times in ns.
#[derive(Debug, Default)]
pub(super) struct Event {
    pub(super) category: Category,
    pub(super) name: String,
    /// Of the process, or of the device for what happened there.
    pub(super) pid: Option<i64>,
    pub(super) tid: Option<i64>,
    pub(super) start: Option<i64>,
    pub(super) duration: Option<i64>,
    pub(super) arguments: Arguments,
    complete: bool,
    /// Its category was read: what it is can no more change.
    told: bool,
    word: String,
}

/// What stands under `args`, where it is kept.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) device: Option<i64>,
    pub(super) stream: Option<i64>,
    pub(super) correlation: Option<i64>,
    pub(super) grid: Option<[u32; 3]>,
    pub(super) block: Option<[u32; 3]>,
    pub(super) registers: Option<i64>,
    /// Static and dynamic together, in bytes.
    pub(super) shared: Option<i64>,
    pub(super) bytes: Option<i64>,
    pub(super) graph_node: Option<i64>,
    /// The name of a process.
    pub(super) name: Option<String>,
}

impl Event {
    /// Reads the event that comes next.
    pub(super) fn read<R: Read>(&mut self, json: &mut Json<R>, key: &mut String) -> Result<(), Fault> {
        self.clear();
        if json.kind()? != Kind::Object {
            return Err(json.malformed("an event, an object in braces, is expected here"));
        }
        json.enter()?;
        let mut first = true;
        while json.key(&mut first, key)? {
            match key.as_str() {
                "ph" => {
                    word(json, &mut self.word)?;
                    self.complete = self.word == "X";
                    if self.word == "M" {
                        self.category = Category::Name;
                        self.told = true;
                    }
                }
                "cat" => {
                    word(json, &mut self.word)?;
                    self.category = Category::of(&self.word);
                    self.told = true;
                }
                "name" => word(json, &mut self.name)?,
                "pid" => self.pid = integer(json, &mut self.word)?,
                "tid" => self.tid = integer(json, &mut self.word)?,
                "ts" => self.start = time(json, &mut self.word)?,
                "dur" => self.duration = time(json, &mut self.word)?,
                "args" if (self.category.has_arguments() || !self.told) && json.kind()? == Kind::Object => {
                    self.arguments.read(json, key, &mut self.word)?;
                }
                _ => json.skip()?,
            }
        }
        // Flows carry the category of what they join.
        if !self.complete && self.category != Category::Name {
            self.category = Category::Other;
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.name.clear();
        self.category = Category::Other;
        (self.complete, self.told) = (false, false);
        (self.pid, self.tid, self.start, self.duration) = (None, None, None, None);
        self.arguments = Arguments::default();
    }

    /// From its start to its end; nothing without a start.
    pub(super) fn time(&self) -> Option<(i64, i64)> {
        let start = self.start?;
        Some((start, start.saturating_add(self.duration.unwrap_or(0))))
    }
}

impl Arguments {
    fn read<R: Read>(&mut self, json: &mut Json<R>, key: &mut String, text: &mut String) -> Result<(), Fault> {
        json.enter()?;
        let mut first = true;
        while json.key(&mut first, key)? {
            match key.as_str() {
                "device" => self.device = integer(json, text)?,
                "stream" => self.stream = integer(json, text)?,
                "correlation" => self.correlation = integer(json, text)?,
                "grid" => self.grid = extent(json, text)?,
                "block" => self.block = extent(json, text)?,
                "registers per thread" => self.registers = integer(json, text)?,
                "shared memory" => self.shared = integer(json, text)?,
                "bytes" => self.bytes = integer(json, text)?,
                "graph node id" => self.graph_node = integer(json, text)?,
                "name" => {
                    word(json, text)?;
                    self.name = Some(text.clone());
                }
                _ => json.skip()?,
            }
        }
        Ok(())
    }
}

/// A string; anything else is empty.
fn word<R: Read>(json: &mut Json<R>, out: &mut String) -> Result<(), Fault> {
    out.clear();
    if json.kind()? == Kind::String { json.string(out) } else { json.skip() }
}

/// A number, or one in quotes as some versions write it.
fn scalar<'t, R: Read>(json: &mut Json<R>, text: &'t mut String) -> Result<Option<&'t str>, Fault> {
    match json.kind()? {
        Kind::Plain => json.plain(text)?,
        Kind::String => json.string(text)?,
        _ => {
            json.skip()?;
            return Ok(None);
        }
    }
    Ok(Some(text))
}

pub(super) fn integer<R: Read>(json: &mut Json<R>, text: &mut String) -> Result<Option<i64>, Fault> {
    let whole = |text: &str| text.parse::<i64>().ok().or_else(|| text.parse::<u64>().ok().map(|id| id as i64));
    Ok(scalar(json, text)?.and_then(whole))
}

fn time<R: Read>(json: &mut Json<R>, text: &mut String) -> Result<Option<i64>, Fault> {
    Ok(scalar(json, text)?.and_then(nanoseconds))
}

/// Three numbers in a list.
fn extent<R: Read>(json: &mut Json<R>, text: &mut String) -> Result<Option<[u32; 3]>, Fault> {
    if json.kind()? != Kind::Array {
        json.skip()?;
        return Ok(None);
    }
    json.enter()?;
    let (mut first, mut extent, mut count) = (true, [0; 3], 0);
    while json.element(&mut first)? {
        let number = integer(json, text)?.and_then(|n| u32::try_from(n).ok());
        if let (Some(slot), Some(number)) = (extent.get_mut(count), number) {
            *slot = number;
        }
        count += 1;
    }
    Ok((count == 3).then_some(extent))
}
