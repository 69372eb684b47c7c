//! What to show where one short name stands for several kernels.

use super::text::shorten;

/// The most arguments shown behind a short name.
const ARGUMENTS: usize = 3;

/// What to show for each kernel, given its short and its whole name: the short one or, where several kernels share
/// it, also what tells them apart. Of bare names that is the whole name or its end, of C++ ones the template
/// arguments that differ. Names of shared kernels have at most `room` characters.
pub fn told_apart(kernels: &[(&str, &str)], room: usize) -> Vec<String> {
    let one = |(short, whole): &(&str, &str)| {
        let rivals: Vec<&str> = kernels.iter().filter(|(s, w)| s == short && w != whole).map(|(_, w)| *w).collect();
        if rivals.is_empty() {
            (*short).to_owned()
        } else if whole.contains(['<', '(', ' ']) {
            with_arguments(short, whole, &rivals, room)
        } else {
            end(whole, &rivals, room)
        }
    };
    let mut shown: Vec<String> = kernels.iter().map(one).collect();
    number_equals(&mut shown, kernels);
    shown
}

/// `FillFunctor …int…`: for each rival the first word that differs from it.
fn with_arguments(short: &str, whole: &str, rivals: &[&str], room: usize) -> String {
    let own = words(whole);
    let differs = |rival: &&str| own.iter().zip(words(rival)).position(|(a, b)| *a != b);
    let mut places: Vec<usize> = rivals.iter().filter_map(differs).collect();
    places.sort_unstable();
    places.dedup();
    let arguments: Vec<&str> = places.iter().take(ARGUMENTS).filter_map(|&at| own.get(at).copied()).collect();
    if arguments.is_empty() {
        return shorten(short, room);
    }
    let arguments = shorten(&format!(" …{}…", arguments.join("…")), room * 2 / 3);
    format!("{}{arguments}", shorten(short, room.saturating_sub(arguments.chars().count())))
}

/// Names and numbers, without the namespaces around them.
fn words(name: &str) -> Vec<&str> {
    let words = name.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    words.collect()
}

/// The whole name where there is room, else its end, from the first word on that differs from some rival.
fn end(whole: &str, rivals: &[&str], room: usize) -> String {
    if whole.chars().count() <= room {
        return whole.to_owned();
    }
    let same = |rival: &&str| whole.chars().zip(rival.chars()).take_while(|(a, b)| a == b).count();
    let start = rivals.iter().map(same).min().unwrap_or(0);
    let before: Vec<char> = whole.chars().take(start).collect();
    let word = before.iter().rev().take_while(|c| c.is_alphanumeric()).count();
    let rest: String = whole.chars().skip(start - word).collect();
    shorten(&format!("…{rest}"), room)
}

/// Numbers those that are still alike.
fn number_equals(shown: &mut [String], kernels: &[(&str, &str)]) {
    let unnumbered = shown.to_vec();
    for (at, name) in unnumbered.iter().enumerate() {
        let alike = unnumbered.iter().zip(kernels).filter(|(other, _)| *other == name).map(|(_, (_, whole))| *whole);
        let mut distinct: Vec<&str> = Vec::new();
        for whole in alike {
            if !distinct.contains(&whole) {
                distinct.push(whole);
            }
        }
        let own = kernels.get(at).and_then(|(_, whole)| distinct.iter().position(|other| other == whole));
        if let (Some(own), true, Some(shown)) = (own, distinct.len() > 1, shown.get_mut(at)) {
            *shown = format!("{name} #{}", own + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_one_kernel_stays_short() {
        let kernels = [("gemm", "void gemm<float>"), ("gemm", "void gemm<float>"), ("copy", "copy")];
        assert_eq!(told_apart(&kernels, 40), ["gemm", "gemm", "copy"]);
    }

    #[test]
    fn a_shared_bare_name_shows_its_end() {
        let (a, b) = ("nvjet_sm90_tst_128x64_64x8_1x2_h_bz_TNT", "nvjet_sm90_tst_64x8_64x16_2x1_v_bz_splitK_TNT");
        let kernels = [("nvjet_tst_TNT", a), ("nvjet_tst_TNT", b)];
        assert_eq!(told_apart(&kernels, 60), [a, b]);
        assert_eq!(told_apart(&kernels, 35), ["…128x64_64x8_1x2_h_bz_TNT", "…64x8_64x16_2x1_v_bz_splitK_TNT"]);
    }

    #[test]
    fn a_shared_template_shows_the_arguments_that_differ() {
        let whole = |of: &str, tile: u32| format!("void attend<ns::{of}, Tuple<{tile}>, {}>()", "Long, ".repeat(20));
        let (a, b, c) = (whole("Half", 64), whole("Half", 128), whole("Float", 64));
        let kernels = [("attend", a.as_str()), ("attend", b.as_str()), ("attend", c.as_str())];
        assert_eq!(told_apart(&kernels, 30), ["attend …Half…64…", "attend …Half…128…", "attend …Float…"]);
    }

    #[test]
    fn what_no_word_tells_apart_is_numbered() {
        let kernels = [("k", "void k(int)"), ("k", "void k(int *)"), ("k", "void k(int)")];
        assert_eq!(told_apart(&kernels, 8), ["k #1", "k #2", "k #1"]);
    }
}
