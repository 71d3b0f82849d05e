//! The `saseo` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    saseo::cli::main()
}
