//! `saseo archive copy`: the archive moves to another engine.

#[cfg(feature = "postgres")]
mod engine_copy;

use clap::{Args, Subcommand};

use crate::cli::exit::Exit;
use crate::cli::{Common, help_texts};

#[cfg(feature = "postgres")]
use engine_copy::copy;

#[derive(Debug, Subcommand)]
pub(super) enum ArchiveCommand {
    /// Copy an archive from a folder into a PostgreSQL database, or from one into a folder
    ///
    /// Ids, versions, the ledger with its hashes and all positions stay. The archive is checked as
    /// `verify` does, and each row is read again and compared. A crawl may go on meanwhile: the
    /// copy is of one moment. One that was stopped or killed goes on when the command is run again, with
    /// what the archive has by then.
    ///
    /// So far the database is for other programs, which read its views `articles`, `requests` and
    /// `runs`, and for the way back: saseo's other commands work on folders.
    #[command(after_help = help_texts::archive_copy())]
    Copy(CopyArgs),
}

#[derive(Debug, Args)]
pub(super) struct CopyArgs {
    /// The archive: a folder, or postgres://USER@HOST/DATABASE. Its password comes from PGPASSWORD
    /// or ~/.pgpass
    #[arg(long, value_name = "DIR|URL")]
    from: String,
    /// The place of the copy: a folder without an archive, or an empty database
    #[arg(long, value_name = "DIR|URL")]
    to: String,
    /// Copy the archive though something in it is damaged, as it is
    #[arg(long)]
    even_damaged: bool,
}

/// Does what was asked of an archive as a whole.
pub(super) fn run(common: &Common, command: &ArchiveCommand) -> anyhow::Result<Exit> {
    match command {
        ArchiveCommand::Copy(args) => copy(common, args),
    }
}

#[cfg(not(feature = "postgres"))]
fn copy(_: &Common, _: &CopyArgs) -> anyhow::Result<Exit> {
    anyhow::bail!(
        "this saseo was built without PostgreSQL: build it with `cargo install --locked --path . \
         --features postgres`"
    )
}
