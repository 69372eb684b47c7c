//! Tracks and slices as the packets of one sequence. Texts stand once: the packet that first needs one brings it.

use super::wire::Message;
use crate::diag::escape;
use std::collections::HashMap;

/// Numbers of fields, by the message that has them.
mod field {
    pub(super) const PACKET: u32 = 1;

    pub(super) const TIMESTAMP: u32 = 8;
    pub(super) const SEQUENCE: u32 = 10;
    pub(super) const TRACK_EVENT: u32 = 11;
    pub(super) const INTERNED: u32 = 12;
    pub(super) const SEQUENCE_FLAGS: u32 = 13;
    pub(super) const TRACK_DESCRIPTOR: u32 = 60;

    pub(super) const TRACK_UUID: u32 = 1;
    pub(super) const TRACK_NAME: u32 = 2;
    pub(super) const TRACK_PARENT: u32 = 5;
    pub(super) const TRACK_CHILD_ORDER: u32 = 11;
    pub(super) const TRACK_RANK: u32 = 12;

    pub(super) const EVENT_ARGUMENT: u32 = 4;
    pub(super) const EVENT_TYPE: u32 = 9;
    pub(super) const EVENT_NAME_ID: u32 = 10;
    pub(super) const EVENT_TRACK: u32 = 11;
    pub(super) const EVENT_CATEGORY: u32 = 22;
    pub(super) const EVENT_FLOW: u32 = 47;

    pub(super) const ARGUMENT_NAME_ID: u32 = 1;
    pub(super) const ARGUMENT_BOOL: u32 = 2;
    pub(super) const ARGUMENT_INT: u32 = 4;
    pub(super) const ARGUMENT_TEXT_ID: u32 = 17;

    pub(super) const TEXT_ID: u32 = 1;
    pub(super) const TEXT: u32 = 2;
}

/// Tables of texts, by the field of the interned data that holds them.
const EVENT_NAMES: u32 = 2;
const ARGUMENT_NAMES: u32 = 3;
const ARGUMENT_TEXTS: u32 = 29;

const SLICE_BEGIN: u64 = 1;
const SLICE_END: u64 = 2;
/// Children stand in the order of their ranks.
const EXPLICIT: u64 = 3;
/// Texts begin anew with the first packet, and every other one needs those before it.
const CLEARED: u64 = 1;
const CONTINUED: u64 = 2;

/// A track, by its number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Track(u64);

/// What is told of a slice.
#[derive(Debug, Clone)]
pub(super) enum Value<'t> {
    Text(&'t str),
    Owned(String),
    Number(i64),
    Flag(bool),
}

/// A bar on a track. Times in ns.
#[derive(Debug)]
pub(super) struct Slice<'t> {
    pub(super) track: Track,
    pub(super) start: i64,
    pub(super) duration: i64,
    pub(super) name: &'t str,
    pub(super) categories: Vec<&'t str>,
    pub(super) arguments: Vec<(&'static str, Value<'t>)>,
    /// Slices of one flow are joined by an arrow.
    pub(super) flow: Option<u64>,
}

/// A file that is being written.
#[derive(Debug, Default)]
pub(super) struct Packets {
    file: Message,
    tracks: u64,
    /// By table and text.
    texts: HashMap<(u32, String), u64>,
    /// Texts that the next packet brings.
    news: Message,
    begun: bool,
}

impl Packets {
    /// A track below another, or at the top; siblings stand in the order of their ranks.
    pub(super) fn track(&mut self, parent: Option<Track>, name: &str, rank: usize) -> Track {
        self.tracks += 1;
        let mut descriptor = Message::default();
        descriptor.number(field::TRACK_UUID, self.tracks);
        descriptor.text(field::TRACK_NAME, &escape(name));
        if let Some(Track(parent)) = parent {
            descriptor.number(field::TRACK_PARENT, parent);
        }
        descriptor.number(field::TRACK_CHILD_ORDER, EXPLICIT);
        descriptor.number(field::TRACK_RANK, rank as u64);
        let mut packet = Message::default();
        packet.message(field::TRACK_DESCRIPTOR, &descriptor);
        self.packet(packet);
        Track(self.tracks)
    }

    /// Slices of one track must be given in the order of time, and must not overlap.
    pub(super) fn slice(&mut self, slice: &Slice<'_>) {
        let mut event = self.event(SLICE_BEGIN, slice.track);
        event.number(field::EVENT_NAME_ID, self.text(EVENT_NAMES, slice.name));
        for category in &slice.categories {
            event.text(field::EVENT_CATEGORY, &escape(category));
        }
        for (name, value) in &slice.arguments {
            event.message(field::EVENT_ARGUMENT, &self.argument(name, value));
        }
        if let Some(flow) = slice.flow {
            event.fixed(field::EVENT_FLOW, flow);
        }
        self.at(slice.start, &event);
        let end = self.event(SLICE_END, slice.track);
        self.at(slice.start.saturating_add(slice.duration), &end);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.file.into_bytes()
    }

    fn event(&self, kind: u64, Track(track): Track) -> Message {
        let mut event = Message::default();
        event.number(field::EVENT_TYPE, kind);
        event.number(field::EVENT_TRACK, track);
        event
    }

    fn argument(&mut self, name: &str, value: &Value<'_>) -> Message {
        let mut argument = Message::default();
        argument.number(field::ARGUMENT_NAME_ID, self.text(ARGUMENT_NAMES, name));
        match value {
            Value::Text(text) => argument.number(field::ARGUMENT_TEXT_ID, self.text(ARGUMENT_TEXTS, text)),
            Value::Owned(text) => argument.number(field::ARGUMENT_TEXT_ID, self.text(ARGUMENT_TEXTS, text)),
            Value::Number(number) => argument.signed(field::ARGUMENT_INT, *number),
            Value::Flag(flag) => argument.number(field::ARGUMENT_BOOL, u64::from(*flag)),
        }
        argument
    }

    /// The number of a text in its table, counted from 1.
    fn text(&mut self, table: u32, text: &str) -> u64 {
        let text = escape(text);
        let next = self.texts.len() as u64 + 1;
        let id = *self.texts.entry((table, text.clone())).or_insert(next);
        if id == next {
            let mut entry = Message::default();
            entry.number(field::TEXT_ID, id);
            entry.text(field::TEXT, &text);
            self.news.message(table, &entry);
        }
        id
    }

    fn at(&mut self, time: i64, event: &Message) {
        let mut packet = Message::default();
        packet.number(field::TIMESTAMP, u64::try_from(time).unwrap_or(0));
        packet.message(field::TRACK_EVENT, event);
        self.packet(packet);
    }

    fn packet(&mut self, mut packet: Message) {
        packet.number(field::SEQUENCE, 1);
        packet.number(field::SEQUENCE_FLAGS, if self.begun { CONTINUED } else { CLEARED });
        self.begun = true;
        let news = std::mem::take(&mut self.news);
        if !news.is_empty() {
            packet.message(field::INTERNED, &news);
        }
        self.file.message(field::PACKET, &packet);
    }
}
