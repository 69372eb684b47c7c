//! What a run may copy, sort and search. Operations alone do not count the data that each of them touches: a
//! script whose every step sorts the largest array would take minutes within its operations.

use super::api::{Failure, over_limit};
use super::limits::{ARRAY_ELEMENTS, STEP, STRING_BYTES, WORK};
use rhai::{Array, Dynamic, Engine, EvalContext, FnPtr, ImmutableString, Map};
use std::cell::Cell;

thread_local! {
    /// Spent by this run: each script runs on a thread of its own.
    static SPENT: Cell<u64> = const { Cell::new(0) };
}

/// Bytes of a text that count as one element: two may become one with `split`.
const BYTES: usize = 2;

/// Counts the elements that something is about to touch.
///
/// # Errors
/// The run has touched more than it may.
pub(super) fn spend(elements: usize) -> Result<(), Failure> {
    let spent = SPENT.get().saturating_add(elements as u64);
    SPENT.set(spent);
    if spent > WORK { Err(exhausted()) } else { Ok(()) }
}

/// Counts a text that is handed over.
pub(super) fn spend_text(bytes: usize) -> Result<(), Failure> {
    spend(bytes / BYTES)
}

fn exhausted() -> Failure {
    over_limit(
        format!("copies, sorts or searches more than {} million elements", WORK / 1_000_000),
        "take out of a loop what is the same each time: `let times = mock.times_ns;` above it",
    )
}

/// Counts every step, every value that a variable gives, and the functions that make large values of small ones.
pub(super) fn register(engine: &mut Engine) {
    // The engine's own count forgets what ran inside `filter`, `contains` and the like.
    engine.on_progress(|_| spend(STEP).err().map(|_| Dynamic::UNIT));
    #[expect(deprecated, reason = "marked as volatile, not as deprecated")]
    engine.on_var(|name, _, context| read(name, &context));
    engine
        .register_fn("pad", |text: &mut ImmutableString, length: i64, fill: char| pad(text, length, &fill.to_string()))
        .register_fn("pad", |text: &mut ImmutableString, length: i64, fill: &str| pad(text, length, fill))
        .register_fn("pad", pad_array);
}

/// What a variable gives may be copied, sorted or searched next.
fn read(name: &str, context: &EvalContext<'_, '_, '_, '_, '_, '_>) -> Result<Option<Dynamic>, Failure> {
    spend(context.scope().get(name).map_or(0, size))?;
    Ok(None)
}

/// The elements that a copy of a value copies.
fn size(value: &Dynamic) -> usize {
    if let Some(array) = value.read_lock::<Array>() {
        array.len() + array.iter().map(size).sum::<usize>()
    } else if let Some(map) = value.read_lock::<Map>() {
        map.len() + map.values().map(size).sum::<usize>()
    } else if let Some(text) = value.read_lock::<ImmutableString>() {
        text.len() / BYTES
    } else if let Some(function) = value.read_lock::<FnPtr>() {
        function.iter_curry().map(size).sum()
    } else {
        0
    }
}

fn pad(text: &mut ImmutableString, length: i64, fill: &str) -> Result<(), Failure> {
    let length = usize::try_from(length).unwrap_or(0);
    if length > STRING_BYTES {
        return Err(over_limit(format!("makes a text of more than {STRING_BYTES} bytes"), ""));
    }
    // Letter by letter.
    spend(length)?;
    let missing = length.saturating_sub(text.chars().count());
    text.make_mut().extend(fill.chars().cycle().take(missing));
    Ok(())
}

fn pad_array(array: &mut Array, length: i64, fill: Dynamic) -> Result<(), Failure> {
    let length = usize::try_from(length).unwrap_or(0);
    let elements = length.saturating_mul(1 + size(&fill));
    if elements > ARRAY_ELEMENTS {
        return Err(over_limit(format!("makes an array of more than {ARRAY_ELEMENTS} elements"), ""));
    }
    spend(elements)?;
    if length > array.len() {
        array.resize(length, fill);
    }
    Ok(())
}
