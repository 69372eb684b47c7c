//! Rebuilds when an embedded spec, rule or document changes.

fn main() {
    println!("cargo:rerun-if-changed=specs");
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=docs");
}
