//! `align capture`: plans a capture with Nsight Systems, runs it, and judges the trace.
