//! The program: everything is in the library.

fn main() -> std::process::ExitCode {
    guard::cli::run(std::env::args_os()).into()
}
