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

    proptest! {
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
