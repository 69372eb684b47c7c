//! `align new spec`: drafts a spec from a mock's and an E2E's trace.
//!
//! A draft is tried as a spec at every step: places of the op are judged by what the selection finds there, and what
//! the checks say of the whole decides tolerances and known differences. So what is written is what was checked.

mod ambiguity;
mod draft;
mod e2e_side;
mod entries;
mod known;
mod marks;
mod mock_side;
mod modules;
mod paths;
mod pattern;
mod plan;
mod refusal;
mod request;
mod titles;
mod toml;
mod trial;
mod write;

pub use draft::{Draft, draft};
pub use request::Request;
