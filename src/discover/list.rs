//! The rows of a section's list.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::Profile;
use crate::config::profile::{ListSkin, Pager};
use crate::discover::address::{Address, Grammar};
use crate::discover::document::Document;
use crate::discover::next::{Extent, next};
use crate::markup::{Node, Selector, Tree, attribute, text, within};
use crate::page_url::PageUrl;
use crate::text::clean_some;
use crate::time::printed::{is_date, read_recent};
use crate::time::{LocalTime, Timestamp};

/// What a page of a list shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The list's own rows, in the page's order; boxes beside it are not of it.
    pub rows: Vec<ListRow>,
    /// The page has what lists of this paper have, rows or not.
    pub is_list: bool,
    /// By its own count, rows should stand on this page.
    pub owes_rows: bool,
    /// The page after this one; `None` on the last.
    pub next: Option<PageUrl>,
    /// The page counts or links its next one; else it is only likely that there is one.
    pub next_is_told: bool,
    /// Rows of all pages together, as the page tells.
    pub total: Option<u64>,
    pub per_page: Option<u32>,
    pub pages: Option<u32>,
}

/// One article in a list or feed.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRow {
    pub number: Option<u64>,
    /// Canonical, where the paper's grammar knows the address.
    pub url: PageUrl,
    pub title: String,
    pub section: Option<String>,
    pub byline: Option<String>,
    /// As printed.
    pub date: Option<String>,
    pub published_at: Option<LocalTime>,
    pub summary: Option<String>,
}

/// Reads the lists of one paper.
#[derive(Clone, Debug)]
pub struct ListReader {
    grammar: Grammar,
    skins: Arc<[ListSkin]>,
    pager: Arc<Pager>,
    zone: TimeZone,
}

impl ListReader {
    pub fn new(profile: &Profile, grammar: Grammar, zone: TimeZone) -> Self {
        Self {
            grammar,
            skins: profile.lists.clone(),
            pager: profile.pager.clone(),
            zone,
        }
    }

    /// Reads the same lists of a paper that moved.
    pub fn with_grammar(&self, grammar: Grammar) -> Self {
        Self {
            grammar,
            ..self.clone()
        }
    }

    /// Reads the page of a list that stood at `url`; `now` dates rows without a year. A page that is no list has no rows.
    pub fn read(&self, url: &PageUrl, html: &str, now: Timestamp) -> Listing {
        // A page too heavy to parse shows nothing to archive either: it has no rows.
        Tree::parse(html)
            .map(|tree| self.read_tree(&Document::new(url, &tree), html, &tree, now))
            .unwrap_or_default()
    }

    /// Reads a page that was parsed already.
    pub fn read_tree(
        &self,
        document: &Document,
        html: &str,
        tree: &Tree,
        now: Timestamp,
    ) -> Listing {
        let shown = self
            .skins
            .iter()
            .map(|skin| self.rows(tree, skin, document, now))
            .find(|rows| !rows.is_empty());
        let rows = shown.unwrap_or_default();
        let extent = Extent::read(tree, html, &self.pager);
        let next = next(
            tree,
            document,
            rows.len(),
            &extent,
            &self.pager,
            &self.grammar,
        );
        let has_frame = self
            .skins
            .iter()
            .filter_map(|skin| skin.list.as_ref())
            .any(|list| tree.first(list).is_some());
        let page = match self.grammar.address(document.url()) {
            Address::List { page, .. } => page,
            Address::Article { .. }
            | Address::Trap { .. }
            | Address::Elsewhere
            | Address::Other => 1,
        };
        Listing {
            is_list: !rows.is_empty() || has_frame,
            owes_rows: extent.pages().is_some_and(|pages| page <= pages),
            next_is_told: next.as_ref().is_some_and(|next| next.is_told),
            next: next.map(|next| next.url),
            rows,
            total: extent.total,
            per_page: extent.per_page,
            pages: extent.pages(),
        }
    }

    fn rows(
        &self,
        tree: &Tree,
        skin: &ListSkin,
        document: &Document,
        now: Timestamp,
    ) -> Vec<ListRow> {
        let mut known = HashSet::new();
        let rows = tree
            .all(&skin.row)
            .filter_map(|row| self.row(&row, skin, document, now));
        rows.filter(|row| known.insert(row.url.clone())).collect()
    }

    /// A row that links no article is a template or an advertisement.
    fn row(
        &self,
        row: &Node<'_>,
        skin: &ListSkin,
        document: &Document,
        now: Timestamp,
    ) -> Option<ListRow> {
        let link = within(*row, &skin.link).find(|link| attribute(link, "href").is_some())?;
        let Address::Article { number, url } = self
            .grammar
            .address(&document.join(&attribute(&link, "href")?).ok()?)
        else {
            return None;
        };
        let told = |selector: &Option<Selector>| {
            selector
                .as_ref()
                .and_then(|selector| first_text(row, selector))
        };
        let info = skin
            .info
            .as_ref()
            .map(|info| Info::read(row, info))
            .unwrap_or_default();
        let date = told(&skin.date).or(info.date);
        Some(ListRow {
            number,
            url,
            title: told(&skin.title)
                .or_else(|| clean_some(&text(&link)))
                .unwrap_or_default(),
            section: told(&skin.section).or(info.section),
            byline: told(&skin.byline).or(info.byline),
            published_at: date
                .as_deref()
                .and_then(|date| read_recent(date, &self.zone, now)),
            date,
            summary: told(&skin.summary),
        })
    }
}

/// Section, byline and date of a row, told apart by their order and by what is a date.
#[derive(Debug, Default, PartialEq)]
struct Info {
    section: Option<String>,
    byline: Option<String>,
    date: Option<String>,
}

impl Info {
    fn read(row: &Node<'_>, selector: &Selector) -> Self {
        let texts: Vec<String> = within(*row, selector).map(|node| text(&node)).collect();
        match texts.as_slice() {
            [one] => Self::sorted(
                one.split(['|', 'ㅣ', '│', '｜'])
                    .map(|part| part.trim().to_owned())
                    .collect(),
            ),
            _ => Self::sorted(texts),
        }
    }

    /// The last date is the date; of the rest, the last is the writer and the one before it the section.
    fn sorted(mut parts: Vec<String>) -> Self {
        let date = parts
            .iter()
            .rposition(|part| is_date(part))
            .map(|at| parts.remove(at));
        let mut left = parts.into_iter().rev();
        let mut take = || left.next().filter(|part| !part.is_empty());
        let byline = take();
        Self {
            byline,
            section: take(),
            date,
        }
    }
}

fn first_text(row: &Node<'_>, selector: &Selector) -> Option<String> {
    within(*row, selector).find_map(|node| clean_some(&text(&node)))
}
