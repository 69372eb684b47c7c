//! From findings and facts to causes: the common-issues table, matched on evidence and ranked by how much it
//! explains. The table is data; a new row needs no Rust.

mod condition;
mod fact_names;
mod facts;
mod rank;
mod table;

pub use condition::{Condition, ConditionError};
pub use fact_names::{FACTS, FactName, fact_name};
pub use facts::facts;
pub use rank::{Cause, diagnose};
pub use table::{Issue, Issues, parse_issues};
