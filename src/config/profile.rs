//! `profiles/NAME.toml`: one content management system (CMS), as plain data.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::config::site::{day, korean, seoul, zone};
use crate::markup::{Pattern, Selector};

mod article_rules;
mod source;
mod url;

pub use article_rules::{ArticleRules, OptOutWording, PhotoBox, PrintedDates};
pub use source::{FieldPlace, FieldSource, PrintedDate};
pub use url::{DateWindow, UrlRules};

/// One CMS with all its skins: its addresses, its lists and its articles.
///
/// Whatever can be left out means that the CMS has no such thing. Clones share what is compiled:
/// thousands of papers have one CMS.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    /// The first day whose pages look so, in `timezone`; without it, all before the last.
    #[serde(default, deserialize_with = "day")]
    pub valid_from: Option<Date>,
    /// The last day whose pages look so, in `timezone`; without it, all after the first.
    #[serde(default, deserialize_with = "day")]
    pub valid_until: Option<Date>,
    /// The clock of papers that have no site file.
    #[serde(default = "seoul", deserialize_with = "zone")]
    pub timezone: TimeZone,
    #[serde(default = "korean")]
    pub language: String,
    /// What only pages of this CMS have; any one is enough.
    pub marks: Option<Arc<Selector>>,
    #[serde(default)]
    pub skins: Arc<[Skin]>,
    #[serde(default)]
    pub url: Arc<UrlRules>,
    #[serde(default)]
    pub menu: Arc<Menu>,
    #[serde(default)]
    pub lists: Arc<[ListSkin]>,
    #[serde(default)]
    pub pager: Arc<Pager>,
    #[serde(default)]
    pub article: Arc<ArticleRules>,
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
    /// What a page of such a list has, rows or not: without it and without rows, a page is no list.
    pub list: Option<Selector>,
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
    /// No page beyond is asked for, whatever a page tells.
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
        self.texts
            .iter()
            .map(String::as_str)
            .find(|notice| text.contains(notice))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::read_profile;

    fn error(text: &str) -> String {
        read_profile("profiles/x.toml", &format!("name = \"x\"\n{text}"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_selector_that_is_wrong_is_named_with_its_line_and_key() {
        let said = error("[article]\nbody = [\"#a\"]\nremove = \"li[\"\n");
        assert!(
            said.starts_with("profiles/x.toml:4: `article.remove`: \"li[\" is no CSS selector"),
            "{said}"
        );
        let said = error("[menu]\nsections = [\"a\", \"b >\"]\n");
        assert!(
            said.starts_with("profiles/x.toml:3: `menu.sections`: \"b >\" is no CSS selector"),
            "{said}"
        );
    }

    #[test]
    fn a_pattern_that_is_wrong_is_named_with_its_line() {
        let said = error("[article]\ncredit = \"(\"\n");
        assert!(
            said.starts_with("profiles/x.toml:3: `article.credit`: \"(\" is no regular expression"),
            "{said}"
        );
    }

    #[test]
    fn a_source_has_one_place() {
        let said = error("[article]\ntitle = [{ meta = \"a\", select = \"b\" }]\n");
        assert!(
            said.contains("profiles/x.toml:3: `article.title`: a source has exactly one of"),
            "{said}"
        );
        assert!(
            error("[article]\ntitle = [{ meta = \"a\", attribute = \"b\" }]\n")
                .contains("go with `select`")
        );
        assert!(error("[article]\ntitle = [{ mata = \"a\" }]\n").contains("did you mean `meta`"));
    }

    #[test]
    fn rules_of_addresses_that_cannot_work_are_told() {
        let patterns = "[url]\narticle_patterns = ['^/a/(\\d+)$']\n";
        assert!(
            read_profile(
                "x",
                &format!("name = \"x\"\n{patterns}canonical = \"/a/{{number}}\"")
            )
            .is_ok()
        );
        let window = "canonical = \"/a/{number}\"\ndate_window = {from = \"f\", until = \"u\", format = \"%Y\"}\n";
        assert!(
            error(&format!("{patterns}{window}"))
                .starts_with("profiles/x.toml:5: `url.date_window`: ")
        );
        for canonical in ["/a/number", "/b/{number}", "/a/{number}/x", "a/{number}"] {
            let said = error(&format!("{patterns}canonical = \"{canonical}\"\n"));
            assert!(
                said.starts_with("profiles/x.toml:4: `url.canonical`: "),
                "{said}"
            );
        }
        assert!(error("[url]\narticle = [\"/a\"]\n").contains("`url.article`: `number` must name"));
        for format in ["%Q", "day", "%H", "%Y-%m", "%m-%d"] {
            let window = format!(
                "[url]\ndate_window = {{ from = \"a\", until = \"b\", format = \"{format}\" }}\n"
            );
            assert!(
                error(&window).contains("does not tell every day"),
                "{format}"
            );
        }
    }

    #[test]
    fn a_profile_may_know_next_to_nothing() {
        assert!(read_profile("x", "name = \"x\"").is_ok());
    }
}
