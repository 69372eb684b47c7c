//! All tests of the program as its users meet it, in one binary: one file a subject.
//!
//! One binary links once, and keeps every core busy to the end.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails says so by panicking")]

mod baseline;
mod cache;
mod capture;
mod check_docs;
mod ci_files;
mod cli;
mod common_issues;
mod console;
mod cut_names;
mod diff;
mod doc_examples;
mod docs;
mod export;
mod facts;
mod families;
mod family_coverage;
mod formats;
mod golden;
mod history;
mod html;
mod infer;
mod infer_small;
mod inspect;
mod invariance;
mod kineto;
mod known_differences;
mod layers;
mod lint;
mod manual;
mod merged_specs;
mod misspelt_keys;
mod new_spec;
mod no_false_pass;
#[cfg(unix)]
mod nsys_rep;
mod nsys_stats;
mod oversized_traces;
mod pack;
mod pack_verdicts;
mod pages;
mod pairs;
mod parquet;
mod partials;
mod quality;
mod ranks;
mod repeated;
mod rule_reference;
mod rules;
mod same_capture;
mod schema_agreement;
mod schema_headers;
mod schema_versions;
mod schemas;
mod scripts;
mod slurm;
mod spec_pages;
mod specs;
mod suite;
mod support;
mod text_traces;
mod threads;
mod traces;
mod vendor;
