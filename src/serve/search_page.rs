//! `/search`: articles by their words; `/search.csv` and `/search.atom` have what was found.

mod facets;
mod found_stories;
mod result_files;
mod time_plot;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query as Fields, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

use crate::search::{Query, QueryError, SnippetPart, StoryFound};
use crate::serve::Desk;
use crate::serve::answering::{SharedDesk, answer, failed, file_headers, stream};
use crate::serve::article_address::{article_path, query};
use crate::serve::asked::Asked;
use crate::serve::failure::NoPage;
use crate::serve::frame::{feed_link, page_with};
use crate::serve::moment::moment;
use crate::serve::query::{LONGEST_QUERY, SearchFields, SortField, Wish};
use crate::serve::quoted::{language_of, quoted};
use crate::serve::search_page::found_stories::FoundStories;

/// Further pages are not turned to: a query says more than a page of that number.
const MOST_SKIPPED: usize = 10_000;

/// Returns the router of the pages of searches.
pub(super) fn router() -> Router<Arc<Desk>> {
    Router::new()
        .route("/search", get(search_route))
        .route("/search.csv", get(csv_route))
        .route("/search.atom", get(feed_route))
}

async fn search_route(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Fields(fields)): Asked<Fields<SearchFields>>,
) -> Response {
    if fields.q.trim().is_empty() {
        return search_page(&wish, &fields, &SearchAnswer::Nothing).into_response();
    }
    if fields.q.chars().count() > LONGEST_QUERY || fields.skip > MOST_SKIPPED {
        return failed(&wish, &NoPage::NotFound);
    }
    let wanted = match Query::parse(&fields.q) {
        Ok(wanted) => wanted,
        Err(fault) => {
            let page = search_page(&wish, &fields, &SearchAnswer::Unreadable(fault));
            return (StatusCode::BAD_REQUEST, page).into_response();
        }
    };
    answer(&desk, wish, move |desk, reader, wish| {
        let found = FoundStories::read(&desk.door, reader, &wanted, &fields)?;
        Ok(search_page(wish, &fields, &SearchAnswer::Stories(found)).into_response())
    })
    .await
}

async fn csv_route(
    State(desk): SharedDesk,
    wish: Wish,
    method: Method,
    Asked(Fields(fields)): Asked<Fields<SearchFields>>,
) -> Response {
    match understood(&fields) {
        Ok(wanted) => {
            let named = ("text/csv; charset=utf-8", "search.csv");
            if method == Method::HEAD {
                return file_headers(named).into_response();
            }
            stream(&desk, &wish, named, move |reader, to| {
                result_files::write_csv(reader, &wanted, to)
            })
        }
        Err(failure) => failed(&wish, &failure),
    }
}

async fn feed_route(
    State(desk): SharedDesk,
    wish: Wish,
    Asked(Fields(fields)): Asked<Fields<SearchFields>>,
) -> Response {
    let wanted = match understood(&fields) {
        Ok(wanted) => wanted,
        Err(failure) => return failed(&wish, &failure),
    };
    answer(&desk, wish, move |desk, reader, wish| {
        let asked = (&wanted, fields.q.as_str());
        let feed = result_files::feed((&desk.door, reader), asked, &wish.here)?;
        Ok(feed.into_response())
    })
    .await
}

fn understood(fields: &SearchFields) -> Result<Query, NoPage> {
    if fields.q.chars().count() > LONGEST_QUERY {
        return Err(NoPage::NotFound);
    }
    Ok(Query::parse(&fields.q)?)
}

/// The answer to what was asked.
#[derive(Debug)]
enum SearchAnswer {
    /// Nothing was asked yet.
    Nothing,
    Unreadable(QueryError),
    Stories(FoundStories),
}

fn search_page(wish: &Wish, fields: &SearchFields, found: &SearchAnswer) -> Markup {
    let words = wish.words();
    let content = html! {
        h1 { (words.search) }
        form action="/search" {
            label { (words.search) " "
                input type="search" name="q" value=(fields.q) maxlength=(LONGEST_QUERY)
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
        @match found {
            SearchAnswer::Nothing => {},
            SearchAnswer::Unreadable(fault) => p.notice role="alert" {
                (words.bad_query) " " span lang="en" { (fault) }
            },
            SearchAnswer::Stories(found) => (results(wish, fields, found)),
        }
    };
    let feed = match found {
        SearchAnswer::Stories(_) => feed_link(&file_path(fields, "atom"), &fields.q),
        SearchAnswer::Nothing | SearchAnswer::Unreadable(_) => html! {},
    };
    page_with(wish, words.search, &feed, &content)
}

/// Returns the path of the file with everything that a search finds.
fn file_path(fields: &SearchFields, ending: &str) -> String {
    format!("/search.{ending}?{}", query(&[("q", &fields.q)]))
}

fn results(wish: &Wish, fields: &SearchFields, found: &FoundStories) -> Markup {
    let words = wish.words();
    let results = &found.results;
    let sort = fields.sort.name();
    html! {
        @if let Some(unindexed) = found.unindexed {
            p.notice { (unindexed) (words.unindexed) " " code { "saseo search" } }
        }
        @if results.articles == 0 { p role="status" { (words.nothing_found) } }
        @else {
            p role="status" { (results.articles) (words.results)
                @if results.ranked_stories < results.ranked_articles {
                    ", " (results.ranked_stories) (words.stories)
                }
                " · " a href=(file_path(fields, "csv")) { "CSV" }
                " · " a href=(file_path(fields, "atom")) { "Atom" }
            }
        }
        @if let Some(instead) = &results.instead {
            p { (words.found_instead) " " bdi { (instead) } }
        }
        @match &found.facets {
            Some(facets) => (facets.draw(wish, fields)),
            None if results.articles > 1 => p {
                @let asked = query(&[("q", &fields.q), ("sort", sort), ("counts", "all")]);
                a rel="nofollow" href={ "/search?" (asked) } { (words.count_all) }
            },
            None => {},
        }
        (stories(wish, fields, found))
    }
}

fn stories(wish: &Wish, fields: &SearchFields, found: &FoundStories) -> Markup {
    let (words, results) = (wish.words(), &found.results);
    let behind = fields.skip + results.stories.len();
    html! {
        ol.articles start=(fields.skip + 1) {
            @for (story, has_snippet) in results.stories.iter().zip(&found.has_snippet) {
                (found_story(wish, story, *has_snippet))
            }
        }
        @if behind < results.ranked_stories && behind <= MOST_SKIPPED {
            p { a rel="next" href={ "/search?" (query(&[
                ("q", &fields.q), ("sort", fields.sort.name()), ("skip", &behind.to_string())
            ])) } { (words.further) } }
        } @else if (results.ranked_articles as u64) < results.articles {
            p { (words.only_newest) " " (results.ranked_articles) }
        }
    }
}

fn found_story(wish: &Wish, story: &StoryFound, has_snippet: bool) -> Markup {
    let words = wish.words();
    let text = &story.text;
    html! {
        li {
            a href=(article_path(&text.id)) {
                (quoted(text.title.as_deref().unwrap_or(words.no_title)))
            }
            @if has_snippet {
                p.snippet dir="auto" lang=[language_of(&text.text)] {
                    @for part in &story.snippet.0 {
                        @match part {
                            SnippetPart::Plain(plain) => (plain),
                            SnippetPart::Word(word) => mark { (word) },
                        }
                    }
                }
            }
            small {
                bdi { (text.site) } " · "
                @match text.published_at.as_deref() {
                    Some(at) => time datetime=(at) { (moment(at)) },
                    None => (words.no_date),
                }
                @if story.copies > 0 { " · " (story.copies) (words.copies) }
            }
        }
    }
}
