//! What a kernel entry's `match` holds: a pattern over names, or a family.

use super::family::{Families, FamilyId};
use super::identity::Identity;
use super::pattern::{PatternError, TextPattern};

/// What a kernel entry's `match` holds.
#[derive(Debug, Clone, PartialEq)]
pub enum KernelPattern {
    Text(TextPattern),
    Family(FamilyId, String),
}

impl KernelPattern {
    pub fn new(text: &str, families: &Families) -> Result<Self, PatternError> {
        match text.strip_prefix("family:") {
            Some(name) => families
                .id(name)
                .map(|id| Self::Family(id, text.to_owned()))
                .ok_or_else(|| PatternError::UnknownFamily(name.to_owned())),
            None => TextPattern::new(text).map(Self::Text),
        }
    }

    /// A glob or expression is tried on the function's own name, then on the demangled name.
    pub fn matches(&self, name: &Identity, families: &Families) -> bool {
        match self {
            Self::Text(text) => text.names(name),
            Self::Family(id, _) => families.of(name) == Some(*id),
        }
    }

    pub fn is_family(&self) -> bool {
        matches!(self, Self::Family(..))
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text.as_str(),
            Self::Family(_, text) => text,
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_is_tried_on_the_function_and_then_on_the_whole_name() {
        let families = Families::default();
        let name = Identity::new(
            "void vllm::reshape_and_cache_flash_kernel<int, (bool)1>(T1 *)",
            "reshape_and_cache_flash_kernel",
        );
        let matches = |p: &str| KernelPattern::new(p, &families).is_ok_and(|p| p.matches(&name, &families));
        assert!(matches("reshape_and_cache*"));
        assert!(matches("*vllm::reshape*"));
        assert!(matches("/^void vllm::.*<int/"));
        assert!(!matches("cache*"));
    }

    #[test]
    fn an_unknown_family_is_said_to_be_one() {
        assert!(matches!(KernelPattern::new("family:gem", &Families::default()), Err(PatternError::UnknownFamily(_))));
    }
}
