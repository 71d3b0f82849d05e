//! The addresses of a CMS: which are articles, which are lists, which are traps.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde::Deserialize;

use crate::markup::Pattern;
use crate::page_url::PageUrl;

/// What stands for an article's number in a canonical address.
const NUMBER: &str = "{number}";

/// The URL grammar. Paths compare without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UrlRules {
    /// Paths of articles that have their number in a parameter.
    pub article: Vec<String>,
    /// The parameter that numbers articles.
    pub number: String,
    /// Paths of articles that have their number in the path: the first group.
    pub article_patterns: Vec<Pattern>,
    /// The canonical path and query of an article, with `{number}` in it. Without it, the first of `article` with its
    /// parameter; and where there is none, the path as it stands.
    pub canonical: Option<String>,
    /// Paths of lists; the first is canonical.
    pub list: Vec<String>,
    /// Paths of lists that are each a list of its own.
    pub list_patterns: Vec<Pattern>,
    /// The path of the list that has every article, newest first: where the menu has it, it tells each day's news alone.
    pub everything: Option<String>,
    /// The parameters that decide what a list shows, in canonical order; all others are dropped.
    pub keep: Vec<String>,
    /// Parameters that every list is asked with.
    pub always: BTreeMap<String, String>,
    /// The parameter that numbers a list's pages, from 1.
    pub page: String,
    /// How a list is limited to some days, where the server can.
    pub date_window: Option<DateWindow>,
    /// Beginnings of paths that are never asked for.
    pub traps: Vec<String>,
    /// Parameters that make a page a trap when they are filled: searches.
    pub trap_parameters: Vec<String>,
}

/// The parameters that limit a list to days, both included.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateWindow {
    pub from: String,
    pub until: String,
    /// As strftime writes a day, `%Y-%m-%d`.
    pub format: String,
}

impl UrlRules {
    /// Returns the number of the article that an address shows, on whatever host; `None` also where
    /// it is too long to be counted with.
    pub fn article_number(&self, url: &PageUrl) -> Option<u64> {
        self.article_digits(url)?.parse().ok()
    }

    /// Returns the digits by which an address names an article, on whatever host, without zeros in
    /// front.
    pub fn article_digits(&self, url: &PageUrl) -> Option<String> {
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

    /// Returns the canonical address of an article at `origin`, where its number is enough to write it.
    pub fn article_url(&self, origin: &str, number: &str) -> Option<PageUrl> {
        let path = match (&self.canonical, self.article.first()) {
            (Some(canonical), _) => canonical.replace(NUMBER, number),
            (None, Some(path)) => format!("{path}?{}={number}", self.number),
            (None, None) => return None,
        };
        // An origin comes from a `PageUrl`; a profile whose path makes no address has no canonical one.
        PageUrl::parse(&format!("{origin}{path}")).ok()
    }

    /// Returns the path that a list at `path` is asked for by; `None` where no list is.
    pub fn list_path<'a>(&'a self, path: &'a str) -> Option<&'a str> {
        if self.list.iter().any(|list| list.eq_ignore_ascii_case(path)) {
            return self.list.first().map(String::as_str);
        }
        self.list_patterns
            .iter()
            .any(|pattern| pattern.is_match(path))
            .then_some(path)
    }

    /// Returns what is wrong with these rules, and the key that it is wrong in.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        if let Some(canonical) = &self.canonical {
            let wrong = format!(
                "{canonical:?} must be read as the article that it is written for: check `{NUMBER}` and the rules above"
            );
            let written = self.article_url("https://paper.example", "907");
            let is_read = written.and_then(|url| self.article_number(&url)) == Some(907);
            if !is_read {
                return Some(("canonical", wrong));
            }
        }
        if !self.article.is_empty() && self.number.is_empty() {
            return Some((
                "article",
                "`number` must name the parameter that numbers them".to_owned(),
            ));
        }
        if self
            .article_patterns
            .iter()
            .any(|pattern| !pattern.has_group())
        {
            let why = "each must have a group for the number, like '^/article/(\\d+)$'";
            return Some(("article_patterns", why.to_owned()));
        }
        if let Some(path) = &self.everything
            && self
                .list_path(path.split('?').next().unwrap_or_default())
                .is_none()
        {
            return Some((
                "everything",
                format!("{path:?} is no list by `list` and `list_patterns`"),
            ));
        }
        let window = self.date_window.as_ref()?;
        let why = || {
            format!(
                "{:?} does not tell every day from another, as \"%Y-%m-%d\" does",
                window.format
            )
        };
        (!window.tells_days_apart()).then(|| ("date_window", why()))
    }
}

impl DateWindow {
    /// Returns a day as the CMS wants it; `None` where the format is none.
    pub fn print(&self, day: Date) -> Option<String> {
        jiff::fmt::strtime::format(&self.format, day).ok()
    }

    fn tells_days_apart(&self) -> bool {
        let (day, others) = (
            date(2001, 2, 3),
            [date(2001, 2, 4), date(2001, 3, 3), date(2002, 2, 3)],
        );
        let printed = self.print(day);
        printed.is_some() && others.iter().all(|other| self.print(*other) != printed)
    }
}

/// Digits only: `+7` and `7a` number nothing.
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
