//! Exit codes.

use std::process::ExitCode;

use crate::archive::ArchiveError;
use crate::config_folder::ConfigurationError;
use crate::export::ExportError;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Done,
    Failed,
    /// Wrong usage or configuration.
    Usage,
    /// Finished, but with more failures than were tolerated.
    Failures,
    /// Another crawl holds the archive (EX_TEMPFAIL of sysexits.h).
    Held,
    /// Stopped by SIGINT, with everything saved.
    Interrupted,
    /// Stopped by SIGTERM, with everything saved.
    Terminated,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Failures => 3,
            Self::Held => 75,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// Returns the code for an error that ended a command.
    pub fn of(error: &anyhow::Error) -> Self {
        if let Some(ArchiveError::Held { .. }) = error.downcast_ref() {
            Self::Held
        } else if is_usage(error) {
            Self::Usage
        } else {
            Self::Failed
        }
    }
}

/// Tells what was typed or configured wrongly.
fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<ConfigurationError>()
        || matches!(error.downcast_ref(), Some(ArchiveError::NoSuchSite { .. }))
        || matches!(
            error.downcast_ref(),
            Some(
                ExportError::Folder { .. }
                    | ExportError::NoFile { .. }
                    | ExportError::Itself { .. }
            )
        )
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
