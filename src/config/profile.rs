//! `profiles/NAME.toml`: one content management system (CMS), as plain data.

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::config::site::{korean, seoul, zone};
use crate::markup::{Pattern, Selector};

mod article;
mod source;
mod url;

pub use article::{ArticleRules, OptOut, PhotoBox, PrintedDates};
pub use source::{Place, PrintedDate, Source};
pub use url::UrlRules;

/// One CMS with all its skins: its addresses, its lists and its articles.
///
/// Whatever can be left out means that the CMS has no such thing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    /// The clock of papers that have no site file.
    #[serde(default = "seoul", deserialize_with = "zone")]
    pub timezone: TimeZone,
    #[serde(default = "korean")]
    pub language: String,
    /// What only pages of this CMS have; any one is enough.
    pub marks: Option<Selector>,
    #[serde(default)]
    pub skins: Vec<Skin>,
    #[serde(default)]
    pub url: UrlRules,
    #[serde(default)]
    pub menu: Menu,
    #[serde(default)]
    pub lists: Vec<ListSkin>,
    #[serde(default)]
    pub pager: Pager,
    #[serde(default)]
    pub article: ArticleRules,
    /// A page for members only: a notice stands where the story would.
    #[serde(default)]
    pub members: Notice,
    /// An article that was deleted, or never was.
    #[serde(default)]
    pub gone: Notice,
    /// The server does not want to answer.
    #[serde(default)]
    pub refused: Notice,
}

/// A generation of the CMS's look. Its name is kept with each article that it showed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skin {
    pub name: String,
    pub mark: Selector,
}

/// Where the home page links its sections.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Menu {
    pub sections: Option<Selector>,
}

/// One look of a list. The first one of which a page has rows reads that page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSkin {
    pub name: String,
    pub row: Selector,
    /// The link to the article, in the row.
    pub link: Selector,
    /// The title, in the row; the link's text where there is none.
    pub title: Option<Selector>,
    pub summary: Option<Selector>,
    pub section: Option<Selector>,
    pub byline: Option<Selector>,
    pub date: Option<Selector>,
    /// Section, byline and date in this order, the first ones missing perhaps: several elements, or one with bars.
    pub info: Option<Selector>,
}

/// How a list goes on.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pager {
    /// Links to other pages of the list.
    pub links: Option<Selector>,
    pub total: Vec<Count>,
    pub per_page: Vec<Count>,
    /// The last page that the server shows, however long the list is.
    pub last_page: Vec<Count>,
    /// Rows on a full page that does not tell.
    pub usual_per_page: u32,
    pub usual_last_page: u32,
}

impl Default for Pager {
    fn default() -> Self {
        Self {
            links: None,
            total: Vec::new(),
            per_page: Vec::new(),
            last_page: Vec::new(),
            usual_per_page: 20,
            usual_last_page: 10_000,
        }
    }
}

/// A number that a page tells, commas allowed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The element that tells it; the page's source where there is none.
    pub select: Option<Selector>,
    /// Its first group is the number.
    pub pattern: Pattern,
}

/// How a page says that it is no article.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notice {
    pub texts: Vec<String>,
    /// Only a page (`gone`, `refused`) or a story (`members`) shorter than this many characters is taken for a notice.
    pub under: usize,
}

impl Notice {
    /// Returns the text of this notice that stands in `text`.
    pub fn stands_in(&self, text: &str) -> Option<&str> {
        self.texts.iter().map(String::as_str).find(|notice| text.contains(notice))
    }
}
