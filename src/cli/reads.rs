//! How traces are read: the same for every verb that reads them.

use super::terminal::Terminal;
use crate::trace::{Cache, Exporting, Reading};
use bytesize::ByteSize;
use etcetera::BaseStrategy;
use std::path::PathBuf;

/// Names another folder for the cache.
const FOLDER: &str = "ALIGN_CACHE_DIR";

#[derive(Debug, Clone, Default, clap::Args)]
pub struct Reads {
    /// Read every trace from its own file, and keep nothing of it for the next run
    #[arg(long)]
    no_cache: bool,
    /// The memory this run may take, such as 8GiB; what needs more is refused
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory_limit: Option<u64>,
    /// Nsight Systems' program, if it is not the `nsys` on the PATH: it exports reports (.nsys-rep)
    #[arg(long, value_name = "FILE")]
    pub(super) nsys: Option<PathBuf>,
}

impl Reads {
    pub(super) fn reading(&self, terminal: &Terminal) -> Reading {
        let meter = terminal.meter.clone();
        if let Some(limit) = self.memory_limit {
            meter.limit_memory(limit);
        }
        let cache = terminal.cache.clone().filter(|_| !self.no_cache);
        let exporting = Exporting { nsys: self.nsys.clone(), folder: cache.as_ref().map(Cache::exports) };
        Reading { cache, exporting, meter, ..Reading::default() }
    }
}

/// In bytes: 1 EiB. Sizes that do not fit into a number are read as its greatest.
const MOST: u64 = 1 << 60;

fn size(text: &str) -> Result<u64, String> {
    match text.parse::<ByteSize>() {
        Ok(ByteSize(bytes)) if bytes > MOST => Err("more memory than any machine has; write 500MB or 8GiB".to_owned()),
        Ok(ByteSize(bytes)) if bytes > 0 => Ok(bytes),
        Ok(_) => Err("nothing can be read in no memory".to_owned()),
        Err(_) => Err("not a size; write 500MB or 8GiB".to_owned()),
    }
}

/// The cache of this user on this platform; `None` where there is no place for one.
pub(super) fn cache() -> Option<Cache> {
    let named = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let platform = || Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("align"));
    Some(Cache::new(named.or_else(platform)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit_or_is_in_bytes() {
        assert_eq!((size("8GiB"), size("500 MB"), size("1024")), (Ok(8 << 30), Ok(500_000_000), Ok(1024)));
        for wrong in
            ["", "0", "-1", "much", "8 apples", "NaN", "1e30", "99999999999999TiB", "20EiB", "18446744073709551615"]
        {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
