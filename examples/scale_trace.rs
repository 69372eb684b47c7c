//! Repeats a trace along the time axis, to get a large one with real names, shapes and nesting:
//!
//! ```sh
//! cargo run --release --example scale_trace -- snapshots/traces/hf_e2e_eager.sqlite large.sqlite 200
//! ```

#[path = "../benches/support/scale.rs"]
mod scale;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, times] = arguments.as_slice() else {
        return Err("usage: scale_trace SOURCE.sqlite TARGET.sqlite TIMES".into());
    };
    let times: u32 = times.parse().map_err(|_| format!("`{times}` is not a number of repetitions"))?;
    if times == 0 {
        return Err("at least one repetition".into());
    }
    for (table, rows) in scale::scale(Path::new(source), Path::new(target), times)? {
        println!("{table:32} {rows:>12} rows");
    }
    let bytes = std::fs::metadata(target)?.len();
    println!("{target} {:.1} MB", bytes as f64 / 1e6);
    Ok(())
}
