//! The tool `versions`: the versions of an article with their hashes.

use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::archive::{ArticleVersion, Reader};
use crate::mcp::cut_text::cut_some;
use crate::mcp::page_cursor::{next_cursor, skipped};
use crate::mcp::rights_told::ReservedTold;
use crate::mcp::told_article::{ArticleHead, ReadArticle, TITLE};
use crate::mcp::tool_failure::ToolFailure;

/// Versions of one answer.
const PAGE: usize = 20;

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct VersionsArguments {
    /// The article: its id as `search` tells it (`paper/81193`), its number, or its address at the
    /// paper.
    #[schemars(length(max = 4_096))]
    id: String,
    /// The `next_cursor` of the answer before.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct VersionsAnswer {
    /// The article in its newest version.
    #[serde(flatten)]
    head: ArticleHead,
    /// How many versions there are.
    count: usize,
    /// The oldest first.
    versions: Vec<VersionTold>,
    /// The cursor of the next page; null at the end.
    next_cursor: Option<String>,
}

/// A version of an article.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct VersionTold {
    version: u64,
    title: Option<String>,
    /// When its page was fetched.
    fetched_at: String,
    /// The SHA-256 of title and text, in hexadecimal; null where the version is reserved.
    content_sha256: Option<String>,
    /// The SHA-256 of the page as it came; null where the page is not kept, or reserved.
    page_sha256: Option<String>,
    /// Why `article` and `diff` do not give its text.
    reserved: Option<ReservedTold>,
}

/// Lists the versions of an article.
pub(super) fn read_versions(
    reader: &Reader,
    arguments: &VersionsArguments,
) -> Result<VersionsAnswer, ToolFailure> {
    let place = skipped(arguments.cursor.as_deref())?;
    let _snapshot = reader.snapshot()?;
    let read = ReadArticle::named(reader, &arguments.id)?;
    let shown = read.versions.iter().skip(place).take(PAGE);
    let versions: Vec<VersionTold> = shown
        .map(|version| told(reader, &read, version))
        .collect::<Result<_, _>>()?;
    Ok(VersionsAnswer {
        head: read.head(read.version(None)?),
        count: read.versions.len(),
        next_cursor: next_cursor(place.saturating_add(versions.len()), read.versions.len()),
        versions,
    })
}

fn told(
    reader: &Reader,
    read: &ReadArticle,
    version: &ArticleVersion,
) -> Result<VersionTold, ToolFailure> {
    let reservation = read.reservation(version);
    let (content_sha256, page_sha256) = match reservation {
        Some(_) => (None, None),
        None => {
            let capture = reader.capture_of_version(&read.found, version.kept.version)?;
            (Some(version.kept.content_sha256.clone()), capture.sha256)
        }
    };
    Ok(VersionTold {
        version: version.kept.version,
        title: cut_some(version.article.title.as_deref(), TITLE),
        fetched_at: version.kept.fetched_at.clone(),
        content_sha256,
        page_sha256,
        reserved: reservation.as_ref().map(ReservedTold::from),
    })
}
