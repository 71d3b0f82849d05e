//! `/`: the papers, what was newly seen, and what needs a look first.

use std::sync::Arc;

use maud::{Markup, html};

use crate::archive::{
    ArchiveError, ArticleFilter, ArticleListing, ListCursor, ListOrder, ListedArticle, Reader,
};
use crate::serve::Desk;
use crate::serve::article_address::{article_path, query, step};
use crate::serve::frame::{feed_link, page_with};
use crate::serve::moment::moment;
use crate::serve::query::Wish;
use crate::serve::quoted::quoted;
use crate::serve::warning_list::warning_list;
use crate::status::{ArchiveStatus, SiteStatus};

/// Articles of a list's page.
const ARTICLES: usize = 30;

/// What the page shows.
#[derive(Debug)]
pub(super) struct HomeState {
    /// The papers; `None` behind the first page of the list.
    status: Option<Arc<ArchiveStatus>>,
    listing: ArticleListing,
}

impl HomeState {
    pub(super) fn read(
        desk: &Desk,
        reader: &Reader,
        after: Option<&ListCursor>,
    ) -> Result<Self, ArchiveError> {
        let listing = reader.list(&ArticleFilter::default(), ListOrder::Seen, after, ARTICLES)?;
        let status = match after {
            Some(_) => None,
            None => Some(desk.board.status(reader, &desk.sites, desk.clock.now())?),
        };
        Ok(Self { status, listing })
    }
}

pub(super) fn home_page(wish: &Wish, state: &HomeState) -> Markup {
    let words = wish.words();
    let sites = state
        .status
        .as_ref()
        .map_or(&[][..], |status| &status.sites);
    let warned: Vec<_> = sites
        .iter()
        .map(|paper| (paper, paper.warnings()))
        .filter(|(_, warnings)| !warnings.is_empty())
        .collect();
    let content = html! {
        h1 { (words.archive) }
        @if !warned.is_empty() {
            section.warnings {
                h2 { (words.look_first) }
                @for (paper, warnings) in &warned {
                    h3 { a href={ "/sites/" (step(&paper.state.site)) } {
                        (quoted(&paper.state.title))
                    } }
                    (warning_list(wish, warnings))
                }
            }
        }
        @if !sites.is_empty() { (papers(wish, sites)) }
        section {
            h2 { (words.new_today) }
            @if state.listing.articles.is_empty() { p { (words.no_articles) } }
            (articles(wish, &state.listing.articles))
            @if let Some(next) = &state.listing.next {
                p { a rel="next" href={ "/?" (query(&[("after", &next.to_string())])) } {
                    (words.further)
                } }
            }
        }
    };
    let feed = feed_link("/feeds/all.atom", words.archive);
    page_with(wish, words.archive, &feed, &content)
}

fn papers(wish: &Wish, papers: &[SiteStatus]) -> Markup {
    let words = wish.words();
    html! {
        section {
            h2 #papers { (words.papers) }
            div.wide role="region" aria-labelledby="papers" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { (words.paper) }
                        th.number scope="col" { (words.articles) }
                        th.number scope="col" { (words.last_day) }
                        th.number scope="col" { (words.last_week) }
                        th scope="col" { (words.newest) }
                        th scope="col" { (words.last_crawl) }
                    } }
                    tbody {
                        @for paper in papers {
                            @let state = &paper.state;
                            tr {
                                th scope="row" { a href={ "/sites/" (step(&state.site)) } {
                                    (quoted(&state.title))
                                } }
                                td.number { (state.articles) }
                                td.number { (state.articles_last_day) }
                                td.number { (state.articles_last_week) }
                                td.moment { (state.newest_article.as_deref().map(moment).unwrap_or_default()) }
                                td.moment { (state.last_crawl.as_deref().map(moment).unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Returns a list of articles, each with its moment, title and authors.
pub(super) fn articles(wish: &Wish, articles: &[ListedArticle]) -> Markup {
    let words = wish.words();
    html! {
        ul.articles {
            @for one in articles {
                li {
                    a href=(article_path(&one.id)) {
                        (quoted(one.title.as_deref().unwrap_or(words.no_title)))
                    }
                    " "
                    small {
                        bdi { (one.site) } " · "
                        @match one.published_at.as_deref() {
                            Some(at) => time datetime=(at) { (moment(at)) },
                            None => (words.no_date),
                        }
                        @if !one.authors.is_empty() { " · " (quoted(&one.authors.join(", "))) }
                    }
                }
            }
        }
    }
}
