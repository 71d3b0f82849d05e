//! Why a request got no page, and the page that says so.

use axum::http::StatusCode;

use crate::archive::ArchiveError;
use crate::reader_pool::ReadFailure;
use crate::search::QueryError;

/// Why a request has no answer of its own.
#[derive(Debug)]
pub(super) enum NoPage {
    /// Nothing is at that address.
    NotFound,
    /// It was here, and was taken down.
    TakenDown,
    /// Several articles have that name.
    Ambiguous(Vec<String>),
    /// Its paper reserves it, and this server is read from other machines.
    Reserved,
    /// What was asked cannot be read.
    BadQuery(QueryError),
    Archive(ArchiveError),
    /// As much as may be is answered already.
    Busy,
    /// The work ended without a result.
    Broken,
}

impl NoPage {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TakenDown => StatusCode::GONE,
            Self::Ambiguous(_) => StatusCode::MULTIPLE_CHOICES,
            Self::Reserved => StatusCode::FORBIDDEN,
            Self::BadQuery(_) => StatusCode::BAD_REQUEST,
            Self::Archive(_) | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<ArchiveError> for NoPage {
    fn from(error: ArchiveError) -> Self {
        if matches!(error, ArchiveError::NoSuchArticle { .. }) {
            Self::NotFound
        } else if matches!(error, ArchiveError::TakenDown { .. }) {
            Self::TakenDown
        } else if let ArchiveError::Ambiguous { ids, .. } = error {
            Self::Ambiguous(ids)
        } else {
            Self::Archive(error)
        }
    }
}

impl ReadFailure for NoPage {
    fn is_of_archive(&self) -> bool {
        matches!(self, Self::Archive(_))
    }
}

impl From<QueryError> for NoPage {
    fn from(error: QueryError) -> Self {
        Self::BadQuery(error)
    }
}
