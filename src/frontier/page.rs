//! A dequeued page: an address to request, and what is known of it.

use crate::article_key::ArticleKey;
use crate::frontier::history::{History, Past, Settled};
use crate::frontier::position::ListPosition;
use crate::frontier::role::{PageId, Role};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// A page that is due, or is being requested.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub id: PageId,
    pub site: String,
    pub url: PageUrl,
    /// Consecutive attempts that did not get it.
    pub attempts: u32,
    /// Redirects that led here.
    pub hops: u32,
    /// Facts from earlier answers on which the next request depends.
    pub past: Past,
    /// Consecutive requests that were announced and never ended: the process died each time.
    pub unended: u32,
    pub kind: PageKind,
}

/// The kind of a page, with the state that only such a page has. Each kind has its [`Role`].
#[derive(Clone, Debug, PartialEq)]
pub enum PageKind {
    Policy,
    /// Without a profile, a home page may be the first page of a list.
    Home(ListPosition),
    Feed {
        /// Consecutive failures.
        failures: u32,
    },
    Sitemap {
        /// Consecutive failures.
        failures: u32,
    },
    Section(ListPosition),
    Window(ListPosition),
    ListPage(ListPosition),
    Article(KnownArticle),
    Photo,
}

/// What is known of an article before its request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownArticle {
    /// Its key in its paper.
    pub key: Option<ArticleKey>,
    /// Consecutive requests that found no article.
    pub misses: u32,
    /// Consecutive revisits, of any articles of the site, that found no change.
    pub unchanged: u64,
    /// `Some` where it is kept, so that this request is a revisit.
    pub kept: Option<KeptArticle>,
}

/// What is known of a kept article that is revisited.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptArticle {
    /// When it was published; or when it was first seen, where the date is unknown or lies ahead.
    pub published: Timestamp,
    /// The validators of the kept answer; `None` where the whole page is requested.
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
            Self::Photo => Role::Photo,
        }
    }
}

impl Page {
    /// Returns the page's role.
    pub fn role(&self) -> Role {
        self.kind.role()
    }

    /// Returns the page's position in the traversal of a list; `None` where it is no list page.
    pub fn list(&self) -> Option<&ListPosition> {
        match &self.kind {
            PageKind::Home(list)
            | PageKind::Section(list)
            | PageKind::Window(list)
            | PageKind::ListPage(list) => Some(list),
            PageKind::Policy
            | PageKind::Feed { .. }
            | PageKind::Sitemap { .. }
            | PageKind::Article(_)
            | PageKind::Photo => None,
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
            | PageKind::ListPage(_)
            | PageKind::Photo => None,
        }
    }

    /// Returns an article's key in its paper.
    pub fn key(&self) -> Option<&ArticleKey> {
        self.article()?.key.as_ref()
    }

    /// Returns what is known of a kept article that is revisited.
    pub fn kept(&self) -> Option<&KeptArticle> {
        self.article()?.kept.as_ref()
    }

    /// Returns the consecutive misses: requests that found no article, or failures of a feed or
    /// sitemap.
    pub fn misses(&self) -> u32 {
        match &self.kind {
            PageKind::Article(article) => article.misses,
            PageKind::Feed { failures } | PageKind::Sitemap { failures } => *failures,
            PageKind::Policy
            | PageKind::Home(_)
            | PageKind::Section(_)
            | PageKind::Window(_)
            | PageKind::ListPage(_)
            | PageKind::Photo => 0,
        }
    }

    /// Returns whether the page is a feed or sitemap, whose consecutive failures are counted.
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
