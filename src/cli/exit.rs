//! Exit codes.

use std::process::ExitCode;

use crate::archive::ArchiveError;
use crate::cli::configuration::ConfigurationError;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Exit {
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
    /// Returns the code for an error that ended a command.
    pub fn of(error: &anyhow::Error) -> Self {
        if let Some(ArchiveError::Held { .. }) = error.downcast_ref() {
            Self::Held
        } else if error.downcast_ref::<ConfigurationError>().is_some() {
            Self::Usage
        } else {
            Self::Failed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Failures => 3,
            Exit::Held => 75,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        })
    }
}
