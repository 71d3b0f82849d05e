//! Errors that keep a session from its end.

use crate::archive::ArchiveError;
use crate::config_folder::{ConfigError, chain};
use crate::crawl_session::free_disk::TooLittleRoom;
use crate::crawl_session::network::NetworkError;

/// A session that could not begin, or did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    NoRoom(#[from] TooLittleRoom),
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(transparent)]
    Runtime(#[from] std::io::Error),
    /// A stop signal came, and then the session failed.
    #[error("it was told to stop, and failed: {}", chain(.why.as_ref()))]
    FailedWhileStopping {
        why: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The reason why a [`Crawler`](crate::crawl_session::Crawler) did not begin, or did not come to its
/// end. Everything that was stored until then stays stored.
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    NoRoom(#[from] TooLittleRoom),
    #[error(transparent)]
    Network(#[from] NetworkError),
}
