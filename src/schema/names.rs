//! The names an editor can suggest: what the program ships, each with a line.

use crate::diag::Problem;
use crate::diagnose::FACTS;
use crate::pipeline::Session;
use crate::spec::keys::Names;
use serde_json::{Value, json};

/// Shipped names; a project adds its own, so that none is required.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    judgements: Vec<(String, String)>,
    rules: Vec<String>,
    issues: Vec<String>,
    families: Vec<String>,
}

impl Vocabulary {
    /// The names of what a session holds.
    ///
    /// # Errors
    /// Mistakes in a rule's header.
    pub fn new(session: &Session) -> Result<Self, Vec<Problem>> {
        let metas = session.metas()?;
        Ok(Self {
            judgements: metas.into_iter().map(|meta| (meta.name, meta.summary)).collect(),
            rules: session.rules().names(),
            issues: session.issues().iter().map(|issue| issue.id.clone()).collect(),
            families: session.families().names().map(str::to_owned).collect(),
        })
    }

    /// Every check and rule with its summary.
    pub(super) fn judgements(&self) -> impl Iterator<Item = (&str, &str)> {
        self.judgements.iter().map(|(name, summary)| (name.as_str(), summary.as_str()))
    }

    /// Names of a kind, as the values of an `enum`.
    pub(super) fn names(&self, kind: Names) -> Vec<Value> {
        let judgements = || self.judgements.iter().map(|(name, _)| json!(name));
        match kind {
            Names::Judgements => judgements().collect(),
            Names::Rules => self.rules.iter().map(|name| json!(name)).collect(),
            // An issue may be named like the check that shows it.
            Names::Reported => {
                let own = |id: &&String| !self.judgements.iter().any(|(name, _)| name == *id);
                judgements().chain(self.issues.iter().filter(own).map(|id| json!(id))).collect()
            }
        }
    }

    /// `family:NAME` for every family.
    pub(super) fn families(&self) -> Vec<Value> {
        self.families.iter().map(|name| json!(format!("family:{name}"))).collect()
    }

    /// The facts of a condition that stand for themselves.
    pub(super) fn facts() -> Vec<Value> {
        FACTS.iter().filter(|fact| !fact.name.ends_with("FAMILY")).map(|fact| json!(fact.name)).collect()
    }
}
