//! Reads a trace into memory and says what it holds: the time of reading alone.
//!
//! ```sh
//! cargo run --release --example read_trace -- snapshots/traces/hf_e2e_eager.sqlite
//! ```

use std::path::Path;

fn main() -> Result<(), String> {
    let path = std::env::args().nth(1).ok_or("usage: read_trace TRACE.sqlite")?;
    let trace = align::trace::open(Path::new(&path)).map_err(|problem| problem.message)?;
    println!("{} GPU operations, {} launches, {} ranges", trace.len(), trace.launches.len(), trace.ranges.len());
    Ok(())
}
