//! Values on their way into a script: their words in documentation and messages, and their sizes.

use crate::diag::{did_you_mean, shorten};
use crate::script::budget::{spend, spend_text};
use crate::script::limits::{ARRAY_ELEMENTS, STRING_BYTES};
use rhai::{Array, Dynamic, EvalAltResult, Position};

/// An error a script can run into.
pub(in crate::script) type Failure = Box<EvalAltResult>;

/// What an error of ours is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Kind {
    /// A value of the wrong type.
    Type,
    /// A name that nothing has.
    Name,
    /// More than a run may have or do.
    Limit,
    Other,
}

/// The token our errors carry through the engine, which adds the place.
#[derive(Debug, Clone)]
pub(in crate::script) struct Refusal {
    pub(in crate::script) kind: Kind,
    pub(in crate::script) what: String,
    /// Empty where there is nothing to add.
    pub(in crate::script) help: String,
}

fn refuse(kind: Kind, what: String, help: String) -> Failure {
    Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(Refusal { kind, what, help }), Position::NONE))
}

pub(in crate::script) fn failure(what: impl Into<String>) -> Failure {
    refuse(Kind::Other, what.into(), String::new())
}

pub(in crate::script) fn wrong_type(what: impl Into<String>, help: impl Into<String>) -> Failure {
    refuse(Kind::Type, what.into(), help.into())
}

pub(in crate::script) fn over_limit(what: impl Into<String>, help: impl Into<String>) -> Failure {
    refuse(Kind::Limit, what.into(), help.into())
}

/// There is no such name; the nearest ones help.
pub(in crate::script) fn unknown<'a>(
    what: impl Into<String>,
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Failure {
    refuse(Kind::Name, what.into(), did_you_mean(wrong, known).unwrap_or_default())
}

/// What a property or function can give.
pub(super) trait Gives {
    /// The type, as documentation and messages name it.
    fn word() -> String;

    fn give(self) -> Result<Dynamic, Failure>;
}

/// A type of our own.
pub(super) trait Named: Clone + Send + Sync + 'static {
    const NAME: &'static str;
}

impl<T: Named> Gives for T {
    fn word() -> String {
        T::NAME.to_owned()
    }

    fn give(self) -> Result<Dynamic, Failure> {
        Ok(Dynamic::from(self))
    }
}

impl Gives for String {
    fn word() -> String {
        "text".to_owned()
    }

    /// A value larger than the limits would fail the rule for what the trace holds.
    fn give(self) -> Result<Dynamic, Failure> {
        spend_text(self.len())?;
        Ok(if self.len() <= STRING_BYTES { self.into() } else { shorten(&self, STRING_BYTES / 4).into() })
    }
}

macro_rules! plain {
    ($($type:ty = $word:literal, $give:expr);+ $(;)?) => {$(
        impl Gives for $type {
            fn word() -> String {
                $word.to_owned()
            }

            fn give(self) -> Result<Dynamic, Failure> {
                let give: fn($type) -> Dynamic = $give;
                Ok(give(self))
            }
        }
    )+};
}

plain! {
    bool = "boolean", Dynamic::from;
    i64 = "integer", Dynamic::from;
    u32 = "integer", |n| Dynamic::from(i64::from(n));
    // Beyond 63 bits nothing is counted; saturating keeps a hostile trace from wrapping round.
    u64 = "integer", |n| Dynamic::from(i64::try_from(n).unwrap_or(i64::MAX));
    usize = "integer", |n| Dynamic::from(i64::try_from(n).unwrap_or(i64::MAX));
    f64 = "number", Dynamic::from;
}

impl<T: Gives> Gives for Vec<T> {
    fn word() -> String {
        format!("array of {}", T::word())
    }

    fn give(self) -> Result<Dynamic, Failure> {
        if self.len() > ARRAY_ELEMENTS {
            return Err(failure(format!("{} values are more than an array can hold ({ARRAY_ELEMENTS})", self.len())));
        }
        spend(self.len())?;
        self.into_iter().map(T::give).collect::<Result<Array, _>>().map(Dynamic::from_array)
    }
}

impl<T: Gives> Gives for Result<T, Failure> {
    fn word() -> String {
        T::word()
    }

    fn give(self) -> Result<Dynamic, Failure> {
        self.and_then(T::give)
    }
}

/// The engine's name of a type, in our words.
pub(in crate::script) fn type_word(name: &str) -> &str {
    match name {
        "()" => "nothing",
        "bool" => "boolean",
        "i64" => "integer",
        "f64" => "number",
        "char" => "character",
        "string" | "&str" | "&str | ImmutableString | String" => "text",
        "Fn" => "function",
        _ => name,
    }
}
