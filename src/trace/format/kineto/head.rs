//! What stands around the events: the GPUs and versions. Read by allow-list: the rest may name files and hosts.

use super::event::integer;
use super::json::{Fault, Json, Kind};
use crate::diag::escape;
use crate::trace::Provenance;
use std::io::Read;

/// Reads the value of one key of the outermost object.
pub(super) fn read<R: Read>(json: &mut Json<R>, key: &str, provenance: &mut Provenance) -> Result<(), Fault> {
    let mut text = String::new();
    match key {
        "schemaVersion" => provenance.schema = integer(json, &mut text)?.map(|version| version.to_string()),
        "cuda_driver_version" => {
            let version = integer(json, &mut text)?.filter(|version| *version >= 1000);
            provenance.cuda = version.map(|version| format!("{}.{}", version / 1000, version % 1000 / 10));
        }
        "deviceProperties" if json.kind()? == Kind::Array => devices(json, provenance)?,
        _ => json.skip()?,
    }
    Ok(())
}

fn devices<R: Read>(json: &mut Json<R>, provenance: &mut Provenance) -> Result<(), Fault> {
    json.enter()?;
    let (mut first, mut outermost) = (true, true);
    while json.element(&mut first)? {
        if json.kind()? == Kind::Object {
            device(json, provenance, std::mem::replace(&mut outermost, false))?;
        } else {
            json.skip()?;
        }
    }
    provenance.gpus.sort();
    provenance.gpus.dedup();
    Ok(())
}

/// One GPU; `first` if it is the one whose size is kept.
fn device<R: Read>(json: &mut Json<R>, provenance: &mut Provenance, first: bool) -> Result<(), Fault> {
    json.enter()?;
    let (mut begins, mut key, mut text) = (true, String::new(), String::new());
    let (mut major, mut minor) = (None, None);
    while json.key(&mut begins, &mut key)? {
        match key.as_str() {
            "name" if json.kind()? == Kind::String => {
                json.string(&mut text)?;
                provenance.gpus.push(escape(&text));
            }
            "computeMajor" => major = integer(json, &mut text)?,
            "computeMinor" => minor = integer(json, &mut text)?,
            "numSms" if first => {
                provenance.multiprocessors = integer(json, &mut text)?.and_then(|n| u32::try_from(n).ok());
            }
            _ => json.skip()?,
        }
    }
    if let (true, Some(major), Some(minor)) = (first, major, minor) {
        provenance.compute_capability = Some(format!("{major}.{minor}"));
    }
    Ok(())
}
