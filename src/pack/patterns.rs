//! What a secret looks like in a text, and the text without it.

use crate::diag::Problem;
use regex::{Regex, RegexSet};
use std::ops::Range;

/// What stands where a secret stood. No pattern matches it, so that redacting twice changes nothing.
pub(super) const REMOVED: &str = "<removed>";

/// What kind of thing gives a machine or a person away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    /// A process's environment variables.
    Environment,
    /// A password, key or access token, by its form.
    Token,
    /// A path below somebody's home or scratch folder.
    HomePath,
    /// An e-mail or network address.
    Address,
    /// The name of a user.
    UserName,
    /// The name of a machine.
    HostName,
    /// A serial number or bus address of a device.
    DeviceIdentity,
    /// A table of captured files, program output, command lines or other settings of the machine.
    Machine,
    /// Processes of the machine that have no part in the trace.
    OtherProcesses,
    /// Pages of deleted rows, whose bytes are still in the file.
    DeletedRows,
}

impl SecretKind {
    /// In words, for a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment variables",
            Self::Token => "token or password",
            Self::HomePath => "home path",
            Self::Address => "e-mail or network address",
            Self::UserName => "user name",
            Self::HostName => "host name",
            Self::DeviceIdentity => "device identity",
            Self::Machine => "description of the machine or the command",
            Self::OtherProcesses => "processes without a part in the trace",
            Self::DeletedRows => "unused pages with deleted rows",
        }
    }
}

/// The first group of each is the secret; what is around it only recognises it.
const FORMS: &[(SecretKind, &str)] = &[
    (SecretKind::Token, r"\b(hf_[A-Za-z0-9]{16,})"),
    (SecretKind::Token, r"\b((?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
    (SecretKind::Token, r"\b((?:glpat|nvapi|npm|pypi|dop_v1)[-_][A-Za-z0-9_-]{20,})"),
    (SecretKind::Token, r"\b(sk-[A-Za-z0-9_-]{20,})"),
    (SecretKind::Token, r"\b((?:AKIA|ASIA)[0-9A-Z]{16})\b"),
    (SecretKind::Token, r"\b(AIza[0-9A-Za-z_-]{30,})"),
    (SecretKind::Token, r"\b(xox[abprs]-[A-Za-z0-9-]{10,})"),
    (SecretKind::Token, r"\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)"),
    (SecretKind::Token, r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----.*)"),
    (SecretKind::Token, r"(?i)\bbearer\s+([a-z0-9._~+/-]{16,}=*)"),
    (SecretKind::Token, r"[a-z][a-z0-9+.-]*://([^\s/@:<]*:[^\s/@<]+)@"),
    (
        SecretKind::Token,
        r#"(?i)\b(?:[a-z0-9]+_)*(?:password|passwd|secret|token|api_?key|access_?key|private_?key|credentials?)["']?\s*[=:]\s*["']?([^\s"'<>,;(){}\[\]]{6,})"#,
    ),
    (
        SecretKind::HomePath,
        r#"(?:^|[^\w.])(/(?:home|Users|root|export/home|scratch|lustre|gpfs|nfs|mnt|data/users)/[^\s<>:;,'"()]+)"#,
    ),
    (SecretKind::HomePath, r#"(?i)\b([a-z]:\\+Users\\+[^\s<>:;,'"()]+)"#),
    (SecretKind::Address, r"\b([A-Za-z0-9][\w.+-]*@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})\b"),
    (
        SecretKind::Address,
        r"(?:^|[^\w.])((?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d))(?:$|[^\w.])",
    ),
    (SecretKind::UserName, r"\b(?:USER|LOGNAME|USERNAME)=([^\s<]+)"),
    (SecretKind::HostName, r"\b(?:HOST|HOSTNAME|COMPUTERNAME)=([^\s<]+)"),
];

/// All forms of secrets, and the user and host names that one trace gave away.
#[derive(Debug)]
pub(super) struct Patterns {
    any: RegexSet,
    forms: Vec<(SecretKind, Regex)>,
}

impl Patterns {
    /// `words`: names of users and hosts, found as whole words.
    pub(super) fn new(words: &[(SecretKind, String)]) -> Result<Self, Problem> {
        let own = FORMS.iter().map(|(kind, form)| (*kind, (*form).to_owned()));
        let learnt =
            words.iter().map(|(kind, word)| (*kind, format!(r"(?:^|[^\w])({})(?:$|[^\w])", regex::escape(word))));
        let forms: Vec<(SecretKind, String)> = own.chain(learnt).collect();
        let broken =
            |e: regex::Error| Problem::trace("secret-pattern", format!("a pattern for secrets is not valid: {e}"));
        let any = RegexSet::new(forms.iter().map(|(_, form)| form)).map_err(broken)?;
        let forms = forms.into_iter().map(|(kind, form)| Ok((kind, Regex::new(&form).map_err(broken)?)));
        Ok(Self { any, forms: forms.collect::<Result<_, Problem>>()? })
    }

    /// Where the secrets of a text are, in order and without overlap.
    pub(super) fn find(&self, text: &str) -> Vec<(Range<usize>, SecretKind)> {
        if is_environment(text) {
            return vec![(0..text.len(), SecretKind::Environment)];
        }
        let mut found = Vec::new();
        for index in self.any.matches(text) {
            if let Some((kind, form)) = self.forms.get(index) {
                let secrets = form.captures_iter(text).filter_map(|c| c.get(1).map(|m| m.range()));
                found.extend(secrets.map(|range| (range, *kind)));
            }
        }
        found.sort_by_key(|(range, kind)| (range.start, std::cmp::Reverse(range.end), *kind));
        let mut end = 0;
        found.retain(|(range, _)| {
            let apart = range.start >= end;
            end = end.max(range.end);
            apart
        });
        found
    }

    /// The text with every secret replaced, or `None` if it holds none.
    pub(super) fn redact(&self, text: &str) -> Option<String> {
        let mut out = text.to_owned();
        let mut changed = false;
        // One secret may hide another form behind it: again until there is nothing left.
        for _ in 0..text.len().max(1) {
            let found = self.find(&out);
            if found.is_empty() {
                break;
            }
            changed = true;
            for (range, _) in found.into_iter().rev() {
                out.replace_range(range, REMOVED);
            }
        }
        changed.then_some(out)
    }
}

/// The `NAME=value` entries of a text, separated by NUL or on at least three lines.
pub(super) fn environment(text: &str) -> Vec<(&str, &str)> {
    let by_nul = text.contains('\0');
    let entries = text.split(if by_nul { '\0' } else { '\n' });
    let named = entries.filter_map(|entry| entry.split_once('=')).filter(|(name, _)| is_variable(name, by_nul));
    let found: Vec<(&str, &str)> = named.collect();
    let enough = if by_nul { 1 } else { 3 };
    if found.len() >= enough { found } else { Vec::new() }
}

fn is_environment(text: &str) -> bool {
    (text.contains('\0') || text.contains('\n')) && !environment(text).is_empty()
}

/// Lines of `name=value` are common in messages: there only capitals make a variable.
fn is_variable(name: &str, any_case: bool) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() || b == b'_' || (any_case && b.is_ascii_lowercase());
    let mut bytes = name.bytes();
    bytes.next().is_some_and(letter) && bytes.all(|b| letter(b) || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redacted(text: &str) -> Option<String> {
        Patterns::new(&[]).ok().and_then(|p| p.redact(text))
    }

    #[test]
    fn secrets_of_every_form_are_found() {
        let secret = "a1B2".repeat(6);
        for text in [
            format!("hf_{secret}"),
            format!("load with ghp_{secret}"),
            format!("nvapi-{secret}"),
            format!("sk-{secret}"),
            format!("Authorization: Bearer {secret}"),
            "https://user:pa55word@host/x".to_owned(),
            format!("WANDB_API_KEY={secret}"),
            "open /home/alice/model.py".to_owned(),
            "/root/.cache/x".to_owned(),
            r"C:\Users\alice\x".to_owned(),
            "mail alice@example.com".to_owned(),
            "connect 10.0.12.7:80".to_owned(),
            "USER=alice".to_owned(),
            "PATH=/bin\0HOME=/x\0".to_owned(),
            "A=1\nB=2\nC=3".to_owned(),
        ] {
            let clean = redacted(&text);
            assert!(clean.is_some(), "not found in {text:?}");
            assert_eq!(clean.as_deref().and_then(redacted), None, "still found in {clean:?}");
        }
    }

    #[test]
    fn only_the_secret_goes_and_what_surrounds_it_stays() {
        assert_eq!(redacted("open '/home/alice/model.py'").as_deref(), Some("open '<removed>'"));
        assert_eq!(redacted("token: abcdef123").as_deref(), Some("token: <removed>"));
    }

    #[test]
    fn names_of_kernels_and_modules_are_no_secrets() {
        for text in [
            "void at::native::vectorized_elementwise_kernel<(int)4, at::native::FillFunctor<int>, std::array<char *, (unsigned long)1>>(int, T2, T3)",
            "{'Module': 'LlamaForCausalLM.model.layers.2.self_attn.attn', 'Inputs': [[8, 4096]]}",
            "execute_context_6(6144)_generation_0(0)",
            "model.layers.10.0.1.2",
            "aten::mul, op_id = 12, sizes = [[8, 4096]]",
            "nvjet_sm90_tst_64x8_64x16_2x1_v_bz_splitK_TNT",
            "num_tokens=8192, tokens = 10000000",
            "_ZN2at6native29vectorized_elementwise_kernelILi4ENS0_11FillFunctorIiEESt5arrayIPcLm1EEEEviT0_T1_",
            "580.159.04",
            "2025.3.2.0",
        ] {
            assert_eq!(redacted(text), None);
        }
    }

    #[test]
    fn a_learnt_name_is_found_as_a_whole_word() {
        let patterns = Patterns::new(&[(SecretKind::UserName, "alice".to_owned())]);
        let redacted = |text: &str| patterns.as_ref().ok().and_then(|p| p.redact(text));
        assert_eq!(redacted("run of alice, alice").as_deref(), Some("run of <removed>, <removed>"));
        assert_eq!(redacted("malice_kernel"), None);
    }

    proptest! {
        #[test]
        fn redacting_leaves_nothing_to_redact(text in r"[ -~\n\x00]{0,80}|(USER=|token: |/home/|/root|a@b\.cd|1\.2\.3\.4|hf_a{20}|[ =/@:.<>-]){0,12}") {
            if let Some(clean) = redacted(&text) {
                prop_assert_eq!(redacted(&clean), None);
            }
        }
    }
}
