//! `profiles/NAME.toml`: one content management system (CMS), as plain data.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::config::site::{day, korean, seoul, zone};
use crate::markup::{Pattern, Selector};
#[cfg(feature = "cli")]
use crate::page_url::PageUrl;

mod article_name;
mod article_rules;
mod live_check;
mod source;
mod url;

pub use article_name::ArticleName;
pub use article_rules::{ArticleRules, OptOutWording, PhotoBox, PrintedDates};
pub use live_check::LiveCheck;
pub use source::{FieldPlace, FieldSource, PrintedDate};
pub use url::{DateWindow, UrlRules};

/// One CMS with all its skins: its addresses, its lists and its articles.
///
/// A missing key means that the CMS has no such thing. Clones share the compiled rules, because
/// thousands of papers have the same CMS.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name in site files, as `ndsoft`.
    pub name: String,
    /// The first day on which pages look so, in `timezone`. Without it, there is no first day.
    #[serde(default, deserialize_with = "day")]
    pub valid_from: Option<Date>,
    /// The last day on which pages look so, in `timezone`. Without it, there is no last day.
    #[serde(default, deserialize_with = "day")]
    pub valid_until: Option<Date>,
    /// When it was last compared with live pages: a day, or `never`. Without it, nobody says.
    #[doc(hidden)]
    pub checked: Option<LiveCheck>,
    /// The hosts with such pages, each with the names below it. Without it, any host may have some.
    #[serde(default)]
    #[doc(hidden)]
    pub hosts: Arc<[String]>,
    /// The time zone of papers without a site file.
    #[serde(default = "seoul", deserialize_with = "zone")]
    pub timezone: TimeZone,
    /// The language of papers without a site file, BCP 47.
    #[serde(default = "korean")]
    pub language: String,
    /// Elements that only pages of this CMS have. One of them is enough.
    #[doc(hidden)]
    pub marks: Option<Arc<Selector>>,
    /// The generations of its templates.
    #[serde(default)]
    #[doc(hidden)]
    pub skins: Arc<[Skin]>,
    /// The forms of its addresses.
    #[serde(default)]
    #[doc(hidden)]
    pub url: Arc<UrlRules>,
    /// The links to sections on its home pages.
    #[serde(default)]
    #[doc(hidden)]
    pub menu: Arc<Menu>,
    /// How its lists are read.
    #[serde(default)]
    #[doc(hidden)]
    pub lists: Arc<[ListSkin]>,
    /// The links to further pages of its lists.
    #[serde(default)]
    #[doc(hidden)]
    pub pager: Arc<Pager>,
    /// How its articles are read.
    #[serde(default)]
    #[doc(hidden)]
    pub article: Arc<ArticleRules>,
    /// A page for members only: a notice is in the place of the story.
    #[serde(default)]
    #[doc(hidden)]
    pub members: Notice,
    /// An article that was deleted, or never existed.
    #[serde(default)]
    #[doc(hidden)]
    pub gone: Notice,
    /// A page by which the server refuses an answer.
    #[serde(default)]
    #[doc(hidden)]
    pub refused: Notice,
}

impl Profile {
    /// Tells whether a page stands at one of the hosts that this profile names.
    #[cfg(feature = "cli")]
    pub(crate) fn names_host_of(&self, url: &PageUrl) -> bool {
        let host = url.as_url().domain().unwrap_or_default();
        // A paper's other editions stand at other names below its own: `en.`, `cn.`.
        let bare = ["www.", "m."]
            .iter()
            .find_map(|usual| host.strip_prefix(usual))
            .unwrap_or(host);
        self.hosts
            .iter()
            .any(|named| named == host || named == bare)
    }

    /// Tells whether an address alone says that a page is an article of this CMS: addresses of
    /// other papers may look alike.
    #[cfg(feature = "cli")]
    pub(crate) fn knows_address(&self, url: &PageUrl) -> bool {
        let may_be_here = self.hosts.is_empty() || self.names_host_of(url);
        may_be_here && self.url.article_key(url).is_some()
    }

    /// Tells whether its author says that no live page was compared with it.
    #[cfg(feature = "cli")]
    pub(crate) fn is_unchecked(&self) -> bool {
        self.checked == Some(LiveCheck::Never)
    }
}

/// A generation of the CMS's templates. Its name is kept with each article on its pages.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skin {
    pub name: String,
    pub mark: Selector,
}

/// The links of the home page to its sections.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Menu {
    pub sections: Option<Selector>,
}

/// The mark-up of a list in one skin. The first list skin that finds rows reads the page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSkin {
    pub name: String,
    /// An element of every page of such a list, even without rows. A page without it and without
    /// rows is no list.
    pub list: Option<Selector>,
    pub row: Selector,
    /// The link to the article, in the row.
    pub link: Selector,
    /// The title, in the row. The default is the link's text.
    pub title: Option<Selector>,
    pub summary: Option<Selector>,
    pub section: Option<Selector>,
    pub byline: Option<Selector>,
    pub date: Option<Selector>,
    /// Section, byline and date in this order, as several elements or as one with bars. The first
    /// ones may be missing.
    pub info: Option<Selector>,
}

/// The pages of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pager {
    /// Links to other pages of the list.
    pub links: Option<Selector>,
    pub total: Vec<Count>,
    pub per_page: Vec<Count>,
    /// The last page that the server shows of a longer list.
    pub last_page: Vec<Count>,
    /// Rows of a full page without a number in `per_page`.
    pub usual_per_page: u32,
    /// The last page that is requested, whatever `last_page` says.
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

/// A number in a page. It may have commas.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The element with the number. The default is the page's source.
    pub select: Option<Selector>,
    /// Its first group is the number.
    pub pattern: Pattern,
}

/// The words by which a page says that it is no article.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notice {
    pub texts: Vec<String>,
    /// Only a shorter page (`gone`, `refused`) or story (`members`) is a notice, in characters.
    pub under: usize,
}

impl Notice {
    /// Returns the first text of this notice that `text` contains.
    pub fn stands_in(&self, text: &str) -> Option<&str> {
        self.texts
            .iter()
            .map(String::as_str)
            .find(|notice| text.contains(notice))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Profile;
    use crate::config::profile::LiveCheck;
    use crate::page_url::PageUrl;

    fn error(text: &str) -> String {
        Profile::parse("profiles/x.toml", &format!("name = \"x\"\n{text}"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_wrong_selector_is_named_with_its_line_and_key() {
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
    fn a_wrong_pattern_is_named_with_its_line() {
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
    fn impossible_rules_of_addresses_are_refused() {
        let patterns = "[url]\narticle_patterns = ['^/a/(\\d+)$']\n";
        assert!(
            Profile::parse(
                "x",
                &format!("name = \"x\"\n{patterns}canonical = \"/a/{{number}}\"")
            )
            .is_ok()
        );

        let window = "canonical = \"/a/{number}\"\n\
                      date_window = {from = \"f\", until = \"u\", format = \"%Y\"}\n";
        assert!(
            error(&format!("{patterns}{window}"))
                .starts_with("profiles/x.toml:5: `url.date_window`: ")
        );

        let texts = "[url]\narticle_id = ['^/a/([\\w-]+)$']\n";
        let canonical = "name = \"x\"\n[url]\narticle_id = ['^/a/(.+)$']\n\
                         canonical = \"/a/{article_id}\"\n";
        assert!(Profile::parse("x", canonical).is_ok());
        assert!(
            error(&format!("{texts}canonical = \"/a/{{number}}\"\n"))
                .starts_with("profiles/x.toml:4: `url.canonical`: ")
        );
        let parameters = "[url]\narticle = [\"/a\"]\narticle_id_parameters = [\"o\", \"a\"]\n";
        assert!(Profile::parse("x", &format!("name = \"x\"\n{parameters}")).is_ok());
        assert!(
            error(&format!("{parameters}canonical = \"/a/{{article_id}}\"\n"))
                .starts_with("profiles/x.toml:5: `url.canonical`: ")
        );
        for without in [
            "[url]\narticle_id_parameters = [\"o\"]\n",
            "[url]\narticle = [\"/a\"]\n",
        ] {
            assert!(error(without).contains("must"), "{without}");
        }
        assert!(error("[url]\narticle_id = ['^/a/x$']\n").contains("a group for the text"));

        for canonical in ["/a/number", "/b/{number}", "/a/{number}/x", "a/{number}"] {
            let said = error(&format!("{patterns}canonical = \"{canonical}\"\n"));
            assert!(
                said.starts_with("profiles/x.toml:4: `url.canonical`: "),
                "{said}"
            );
        }

        assert!(error("[url]\narticle = [\"/a\"]\n").contains("`url.article`: `number` or"));

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
    fn a_profile_says_when_it_was_checked_on_live_pages() {
        let checked = |line: &str| {
            Profile::parse("x", &format!("name = \"x\"\n{line}"))
                .unwrap()
                .checked
        };
        assert_eq!(checked(""), None);
        assert_eq!(checked("checked = \"never\""), Some(LiveCheck::Never));
        let day = jiff::civil::date(2026, 3, 7);
        assert_eq!(
            checked("checked = \"2026-03-07\""),
            Some(LiveCheck::On(day))
        );
        assert!(error("checked = \"yes\"\n").contains("neither a day, like \"2026-03-07\", nor"));
    }

    #[test]
    fn a_host_is_named_with_its_usual_names_and_with_no_other() {
        let profile = Profile::parse(
            "x",
            "name = \"x\"\nhosts = [\"paper.example\"]\n[url]\narticle_patterns = ['^/a/(\\d+)$']",
        )
        .unwrap();
        let url = |address: &str| PageUrl::parse(address).unwrap();

        for named in ["https://paper.example/a/1", "http://m.paper.example:81/a/1"] {
            assert!(profile.names_host_of(&url(named)), "{named}");
        }
        let others = [
            "https://newspaper.example/a/1",
            "https://en.paper.example/a/1",
            "https://127.0.0.1/a/1",
        ];
        for other in others {
            assert!(!profile.names_host_of(&url(other)), "{other}");
            #[cfg(feature = "cli")]
            assert!(!profile.knows_address(&url(other)), "{other}");
        }
        #[cfg(feature = "cli")]
        assert!(profile.knows_address(&url("https://www.paper.example/a/1")));
    }

    #[test]
    fn a_profile_needs_only_a_name() {
        assert!(Profile::parse("x", "name = \"x\"").is_ok());
    }
}
