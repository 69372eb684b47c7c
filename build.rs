//! Rebuilds when an embedded spec or rule changes.

fn main() {
    println!("cargo:rerun-if-changed=specs");
    println!("cargo:rerun-if-changed=rules");
}
