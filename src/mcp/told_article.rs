//! An article that a call names, and what is told of it whatever its rights are.

use rmcp::schemars::JsonSchema;
use serde::Serialize;

use crate::ai_input::Reservation;
use crate::archive::{ArticleVersion, Declaration, FoundArticle, Reader};
use crate::mcp::cut_text::{cut, cut_some};
use crate::mcp::rights_told::RightsTold;
use crate::mcp::tool_failure::ToolFailure;
use crate::time::Timestamp;

/// The most letters of a name of an article.
pub(super) const LONGEST_ID: usize = 4_096;

/// The most letters of a title.
pub(super) const TITLE: usize = 500;

/// The most letters of an address.
pub(super) const ADDRESS: usize = 4_096;

/// Versions that are named where one is not there.
const MOST_NAMED: usize = 20;

/// An article with its versions, and with all that was declared about it.
#[derive(Debug)]
pub(super) struct ReadArticle {
    pub found: FoundArticle,
    /// The newest last; one at least.
    pub versions: Vec<ArticleVersion>,
    declarations: Vec<Declaration>,
}

/// Which article it is: what is told also of reserved ones.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ArticleHead {
    /// The id of the article in this archive.
    pub id: String,
    /// The name of its paper in this archive.
    pub site: String,
    pub title: Option<String>,
    /// When it was published: RFC 3339 in the paper's offset, or a day where the paper tells no
    /// more.
    pub published_at: Option<String>,
    /// Its address at the paper: the link to cite.
    pub url: String,
    pub rights: RightsTold,
}

impl ReadArticle {
    /// Reads the article that a name means.
    pub(super) fn named(reader: &Reader, name: &str) -> Result<Self, ToolFailure> {
        if name.chars().count() > LONGEST_ID {
            return Err(ToolFailure::TooLong {
                argument: "id",
                most: LONGEST_ID,
            });
        }
        let found = reader.find_article(name)?;
        Ok(Self {
            versions: reader.versions(&found)?,
            declarations: reader.declarations(&found)?,
            found,
        })
    }

    /// Returns the version of a number, or the newest one.
    pub(super) fn version(&self, n: Option<u64>) -> Result<&ArticleVersion, ToolFailure> {
        let version = match n {
            None => self.versions.last(),
            Some(n) => self.versions.iter().find(|one| one.kept.version == n),
        };
        version.ok_or_else(|| {
            let named = self.versions.iter().take(MOST_NAMED);
            let named: Vec<String> = named.map(|one| one.kept.version.to_string()).collect();
            let more = if self.versions.len() > MOST_NAMED {
                " and further ones"
            } else {
                ""
            };
            ToolFailure::NoVersion {
                id: cut(&self.found.id, LONGEST_ID),
                version: n.unwrap_or_default(),
                known: named.join(", ") + more,
            }
        })
    }

    /// Returns why no answer may be made with a version; `None` where one may.
    pub(super) fn reservation(&self, version: &ArticleVersion) -> Option<Reservation> {
        let fetched_at = Timestamp::from_rfc3339(&version.kept.fetched_at);
        Reservation::of(&self.declarations, fetched_at)
    }

    /// Returns what is told of a version, whatever its rights are.
    pub(super) fn head(&self, version: &ArticleVersion) -> ArticleHead {
        ArticleHead {
            id: cut(&self.found.id, LONGEST_ID),
            site: version.kept.site.clone(),
            title: cut_some(version.article.title.as_deref(), TITLE),
            published_at: version.article.published(),
            url: cut(&version.kept.url, ADDRESS),
            rights: rights_told(&self.declarations),
        }
    }
}

/// Returns what the newest declaration says of uses.
pub(super) fn rights_told(declarations: &[Declaration]) -> RightsTold {
    match declarations.last() {
        Some(newest) => RightsTold::of(newest.rights.as_ref()),
        None => RightsTold::of(Some(&crate::rights::DeclaredRights::default())),
    }
}
