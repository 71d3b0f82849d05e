//! The addresses of a CMS: its articles, its lists and its traps.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde::Deserialize;

use crate::article_key::ArticleKey;
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
    /// Paths of articles whose number is in a parameter.
    pub article: Vec<String>,
    /// The parameter with the article's number.
    pub number: String,
    /// Paths of articles whose number is in the path. The first group is the number.
    pub article_patterns: Vec<Pattern>,
    /// Paths of articles that a text names, and no number alone. The first group is the text.
    pub article_id: Vec<Pattern>,
    /// The canonical path and query of an article, with `{number}` or `{article_id}`. The default
    /// is the first of `article` with its parameter. Without that, the path stays as it is.
    pub canonical: Option<String>,
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

/// The name of an article in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArticleName {
    /// The digits of its number, without leading zeros. They may be too many for 64 bits.
    Digits(String),
    /// Its id of text.
    Id(ArticleKey),
}

impl ArticleName {
    /// Returns the key; `None` of digits that are too many for 64 bits, which name the article in
    /// its address alone.
    pub fn key(&self) -> Option<ArticleKey> {
        match self {
            Self::Digits(digits) => digits.parse().ok().map(ArticleKey::Number),
            Self::Id(key) => Some(key.clone()),
        }
    }
}

impl From<&ArticleKey> for ArticleName {
    fn from(key: &ArticleKey) -> Self {
        match key {
            ArticleKey::Number(number) => Self::Digits(number.to_string()),
            ArticleKey::Text(_) => Self::Id(key.clone()),
        }
    }
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
            let path = url.as_url().path();
            let mut ids = self.article_id.iter();
            ids.find_map(|pattern| ArticleKey::text(pattern.find(path)?))
                .map(ArticleName::Id)
        })
    }

    /// Returns the digits of the article's number in an address.
    fn article_digits(&self, url: &PageUrl) -> Option<String> {
        let path = url.as_url().path();

        if self
            .article
            .iter()
            .any(|article| article.eq_ignore_ascii_case(path))
        {
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
            ArticleName::Id(id) => self.canonical_with(ARTICLE_ID, &id.to_string())?,
        };

        // The origin is that of a `PageUrl`, so only a wrong path in the profile makes this fail.
        PageUrl::parse(&format!("{origin}{path}")).ok()
    }

    fn path_of_digits(&self, digits: &str) -> Option<String> {
        let parameter = || {
            Some(format!(
                "{}?{}={digits}",
                self.article.first()?,
                self.number
            ))
        };
        self.canonical_with(NUMBER, digits).or_else(parameter)
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

    /// Returns a wrong key, and the reason. The first fault counts.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        self.canonical_fault()
            .or_else(|| self.article_fault())
            .or_else(|| self.everything_fault())
            .or_else(|| self.date_window_fault())
    }

    /// Checks that a canonical address is read as the article that it is written for.
    fn canonical_fault(&self) -> Option<(&'static str, String)> {
        let canonical = self.canonical.as_ref()?;
        // Only the paper's own texts match the patterns of its ids.
        if canonical.contains(ARTICLE_ID) && !self.article_id.is_empty() {
            return None;
        }

        let name = ArticleName::Digits("907".to_owned());
        let written = self.article_url("https://paper.example", &name);
        if written.and_then(|url| self.article_name(&url)) == Some(name) {
            return None;
        }

        let why = format!(
            "{canonical:?} must be read as the article that it is written for: check `{NUMBER}` \
             or `{ARTICLE_ID}`, and the rules above"
        );
        Some(("canonical", why))
    }

    /// Checks that articles have a place for their number.
    fn article_fault(&self) -> Option<(&'static str, String)> {
        if !self.article.is_empty() && self.number.is_empty() {
            let why = "`number` must name the parameter that numbers them";
            return Some(("article", why.to_owned()));
        }

        if self
            .article_patterns
            .iter()
            .any(|pattern| !pattern.has_group())
        {
            let why = "each must have a group for the number, like '^/article/(\\d+)$'";
            return Some(("article_patterns", why.to_owned()));
        }

        if self.article_id.iter().any(|pattern| !pattern.has_group()) {
            let why = "each must have a group for the text, like '^/article/([\\w-]+)$'";
            return Some(("article_id", why.to_owned()));
        }

        None
    }

    /// Checks that the list of all articles is a list.
    fn everything_fault(&self) -> Option<(&'static str, String)> {
        let everything = self.everything.as_ref()?;
        let path = everything.split('?').next().unwrap_or_default();
        if self.list_path(path).is_some() {
            return None;
        }

        let why = format!("{everything:?} is no list by `list` and `list_patterns`");
        Some(("everything", why))
    }

    /// Checks that the format of days gives each day its own text.
    fn date_window_fault(&self) -> Option<(&'static str, String)> {
        let window = self.date_window.as_ref()?;
        if window.tells_days_apart() {
            return None;
        }

        let why = format!(
            "{:?} does not tell every day from another, as \"%Y-%m-%d\" does",
            window.format
        );
        Some(("date_window", why))
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
