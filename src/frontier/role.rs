//! What a page is to us.

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

    /// What a host says of all its pages goes first; lists go before articles, since their rows
    /// shift while one reads.
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
