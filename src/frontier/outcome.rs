//! What came of the request for a page, and what stands in it.

use crate::discover::{Home, ListRow, Listing, Sitemap};
use crate::extract::{self, Article};
use crate::frontier::discovered::Discovered;
use crate::frontier::role::Role;
use crate::frontier::scope::CrawlScope;
use crate::page_url::PageUrl;

/// How the request for a page went.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// 2xx, and this is what stands in it.
    Read(ParsedPage),
    /// 3xx to an address that can be asked for.
    Redirected {
        to: PageUrl,
        /// Of the article there.
        number: Option<u64>,
    },
    /// Nothing is there: 404, 410, or a way that leads all addresses to one place.
    Gone { why: String },
    /// 401, 402, 403 or 451; or the way leads where nobody may go.
    Refused { why: String },
    /// 429 or 503: not now. The host rests, and other pages go before this one.
    Busy,
    /// The host cannot be reached, or is out of order: no fault of the page.
    HostDown,
    /// Another status, a broken answer, a time limit.
    Failed { why: String },
    /// A fault that trying again will not mend.
    Permanent { why: String },
    /// 304: the page is as it was.
    Unchanged,
    /// The server wants to be asked over another protocol. No attempt is counted.
    AskAgain,
}

/// What stands in a page.
#[derive(Clone, Debug, PartialEq)]
pub enum ParsedPage {
    Home(Home),
    List(Listing),
    Sitemap(Sitemap),
    Article(extract::Extraction),
    /// An article without its story, which must not be kept.
    Withheld {
        article: Box<Article>,
        why: String,
    },
    /// What the host says of all its pages.
    Policy,
    /// The links of a page that no profile knows, the page that it names as its next one, and its
    /// feeds.
    Links {
        links: Vec<PageUrl>,
        next: Option<PageUrl>,
        feeds: Vec<PageUrl>,
    },
    /// The page sends its readers elsewhere, with a status as if it were read.
    Refresh {
        to: PageUrl,
    },
    /// The page is not what it should be.
    Unreadable {
        why: String,
    },
    /// Nobody said that the page is an article, and it is none; or it cannot be read. It would be the same tomorrow.
    NoArticle {
        why: String,
    },
    /// The server refuses in words, with a status as if all were well.
    Refused {
        why: String,
    },
    /// The page wants its links left alone.
    LeftAlone {
        why: String,
    },
}

impl Outcome {
    /// Where a whole host is out of order, a failure is not the page's: it waits, and that is no attempt.
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
    /// Returns the pages that this reading tells of, in its order, as far as they are wanted.
    pub fn found(&self, wanted: &CrawlScope) -> Vec<Discovered> {
        let page = |url: &PageUrl, role| Discovered {
            url: url.clone(),
            role,
            number: None,
            published_at: None,
            hops: 0,
        };
        let row = |row: &ListRow| Discovered {
            number: row.number,
            published_at: row.published_at,
            ..page(&row.url, Role::Article)
        };
        match self {
            Self::Home(home) => {
                let sections = home
                    .sections
                    .iter()
                    .filter(|_| wanted.menu)
                    .map(|link| page(&link.url, Role::Section));
                let feeds = home
                    .feeds
                    .iter()
                    .filter(|_| wanted.feeds)
                    .map(|url| page(url, Role::Feed));
                sections.chain(feeds).collect()
            }
            Self::List(listing) => listing.rows.iter().map(row).collect(),
            Self::Sitemap(sitemap) => {
                let maps = sitemap
                    .maps
                    .iter()
                    .filter(|_| wanted.sitemaps)
                    .map(|url| page(url, Role::Sitemap));
                maps.chain(sitemap.rows.iter().map(row)).collect()
            }
            Self::Links { links, feeds, .. } => {
                // First: of an address that is linked as well, this is what it is.
                let feeds = feeds
                    .iter()
                    .filter(|_| wanted.feeds)
                    .map(|url| page(url, Role::Feed));
                feeds
                    .chain(links.iter().map(|url| page(url, Role::Article)))
                    .collect()
            }
            Self::Article(_)
            | Self::Withheld { .. }
            | Self::Policy
            | Self::Refresh { .. }
            | Self::Unreadable { .. }
            | Self::NoArticle { .. }
            | Self::Refused { .. }
            | Self::LeftAlone { .. } => Vec::new(),
        }
    }
}
