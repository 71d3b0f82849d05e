//! Options that every command has, and what they tell: where the archive is, and how much is said.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::archive::{ArchiveError, ArchiveLocation, Reader};
use crate::cli::console;

/// The heading of the options that every command has. It stands below the command's own options in
/// its help, so that these are found first.
const EVERYWHERE: &str = "Options of every command";

/// Options that every command has.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// Folder of the configuration; "config" if none is named, and where that is not there, what
    /// was shipped serves
    #[arg(
        long,
        value_name = "DIR",
        env = "SASEO_CONFIG",
        global = true,
        help_heading = EVERYWHERE
    )]
    pub(super) config: Option<PathBuf>,
    /// Folder of the archive; "data" if none is named
    #[arg(
        long,
        value_name = "DIR",
        env = "SASEO_DATA",
        global = true,
        help_heading = EVERYWHERE
    )]
    pub(super) data: Option<PathBuf>,
    /// Where the archive is: a folder, or a PostgreSQL database as postgres://USER@HOST/NAME. Then
    /// the folder of --data keeps what belongs to this machine. Beats `[archive] store` of the
    /// configuration
    #[arg(
        long,
        value_name = "STORE",
        env = "SASEO_STORE",
        global = true,
        help_heading = EVERYWHERE
    )]
    pub(super) store: Option<String>,
    /// Where pages are kept that leave the archive for object storage: a folder, or a bucket as
    /// s3://BUCKET/PREFIX, with its keys in the environment (AWS_ACCESS_KEY_ID and so on). The
    /// archive remembers it. Beats `[archive] blobs` of the configuration
    #[arg(
        long,
        value_name = "PLACE",
        env = "SASEO_BLOBS",
        global = true,
        help_heading = EVERYWHERE
    )]
    pub(super) blobs: Option<String>,
    /// Print one JSON value on stdout instead of text
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(super) json: bool,
    /// Say on stderr also what is notable; twice for every page
    #[arg(
        short,
        long,
        action = clap::ArgAction::Count,
        global = true,
        help_heading = EVERYWHERE
    )]
    pub(super) verbose: u8,
    /// Say nothing on stderr but errors, and in one line why a run ends with exit code 3
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = EVERYWHERE
    )]
    pub(super) quiet: bool,
}

impl Common {
    /// Returns how much is told on stderr.
    pub(super) fn voice(&self) -> console::Verbosity {
        if self.quiet {
            console::Verbosity::Quiet
        } else {
            console::Verbosity::Usual
        }
    }

    /// Returns the folder of the archive, or of what belongs to this machine beside a database.
    pub(super) fn data(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new("data"))
    }

    /// Returns where the archive is.
    pub(super) fn place(&self) -> Result<ArchiveLocation, ArchiveError> {
        let place = match &self.store {
            Some(store) => ArchiveLocation::parse(store, self.data())?,
            None => ArchiveLocation::folder(self.data()),
        };
        match &self.blobs {
            Some(blobs) => place.with_objects(blobs),
            None => Ok(place),
        }
    }

    /// Opens the archive for reading.
    pub(super) fn reader(&self) -> Result<Reader, ArchiveError> {
        Reader::of(&self.place()?)
    }
}
