//! `/search`: articles by their words; `/search.csv` and `/search.atom` have what was found.

mod facets;
mod result_files;
mod time_plot;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query as Fields, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

use crate::archive::{ArchiveError, MOST_LATE, Reader};
use crate::search::{
    Query, QueryError, SearchOrder, SearchPage, SearchResults, SnippetPart, StoryFound, search,
};
use crate::serve::Desk;
use crate::serve::answering::{SharedDesk, answer, failed, file_headers, stream};
use crate::serve::article_address::{article_path, query};
use crate::serve::asked::Asked;
use crate::serve::door::Door;
use crate::serve::failure::NoPage;
use crate::serve::frame::{feed_link, page_with};
use crate::serve::home_page::moment;
use crate::serve::query::{LONGEST_QUERY, SearchFields, SortField, Wish};
use crate::serve::quoted::{language_of, quoted};
use crate::serve::rights_at_door::Shown;
use crate::serve::search_page::facets::Facets;

/// Stories of a page.
const STORIES: usize = 20;

/// Further pages are not turned to: a query says more than a page of that number.
const MOST_SKIPPED: usize = 10_000;

/// Of more articles, the counts are made only where they are asked for: of a million articles with
/// the words they take seconds.
const COUNTED_AT_ONCE: u64 = 2_000;

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

/// What a search found, as far as its reader may see it.
#[derive(Debug)]
struct FoundStories {
    results: SearchResults,
    /// Of each story, whether the place where the words stand is shown.
    has_snippet: Vec<bool>,
    /// `None` where there are many articles, and the counts were not asked for.
    facets: Option<Facets>,
    /// Articles that the index has not taken in, where they are too many to be read one by one.
    unindexed: Option<u64>,
}

impl FoundStories {
    /// Searches, with the words and the order that were asked for.
    fn read(
        door: &Door,
        reader: &Reader,
        wanted: &Query,
        fields: &SearchFields,
    ) -> Result<Self, NoPage> {
        let _snapshot = reader.snapshot()?;
        let part = SearchPage {
            order: match fields.sort {
                SortField::Best => SearchOrder::Best,
                SortField::New => SearchOrder::Newest,
            },
            skipped: fields.skip,
            most: STORIES,
        };
        let searcher = reader.searcher()?;
        let results = search(&searcher, wanted, part)?;
        let has_snippet = results
            .stories
            .iter()
            .map(|story| is_shown(door, reader, story))
            .collect::<Result<_, _>>()?;
        let is_counted = results.articles <= COUNTED_AT_ONCE || fields.counts.is_some();
        let facets = (is_counted && results.articles > 1)
            .then(|| Facets::read(&searcher, wanted))
            .transpose()?;
        let unindexed = reader.unindexed_changes()?;
        Ok(Self {
            results,
            has_snippet,
            facets,
            unindexed: Some(unindexed).filter(|many| *many > u64::from(MOST_LATE)),
        })
    }
}

/// Tells whether a reader may see the text of a story.
fn is_shown(door: &Door, reader: &Reader, story: &StoryFound) -> Result<bool, NoPage> {
    if door.is_private() {
        return Ok(true);
    }
    let (site, name) = story.text.id.split_once('/').unwrap_or_default();
    let found = reader.article_of_id(site, name)?;
    match reader.newest_version(&found) {
        Ok(newest) => Ok(Shown::at(door, &newest) == Shown::Whole),
        // What cannot be read of its rights counts as a reservation.
        Err(ArchiveError::Damaged(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
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
