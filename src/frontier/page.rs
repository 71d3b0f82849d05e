//! A page whose turn it is: an address that is wanted, and what is known of it.

use crate::frontier::history::{History, Past, Settled};
use crate::frontier::position::ListPosition;
use crate::frontier::role::{PageId, Role};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// A page whose turn it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub id: PageId,
    pub site: String,
    pub url: PageUrl,
    /// How often in a row it could not be had.
    pub attempts: u32,
    /// How many redirects led here.
    pub hops: u32,
    /// What earlier answers told, as far as the next request depends on it.
    pub past: Past,
    /// Announcements in a row that were never ended: the process died each time.
    pub unended: u32,
    pub kind: PageKind,
}

/// What a page is to us, with what only such a page has. Each kind has its [`Role`].
#[derive(Clone, Debug, PartialEq)]
pub enum PageKind {
    Policy,
    /// Without a profile, a home page may be the first page of a list.
    Home(ListPosition),
    Feed {
        /// Answers in a row that were none.
        failures: u32,
    },
    Sitemap {
        /// Answers in a row that were none.
        failures: u32,
    },
    Section(ListPosition),
    Window(ListPosition),
    ListPage(ListPosition),
    Article(KnownArticle),
}

/// What is known of an article before it is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownArticle {
    /// Its number in its paper.
    pub number: Option<u64>,
    /// Looks in a row that found none.
    pub misses: u32,
    /// Looks in a row, at whatever articles of the site, that found everything as it was.
    pub unchanged: u64,
    /// Where it is kept, and looked at again.
    pub kept: Option<KeptArticle>,
}

/// What is known of an article that is looked at again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptArticle {
    /// When it was published, or first seen where that is unknown or earlier: some dates lie ahead.
    pub published: Timestamp,
    /// The validators of the answer that is kept; none where the whole page is asked for.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

impl PageKind {
    /// Returns the role of such a page.
    pub fn role(&self) -> Role {
        match self {
            Self::Policy => Role::Policy,
            Self::Home(_) => Role::Home,
            Self::Feed { .. } => Role::Feed,
            Self::Sitemap { .. } => Role::Sitemap,
            Self::Section(_) => Role::Section,
            Self::Window(_) => Role::Window,
            Self::ListPage(_) => Role::ListPage,
            Self::Article(_) => Role::Article,
        }
    }
}

impl Page {
    pub fn role(&self) -> Role {
        self.kind.role()
    }

    /// Returns where the page stands in the reading of a list; `None` where it is no page of one.
    pub fn list(&self) -> Option<&ListPosition> {
        match &self.kind {
            PageKind::Home(list)
            | PageKind::Section(list)
            | PageKind::Window(list)
            | PageKind::ListPage(list) => Some(list),
            PageKind::Policy
            | PageKind::Feed { .. }
            | PageKind::Sitemap { .. }
            | PageKind::Article(_) => None,
        }
    }

    /// Returns what is known of an article; `None` of other pages.
    pub fn article(&self) -> Option<&KnownArticle> {
        match &self.kind {
            PageKind::Article(article) => Some(article),
            PageKind::Policy
            | PageKind::Home(_)
            | PageKind::Feed { .. }
            | PageKind::Sitemap { .. }
            | PageKind::Section(_)
            | PageKind::Window(_)
            | PageKind::ListPage(_) => None,
        }
    }

    /// Returns an article's number in its paper.
    pub fn number(&self) -> Option<u64> {
        self.article()?.number
    }

    /// Returns what is known of an article that is kept and looked at again.
    pub fn kept(&self) -> Option<&KeptArticle> {
        self.article()?.kept.as_ref()
    }

    /// Returns how many answers in a row brought nothing: looks at an article that found none, and
    /// answers of a feed or sitemap that were none.
    pub fn misses(&self) -> u32 {
        match &self.kind {
            PageKind::Article(article) => article.misses,
            PageKind::Feed { failures } | PageKind::Sitemap { failures } => *failures,
            PageKind::Policy
            | PageKind::Home(_)
            | PageKind::Section(_)
            | PageKind::Window(_)
            | PageKind::ListPage(_) => 0,
        }
    }

    /// Returns whether the page is a feed or sitemap, whose failures in a row are counted.
    pub fn is_source(&self) -> bool {
        matches!(self.kind, PageKind::Feed { .. } | PageKind::Sitemap { .. })
    }

    /// Returns what is known of the page before its next answer is judged.
    pub fn history(&self) -> History {
        History {
            role: self.role(),
            settled: Settled::Otherwise,
            settled_at: self.past.discovered_at,
            past: self.past,
            hops: self.hops,
            failures: if self.is_source() { self.misses() } else { 0 },
            unended: self.unended,
        }
    }
}
