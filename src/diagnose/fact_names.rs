//! The names of facts and what each means: what a common issue can ask for, and what `align explain` says of it.

/// A fact's name and its meaning. `FAMILY` in a name stands for a kernel family's name, or `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactName {
    pub name: &'static str,
    pub meaning: &'static str,
}

const fn fact(name: &'static str, meaning: &'static str) -> FactName {
    FactName { name, meaning }
}

/// Every fact, by what it is about. Where a fact is not set it is 0.
pub const FACTS: &[FactName] = &[
    // The traces.
    fact("no-gpu-data", "a trace holds no GPU operation"),
    fact("api-without-gpu", "CUDA API calls were recorded, GPU work was not"),
    fact("ranges-without-gpu", "NVTX ranges were recorded, GPU work was not"),
    fact("graph-whole", "CUDA graphs were traced as a whole, without the kernels inside"),
    fact("no-ranges", "a trace has no NVTX ranges"),
    fact("gpu-differs", "the two traces come from different GPU models"),
    // The sequences, in kernels of one instance.
    fact("names-equal", "both sides launch the same kernels in the same order"),
    fact("aligned-share", "the share of kernels, from 0 to 1, that are the same on both sides"),
    fact("variants", "kernels that run as another variant of the same function (other template arguments or tile)"),
    fact("substituted", "kernels that have another kernel in their place"),
    fact("another-op", "so few kernels align that the mock runs another operation"),
    fact("replaced", "kernels, other than GEMMs and their like, that have another one in their place"),
    fact("moved", "kernels that stand elsewhere in the order"),
    fact("missing", "kernels in the E2E only"),
    fact("missing.FAMILY", "kernels of this family in the E2E only"),
    fact("missing-glue", "kernels in the E2E only that are mere glue: copies, casts, element-wise work"),
    fact(
        "missing-own",
        "kernels in the E2E only that tell another way to do the op: no companions of another kernel's variant, no host copies, none that are swapped",
    ),
    fact("missing-companions", "companions (split-K reductions, cleared workspaces) in the E2E only"),
    fact("missing-host-copies", "copies between host and device in the E2E only"),
    fact("extra", "kernels in the mock only"),
    fact("extra.FAMILY", "kernels of this family in the mock only"),
    fact("extra-glue", "kernels in the mock only that are mere glue: copies, casts, element-wise work"),
    fact(
        "extra-own",
        "kernels in the mock only that tell another way to do the op: no companions, host copies, debug checks or random inputs, none that are swapped",
    ),
    fact("extra-companions", "companions (split-K reductions, cleared workspaces) in the mock only"),
    fact("extra-host-copies", "copies between host and device in the mock only"),
    fact(
        "swapped",
        "kernels in the E2E only for which the mock launches another one of their family, of which a library picks by shape",
    ),
    fact("one-sided", "kernels on one side only, companions and those that are swapped not counted"),
    fact("companions", "companions (split-K reductions, cleared workspaces) on one side only"),
    fact("core-replaced", "the kernel that makes the op what it is (attention, GEMM) is another one in the mock"),
    fact("core-variant", "the kernel that makes the op what it is runs as another build of the same one"),
    fact("dtype-differs", "kernels that compute in another data type in the mock than in the E2E"),
    fact(
        "no-common-dtype",
        "the two sides mention no data type in common, single precision beside a narrower one aside",
    ),
    fact("quantised-one-side", "one side launches quantisation kernels, the other none"),
    fact("shapes-differ", "kernels of the same name that are launched with another grid or block"),
    fact("gemm-variants", "GEMMs that run as another kernel of the library"),
    // Time.
    fact("latency.ratio", "the mock's median time of an instance, divided by the E2E's"),
    fact("mock.spread", "how far the mock's times scatter, as a share of their median"),
    fact("e2e.spread", "how far the E2E's times scatter, as a share of their median"),
    fact(
        "cold-first-execution",
        "the kernel that gains most took as long as the E2E's on its first execution in the mock and less ever after",
    ),
    fact("carried.FAMILY", "the share of the difference in time that kernels of this family carry"),
    fact("uniform-ratio", "all kernels differ in time by nearly the same factor"),
    // Launching.
    fact("mock.graph-share", "the share of the mock's GPU operations that are replayed from a CUDA graph"),
    fact("e2e.graph-share", "the share of the E2E's GPU operations that are replayed from a CUDA graph"),
    fact("mock.instances", "instances found in the mock"),
    fact("e2e.instances", "instances found in the E2E"),
    fact("mock.overlapped", "another stream works on the GPU while the mock's op runs"),
    fact("e2e.overlapped", "another stream works on the GPU while the E2E's op runs"),
    fact("mock.parallel", "the share of the mock's kernel time beside other kernels of the op"),
    fact("e2e.parallel", "the share of the E2E's kernel time beside other kernels of the op"),
    fact("parallel-one-side", "parts of the op run beside each other on several streams on one side only"),
];

/// The fact that `name` means; `missing.gemm` is `missing.FAMILY`.
pub fn fact_name(name: &str) -> Option<&'static FactName> {
    let of_family = |fact: &&FactName| {
        let stem = fact.name.strip_suffix("FAMILY");
        stem.is_some_and(|stem| name.strip_prefix(stem).is_some_and(|family| !family.is_empty()))
    };
    FACTS.iter().find(|fact| fact.name == name).or_else(|| FACTS.iter().find(of_family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_familys_fact_is_found_by_its_stem() {
        assert_eq!(fact_name("missing.gemm").map(|fact| fact.name), Some("missing.FAMILY"));
        assert_eq!(fact_name("missing").map(|fact| fact.name), Some("missing"));
        assert_eq!((fact_name("missing."), fact_name("gemm")), (None, None));
    }
}
