//! The `saseo` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    saseo_allocator::return_large_blocks();
    saseo::cli::main()
}
