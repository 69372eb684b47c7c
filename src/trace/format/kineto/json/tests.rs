#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails says so by panicking")]

use super::*;
use proptest::prelude::*;

/// Gives a byte at a time, so that every token crosses the end of a block.
struct Drops<'t>(&'t [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
        (out[0], self.0) = (*first, rest);
        Ok(1)
    }
}

/// The value, read with every method but `skip`.
fn value<R: Read>(json: &mut Json<R>) -> Result<serde_json::Value, Fault> {
    use serde_json::Value;
    let (mut text, mut first) = (String::new(), true);
    Ok(match json.kind()? {
        Kind::String => {
            json.string(&mut text)?;
            Value::String(text)
        }
        Kind::Plain => {
            json.plain(&mut text)?;
            serde_json::from_str(&text).unwrap_or(Value::Null)
        }
        Kind::Array => {
            json.enter()?;
            let mut list = Vec::new();
            while json.element(&mut first)? {
                list.push(value(json)?);
            }
            Value::Array(list)
        }
        Kind::Object => {
            json.enter()?;
            let mut object = serde_json::Map::new();
            while json.key(&mut first, &mut text)? {
                object.insert(text.clone(), value(json)?);
            }
            Value::Object(object)
        }
    })
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,8}|[\\\\\"/\u{0}-\u{1f}\u{1f600}]{0,4}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map("\\PC{0,4}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read(wanted in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&wanted) } else { serde_json::to_string(&wanted) }.unwrap();
        let mut json = Json::new(Drops(text.as_bytes()));
        prop_assert_eq!(value(&mut json).unwrap(), wanted);
        json.end().unwrap();
        let mut json = Json::new(text.as_bytes());
        json.skip().unwrap();
        json.end().unwrap();
    }

    #[test]
    fn any_bytes_are_read_or_refused_with_a_place(bytes in prop::collection::vec(prop_oneof![
        prop::sample::select(b"{}[]:,\"\\ \n0123456789.eu-ntf".to_vec()), any::<u8>()
    ], 0..80)) {
        for skip in [false, true] {
            let mut json = Json::new(bytes.as_slice());
            let read = if skip { json.skip() } else { value(&mut json).map(drop) };
            if let Err(Fault::Malformed { at, .. } | Fault::CutOff { at }) = read.and_then(|()| json.end()) {
                prop_assert!(at.byte <= bytes.len() as u64 && at.line > 0 && at.column > 0);
            }
        }
    }
}

#[test]
fn a_mistake_has_a_line_and_a_column() {
    for text in ["{\n  \"a\": 1,\n  \"b\" 2\n}", "[1, 2,\n 3\n  4]", "[\n  {\"a\": #}]"] {
        let mut drops = Json::new(Drops(text.as_bytes()));
        let Err(Fault::Malformed { at, .. }) = value(&mut drops) else { panic!("{text}") };
        let mut whole = Json::new(text.as_bytes());
        let Err(Fault::Malformed { at: same, .. }) = whole.skip() else { panic!("{text}") };
        assert_eq!(at, same, "{text}");
        let line = text.lines().nth(at.line as usize - 1).unwrap();
        assert!(matches!(line.as_bytes()[at.column as usize - 1], b'2' | b'4' | b'#'), "{text}: {at:?}");
    }
}

#[test]
fn what_pytorch_writes_beside_json_is_read() {
    let mut json = Json::new("{\"a\": nan, \"b\": -inf, \"c\": \"\t\"}".as_bytes());
    assert!(json.skip().and_then(|()| json.end()).is_ok());
}

#[test]
fn deep_nesting_is_refused() {
    let text = "[".repeat(100_000);
    assert!(matches!(Json::new(text.as_bytes()).skip(), Err(Fault::Malformed { .. })));
}
