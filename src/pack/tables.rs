//! What is kept of an export: one row a table, and which of its columns hold names, free text, or
//! values that neither a check nor a report of the profiler reads.

use super::source::Table;

/// Which rows of a table stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    All,
    /// GPU operations: kernels, copies, sets, graphs traced as a whole.
    Operations,
    /// API calls that launched a kept operation, or that tell something by themselves.
    Calls,
    /// NVTX ranges and the names of their domains, not marks.
    Ranges,
    /// Processes that own a kept row.
    Processes,
    /// How the nodes of kept graph kernels came to be.
    Nodes,
    /// Name and value pairs, by allow-list.
    Facts,
    /// Warnings and errors of the profiler, not its log.
    Warnings,
}

/// How one table is packed. Columns not named here keep their numbers and lose their text.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) table: &'static str,
    pub(super) rows: Rows,
    /// Ids into `StringIds`, or the text itself in derived exports.
    pub(super) names: &'static [&'static str],
    /// Text that may stay once it is free of secrets.
    pub(super) texts: &'static [&'static str],
    /// Values that say nothing about alignment: they cost bytes, identify a machine, or point into tables
    /// that are left out.
    pub(super) cleared: &'static [&'static str],
}

const fn plan(table: &'static str, rows: Rows) -> Plan {
    Plan { table, rows, names: &[], texts: &[], cleared: &[] }
}

/// Every kept table. Kernels come first, so that their names get the smallest string ids.
pub(super) const PLANS: &[Plan] = &[
    Plan {
        names: &["demangledName", "shortName", "mangledName"],
        cleared: &["cacheConfig", "localMemoryTotal", "gridId", "sharedMemoryExecuted", "sharedMemoryLimitConfig"],
        ..plan("CUPTI_ACTIVITY_KIND_KERNEL", Rows::Operations)
    },
    Plan { cleared: &["deprecatedSrcId", "virtualAddress"], ..plan("CUPTI_ACTIVITY_KIND_MEMCPY", Rows::Operations) },
    plan("CUPTI_ACTIVITY_KIND_MEMSET", Rows::Operations),
    plan("CUPTI_ACTIVITY_KIND_GRAPH_TRACE", Rows::Operations),
    Plan { names: &["nameId", "name"], cleared: &["callchainId"], ..plan("CUPTI_ACTIVITY_KIND_RUNTIME", Rows::Calls) },
    Plan {
        names: &["textId"],
        texts: &["text"],
        cleared: &[
            "color",
            "uint64Value",
            "int64Value",
            "doubleValue",
            "uint32Value",
            "int32Value",
            "floatValue",
            "jsonTextId",
            "jsonText",
            "binaryData",
        ],
        ..plan("NVTX_EVENTS", Rows::Ranges)
    },
    Plan { names: &["nameId"], ..plan("CUDA_GRAPH_NODE_EVENTS", Rows::Nodes) },
    // Node creation in old exports, graph creation in new ones: the columns tell.
    Plan { names: &["nameId"], ..plan("CUDA_GRAPH_EVENTS", Rows::Nodes) },
    Plan { texts: &["text"], ..plan("DIAGNOSTIC_EVENT", Rows::Warnings) },
    Plan { texts: &["name"], ..plan("PROCESSES", Rows::Processes) },
    Plan {
        texts: &["name", "chipName", "busLocation", "uuid", "ctxswDevPath", "ctrlDevPath"],
        cleared: &["busLocation", "uuid", "luid", "ctxswDevPath", "ctrlDevPath", "pwGpuId"],
        ..plan("TARGET_INFO_GPU", Rows::All)
    },
    plan("TARGET_INFO_CUDA_DEVICE", Rows::All),
    Plan {
        texts: &["name", "value", "devStateName"],
        cleared: &["devStateName"],
        ..plan("TARGET_INFO_SYSTEM_ENV", Rows::Facts)
    },
    Plan { texts: &["name", "value"], ..plan("META_DATA_EXPORT", Rows::Facts) },
    Plan { texts: &["name", "value"], ..plan("META_DATA_CAPTURE", Rows::Facts) },
    Plan { texts: &["name", "value"], ..plan("EXPORT_META_DATA", Rows::Facts) },
    // The two that the profiler's own reports look names up in.
    Plan { texts: &["name", "label"], ..plan("ENUM_CUDA_MEMCPY_OPER", Rows::All) },
    Plan { texts: &["name", "label"], ..plan("ENUM_CUDA_MEM_KIND", Rows::All) },
];

/// Whether a name and value pair may stay: versions, and how graphs were traced.
pub(super) fn is_allowed_fact(name: &str) -> bool {
    const NAMES: [&str; 4] = ["EXPORT_PRODUCT_NAME", "EXPORT_PRODUCT_VERSION", "NvDriverVersion", "CudaDriverVersion"];
    NAMES.contains(&name)
        || name.starts_with("EXPORT_SCHEMA_VERSION")
        || name.split_once(':').map_or(name, |(_, rest)| rest) == "CUDA_GRAPH_TRACE_OPTIONS:MODE"
        || name == "CUDA_GRAPH_TRACE_OPTIONS:MODE"
}

/// Whether the table says how graph nodes came to be.
pub(super) fn holds_nodes(table: &Table) -> bool {
    table.has("graphNodeId")
}

/// Whether an API call matters to a check even where it launched nothing that was kept: it replays a graph, makes
/// the host wait, or marks capture and just-in-time loading.
pub(super) fn is_telling_call(name: &str) -> bool {
    const TELLING: [&str; 7] = [
        "GraphLaunch",
        "Synchronize",
        "StreamBeginCapture",
        "StreamEndCapture",
        "GraphInstantiate",
        "ModuleLoad",
        "LibraryLoad",
    ];
    // Each of these waits for the GPU, at times or always, unless it says that it does not.
    const WAITING: [&str; 9] = [
        "cudaMemcpy",
        "cuMemcpy",
        "cudaMalloc",
        "cuMemAlloc",
        "cudaFree",
        "cuMemFree",
        "cudaHostAlloc",
        "cuMemHostAlloc",
        "cudaHostRegister",
    ];
    TELLING.iter().any(|part| name.contains(part))
        || (!name.contains("Async") && WAITING.iter().any(|start| name.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_replay_wait_or_load_are_kept_for_themselves() {
        for name in [
            "cudaGraphLaunch_v10000",
            "cuGraphLaunch",
            "cudaStreamSynchronize_v3020",
            "cuCtxSynchronize",
            "cudaMemcpy_v3020",
            "cuMemcpyDtoH_v2",
            "cuModuleLoadData",
        ] {
            assert!(is_telling_call(name), "{name}");
        }
        for name in ["cudaStreamWaitEvent_v3020", "cudaMemcpyAsync_v3020", "cudaLaunchKernel_v7000", "cuKernelGetName"]
        {
            assert!(!is_telling_call(name), "{name}");
        }
    }

    #[test]
    fn only_versions_and_the_graph_option_are_allowed_facts() {
        for name in ["PROCESS_0:CUDA_GRAPH_TRACE_OPTIONS:MODE", "CUDA_GRAPH_TRACE_OPTIONS:MODE", "NvDriverVersion"] {
            assert!(is_allowed_fact(name), "{name}");
        }
        for name in ["Hostname", "EXPORT_TIME_UTC", "PROCESS_0:ENVIRONMENT", "OsDescription"] {
            assert!(!is_allowed_fact(name), "{name}");
        }
    }
}
