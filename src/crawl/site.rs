//! A site made ready to be read: its profile compiled, its addresses known.

use jiff::civil::Date;

use crate::archive::Charset;
use crate::config::site::Sections;
use crate::config::{Profile, Site};
use crate::discover::{Grammar, ListReader};
use crate::extract::{self, ArticleReader, Decoded};
use crate::fetch::Answer;
use crate::frontier::{Page, Reading, Role, Wanted};
use crate::page_url::{PageUrl, UrlError};
use crate::time::Timestamp;

/// Everything that reading one site's pages needs. Shared by the tasks.
#[derive(Debug)]
pub struct SiteReader {
    pub site: Site,
    pub wanted: Wanted,
    /// The sections that the site file lists; empty where the menu names them.
    pub sections: Vec<PageUrl>,
    lists: ListReader,
    articles: ArticleReader,
}

/// Why a site cannot be read as its file wants.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("site {site}: section {path:?} is no address")]
    Section { site: String, path: String, #[source] why: UrlError },
    #[error("profile {profile}")]
    Profile { profile: String, #[source] why: extract::SelectorError },
}
