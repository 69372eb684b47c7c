//! What frameworks put into range names: module path, input shapes, phase. The one place that knows
//! each framework's form.

use serde::{Deserialize, Serialize};

/// What a range says of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// The dotted path: `LlamaForCausalLM.model.layers.2.self_attn.attn`.
    pub path: String,
    /// The shapes of its inputs, as the framework wrote them: `[[8, 4096]]`.
    pub inputs: Option<String>,
    /// The framework's end marker of a call, which stands beside the range itself.
    pub is_output: bool,
}

/// Prefill or decode, where a range's name says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Prefill,
    Decode,
    Mixed,
}

/// The module that a range's text names. Any dotted identifier path counts (`layers.0.mlp`), and the
/// forms of vLLM (a Python dict), PyTorch (`nn.Module: Linear_0`) and TensorRT-LLM.
pub fn module(text: &str) -> Option<Module> {
    if text.starts_with('{') {
        return vllm(text);
    }
    if let Some(name) = text.strip_prefix("nn.Module: ") {
        return Some(Module { path: name.trim().to_owned(), inputs: None, is_output: false });
    }
    if let Some(index) = text.strip_prefix("layer_wise_benchmarks layer_idx ") {
        return Some(Module { path: format!("layers.{}", index.trim()), inputs: None, is_output: false });
    }
    let path = !text.is_empty()
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    path.then(|| Module { path: text.to_owned(), inputs: None, is_output: false })
}

/// `{'Module': 'a.b', 'Inputs': [[8, 4096]]}`; the keyword arguments of a call may stand instead of
/// `Inputs`. The end marker has `'Outputs'`.
fn vllm(text: &str) -> Option<Module> {
    let rest = text.strip_prefix("{'Module': '")?;
    let (path, rest) = rest.split_once('\'')?;
    let inputs = rest.trim_start_matches([',', ' ']).trim_end_matches('}');
    let inputs = inputs.strip_prefix("'Inputs': ").unwrap_or(inputs).trim();
    Some(Module {
        path: path.to_owned(),
        inputs: (!inputs.is_empty()).then(|| inputs.to_owned()),
        is_output: text.contains("'Outputs'"),
    })
}

/// The phase that a range's text names: `forward:decode:3`, `step:0:prefill`,
/// `execute_context_2(2048)_generation_6(6)`, `_forward_step 3: 1 ctx reqs, 7 gen reqs`.
pub fn phase(text: &str) -> Option<Phase> {
    if let Some((context, generation)) = vllm_batch(text).or_else(|| tensorrt_batch(text)) {
        return match (context > 0, generation > 0) {
            (true, true) => Some(Phase::Mixed),
            (true, false) => Some(Phase::Prefill),
            (false, true) => Some(Phase::Decode),
            (false, false) => None,
        };
    }
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| match word.to_ascii_lowercase().as_str() {
        "prefill" | "context" => Some(Phase::Prefill),
        "decode" | "generation" => Some(Phase::Decode),
        _ => None,
    })
}

/// A framework whose ranges are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    Vllm,
    Transformers,
}

impl Framework {
    pub fn name(self) -> &'static str {
        match self {
            Self::Vllm => "vllm",
            Self::Transformers => "transformers",
        }
    }
}

/// The framework that writes ranges of this form, where the form is its own: vLLM's dictionaries and steps, and the
/// layers of a transformers model, which begin a path where no outer class is named.
pub fn framework(text: &str) -> Option<Framework> {
    let vllm = ["{'Module': '", "llm_engine step: ", "gpu_model_runner: "];
    if vllm.iter().any(|start| text.starts_with(start)) || vllm_batch(text).is_some() {
        return Some(Framework::Vllm);
    }
    let layer = text.strip_prefix("model.").unwrap_or(text).strip_prefix("layers.")?;
    let path = layer.starts_with(|c: char| c.is_ascii_digit()) && module(text).is_some();
    path.then_some(Framework::Transformers)
}

/// One name for all ranges that differ in their numbers alone, as a glob: `step:3:decode` is `step:*:decode`. A number is
/// a word of digits. What describes a batch keeps its zeros, which say its phase: `execute_context_0(0)_generation_8(8)`
/// is `execute_context_0(0)_generation_*(*)`.
pub fn pattern(text: &str) -> String {
    let (context, generation) = match phase(text) {
        Some(phase) if vllm_batch(text).is_some() => (phase != Phase::Decode, phase != Phase::Prefill),
        Some(phase) if tensorrt_batch(text).is_some() => {
            let start = text.find("_forward_step ").map_or(0, |at| at + "_forward_step ".len());
            let end = text[start..].find(':').map_or(text.len(), |at| start + at);
            let counts = |some: bool| if some { "*" } else { "0" };
            let (context, generation) = (counts(phase != Phase::Decode), counts(phase != Phase::Prefill));
            let step = text[..start].to_owned();
            let rest = &text[end..];
            let tail = rest.rsplit_once(" gen reqs").map_or("", |(_, tail)| tail);
            return format!("{}*: {context} ctx reqs, {generation} gen reqs{}", literal(&step), literal(tail));
        }
        _ => return numbers_as_stars(text),
    };
    let number = |some: bool| if some { "*(*)" } else { "0(0)" };
    format!("execute_context_{}_generation_{}", number(context), number(generation))
}

fn numbers_as_stars(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        out.push_str(if number { "*" } else { word });
        out.push_str(&literal(&part[word.len()..]));
    }
    out
}

/// A glob that matches this text alone. Text from a trace may look like a `/regular expression/` or a `family:NAME`: it
/// stays a glob.
pub fn literal(text: &str) -> String {
    let mut glob = String::new();
    if text.starts_with('/') || text.starts_with("family:") {
        glob.push('\\');
    }
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            glob.push('\\');
        }
        glob.push(c);
    }
    glob
}

fn vllm_batch(text: &str) -> Option<(u64, u64)> {
    let rest = text.strip_prefix("execute_context_")?;
    let (context, rest) = rest.split_once('(')?;
    let (_, rest) = rest.split_once(")_generation_")?;
    let (generation, _) = rest.split_once('(')?;
    Some((context.parse().ok()?, generation.parse().ok()?))
}

fn tensorrt_batch(text: &str) -> Option<(u64, u64)> {
    let (_, rest) = text.split_once("_forward_step ")?;
    let (_, rest) = rest.split_once(": ")?;
    let (context, rest) = rest.split_once(" ctx reqs, ")?;
    let (generation, _) = rest.split_once(" gen reqs")?;
    Some((context.trim().parse().ok()?, generation.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_python_dict_gives_path_and_shapes() {
        let m = module("{'Module': 'LlamaForCausalLM.model.layers.2.mlp', 'Inputs': [[8, 4096]]}");
        assert_eq!(m.as_ref().map(|m| m.path.as_str()), Some("LlamaForCausalLM.model.layers.2.mlp"));
        assert_eq!(m.and_then(|m| m.inputs).as_deref(), Some("[[8, 4096]]"));
        let end = module("{'Module': 'a.b', 'Outputs': [[8, 4096]]}");
        assert!(end.is_some_and(|m| m.is_output));
    }

    #[test]
    fn a_dotted_path_is_a_module_and_a_sentence_is_not() {
        assert!(module("layers.0.self_attn.q_proj").is_some());
        assert!(module("forward:decode:3").is_none());
        assert!(module("schedule: allocate_slots").is_none());
    }

    #[test]
    fn phases_are_read_from_every_frameworks_form() {
        assert_eq!(phase("forward:decode:3"), Some(Phase::Decode));
        assert_eq!(phase("step:0:prefill"), Some(Phase::Prefill));
        assert_eq!(phase("execute_context_2(2048)_generation_6(6)"), Some(Phase::Mixed));
        assert_eq!(phase("execute_context_0(0)_generation_8(8)"), Some(Phase::Decode));
        assert_eq!(phase("[Executor] _forward_step 7: 4 ctx reqs, 0 gen reqs"), Some(Phase::Prefill));
        assert_eq!(phase("measured"), None);
    }

    #[test]
    fn frameworks_are_told_by_their_own_forms() {
        assert_eq!(framework("execute_context_0(0)_generation_8(8)"), Some(Framework::Vllm));
        assert_eq!(framework("{'Module': 'a.b'}"), Some(Framework::Vllm));
        assert_eq!(framework("layers.0.self_attn"), Some(Framework::Transformers));
        assert_eq!(framework("layers.norm"), None);
        assert_eq!(framework("forward:decode:3"), None);
    }

    #[test]
    fn ranges_that_differ_in_numbers_have_one_pattern() {
        for (text, glob) in [
            ("step:0:prefill", "step:*:prefill"),
            ("forward:decode:12", "forward:decode:*"),
            ("layers.3.self_attn", "layers.*.self_attn"),
            ("Linear_0", "Linear_0"),
            ("execute_context_0(0)_generation_8(8)", "execute_context_0(0)_generation_*(*)"),
            ("execute_context_2(2048)_generation_0(0)", "execute_context_*(*)_generation_0(0)"),
            (
                "[Executor] _forward_step 0: 4 ctx reqs, 0 gen reqs",
                "\\[Executor\\] _forward_step *: * ctx reqs, 0 gen reqs",
            ),
            ("a[0]{1}", "a\\[*\\]\\{*\\}"),
        ] {
            assert_eq!(pattern(text), glob);
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_the_text_it_was_made_from(text in "(\\PC{1,40}|[a-z\\[\\]{}*?0-9:._\\\\]{1,40})") {
            let glob = crate::kernel::Glob::new(&pattern(&text));
            prop_assert!(glob.is_ok_and(|glob| glob.matches(&text)), "{}", pattern(&text));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,60}") {
            let _ = (module(&text), phase(&text));
        }

        #[test]
        fn hostile_dicts_are_read_without_panic(text in "\\{'Module': [a-z'.{}:, \\[\\]0-9]{0,40}") {
            let _ = module(&text);
        }
    }
}
