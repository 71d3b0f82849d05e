//! The program, for now with one command.

use clap::{Parser, Subcommand};
use saseo::cli::extract::{ExtractArgs, run};
use saseo::time::Timestamp;

#[derive(Parser)]
struct Saseo {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Extract(ExtractArgs),
}

fn main() -> anyhow::Result<()> {
    let Command::Extract(args) = Saseo::parse().command;
    run(&args, Timestamp::from(jiff::Timestamp::now()), &mut std::io::stdout().lock())
}
