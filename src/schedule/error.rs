//! Errors that end a scheduler, or have it try again later.

use std::error::Error;

use crate::archive::ArchiveError;
use crate::config_folder::ConfigError;
use crate::crawl_session::{NetworkError, SessionError};

/// The error of a listener that could not tell a report.
pub type ListenerError = Box<dyn Error + Send + Sync>;

/// What a scheduler could not do.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The runtime of the monitors could not be made.
    #[error(transparent)]
    Runtime(#[from] std::io::Error),
    /// The report of a run could not be told.
    #[error(transparent)]
    NotReported(ListenerError),
}

impl From<ArchiveError> for ScheduleError {
    fn from(error: ArchiveError) -> Self {
        Self::Session(error.into())
    }
}

impl From<NetworkError> for ScheduleError {
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::Key(error) => Self::Config(error.into()),
            NetworkError::Client(_) => Self::Session(error.into()),
        }
    }
}

impl ScheduleError {
    /// Returns the archive's error, where that is the cause. A session that failed while it stopped
    /// has none.
    pub fn archive(&self) -> Option<&ArchiveError> {
        match self {
            Self::Session(SessionError::Archive(error)) => Some(error),
            Self::Session(_) | Self::Config(_) | Self::Runtime(_) | Self::NotReported(_) => None,
        }
    }
}
