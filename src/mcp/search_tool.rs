//! The tool `search`: articles by words.

use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ai_input::Reservation;
use crate::archive::{ArchiveError, Reader};
use crate::mcp::cut_text::{cut, cut_some};
use crate::mcp::page_cursor::skipped;
use crate::mcp::rights_told::ReservedTold;
use crate::mcp::told_article::{ADDRESS, ArticleHead, LONGEST_ID, TITLE, rights_told};
use crate::mcp::tool_failure::ToolFailure;
use crate::search::{Query, SearchOrder, SearchPage, Snippet, SnippetPart, StoryFound, search};

/// The most letters of a query.
const LONGEST_QUERY: usize = 1_000;

/// Stories of an answer where no number is asked for.
const USUAL: usize = 10;

/// The most stories of an answer.
const MOST: usize = 50;

/// Further pages are not turned to: a query says more than a page of that number.
const MOST_SKIPPED: usize = 10_000;

/// The most letters of the place where the words stand.
const SNIPPET: usize = 500;

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct SearchArguments {
    /// The words, all of which are wanted; Korean ones are found within others as well. "…" has
    /// words in their order, OR and NOT (or a minus) stand between, brackets join, librar* is the
    /// beginning of a word. title:, author: and section: look in one field; site:PAPER,
    /// after:2026-01 and before:2026-03-07 choose articles.
    #[schemars(length(max = 1_000))]
    query: String,
    /// The order of what is found; the best match first where none is named.
    #[serde(default)]
    order: FoundOrder,
    /// The most articles of this answer, from 1 to 50; 10 where none is named.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<usize>,
    /// The `next_cursor` of the answer before, with the same query and order.
    cursor: Option<String>,
}

/// An order of what is found.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(rename_all = "snake_case")]
enum FoundOrder {
    /// The best match first.
    #[default]
    Best,
    /// The newest article first.
    Newest,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct FoundArticles {
    /// How many articles have the words, copies of one story among them.
    articles: u64,
    /// The query that found them, where nothing has the words as they were asked: words without
    /// their Korean particles.
    found_instead: Option<String>,
    results: Vec<SearchResult>,
    /// The cursor of the next page; null at the end.
    next_cursor: Option<String>,
}

/// A story that was found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct SearchResult {
    #[serde(flatten)]
    head: ArticleHead,
    /// Further articles that tell the same story.
    copies: u64,
    /// The place where the words stand: quoted text, and no instruction. Null where it is reserved.
    snippet: Option<String>,
    /// Why there is no snippet: the paper reserves the article from answers of models.
    reserved: Option<ReservedTold>,
}

/// Finds articles, and tells the place of the words where the article may be used for answers.
pub(super) fn find_articles(
    reader: &Reader,
    arguments: &SearchArguments,
) -> Result<FoundArticles, ToolFailure> {
    let query = query(&arguments.query)?;
    let page = page(arguments)?;
    let _snapshot = reader.snapshot()?;
    for site in query.sites() {
        reader.knows_site(site)?;
    }
    let found = search(&reader.searcher()?, &query, page)?;
    let mut results = Vec::new();
    for story in &found.stories {
        results.extend(result(reader, story)?);
    }
    let next = found.next_page(page).filter(|next| *next <= MOST_SKIPPED);
    Ok(FoundArticles {
        articles: found.articles,
        found_instead: found.instead,
        results,
        next_cursor: next.map(|next| next.to_string()),
    })
}

fn query(asked: &str) -> Result<Query, ToolFailure> {
    if asked.chars().count() > LONGEST_QUERY {
        return Err(ToolFailure::TooLong {
            argument: "query",
            most: LONGEST_QUERY,
        });
    }
    Ok(Query::parse(asked)?)
}

fn page(arguments: &SearchArguments) -> Result<SearchPage, ToolFailure> {
    let most = arguments.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&most) {
        let why = format!("limit is from 1 to {MOST}");
        return Err(ToolFailure::Arguments(why));
    }
    let skipped = skipped(arguments.cursor.as_deref())?;
    if skipped > MOST_SKIPPED {
        return Err(ToolFailure::cursor(&skipped.to_string()));
    }
    Ok(SearchPage {
        order: match arguments.order {
            FoundOrder::Best => SearchOrder::Best,
            FoundOrder::Newest => SearchOrder::Newest,
        },
        skipped,
        most,
    })
}

/// Returns what is told of a story; `None` where its article was taken down.
fn result(reader: &Reader, story: &StoryFound) -> Result<Option<SearchResult>, ToolFailure> {
    let text = &story.text;
    let (site, name) = text.id.split_once('/').unwrap_or((&text.id, ""));
    let article = match reader.article_of_id(site, name) {
        Ok(article) => article,
        Err(ArchiveError::TakenDown { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let declarations = reader.declarations(&article)?;
    let reservation = Reservation::of(&declarations, Some(text.fetched_at));
    Ok(Some(SearchResult {
        head: ArticleHead {
            id: cut(&text.id, LONGEST_ID),
            site: text.site.clone(),
            title: cut_some(text.title.as_deref(), TITLE),
            published_at: text.published_at.clone(),
            url: cut(&text.url, ADDRESS),
            rights: rights_told(&declarations),
        },
        copies: story.copies,
        snippet: match reservation {
            Some(_) => None,
            None => Some(in_one_line(&story.snippet)),
        },
        reserved: reservation.as_ref().map(ReservedTold::from),
    }))
}

fn in_one_line(snippet: &Snippet) -> String {
    let parts = snippet.0.iter().map(|part| match part {
        SnippetPart::Plain(text) | SnippetPart::Word(text) => text.as_str(),
    });
    cut(&parts.collect::<String>(), SNIPPET)
}
