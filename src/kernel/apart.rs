//! What to show where one short name stands for several kernels.

/// What to show for each kernel, given its short and its whole name: the short one or, where several kernels share
/// it, as much of the whole one as tells them apart, in at most `room` characters.
pub fn told_apart(kernels: &[(&str, &str)], room: usize) -> Vec<String> {
    let mut shown: Vec<String> = Vec::with_capacity(kernels.len());
    for (short, whole) in kernels {
        let others = kernels.iter().filter(|(s, w)| s == short && w != whole).map(|(_, w)| *w);
        let rivals: Vec<Vec<char>> = others.map(|other| other.chars().collect()).collect();
        let name = if rivals.is_empty() { (*short).to_owned() } else { distinct(short, whole, &rivals, room) };
        shown.push(name);
    }
    number_equals(&mut shown, kernels);
    shown
}

/// The whole name where there is room, else its part that differs, after the short name if both fit.
fn distinct(short: &str, whole: &str, rivals: &[Vec<char>], room: usize) -> String {
    let name: Vec<char> = whole.chars().collect();
    if name.len() <= room {
        return whole.to_owned();
    }
    let inside = |c: &char| c.is_alphanumeric();
    let same = |rival: &Vec<char>| name.iter().zip(rival).take_while(|(a, b)| a == b).count();
    let start = rivals.iter().map(same).min().unwrap_or(0);
    let word = name.iter().take(start).rev().take_while(|c| inside(c)).count();
    let rest: Vec<char> = name.iter().skip(start - word).copied().collect();
    let same_end = |rival: &Vec<char>| name.iter().rev().zip(rival.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = rest.len().saturating_sub(rivals.iter().map(same_end).min().unwrap_or(0)).max(word + 1);
    let end = (end + rest.iter().skip(end).take_while(|c| inside(c)).count()).min(rest.len());
    let tail = format!("…{}", rest.iter().collect::<String>());
    let part = format!("…{}…", rest.iter().take(end).collect::<String>());
    let fits = |text: &str| text.chars().count() <= room;
    let after = format!("{short} {part}");
    if fits(&tail) {
        tail
    } else if fits(&after) {
        after
    } else if fits(&part) {
        part
    } else {
        part.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    }
}

/// Numbers those that too little room left alike.
fn number_equals(shown: &mut [String], kernels: &[(&str, &str)]) {
    for at in 0..shown.len() {
        let mut alike: Vec<&str> = Vec::new();
        for (name, (_, whole)) in shown.iter().zip(kernels) {
            if *name == shown[at] && !alike.contains(whole) {
                alike.push(whole);
            }
        }
        if alike.len() < 2 {
            continue;
        }
        let same: Vec<(usize, usize)> = (0..shown.len())
            .filter(|&i| shown[i] == shown[at])
            .filter_map(|i| alike.iter().position(|whole| *whole == kernels[i].1).map(|n| (i, n + 1)))
            .collect();
        for (i, n) in same {
            shown[i] = format!("{} #{n}", shown[i]);
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
    fn a_shared_name_shows_what_differs() {
        let (a, b) = ("nvjet_sm90_tst_128x64_64x8_1x2_h_bz_TNT", "nvjet_sm90_tst_64x8_64x16_2x1_v_bz_splitK_TNT");
        let kernels = [("nvjet_tst_TNT", a), ("nvjet_tst_TNT", b)];
        assert_eq!(told_apart(&kernels, 60), [a, b]);
        assert_eq!(told_apart(&kernels, 35), ["…128x64_64x8_1x2_h_bz_TNT", "…64x8_64x16_2x1_v_bz_splitK_TNT"]);
    }

    #[test]
    fn a_long_name_shows_the_argument_that_differs() {
        let whole = |tile: u32| format!("void attend<Mainloop<Tuple<{tile}>, {}>>()", "Long, ".repeat(20));
        let (a, b) = (whole(64), whole(128));
        let kernels = [("attend", a.as_str()), ("attend", b.as_str())];
        assert_eq!(told_apart(&kernels, 30), ["attend …64…", "attend …128…"]);
    }

    #[test]
    fn without_room_they_are_numbered() {
        let (a, b) = (format!("k<{}1>", "a".repeat(40)), format!("k<{}2>", "a".repeat(40)));
        assert_eq!(told_apart(&[("k", &a), ("k", &b)], 8), ["…aaaaaa… #1", "…aaaaaa… #2"]);
    }
}
