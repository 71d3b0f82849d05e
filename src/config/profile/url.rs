//! The addresses of a CMS: its articles, its lists and its traps.

mod faults;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde::Deserialize;

use crate::article_key::ArticleKey;
use crate::config::profile::article_name::ArticleName;
use crate::markup::Pattern;
use crate::page_url::PageUrl;

/// The placeholder of an article's number in [`UrlRules::canonical`].
const NUMBER: &str = "{number}";

/// The placeholder of an article's id of text in [`UrlRules::canonical`].
const ARTICLE_ID: &str = "{article_id}";

/// The rules for a CMS's addresses. Paths are compared without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UrlRules {
    /// Paths of articles that parameters name.
    pub article: Vec<String>,
    /// The parameter with the article's number.
    pub number: String,
    /// Paths of articles whose number is in the path. The first group is the number.
    pub article_patterns: Vec<Pattern>,
    /// Paths of articles that a text names, and no number alone. The first group is the text.
    pub article_id: Vec<Pattern>,
    /// The parameters whose values, with `/` between them, are the text of an article at `article`.
    pub article_id_parameters: Vec<String>,
    /// The canonical path and query of an article, with `{number}` or `{article_id}`. The default
    /// is the first of `article` with its parameters. Without that, the path stays as it is.
    pub canonical: Option<String>,
    /// Hosts that show the same articles. On the others of them, only articles belong to the paper,
    /// and they are requested from the paper's own host.
    pub twin_hosts: Vec<String>,
    /// Paths of one kind of lists. The first is canonical.
    pub list: Vec<String>,
    /// Paths of lists. Each path is a list of its own.
    pub list_patterns: Vec<Pattern>,
    /// The path of the list of all articles, newest first. If the menu links it, this list alone
    /// brings the news of each day.
    pub everything: Option<String>,
    /// The parameters that select the content of a list, in canonical order. All others are
    /// dropped.
    pub keep: Vec<String>,
    /// Parameters of every request for a list.
    pub always: BTreeMap<String, String>,
    /// The parameter with the number of a list's page, from 1.
    pub page: String,
    /// The parameters that limit a list to some days, if the server has such.
    pub date_window: Option<DateWindow>,
    /// Beginnings of paths that are never requested.
    pub traps: Vec<String>,
    /// Parameters that make a page a trap if they have a value: searches.
    pub trap_parameters: Vec<String>,
}

/// The parameters that limit a list to days. Both days are included.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateWindow {
    pub from: String,
    pub until: String,
    /// The format of a day for strftime, as `%Y-%m-%d`.
    pub format: String,
}

impl UrlRules {
    /// Tells whether articles are known by their addresses.
    pub fn names_articles(&self) -> bool {
        !self.article.is_empty() || !self.article_patterns.is_empty() || !self.article_id.is_empty()
    }

    /// Returns the patterns of paths that name an article.
    #[cfg(feature = "cli")]
    pub(crate) fn named_in_path(&self) -> impl Iterator<Item = &Pattern> {
        self.article_patterns.iter().chain(&self.article_id)
    }

    /// Returns the key of the article at an address, on any host; `None` also if a number has too
    /// many digits for 64 bits.
    pub fn article_key(&self, url: &PageUrl) -> Option<ArticleKey> {
        self.article_name(url)?.key()
    }

    /// Returns the name of the article at an address, on any host: its number, or else its text.
    pub fn article_name(&self, url: &PageUrl) -> Option<ArticleName> {
        let digits = self.article_digits(url).map(ArticleName::Digits);

        digits.or_else(|| {
            let in_path = self.text_in_path(url.as_url().path());
            in_path
                .or_else(|| self.text_in_parameters(url))
                .map(ArticleName::Id)
        })
    }

    fn text_in_path(&self, path: &str) -> Option<ArticleKey> {
        let mut ids = self.article_id.iter();
        ids.find_map(|pattern| ArticleKey::text(pattern.find(path)?))
    }

    /// Returns the text that the parameters of an article's address make together. Without one of
    /// them it is none. It is none, too, if a value contains the `/` that stands between two, or if
    /// the canonical address with the text would not be an article's.
    fn text_in_parameters(&self, url: &PageUrl) -> Option<ArticleKey> {
        if self.article_id_parameters.is_empty() || !self.is_article(url.as_url().path()) {
            return None;
        }

        let value = |name: &String| {
            let value = url.parameter(name)?;
            (!value.trim().is_empty() && !value.contains('/')).then_some(value)
        };
        let values: Option<Vec<String>> = self.article_id_parameters.iter().map(value).collect();
        let key = ArticleKey::text(&values?.join("/"))?;

        let canonical = self.canonical_with(ARTICLE_ID, &key.to_string());
        let is_told = self.article_id.is_empty()
            || canonical.is_none_or(|path| self.text_in_path(&path).as_ref() == Some(&key));
        is_told.then_some(key)
    }

    /// Tells whether parameters name an article at a path.
    fn is_article(&self, path: &str) -> bool {
        let mut articles = self.article.iter();
        articles.any(|article| article.eq_ignore_ascii_case(path))
    }

    /// Returns the digits of the article's number in an address.
    fn article_digits(&self, url: &PageUrl) -> Option<String> {
        let path = url.as_url().path();

        if self.is_article(path) && !self.number.is_empty() {
            return decimal(&url.parameter(&self.number)?);
        }

        self.article_patterns
            .iter()
            .find_map(|pattern| decimal(pattern.find(path)?))
    }

    /// Returns the canonical address of an article at `origin`; `None` if the name is not enough
    /// for it.
    pub fn article_url(&self, origin: &str, name: &ArticleName) -> Option<PageUrl> {
        let path = match name {
            ArticleName::Digits(digits) => self.path_of_digits(digits)?,
            ArticleName::Id(id) => {
                let id = id.to_string();
                let canonical = self.canonical_with(ARTICLE_ID, &id);
                canonical.or_else(|| self.path_with_parameters(&id))?
            }
        };

        // The origin is that of a `PageUrl`, so only a wrong path in the profile makes this fail.
        PageUrl::parse(&format!("{origin}{path}")).ok()
    }

    fn path_of_digits(&self, digits: &str) -> Option<String> {
        let canonical = self.canonical_with(NUMBER, digits);

        canonical.or_else(|| match self.number.as_str() {
            "" => self.path_with_parameters(digits),
            number => Some(format!("{}?{number}={digits}", self.article.first()?)),
        })
    }

    /// Returns the first of the articles' paths with the parameters that make a text; `None` where
    /// the text has more or fewer parts than there are parameters.
    fn path_with_parameters(&self, id: &str) -> Option<String> {
        let path = self.article.first()?;
        let values: Vec<&str> = id.split('/').collect();
        if values.len() != self.article_id_parameters.len() {
            return None;
        }

        let pairs = self.article_id_parameters.iter().zip(values);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        Some(format!("{path}?{query}"))
    }

    /// Returns the canonical path with a name in its placeholder; `None` where it has none such.
    fn canonical_with(&self, placeholder: &str, name: &str) -> Option<String> {
        let canonical = self.canonical.as_ref()?;
        canonical
            .contains(placeholder)
            .then(|| canonical.replace(placeholder, name))
    }

    /// Returns the path by which the list at `path` is requested; `None` if there is no list.
    pub fn list_path<'a>(&'a self, path: &'a str) -> Option<&'a str> {
        if self.list.iter().any(|list| list.eq_ignore_ascii_case(path)) {
            return self.list.first().map(String::as_str);
        }

        self.list_patterns
            .iter()
            .any(|pattern| pattern.is_match(path))
            .then_some(path)
    }
}

impl DateWindow {
    /// Returns a day in the CMS's format; `None` if the format is wrong.
    pub fn print(&self, day: Date) -> Option<String> {
        jiff::fmt::strtime::format(&self.format, day).ok()
    }

    /// Tells whether the format has year, month and day.
    fn tells_days_apart(&self) -> bool {
        let others = [date(2001, 2, 4), date(2001, 3, 3), date(2002, 2, 3)];
        let printed = self.print(date(2001, 2, 3));

        printed.is_some() && others.iter().all(|other| self.print(*other) != printed)
    }
}

/// Returns digits without leading zeros; `None` for any other text, as `+7` and `7a`.
fn decimal(text: &str) -> Option<String> {
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = text.trim_start_matches('0');

    is_decimal.then(|| {
        if digits.is_empty() {
            "0".to_owned()
        } else {
            digits.to_owned()
        }
    })
}
