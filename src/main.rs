//! `align`: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    align::cli::main().into()
}
