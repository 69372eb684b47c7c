//! Reads a file for the timeline viewer back, by its own numbers of fields: tracks, bars and what joins them.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test helper")]

use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Debug)]
pub(crate) struct TrackRow {
    pub(crate) name: String,
    pub(crate) parent: Option<u64>,
    pub(crate) rank: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct SliceRow {
    pub(crate) track: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) name: String,
    pub(crate) categories: Vec<String>,
    pub(crate) arguments: BTreeMap<String, String>,
    pub(crate) flows: Vec<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) tracks: BTreeMap<u64, TrackRow>,
    /// In the order of the file.
    pub(crate) slices: Vec<SliceRow>,
    texts: BTreeMap<(u64, u64), String>,
    packets: usize,
}

/// A field's value.
#[derive(Debug)]
enum Wire<'b> {
    Number(u64),
    Block(&'b [u8]),
}

impl<'b> Wire<'b> {
    fn number(&self) -> u64 {
        match self {
            Self::Number(number) => *number,
            Self::Block(_) => panic!("a number is wanted"),
        }
    }

    fn block(&self) -> &'b [u8] {
        match self {
            Self::Block(bytes) => bytes,
            Self::Number(_) => panic!("a block is wanted"),
        }
    }

    fn text(&self) -> String {
        String::from_utf8(self.block().to_vec()).expect("UTF-8")
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&first, rest) = bytes.split_first().expect("a number ends");
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first < 0x80 {
            return value;
        }
    }
    panic!("a number of more than ten bytes")
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Wire<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let size = match tag & 7 {
            0 => {
                found.push((tag >> 3, Wire::Number(varint(&mut bytes))));
                continue;
            }
            1 => 8,
            2 => usize::try_from(varint(&mut bytes)).unwrap(),
            kind => panic!("no field has the kind {kind}"),
        };
        let (block, rest) = bytes.split_at(size);
        bytes = rest;
        let value =
            if tag & 7 == 1 { Wire::Number(u64::from_le_bytes(block.try_into().unwrap())) } else { Wire::Block(block) };
        found.push((tag >> 3, value));
    }
    found
}

fn one<'f, 'b>(fields: &'f [(u64, Wire<'b>)], number: u64) -> Option<&'f Wire<'b>> {
    let mut found = fields.iter().filter(|(at, _)| *at == number).map(|(_, value)| value);
    let first = found.next();
    assert!(found.next().is_none(), "field {number} stands twice");
    first
}

pub(crate) fn read(bytes: &[u8]) -> File {
    let mut file = File::default();
    // Begun and not ended, by track.
    let mut open: BTreeMap<u64, SliceRow> = BTreeMap::new();
    for (number, packet) in fields(bytes) {
        assert_eq!(number, 1, "a file is packets");
        let packet = fields(packet.block());
        assert_eq!(one(&packet, 10).unwrap().number(), 1, "one sequence");
        assert_eq!(one(&packet, 13).unwrap().number(), if file.packets == 0 { 1 } else { 2 });
        file.packets += 1;
        if let Some(texts) = one(&packet, 12) {
            for (table, entry) in fields(texts.block()) {
                let entry = fields(entry.block());
                let id = one(&entry, 1).unwrap().number();
                assert!(file.texts.insert((table, id), one(&entry, 2).unwrap().text()).is_none());
            }
        }
        if let Some(track) = one(&packet, 60) {
            let track = fields(track.block());
            let row = TrackRow {
                name: one(&track, 2).unwrap().text(),
                parent: one(&track, 5).map(Wire::number),
                rank: one(&track, 12).unwrap().number(),
            };
            assert_eq!(one(&track, 11).unwrap().number(), 3, "tracks stand in the order of their ranks");
            assert!(row.parent.is_none_or(|parent| file.tracks.contains_key(&parent)), "a parent comes first");
            assert!(file.tracks.insert(one(&track, 1).unwrap().number(), row).is_none());
        }
        if let Some(event) = one(&packet, 11) {
            let time = one(&packet, 8).expect("an event has a time").number();
            file.event(&fields(event.block()), time, &mut open);
        }
    }
    assert!(open.is_empty(), "every bar ends");
    file
}

impl File {
    fn event(&mut self, event: &[(u64, Wire<'_>)], time: u64, open: &mut BTreeMap<u64, SliceRow>) {
        let track = one(event, 11).unwrap().number();
        assert!(self.tracks.contains_key(&track), "the track is known");
        if one(event, 9).unwrap().number() == 2 {
            let begun = open.remove(&track).expect("what ends has begun");
            assert!(begun.start <= time);
            self.slices.push(SliceRow { end: time, ..begun });
            return;
        }
        let last = self.slices.iter().rev().find(|slice| slice.track == track);
        assert!(last.is_none_or(|last| last.end <= time), "bars of a track do not overlap");
        let many = |number: u64| event.iter().filter(move |(at, _)| *at == number).map(|(_, value)| value);
        let row = SliceRow {
            track,
            start: time,
            end: time,
            name: self.texts[&(2, one(event, 10).unwrap().number())].clone(),
            categories: many(22).map(Wire::text).collect(),
            arguments: many(4).map(|argument| self.argument(&fields(argument.block()))).collect(),
            flows: many(47).map(Wire::number).collect(),
        };
        assert!(open.insert(track, row).is_none(), "bars of a track do not overlap");
    }

    fn argument(&self, argument: &[(u64, Wire<'_>)]) -> (String, String) {
        let name = self.texts[&(3, one(argument, 1).unwrap().number())].clone();
        let value = match argument.iter().find(|(at, _)| *at != 1).expect("an argument has a value") {
            (2, flag) => (flag.number() == 1).to_string(),
            (4, number) => number.number().cast_signed().to_string(),
            (17, text) => self.texts[&(29, text.number())].clone(),
            (other, _) => panic!("no argument has the field {other}"),
        };
        (name, value)
    }

    /// The names of a track and of those around it, outermost first.
    pub(crate) fn path(&self, track: u64) -> Vec<&str> {
        let row = &self.tracks[&track];
        let mut path = row.parent.map_or(Vec::new(), |parent| self.path(parent));
        path.push(&row.name);
        path
    }

    /// Bars of streams, which lie three deep: case, side, stream.
    pub(crate) fn on(&self, side: &str) -> Vec<&SliceRow> {
        let is = |slice: &&SliceRow| matches!(self.path(slice.track)[..], [_, at, _] if at == side);
        self.slices.iter().filter(is).collect()
    }

    /// One line a bar, track by track.
    pub(crate) fn listed(&self) -> String {
        let mut out = String::new();
        for track in self.tracks.keys() {
            let _ = writeln!(out, "{} (rank {})", self.path(*track).join(" > "), self.tracks[track].rank);
            for slice in self.slices.iter().filter(|slice| slice.track == *track) {
                let flows: String = slice.flows.iter().map(|flow| format!(" flow {flow}")).collect();
                let _ = writeln!(out, "  {}..{} {}{flows} {:?}", slice.start, slice.end, slice.name, slice.categories);
                for (name, value) in &slice.arguments {
                    let _ = writeln!(out, "    {name}: {value}");
                }
            }
        }
        out
    }
}
