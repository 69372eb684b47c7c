//! The header of a rule: TOML between two lines of `+++` at the top of its `rule.md`.

use super::expectations::severity;
use super::keys::RULE_HEADER;
use super::model::Parameter;
use super::reading::read;
use crate::diag::{Loc, Problem, Severity, SourceFile, Spanned};
use std::collections::BTreeMap;
use std::sync::Arc;

const FENCE: &str = "+++";

/// What a rule says of itself.
#[derive(Debug, Clone)]
pub struct RuleHeader {
    pub severity: Severity,
    pub needs: Vec<Spanned<String>>,
    /// Parameters by name with their defaults, whose types are the parameters' types.
    pub parameters: BTreeMap<String, Spanned<Parameter>>,
    /// The Markdown below the header.
    pub doc: String,
}

/// Reads a `rule.md`.
///
/// # Errors
/// All mistakes of the header, each with its place.
pub fn parse_rule_header(file: &Arc<SourceFile>) -> Result<RuleHeader, Vec<Problem>> {
    let Some((toml, doc)) = split(&file.text) else {
        let problem = Problem::spec("missing-key", format!("{} has no header", file.name))
            .label(&Loc::new(file, 0..0), "no line of `+++` here")
            .help("begin with `+++`, a line `severity = \"error\"`, and another `+++`");
        return Err(vec![problem]);
    };
    // Blanked instead of cut, so that every span holds in the whole file.
    let header = SourceFile::new(&file.name, format!("{}{toml}", " ".repeat(FENCE.len())));
    let mut header = read(&header, &RULE_HEADER, |top| {
        let parameters = top.node("parameters").map_or_else(|| Some(BTreeMap::new()), |node| node.parameters());
        Some(RuleHeader {
            severity: top.choice("severity", severity)?.value,
            needs: top.texts("needs").unwrap_or_default(),
            parameters: parameters?,
            doc: doc.trim_start().to_owned(),
        })
    })?;
    let whole = |loc: &mut Loc| loc.file = Arc::clone(file);
    header.needs.iter_mut().for_each(|need| whole(&mut need.loc));
    header.parameters.values_mut().for_each(|parameter| whole(&mut parameter.loc));
    Ok(header)
}

/// The header's TOML, from the first line feed on, and what follows it.
fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(FENCE).filter(|rest| rest.starts_with(['\n', '\r']))?;
    let end = rest.find("\n+++")?;
    Some((rest.get(..=end)?, rest.get(end + 1 + FENCE.len()..)?))
}
