//! Roles: the kinds of pages that a crawl requests.

/// The archive's number of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageId(pub i64);

/// The kind of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A file with opt-outs for all pages of a host: `tdmrep.json`, `ai.txt`.
    Policy,
    /// The home page: its menu links the sections, its head the feeds.
    Home,
    Feed,
    /// The first page of a list of articles.
    Section,
    /// A list that is limited to some days of the past: it is read once, to its end.
    Window,
    /// A further page of a section or window.
    ListPage,
    /// A sitemap that robots.txt or another sitemap names.
    Sitemap,
    Article,
    /// A photo of a stored article. It leads to no other page.
    Photo,
}

impl Role {
    /// Every variant, for the lookup by the name that the archive keeps.
    pub const ALL: [Self; 9] = [
        Self::Policy,
        Self::Home,
        Self::Feed,
        Self::Section,
        Self::Window,
        Self::ListPage,
        Self::Sitemap,
        Self::Article,
        Self::Photo,
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
            Self::Photo => "photo",
        }
    }

    /// Returns the role of a name that the archive keeps; `None` of an unknown name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Returns the priority in the queue: higher goes first.
    ///
    /// The opt-outs of a host go before its pages. Lists go before articles, since their rows shift
    /// during a traversal.
    pub fn priority(self) -> u8 {
        match self {
            Self::Policy => 60,
            Self::Home => 50,
            Self::Feed => 40,
            Self::Section => 30,
            Self::ListPage => 20,
            // After lists: rows of a list have a better date than those of a sitemap.
            Self::Sitemap => 15,
            Self::Article => 10,
            // Each window waits for the articles of the one before: the newest days are complete
            // first.
            Self::Window => 8,
            // After revisits of articles, which have 5: texts may change, and photos stay.
            Self::Photo => 3,
        }
    }
}
