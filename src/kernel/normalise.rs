//! One spelling for one kernel.
//!
//! The same function is written differently by compilers and demanglers: `(int)128`, `128` or
//! `128u`; `(bool)1` or `true`; `<unnamed>`, `(anonymous namespace)` or `_GLOBAL__N__…`;
//! `[lambda(float) (instance 2)]` or `{lambda(float)#2}`; with or without its return type and
//! parameter list; `const char *` or `char const*`. TorchInductor and Triton append numbers and hashes that mean nothing. What is
//! left after normalisation is compared; the demangled name stays beside it as evidence.

use crate::limits::{BASE_PARTS, WRAPPER_LEVELS};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

#[expect(clippy::expect_used, reason = "the patterns are constants and every one is used by a test")]
fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern compiles")
}

macro_rules! constant {
    ($name:ident, $pattern:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| constant($pattern));
    };
}

constant!(ANONYMOUS, r"<unnamed>|\(anonymous namespace\)|_GLOBAL__N__[0-9A-Za-z_]+");
constant!(CAST, r"\([A-Za-z_][A-Za-z0-9_:<> ]*\)(-?\d)");
constant!(LITERAL_SUFFIX, r"\b(\d+)(?:ull|ul|u|ll|l|ULL|UL|U|LL|L)\b");
constant!(INSTANCE, r" ?\(instance \d+\)");
constant!(KINETO_LAMBDA, r"\{lambda\(([^{}]*)\)#\d+\}");
constant!(LIBRARY_VERSION, r"THRUST_[0-9A-Za-z_]+_NS|CUB_[0-9A-Za-z_]+_NS|\b__[0-9]+::");
constant!(CONST, r"(?: const\b|\bconst )");
constant!(RETURNS_NOTHING, r"([<,])void ([A-Za-z_{])");
constant!(BOOLEAN, r"\b(true|false)\b");
constant!(SPACES, r"\s*([,<>*&()\[\]])\s*");
constant!(INDUCTOR, r"^triton_(poi|red|per|tem|for|mm|bmm)_fused(?:_(.*?))??(?:_\d+)?(?:_[0-9a-f]{8,})?$");
constant!(TRITON_SIGNATURE, r"_\d+d(?:[0-9]|d|e|c)*$");
constant!(NVJET, r"^nvjet(?:_sm\d+)?_([a-z]+)_(?:.*_)?([TN]{3})$");
constant!(TILES, r"_(?:tilesize|stage|stages|warpsize|knob|cga|align|sliced)?_?\d+(?:x\d+)+(?:x[a-z0-9]+)?");

/// Names that say nothing by themselves: the functor or CUTLASS type in their template does.
const WRAPPERS: &[&str] = &[
    "device_kernel",
    "kernel",
    "Kernel",
    "Kernel2",
    "elementwise_kernel",
    "vectorized_elementwise_kernel",
    "unrolled_elementwise_kernel",
    "legacy_elementwise_kernel",
    "reduce_kernel",
    "index_elementwise_kernel",
    "multi_tensor_apply_kernel",
    "gpu_kernel_impl_nocast",
    "gpu_kernel_impl",
    "gpu_index_kernel",
    "ReduceOp",
    "func_wrapper_t",
    "enable_sm90",
    "enable_sm90_or_later",
    "enable_sm80_to_sm89",
    "enable_3x_kernel_for_sm9x",
    "enable_3x_kernel_for_sm10",
    "AUnaryFunctor",
    "BUnaryFunctor",
    "BinaryFunctor",
];

/// Wrappers that are not worth a word in a base name.
const PLUMBING: &[&str] =
    &["gpu_kernel_impl_nocast", "gpu_kernel_impl", "gpu_index_kernel", "ReduceOp", "func_wrapper_t"];

/// The normalised spelling of a demangled kernel name (or of `[CUDA memcpy …]`, which stays as it is).
pub fn normalise(demangled: &str) -> String {
    if demangled.starts_with('[') {
        return demangled.to_owned();
    }
    if let Some(found) = INDUCTOR.captures(demangled) {
        let operations = found.get(2).map_or("", |m| m.as_str());
        let kind = &found[1];
        return if operations.is_empty() || operations.bytes().all(|b| b.is_ascii_digit()) {
            format!("triton_{kind}_fused")
        } else {
            format!("triton_{kind}_fused_{operations}")
        };
    }
    if !demangled.contains(['<', '(', ' ']) {
        return TRITON_SIGNATURE.replace(demangled, "").into_owned();
    }
    let mut text = ANONYMOUS.replace_all(demangled, "{anon}").into_owned();
    for (pattern, with) in [
        (&*INSTANCE, ""),
        (&*KINETO_LAMBDA, "[lambda($1)]"),
        (&*CAST, "$1"),
        (&*LITERAL_SUFFIX, "$1"),
        (&*LIBRARY_VERSION, ""),
        (&*CONST, ""),
        (&*SPACES, "$1"),
        (&*RETURNS_NOTHING, "$1$2"),
    ] {
        if let Cow::Owned(replaced) = pattern.replace_all(&text, with) {
            text = replaced;
        }
    }
    let text = without_outer_parameters(&text);
    let text = BOOLEAN.replace_all(&text, |found: &regex::Captures<'_>| if &found[1] == "true" { "1" } else { "0" });
    function_of(&text).to_owned()
}

/// Without the parameters of functions around a lambda: demanglers write them by their types or by the template's letters.
/// What the lambda itself takes stays.
fn without_outer_parameters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Vec<usize> = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => open.push(out.len()),
            ')' => {
                let list = open.pop().filter(|&from| !out[..from].ends_with("operator"));
                if let Some(from) = list.filter(|_| text[at + 1..].starts_with("::")) {
                    out.truncate(from + 1);
                }
            }
            _ => {}
        }
        out.push(letter);
    }
    out
}

/// The qualified function with its template arguments: without return type and parameter list.
fn function_of(text: &str) -> &str {
    let end = parameter_list(text).unwrap_or(text.len());
    let mut depth = 0usize;
    let mut start = 0;
    for (at, byte) in text[..end].bytes().enumerate() {
        match byte {
            b'<' | b'(' | b'[' | b'{' => depth += 1,
            b'>' | b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b' ' if depth == 0 && !text[..at].ends_with("operator") => start = at + 1,
            _ => {}
        }
    }
    // `std::enable_if<…>::typevllm::f` cannot occur: the return type ends at a space outside brackets.
    text[start..end].trim()
}

/// Where the parameter list begins: the first `(` outside template brackets that is not `operator()`.
fn parameter_list(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' | b'[' | b'{' => depth += 1,
            b'>' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'(' if depth == 0 && !text[..at].trim_end().ends_with("operator") => return (at > 0).then_some(at),
            _ => {}
        }
    }
    None
}

/// The function's own name, without namespaces and template arguments: `device_kernel`.
/// Of a normalised name.
pub(super) fn function_name(normal: &str) -> String {
    or_whole(head(normal).to_owned(), normal)
}

/// A name that is nothing but brackets says what it is only as a whole.
fn or_whole(part: String, normal: &str) -> String {
    if part.is_empty() { normal.to_owned() } else { part }
}

/// The coarsest name that still says what a kernel does. Wrappers are named with what they wrap
/// (`device_kernel.FlashAttnFwdSm90`), library GEMMs without their tile and stage counts.
/// Of a normalised name.
pub(super) fn base(normal: &str) -> String {
    if normal.starts_with('[') {
        return normal.to_owned();
    }
    if let Some(found) = NVJET.captures(normal) {
        return format!("nvjet_{}_{}", &found[1], &found[2]);
    }
    let mut parts: Vec<String> = Vec::new();
    let mut rest = normal;
    for _ in 0..WRAPPER_LEVELS {
        let name = head(rest);
        let inner = WRAPPERS.contains(&name).then(|| wrapped(rest)).flatten();
        if !name.starts_with("enable_") && !PLUMBING.contains(&name) {
            parts.push(library_base(name));
        }
        match inner {
            Some(inner) if parts.len() < BASE_PARTS => rest = inner,
            _ => break,
        }
    }
    or_whole(parts.join("."), normal)
}

/// A library's generated name without its tile shape and tuning suffixes.
fn library_base(name: &str) -> String {
    let cut = ["_knob_", "_tilesize"].iter().filter_map(|mark| name.find(mark)).min().unwrap_or(name.len());
    TILES.replace_all(&name[..cut], "").into_owned()
}

/// The last path component before template arguments or parameters.
fn head(text: &str) -> &str {
    let text = text.strip_prefix("void ").unwrap_or(text);
    let mut depth = 0usize;
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'<' | b'(' if depth == 0 => return &text[start..at],
            b':' if depth == 0 && bytes.get(at + 1) == Some(&b':') => start = (at + 2).min(text.len()),
            _ => {}
        }
    }
    &text[start..]
}

/// The template argument that says what a wrapper does: the first one that is neither a literal nor
/// a plain type; a functor's operation stands last.
fn wrapped(text: &str) -> Option<&str> {
    let arguments = template_arguments(text);
    let says = |a: &&str| {
        let name = head(a);
        let plain = matches!(
            name,
            "float"
                | "double"
                | "int"
                | "long"
                | "bool"
                | "char"
                | "BFloat16"
                | "Half"
                | "OpaqueType"
                | "unsigned int"
                | "unsigned long"
                | "unsigned char"
                | "signed char"
                | "short"
        );
        !plain && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit() || c == '-')
    };
    if head(text).ends_with("Functor") {
        arguments.into_iter().rev().find(says)
    } else {
        arguments.into_iter().find(says)
    }
}

fn template_arguments(text: &str) -> Vec<&str> {
    let Some(open) = text.find('<') else { return Vec::new() };
    let mut arguments = Vec::new();
    let mut depth = 0usize;
    let mut start = open + 1;
    for (at, byte) in text.bytes().enumerate().skip(open + 1) {
        match byte {
            b'<' | b'(' | b'[' | b'{' => depth += 1,
            b'>' if depth == 0 => {
                arguments.push(text[start..at].trim());
                return arguments;
            }
            b'>' | b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                arguments.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments
}

#[cfg(test)]
mod tests;
