//! `/search`: articles by their words.

use maud::{Markup, html};

use crate::archive::{ArchiveError, Reader};
use crate::search::{
    Query, SearchOrder, SearchPage, SearchResults, SnippetPart, StoryFound, search,
};
use crate::serve::article_address::{article_path, query};
use crate::serve::frame::page;
use crate::serve::home_page::moment;
use crate::serve::query::{SearchFields, SortField, Wish};

/// Stories of a page.
const STORIES: usize = 20;

/// Further pages are not turned to: a query says more than a page of that number.
pub(super) const MOST_SKIPPED: usize = 10_000;

/// Searches, with the words and the order that were asked for.
pub(super) fn found(
    reader: &Reader,
    wanted: &Query,
    fields: &SearchFields,
) -> Result<SearchResults, ArchiveError> {
    let _snapshot = reader.snapshot()?;
    let part = SearchPage {
        order: match fields.sort {
            SortField::Best => SearchOrder::Best,
            SortField::New => SearchOrder::Newest,
        },
        skipped: fields.skip,
        most: STORIES,
    };
    search(&reader.searcher()?, wanted, part)
}

pub(super) fn search_page(
    wish: &Wish,
    fields: &SearchFields,
    results: Option<&SearchResults>,
) -> Markup {
    let words = wish.words();
    let content = html! {
        h1 { (words.search) }
        form action="/search" {
            label { (words.search) " "
                input type="search" name="q" value=(fields.q) maxlength="1000"
                    aria-describedby="hint"; }
            label { (words.sort) " "
                select name="sort" {
                    option value="best" selected[fields.sort == SortField::Best] {
                        (words.best_first)
                    }
                    option value="new" selected[fields.sort == SortField::New] {
                        (words.newest_first)
                    }
                } }
            button { (words.search) }
            p #hint { small { (words.search_hint) } }
        }
        @if let Some(results) = results { (list(wish, fields, results)) }
    };
    page(wish, words.search, &content)
}

fn list(wish: &Wish, fields: &SearchFields, results: &SearchResults) -> Markup {
    let words = wish.words();
    let behind = fields.skip + results.stories.len();
    html! {
        @if results.articles == 0 { p role="status" { (words.nothing_found) } }
        @else { p role="status" { (results.articles) " " (words.results) } }
        @if let Some(instead) = &results.instead {
            p { (words.found_instead) " " bdi { (instead) } }
        }
        ol.articles start=(fields.skip + 1) {
            @for story in &results.stories { (found_story(wish, story)) }
        }
        @if behind < results.ranked_stories && behind <= MOST_SKIPPED {
            p { a rel="next" href={ "/search?" (query(&[
                ("q", &fields.q), ("sort", fields.sort.name()), ("skip", &behind.to_string())
            ])) } { (words.further) } }
        }
    }
}

fn found_story(wish: &Wish, story: &StoryFound) -> Markup {
    let words = wish.words();
    let text = &story.text;
    html! {
        li {
            a href=(article_path(&text.id)) {
                bdi { (text.title.as_deref().unwrap_or(words.no_title)) }
            }
            p.snippet dir="auto" {
                @for part in &story.snippet.0 {
                    @match part {
                        SnippetPart::Plain(plain) => (plain),
                        SnippetPart::Word(word) => mark { (word) },
                    }
                }
            }
            small {
                bdi { (text.site) } " · "
                @match text.published_at.as_deref() {
                    Some(at) => time datetime=(at) { (moment(at)) },
                    None => (words.no_date),
                }
                @if story.copies > 0 { " · " (story.copies) " " (words.copies) }
            }
        }
    }
}
