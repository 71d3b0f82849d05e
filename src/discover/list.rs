//! Lists: the rows of a section, and the page after them.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::article_key::ArticleKey;
use crate::config::Profile;
use crate::config::profile::{ListSkin, Pager};
use crate::discover::address::{Address, Grammar};
use crate::discover::document::Document;
use crate::discover::next::{Extent, PagedDocument, list_page};
use crate::markup::{Node, Selector, Tree, Wanted, attribute, text, within};
use crate::page_url::PageUrl;
use crate::text::clean_some;
use crate::time::printed::{is_date, read_recent};
use crate::time::{LocalTime, Timestamp};

/// The content of a list page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The list's own rows, in the page's order, without those of boxes beside it.
    pub rows: Vec<ListRow>,
    /// The page has the frame of this paper's lists, with rows or without.
    pub is_list: bool,
    /// By the list's own count, this page should have rows.
    pub owes_rows: bool,
    /// The page after this one; `None` on the last.
    pub next: Option<PageUrl>,
    /// The page counts or links its next one; otherwise the next page is only likely.
    pub next_is_told: bool,
    /// Rows of all pages together, as the page says.
    pub total: Option<u64>,
    /// Rows of a full page.
    pub per_page: Option<u32>,
    /// How many pages the server shows.
    pub pages: Option<u32>,
}

/// One article in a list or feed.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRow {
    pub key: Option<ArticleKey>,
    /// Canonical, if the paper's grammar knows the address.
    pub url: PageUrl,
    pub title: String,
    pub section: Option<String>,
    pub byline: Option<String>,
    /// The date as printed.
    pub date: Option<String>,
    pub published_at: Option<LocalTime>,
    pub summary: Option<String>,
}

impl ListRow {
    /// Returns the article's number; `None` also where a text names it.
    pub fn number(&self) -> Option<u64> {
        self.key.as_ref()?.as_number()
    }
}

/// Reads the lists of one paper.
#[derive(Clone, Debug)]
pub struct ListReader {
    grammar: Grammar,
    skins: Arc<[ListSkin]>,
    pager: Arc<Pager>,
    zone: TimeZone,
    wanted: Arc<Wanted>,
}

impl ListReader {
    /// Takes the skins and the pager of a profile. Dates are on the clock of `zone`.
    pub fn new(profile: &Profile, grammar: Grammar, zone: TimeZone) -> Self {
        Self {
            grammar,
            skins: profile.lists.clone(),
            pager: profile.pager.clone(),
            zone,
            wanted: Arc::new(wanted(&profile.lists, &profile.pager)),
        }
    }

    /// Returns what a list is read from.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Returns a reader of the same lists for a paper that moved.
    pub fn with_grammar(&self, grammar: Grammar) -> Self {
        Self {
            grammar,
            ..self.clone()
        }
    }

    /// Reads the list page that stood at `url`. `now` completes dates without a year. A page that
    /// is no list has no rows.
    pub fn read(&self, url: &PageUrl, html: &str, now: Timestamp) -> Listing {
        let read = |tree: &Tree| self.read_tree(&Document::new(url, tree), html, tree, now);

        let pruned = Tree::parse_wanted(html, &self.wanted);
        let listing = pruned.as_ref().map(read).unwrap_or_default();
        if !listing.rows.is_empty() || pruned.is_ok_and(|tree| tree.is_whole()) {
            return listing;
        }

        // A page that is too heavy to parse has no rows.
        Tree::parse(html).as_ref().map(read).unwrap_or_default()
    }

    /// Reads a page that was parsed already.
    pub fn read_tree(
        &self,
        document: &Document,
        html: &str,
        tree: &Tree,
        now: Timestamp,
    ) -> Listing {
        let rows = self
            .skins
            .iter()
            .map(|skin| self.rows(tree, skin, document, now))
            .find(|rows| !rows.is_empty())
            .unwrap_or_default();
        let has_frame = self
            .skins
            .iter()
            .filter_map(|skin| skin.list.as_ref())
            .any(|list| tree.first(list).is_some());

        let extent = Extent::read(tree, html, &self.pager);
        let shown = PagedDocument {
            tree,
            document,
            rows: rows.len(),
            extent: &extent,
        };
        let next = shown.next(&self.pager, &self.grammar);
        let page = list_page(&self.grammar, document.url()).unwrap_or(1);

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

    /// Returns the rows of one skin, each article once.
    fn rows(
        &self,
        tree: &Tree,
        skin: &ListSkin,
        document: &Document,
        now: Timestamp,
    ) -> Vec<ListRow> {
        let mut known = HashSet::new();
        tree.all(&skin.row)
            .filter_map(|row| self.row(&row, skin, document, now))
            .filter(|row| known.insert(row.url.clone()))
            .collect()
    }

    /// Returns a row; `None` where it links no article, as templates and advertisements do.
    fn row(
        &self,
        row: &Node<'_>,
        skin: &ListSkin,
        document: &Document,
        now: Timestamp,
    ) -> Option<ListRow> {
        let link = within(*row, &skin.link).find(|link| attribute(link, "href").is_some())?;
        let target = document.join(&attribute(&link, "href")?).ok()?;
        let Address::Article { key, url } = self.grammar.address(&target) else {
            return None;
        };

        let info = skin
            .info
            .as_ref()
            .map(|info| Info::read(row, info))
            .unwrap_or_default();
        let date = first_text(row, skin.date.as_ref()).or(info.date);

        Some(ListRow {
            key,
            url,
            title: first_text(row, skin.title.as_ref())
                .or_else(|| clean_some(&text(&link)))
                .unwrap_or_default(),
            section: first_text(row, skin.section.as_ref()).or(info.section),
            byline: first_text(row, skin.byline.as_ref()).or(info.byline),
            published_at: date
                .as_deref()
                .and_then(|date| read_recent(date, &self.zone, now)),
            date,
            summary: first_text(row, skin.summary.as_ref()),
        })
    }
}

/// Returns what a list is read from: the frames need only be there.
fn wanted(skins: &[ListSkin], pager: &Pager) -> Wanted {
    let rows = skins.iter().map(|skin| &skin.row);
    let counts = [&pager.total, &pager.per_page, &pager.last_page];
    let counts = counts
        .into_iter()
        .flatten()
        .filter_map(|count| count.select.as_ref());
    let frames = skins.iter().filter_map(|skin| skin.list.as_ref());

    Wanted::of(rows.chain(counts).chain(&pager.links), frames)
}

/// Section, byline and date of a row that have no selectors of their own. They are told apart by
/// their order, and by which of them is a date.
#[derive(Debug, Default, PartialEq)]
struct Info {
    section: Option<String>,
    byline: Option<String>,
    date: Option<String>,
}

impl Info {
    /// Reads the parts of a row: nodes of their own, or one text with bars between the parts.
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

    /// Sorts the parts: the last date is the date. Of the rest, the last part is the byline, and
    /// the part before it the section.
    fn sorted(mut parts: Vec<String>) -> Self {
        let date = parts
            .iter()
            .rposition(|part| is_date(part))
            .map(|at| parts.remove(at));

        let mut left = parts.into_iter().rev();
        let byline = left.next().filter(|part| !part.is_empty());
        let section = left.next().filter(|part| !part.is_empty());
        Self {
            section,
            byline,
            date,
        }
    }
}

/// Returns the first text of a row that a selector finds; `None` without a selector.
fn first_text(row: &Node<'_>, selector: Option<&Selector>) -> Option<String> {
    within(*row, selector?).find_map(|node| clean_some(&text(&node)))
}
