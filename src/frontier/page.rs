//! A page: an address that is wanted, what it is to us, and where it stands.

use std::fmt;

use crate::frontier::met::Met;
use crate::frontier::reading::{Joint, Pass};
use crate::frontier::recrawl::{History, Past};
use crate::page_url::PageUrl;
use crate::time::{LocalTime, Timestamp};

/// The archive's number for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageId(pub i64);

/// What a page is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A file in which the host speaks for all its pages: `tdmrep.json`, `ai.txt`.
    Policy,
    /// The home page: its menu names the sections, its head the feeds.
    Home,
    Feed,
    /// The first page of a list of articles.
    Section,
    /// A list limited to some days of the past: read once, to its end.
    Window,
    /// A further page of a section or window.
    ListPage,
    /// A sitemap that robots.txt or another sitemap names.
    Sitemap,
    Article,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Policy,
        Self::Home,
        Self::Feed,
        Self::Section,
        Self::Window,
        Self::ListPage,
        Self::Sitemap,
        Self::Article,
    ];

    /// Returns the name that the archive keeps.
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Home => "home",
            Self::Feed => "feed",
            Self::Section => "section",
            Self::Window => "window",
            Self::ListPage => "list",
            Self::Sitemap => "sitemap",
            Self::Article => "article",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What a host says of all its pages goes first; lists go before articles, since their rows shift while one reads.
    pub fn priority(self) -> u8 {
        match self {
            Self::Policy => 60,
            Self::Home => 50,
            Self::Feed => 40,
            Self::Section => 30,
            Self::ListPage => 20,
            // What lists told before is known with its date.
            Self::Sitemap => 15,
            Self::Article => 10,
            // Each after the articles of the one before: the newest days are whole first.
            Self::Window => 8,
        }
    }
}

/// A page whose turn it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub id: PageId,
    pub site: String,
    pub url: PageUrl,
    pub role: Role,
    /// An article's number in its paper.
    pub number: Option<u64>,
    /// How often in a row it could not be had.
    pub attempts: u32,
    /// How many redirects led here.
    pub hops: u32,
    /// What earlier answers told, as far as the next request depends on it.
    pub past: Past,
    /// The list that it is a page of; sections and list pages have one.
    pub list: Option<List>,
    /// Of a feed or sitemap: answers in a row that were none.
    pub failures: u32,
    /// Of an article that is kept and looked at again.
    pub kept: Option<Kept>,
    /// Of an article: looks in a row that found none.
    pub misses: u32,
    /// Announcements in a row that were never ended: the process died each time.
    pub unended: u32,
    /// Looks in a row, at whatever articles of the site, that found everything as it was.
    pub unchanged: u64,
}

/// What is known of an article that is looked at again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// When it was published, or first seen where that is unknown or earlier: some dates lie ahead.
    pub published: Timestamp,
    /// The validators of the answer that is kept; none where the whole page is asked for.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// Where a page stands in the reading of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The list's first page.
    pub section: PageId,
    /// What is known of that page; `None` where the page in hand is that page.
    pub history: Option<History>,
    pub pass: Pass,
    /// When this reading of the list asked for its first page: what was discovered before is known.
    pub began: Timestamp,
    /// Marks of the rows of the last pages, the newest last, to notice that one was sent again.
    pub previous: Vec<i64>,
    /// The page before counted this one, or linked it: then it has rows, or something is wrong.
    pub promised: bool,
    pub joint: Joint,
    /// The rows that this reading has met.
    pub met: Met,
}

/// Where a page stands. A CHECK constraint of the archive mirrors it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageState {
    Queued {
        due: Timestamp,
        attempts: u32,
        /// Why it waits: what its last try came to.
        why: Option<String>,
    },
    Settled(Verdict),
    /// What was known of the page stands.
    Stands,
}

/// What became of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The article is kept.
    Stored,
    /// The list, feed or home page was read.
    Read,
    /// The address moved; the new one is a page of its own.
    Moved { to: PageUrl },
    /// Only the public part of a members' article is kept.
    Members,
    /// The paper forbids archives: what the article is about is kept, and not what it says.
    Withheld { why: String },
    /// There is nothing (any more).
    Gone { why: String },
    /// The page is kept, but no article was found in it.
    Unextracted { why: String },
    /// robots.txt forbids it.
    Disallowed { rule: String },
    /// The server refuses it.
    Refused { why: String },
    /// It could not be had.
    Failed { why: String },
}

impl Verdict {
    /// Returns the name that the archive keeps.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Read => "read",
            Self::Moved { .. } => "moved",
            Self::Members => "members",
            Self::Withheld { .. } => "withheld",
            Self::Gone { .. } => "gone",
            Self::Unextracted { .. } => "unextracted",
            Self::Disallowed { .. } => "disallowed",
            Self::Refused { .. } => "refused",
            Self::Failed { .. } => "failed",
        }
    }

    /// Returns why, where there is something to say.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Stored | Self::Read | Self::Members => None,
            Self::Moved { to } => Some(to.as_str()),
            Self::Disallowed { rule } => Some(rule),
            Self::Withheld { why }
            | Self::Gone { why }
            | Self::Unextracted { why }
            | Self::Refused { why }
            | Self::Failed { why } => Some(why),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.reason().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

/// A page that another page told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub url: PageUrl,
    pub role: Role,
    pub number: Option<u64>,
    /// When the list or feed says that it was published.
    pub published_at: Option<LocalTime>,
    pub hops: u32,
}
