//! The result of a page request, and the content parsed from it.

use crate::article_key::ArticleKey;
use crate::discover::{Home, ListRow, Listing, Sitemap};
use crate::extract::{self, Article};
use crate::frontier::discovered::Discovered;
use crate::frontier::role::Role;
use crate::frontier::scope::CrawlScope;
use crate::page_url::PageUrl;

/// The result of a page request.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// 2xx, with the content parsed from it.
    Read(ParsedPage),
    /// 3xx to an address that can be requested.
    Redirected {
        to: PageUrl,
        /// The key of the article at the new address.
        key: Option<ArticleKey>,
    },
    /// Nothing is there: 404, 410, or a redirect that leads all addresses to one place.
    Gone { why: String },
    /// 401, 402, 403 or 451; or a redirect to an address that must not be requested.
    Refused { why: String },
    /// 429 or 503. The host backs off, and other pages go before this one.
    Busy,
    /// The host cannot be reached, or is out of order. The page is not at fault.
    HostDown,
    /// Another status, a broken answer, a time limit.
    Failed { why: String },
    /// A failure that a retry would not change.
    Permanent { why: String },
    /// 304: the page has not changed.
    Unchanged,
    /// The server asks for another HTTP version. No attempt is counted.
    AskAgain,
}

/// The content parsed from a page.
#[derive(Clone, Debug, PartialEq)]
pub enum ParsedPage {
    Home(Home),
    List(Listing),
    Sitemap(Sitemap),
    Article(extract::Extraction),
    /// An article without its text, which must not be kept.
    Withheld {
        article: Box<Article>,
        why: String,
    },
    /// A photo, which is kept as it came.
    Photo,
    /// A photo that must not be kept.
    WithheldPhoto {
        why: String,
    },
    /// The opt-outs of a host.
    Policy,
    /// The links of a page without a profile, the page that it names as its next one, and its
    /// feeds.
    Links {
        links: Vec<PageUrl>,
        next: Option<PageUrl>,
        feeds: Vec<PageUrl>,
    },
    /// The page redirects its readers by a meta tag, with status 2xx.
    Refresh {
        to: PageUrl,
    },
    /// The content is not what the page's role lets expect.
    Unreadable {
        why: String,
    },
    /// The page is no article and was not announced as one, or it cannot be parsed. A retry would
    /// find the same.
    NoArticle {
        why: String,
    },
    /// The text refuses the request, with status 2xx.
    Refused {
        why: String,
    },
    /// The page asks robots not to follow its links.
    LeftAlone {
        why: String,
    },
}

impl Outcome {
    /// Blames a failure on the host. Where a whole host is out of order, a failed page waits, and
    /// no attempt is counted.
    pub fn blamed_on_host(self) -> Self {
        match self {
            Self::Failed { .. } | Self::Busy => Self::HostDown,
            Self::Read(_)
            | Self::Redirected { .. }
            | Self::Gone { .. }
            | Self::Refused { .. }
            | Self::HostDown
            | Self::Unchanged
            | Self::AskAgain
            | Self::Permanent { .. } => self,
        }
    }
}

impl ParsedPage {
    /// Returns the pages that this page links or lists, in its order, as far as they are in scope.
    pub fn found(&self, scope: &CrawlScope) -> Vec<Discovered> {
        match self {
            Self::Home(home) => {
                let sections = home.sections.iter().filter(|_| scope.menu);
                sections
                    .map(|link| page(&link.url, Role::Section))
                    .chain(feeds_in_scope(&home.feeds, scope))
                    .collect()
            }
            Self::List(listing) => listing.rows.iter().map(row).collect(),
            Self::Sitemap(sitemap) => {
                let maps = sitemap.maps.iter().filter(|_| scope.sitemaps);
                maps.map(|url| page(url, Role::Sitemap))
                    .chain(sitemap.rows.iter().map(row))
                    .collect()
            }
            // Feeds go first: an address that is linked as well is a feed.
            Self::Links { links, feeds, .. } => feeds_in_scope(feeds, scope)
                .chain(links.iter().map(|url| page(url, Role::Article)))
                .collect(),
            Self::Article(_)
            | Self::Withheld { .. }
            | Self::Photo
            | Self::WithheldPhoto { .. }
            | Self::Policy
            | Self::Refresh { .. }
            | Self::Unreadable { .. }
            | Self::NoArticle { .. }
            | Self::Refused { .. }
            | Self::LeftAlone { .. } => Vec::new(),
        }
    }
}

fn page(url: &PageUrl, role: Role) -> Discovered {
    Discovered {
        url: url.clone(),
        role,
        key: None,
        published_at: None,
        hops: 0,
    }
}

fn row(row: &ListRow) -> Discovered {
    Discovered {
        key: row.key.clone(),
        published_at: row.published_at,
        ..page(&row.url, Role::Article)
    }
}

fn feeds_in_scope(feeds: &[PageUrl], scope: &CrawlScope) -> impl Iterator<Item = Discovered> {
    let is_in_scope = scope.feeds;
    feeds
        .iter()
        .filter(move |_| is_in_scope)
        .map(|url| page(url, Role::Feed))
}
