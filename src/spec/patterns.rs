//! Patterns over range and kernel names: what is none says why and how it is written.

use super::node::Node;
use super::vocabulary::Vocabulary;
use crate::diag::{Problem, Spanned, did_you_mean};
use crate::kernel::{Glob, KernelPattern, PatternError, TextPattern};

impl Node<'_> {
    /// Globs over range names or module paths.
    pub(super) fn globs(&self) -> Option<Vec<Spanned<Glob>>> {
        self.patterns(Glob::new, None)
    }

    pub(super) fn glob(&self) -> Option<Spanned<Glob>> {
        let text = self.text()?;
        self.pattern(text, Glob::new, None)
    }

    /// Globs and regular expressions over kernel names.
    pub(super) fn text_patterns(&self) -> Option<Vec<Spanned<TextPattern>>> {
        let texts = self.texts()?;
        let families: Vec<_> = texts.iter().filter(|text| text.value.starts_with("family:")).collect();
        for text in &families {
            self.report(
                Problem::spec("bad-pattern", format!("a family cannot stand in `{}`", self.key.name))
                    .label(&text.loc, "too coarse here")
                    .help("name the kernels by a glob or a /regular expression/"),
            );
        }
        if families.is_empty() { self.parsed_patterns(texts, TextPattern::new, None) } else { None }
    }

    /// Globs, regular expressions and families.
    pub(super) fn kernel_patterns(&self, vocabulary: &Vocabulary) -> Option<Vec<Spanned<KernelPattern>>> {
        self.patterns(|text| KernelPattern::new(text, &vocabulary.families), Some(vocabulary))
    }

    pub(super) fn kernel_pattern(&self, vocabulary: &Vocabulary) -> Option<Spanned<KernelPattern>> {
        let text = self.text()?;
        self.pattern(text, |text| KernelPattern::new(text, &vocabulary.families), Some(vocabulary))
    }

    fn patterns<P>(
        &self,
        parse: impl Fn(&str) -> Result<P, PatternError>,
        vocabulary: Option<&Vocabulary>,
    ) -> Option<Vec<Spanned<P>>> {
        self.parsed_patterns(self.texts()?, parse, vocabulary)
    }

    fn parsed_patterns<P>(
        &self,
        texts: Vec<Spanned<String>>,
        parse: impl Fn(&str) -> Result<P, PatternError>,
        vocabulary: Option<&Vocabulary>,
    ) -> Option<Vec<Spanned<P>>> {
        let patterns: Vec<_> = texts.into_iter().map(|text| self.pattern(text, &parse, vocabulary)).collect();
        patterns.into_iter().collect()
    }

    fn pattern<P>(
        &self,
        text: Spanned<String>,
        parse: impl Fn(&str) -> Result<P, PatternError>,
        vocabulary: Option<&Vocabulary>,
    ) -> Option<Spanned<P>> {
        match parse(&text.value) {
            // A class of characters is never meant by the brackets of `[CUDA memset]`.
            Ok(_) if text.value.starts_with("[CUDA ") => self.report(
                Problem::spec("bad-pattern", format!("`{}` is no usable pattern", text.value))
                    .label(&text.loc, "brackets are a class of characters")
                    .help(literal_help(&text.value)),
            ),
            Ok(pattern) => return Some(Spanned::new(pattern, text.loc)),
            Err(error) => self.report(pattern_problem(&text, &error, vocabulary)),
        }
        None
    }
}

fn pattern_problem(text: &Spanned<String>, error: &PatternError, vocabulary: Option<&Vocabulary>) -> Problem {
    let written = &text.value;
    if let (PatternError::UnknownFamily(name), Some(vocabulary)) = (error, vocabulary) {
        return Problem::spec("unknown-family", format!("there is no family `{name}`"))
            .label(&text.loc, "unknown family")
            .maybe_help(did_you_mean(name, vocabulary.families.names()));
    }
    let help = match error {
        PatternError::Glob(_) => literal_help(written),
        _ => "a glob such as `*flash_fwd*`, or a regular expression between slashes".to_owned(),
    };
    Problem::spec("bad-pattern", format!("`{written}` is no usable pattern"))
        // The library's own hint would compete with the one below.
        .label(&text.loc, error.to_string().split(" (maybe").next().unwrap_or_default())
        .help(help)
}

/// How a glob for exactly this text is written in TOML.
fn literal_help(text: &str) -> String {
    let quotes = if text.contains('\'') { "'''" } else { "'" };
    let mut escaped = String::new();
    for c in text.chars() {
        if "[]{}".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    format!("a backslash takes `[`, `{{` or `*` literally: `{quotes}{escaped}{quotes}`")
}
