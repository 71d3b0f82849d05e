//! Exit codes.

use std::process::ExitCode;

use crate::archive::{ArchiveError, StoreError};
use crate::backup::BackupError;
use crate::config_folder::ConfigError;
use crate::crawl_session::{NetworkError, SessionError};
use crate::export::{ExportError, NamedExportError};
use crate::identity::KeyError;
use crate::schedule::ScheduleError;
use crate::search::QueryError;
use crate::signals::StopSignal;
use crate::web_archive::WebArchiveError;

/// The ends of the program, each with its exit code.
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
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Failures => 3,
            Self::Held => 75,
            Self::Interrupted => StopSignal::Interrupt.exit_code(),
            Self::Terminated => StopSignal::Terminate.exit_code(),
        }
    }

    /// Returns the end for an error that ended a command.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        let is_held = matches!(
            archive_error(error),
            Some(ArchiveError::Held { .. } | ArchiveError::Store(StoreError::Busy { .. }))
        ) || matches!(
            error.downcast_ref(),
            Some(ExportError::Named(NamedExportError::Held { .. }))
        );
        if is_held {
            Self::Held
        } else if is_usage(error) {
            Self::Usage
        } else {
            Self::Failed
        }
    }
}

/// Returns the archive's error in an error, also in that of a session or a scheduler.
fn archive_error(error: &anyhow::Error) -> Option<&ArchiveError> {
    if let Some(SessionError::Archive(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(error) = error.downcast_ref::<ScheduleError>() {
        return error.archive();
    }
    if let Some(BackupError::Archive(error)) = error.downcast_ref() {
        return Some(error);
    }
    error.downcast_ref()
}

/// Returns whether an error is a wrong command line or a wrong configuration.
fn is_usage(error: &anyhow::Error) -> bool {
    if let Some(error) = error.downcast_ref::<ExportError>()
        && error.is_usage()
    {
        return true;
    }
    if let Some(error) = error.downcast_ref::<BackupError>() {
        return error.is_usage();
    }
    if let Some(ArchiveError::Store(error)) = archive_error(error) {
        return error.is_usage();
    }
    let is_of_bag = matches!(
        error.downcast_ref(),
        Some(WebArchiveError::Occupied { .. } | WebArchiveError::Unnamed { .. })
    );
    is_of_bag
        || error.is::<ConfigError>()
        || error.is::<KeyError>()
        || error.is::<QueryError>()
        || matches!(error.downcast_ref(), Some(NetworkError::Key(_)))
        || matches!(error.downcast_ref(), Some(ScheduleError::Config(_)))
        || matches!(archive_error(error), Some(ArchiveError::NoSuchSite { .. }))
}

impl From<StopSignal> for Exit {
    fn from(signal: StopSignal) -> Self {
        match signal {
            StopSignal::Interrupt => Self::Interrupted,
            StopSignal::Terminate => Self::Terminated,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
