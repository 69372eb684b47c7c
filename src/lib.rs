//! Decides whether a micro-benchmark of one LLM operation launches the same GPU kernels, as often, with the same
//! shapes and at the same speed as that operation does inside full-model inference.
//!
//! Data flows one way through plain values: specs and traces to instances ([`select`]), to a comparison
//! ([`compare`]), to findings ([`check`]), to causes ([`diagnose`]), to an [`outcome`], to a [`report`].
//! [`pipeline`] is the straight line.

pub mod baseline;
pub mod capture;
pub mod check;
pub mod cli;
pub mod compare;
pub mod diag;
pub mod diagnose;
pub mod diff;
pub mod explain;
pub mod fleet;
pub mod history;
pub mod infer;
pub mod inspect;
pub mod kernel;
pub mod limits;
pub mod lint;
pub mod meter;
pub mod outcome;
pub mod pack;
pub mod pipeline;
pub mod quality;
pub mod report;
pub mod save;
pub mod scaffold;
pub mod schema;
pub mod script;
pub mod select;
pub mod sequence;
pub mod spec;
pub mod stats;
pub mod suite;
pub mod trace;
