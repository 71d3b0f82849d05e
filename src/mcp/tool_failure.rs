//! Why a call of a tool has no result. Each message says what to do instead.

use crate::archive::ArchiveError;
use crate::mcp::cut_text::cut;
use crate::reader_pool::ReadFailure;
use crate::search::QueryError;
use crate::time::Timestamp;

/// The most letters of what was asked that are told again.
const TOLD_AGAIN: usize = 200;

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum ToolFailure {
    #[error("the arguments cannot be read: {0}; the tool's input schema tells what it takes")]
    Arguments(String),
    #[error("{argument} is too long: write at most {most} letters")]
    TooLong { argument: &'static str, most: usize },
    #[error(
        "{cursor:?} is no cursor of this tool: begin without one, and go on with the `next_cursor` \
         of the answer before"
    )]
    Cursor { cursor: String },
    #[error("{value:?} is no day like 2026-03-07")]
    Day { value: String },
    #[error("the query cannot be read: {0}")]
    Query(#[from] QueryError),
    #[error(
        "the archive has no paper {site:?}; the tool `sites` lists its papers by the name in `site`"
    )]
    NoSite { site: String },
    #[error(
        "the archive has no article {wanted:?}: name it by its id, like paper/81193, or by its \
         address; the tool `search` finds articles"
    )]
    NoArticle { wanted: String },
    #[error("{wanted:?} names several articles; call again with one of these ids: {}", ids.join(", "))]
    Ambiguous { wanted: String, ids: Vec<String> },
    #[error(
        "the article {id} was taken out of the archive at {at}; nothing of it can be read here"
    )]
    TakenDown { id: String, at: Timestamp },
    #[error("{id} has no version {version}; it has {known}; the tool `versions` lists them")]
    NoVersion {
        id: String,
        version: u64,
        known: String,
    },
    #[error("the archive cannot be read now: {0}")]
    Archive(ArchiveError),
    #[error("the call ended without a result; the log of `saseo mcp` tells why")]
    Broken,
}

impl ToolFailure {
    pub(super) fn cursor(cursor: &str) -> Self {
        Self::Cursor {
            cursor: cut(cursor, TOLD_AGAIN),
        }
    }
}

impl From<ArchiveError> for ToolFailure {
    fn from(error: ArchiveError) -> Self {
        if let ArchiveError::NoSuchArticle { wanted } = &error {
            Self::NoArticle {
                wanted: cut(wanted, TOLD_AGAIN),
            }
        } else if let ArchiveError::Ambiguous { wanted, ids } = error {
            Self::Ambiguous {
                wanted: cut(&wanted, TOLD_AGAIN),
                ids: ids.iter().map(|id| cut(id, TOLD_AGAIN)).collect(),
            }
        } else if let ArchiveError::TakenDown { id, at, .. } = error {
            Self::TakenDown { id, at }
        } else if let ArchiveError::NoSuchSite { site, .. } = error {
            Self::NoSite {
                site: cut(&site, TOLD_AGAIN),
            }
        } else {
            Self::Archive(error)
        }
    }
}

impl ReadFailure for ToolFailure {
    fn is_of_archive(&self) -> bool {
        matches!(self, Self::Archive(_))
    }
}
