//! Comparison and division as rules need them. The engine's own say `false` to `"a" > 3` and to anything
//! compared with an absent value, and cut `7 / 2` down to 3: both would let a rule pass unseen.

use super::api::{Failure, failure, type_word, wrong_type};
use rhai::{Dynamic, Engine, ImmutableString, NativeCallContext};

type Outcome<T> = Result<T, Failure>;

/// Replaces the operators; the engine must not take its own short cuts
/// ([`set_fast_operators`](Engine::set_fast_operators)).
pub(super) fn register(engine: &mut Engine) {
    numbers(engine);
    texts(engine);
    engine.register_fn("==", |a: bool, b: bool| a == b).register_fn("!=", |a: bool, b: bool| a != b);
    // Whatever has no overload above: two types that are not alike.
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        engine.register_fn(operator, move |context: NativeCallContext<'_>, a: Dynamic, b: Dynamic| {
            unlike(context.engine(), operator, &a, &b)
        });
    }
}

fn numbers(engine: &mut Engine) {
    macro_rules! compare {
        ($($operator:literal $compare:expr),+) => {$(
            let compare: fn(f64, f64) -> bool = $compare;
            engine
                .register_fn($operator, move |a: i64, b: f64| ordered(a as f64, b, compare))
                .register_fn($operator, move |a: f64, b: i64| ordered(a, b as f64, compare))
                .register_fn($operator, move |a: f64, b: f64| ordered(a, b, compare));
        )+};
    }
    compare!(
        "==" | a,
        b | a == b,
        "!=" | a,
        b | a != b,
        "<" | a,
        b | a < b,
        "<=" | a,
        b | a <= b,
        ">" | a,
        b | a > b,
        ">=" | a,
        b | a >= b
    );
    engine
        .register_fn("==", |a: i64, b: i64| a == b)
        .register_fn("!=", |a: i64, b: i64| a != b)
        .register_fn("<", |a: i64, b: i64| a < b)
        .register_fn("<=", |a: i64, b: i64| a <= b)
        .register_fn(">", |a: i64, b: i64| a > b)
        .register_fn(">=", |a: i64, b: i64| a >= b)
        .register_fn("/", |a: i64, b: i64| divide(a as f64, b as f64))
        .register_fn("/", |a: i64, b: f64| divide(a as f64, b))
        .register_fn("/", |a: f64, b: i64| divide(a, b as f64))
        .register_fn("/", divide);
}

fn texts(engine: &mut Engine) {
    macro_rules! compare {
        ($($operator:literal $compare:ident),+) => {$(
            engine
                .register_fn($operator, |a: ImmutableString, b: ImmutableString| a.as_str().$compare(b.as_str()))
                .register_fn($operator, |a: char, b: char| a.$compare(&b))
                .register_fn($operator, |a: char, b: ImmutableString| a.to_string().as_str().$compare(b.as_str()))
                .register_fn($operator, |a: ImmutableString, b: char| a.as_str().$compare(b.to_string().as_str()));
        )+};
    }
    compare!("==" eq, "!=" ne, "<" lt, "<=" le, ">" gt, ">=" ge);
}

fn ordered(a: f64, b: f64, compare: fn(f64, f64) -> bool) -> Outcome<bool> {
    if a.is_nan() || b.is_nan() {
        return Err(failure("a comparison with a number that is not one (NaN)"));
    }
    Ok(compare(a, b))
}

fn divide(a: f64, b: f64) -> Outcome<f64> {
    if b == 0.0 { Err(failure("a division by zero")) } else { Ok(a / b) }
}

fn unlike(engine: &Engine, operator: &str, a: &Dynamic, b: &Dynamic) -> Outcome<bool> {
    let word = |value: &Dynamic| type_word(engine.map_type_name(value.type_name())).to_owned();
    let what = format!("`{operator}` cannot compare {} with {}", word(a), word(b));
    Err(wrong_type(what, "they are never equal and never ordered: convert one, or compare what is meant"))
}
