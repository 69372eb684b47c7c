//! Names that a report cut off where its column ended: what is left of one may be the beginning of several kernels' names.

use super::identity::Identity;
use super::normalise::{base, normalise};

/// Whether a report cut a name off.
pub fn is_cut_off(name: &str) -> bool {
    name.ends_with('…') || name.ends_with("...")
}

/// What a report kept of a name.
fn kept(name: &str) -> &str {
    if is_cut_off(name) { name.trim_end_matches(['…', '.']) } else { name }
}

/// Whether two names, of which at least one was cut off, may be of one kernel: as far as both go they say the same, in
/// whatever spelling.
pub fn may_be_same(a: &Identity, b: &Identity) -> bool {
    if !is_cut_off(&b.exact) {
        return begins(&a.exact, b);
    }
    if !is_cut_off(&a.exact) {
        return begins(&b.exact, a);
    }
    let (x, y) = (kept(&a.exact), kept(&b.exact));
    let (x, y) = if x.len() <= y.len() { (x, y) } else { (y, x) };
    y.starts_with(x) || begins(x, &Identity::new(y, ""))
}

/// Whether what is left of a cut-off name says the base name of the kernel.
pub fn keeps_base(cut: &Identity, whole: &Identity) -> bool {
    if !is_cut_off(&cut.exact) {
        return cut.base == whole.base;
    }
    let sure = Kept::of(kept(&cut.exact)).sure;
    let open = sure.matches('<').count().saturating_sub(sure.matches('>').count());
    // Before the first bracket nobody knows whether the word goes on.
    sure.contains('<') && base(&format!("{sure}{}", ">".repeat(open))) == whole.base
}

fn begins(cut: &str, whole: &Identity) -> bool {
    let kept = kept(cut);
    if whole.exact.starts_with(kept) {
        return true;
    }
    let Kept { sure, rest } = Kept::of(kept);
    let after =
        whole.normalised.strip_prefix(sure.as_str()).map(|after| after.trim_start_matches([' ', '-', '&', '*']));
    after.is_some_and(|after| after.starts_with(rest))
}

/// The beginning of a name in the one spelling.
struct Kept<'t> {
    /// As far as no more letters could change it.
    sure: String,
    /// The beginning of the word after that, where it is one that is spelt in one way only.
    rest: &'t str,
}

/// Words that are spelt otherwise once they are whole, or are left out.
const RESPELT: [&str; 12] = [
    "unnamed",
    "anonymous",
    "_GLOBAL__N__",
    "THRUST_",
    "CUB_",
    "lambda",
    "const",
    "void",
    "true",
    "false",
    "operator",
    "__",
];

impl<'t> Kept<'t> {
    fn of(kept: &'t str) -> Self {
        let closed = &kept[..first_open(kept)];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let before = closed.trim_end_matches(is_word);
        let word = &closed[before.len()..];
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let is_respelt = RESPELT.iter().any(|whole| whole.starts_with(word) || word.starts_with(whole));
        // Whatever is respelt together with what follows it.
        let mut before = before.trim_end();
        loop {
            let shorter = before.trim_end_matches(['-', '&', '*', ' ']);
            let shorter = without_group(shorter);
            let shorter = shorter.strip_suffix(':').filter(|shorter| !shorter.ends_with(':')).unwrap_or(shorter);
            let shorter = without_word(without_word(shorter, "const"), "void");
            let shorter = without_bracket_of_a_name(shorter);
            if shorter.len() == before.len() {
                break;
            }
            before = shorter;
        }
        let spelt = normalise(before);
        let rest = match digits {
            0 if is_respelt => "",
            0 => word,
            // A number may have a suffix, which says nothing.
            _ => &word[..digits],
        };
        Self { sure: spelt.trim_end().to_owned(), rest }
    }
}

/// Where the first bracket opens that is not closed; of `<`, which templates leave open, none counts.
fn first_open(text: &str) -> usize {
    let mut open = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '{' => open.push(at),
            ')' | ']' | '}' => {
                open.pop();
            }
            _ => {}
        }
    }
    open.first().copied().unwrap_or(text.len())
}

/// Without a group in brackets at its end: a cast whose number is not there, or parameters of which nobody knows yet
/// what they are of.
fn without_group(text: &str) -> &str {
    let mut depth = 0usize;
    for (at, letter) in text.char_indices().rev() {
        match letter {
            ')' => depth += 1,
            '(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match (depth, letter) {
            (0, '(') => return text[..at].trim_end(),
            (0, _) => return text,
            _ => {}
        }
    }
    text
}

fn without_word<'t>(text: &'t str, word: &str) -> &'t str {
    let before = text.strip_suffix(word).filter(|before| before.is_empty() || before.ends_with(['<', ',', ' ']));
    before.map_or(text, str::trim_end)
}

/// Without a `<` that begins `<unnamed>`.
fn without_bracket_of_a_name(text: &str) -> &str {
    let before = text.strip_suffix('<').filter(|before| before.is_empty() || before.ends_with([':', '<', ',', ' ']));
    before.map_or(text, str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str =
        "void cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tuple<cute::C<(int)8>>, (int)4>>(T1)";

    fn fits(cut: &str, whole: &str) -> bool {
        may_be_same(&Identity::new(cut, ""), &Identity::new(whole, ""))
    }

    /// Every name that was seen in a trace.
    fn names() -> Vec<&'static str> {
        include_str!("../../tests/data/kernel-names.txt").lines().filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn a_name_may_be_what_it_is_the_beginning_of() {
        for name in names() {
            for (end, _) in name.char_indices().skip(1) {
                assert!(fits(&format!("{}…", &name[..end]), name), "{end}: {name}");
            }
        }
    }

    #[test]
    fn whatever_it_is_spelt_like() {
        let spellings: Vec<(&str, Identity)> =
            names().into_iter().map(|name| (name, Identity::new(name, ""))).collect();
        let mut pairs = 0;
        for (name, identity) in &spellings {
            for (_, other) in spellings
                .iter()
                .filter(|(_, other)| other.normalised == identity.normalised && other.exact != identity.exact)
            {
                pairs += 1;
                for (end, _) in name.char_indices().skip(1) {
                    assert!(fits(&format!("{}…", &name[..end]), &other.exact), "{}\n{}", &name[..end], other.exact);
                }
            }
        }
        assert!(pairs > 0, "no name is spelt in two ways");
        for cut in [
            "void cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tuple<cute::C<8>…",
            "cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tuple<cute::C<8>>, 4>>(Params…",
            "cutlass::dev...",
        ] {
            assert!(fits(cut, WHOLE), "{cut}");
        }
    }

    #[test]
    fn nor_is_it_what_begins_in_another_way() {
        for cut in [
            "void cutlass::device_kernel<flash::FlashAttnFwdSm90<…",
            "void cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tuple<cute::C<(int)16…",
            "void vllm::rms_norm_ker…",
            "void cutlass::device_kernel_<…",
        ] {
            assert!(!fits(cut, WHOLE), "{cut}");
        }
        assert!(!fits("void vllm::rms_norm_ker…", "void vllm::reshape_and_cache_flash_kernel<float>(T1)"));
    }

    #[test]
    fn two_that_were_cut_off_are_compared_as_far_as_the_shorter_goes() {
        assert!(fits("void f<int, fl…", "void f<int, float, do…") && fits("void f<int, float, do…", "void f<int, fl…"));
        assert!(!fits("void f<int, do…", "void f<int, float, do…"));
    }

    #[test]
    fn a_base_is_known_once_its_word_has_ended() {
        let keeps = |cut: &str| keeps_base(&Identity::new(cut, ""), &Identity::new(WHOLE, ""));
        assert!(keeps("void cutlass::device_kernel<flash::FlashAttnFwdCombine<cute::tu…"));
        assert!(keeps("void cutlass::device_kernel<flash::FlashAttnFwdCombine<…"));
        assert!(!keeps("void cutlass::device_kernel<flash::FlashAttnFwdCombine…"));
        assert!(!keeps("void cutlass::device_kernel<flash::FlashAttn…"));
        assert!(!keeps("void cutlass::device_ker…") && !keeps("device_kernel"));
        assert!(keeps_base(
            &Identity::new("rms_norm_kernel", ""),
            &Identity::new("void vllm::rms_norm_kernel<float>(T1)", "")
        ));
    }
}
