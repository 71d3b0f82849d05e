//! `/ledger`: every request that saseo sent, the newest first.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use crate::archive::{ArchiveError, Reader, RequestFilter, RequestPage, SentRequest};
use crate::serve::article_address::{article_path, query, step};
use crate::serve::failure::NoPage;
use crate::serve::frame::page;
use crate::serve::query::Wish;
use crate::serve::work_words::WorkWords;
use crate::time::Timestamp;

/// Requests of a page.
const REQUESTS: usize = 50;

/// The last day that a form offers: behind it, no moment can be told in every time zone.
pub(super) const LAST_DAY: &str = "9999-12-30";

/// What of the ledger is wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct LedgerFields {
    #[serde(default)]
    pub site: String,
    #[serde(default)]
    pub day: String,
    /// The row before which the requests stand.
    pub before: Option<i64>,
}

/// What the page shows.
#[derive(Debug)]
pub(super) struct LedgerState {
    requests: RequestPage,
    articles: Vec<RequestedArticle>,
    /// The papers by name and title.
    papers: Vec<(String, String)>,
}

/// The article of a request's address.
#[derive(Debug)]
enum RequestedArticle {
    None,
    Kept(String),
    TakenDown,
}

impl LedgerState {
    /// Reads a page of the ledger.
    ///
    /// # Errors
    ///
    /// Fails where the paper or the day is none, and where the archive cannot be read.
    pub(super) fn read(reader: &Reader, fields: &LedgerFields) -> Result<Self, NoPage> {
        let _snapshot = reader.snapshot()?;
        let papers = reader.titles()?;
        let site = Some(fields.site.clone()).filter(|site| !site.is_empty());
        if site
            .as_ref()
            .is_some_and(|site| !papers.iter().any(|(name, _)| name == site))
        {
            return Err(NoPage::NotFound);
        }
        let day = Some(fields.day.as_str()).filter(|day| !day.is_empty());
        let day = day.map(str::parse::<Date>).transpose();
        let day = day.map_err(|_| NoPage::NotFound)?;
        let filter = RequestFilter {
            site,
            span: day.map(|day| moments_of(day, &TimeZone::UTC)),
            before: fields.before,
        };

        let requests = reader.requests(&filter, REQUESTS)?;
        let articles = requests.requests.iter();
        let articles = articles
            .map(|one| requested_article(reader, &one.url))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            requests,
            articles,
            papers,
        })
    }
}

/// Returns the moments of a day by a clock. What no [`Timestamp`] can tell is its nearest moment:
/// nothing is in the last day of the calendar.
pub(super) fn moments_of(day: Date, zone: &TimeZone) -> Range<Timestamp> {
    let midnight = |day: Date| {
        let midnight = zone.to_ambiguous_zoned_datetime(day.at(0, 0, 0, 0));
        match midnight.compatible() {
            Ok(at) => Timestamp::from(at.timestamp()),
            Err(_) if day.year() > 0 => Timestamp::MAX,
            Err(_) => Timestamp::from_millis(i64::MIN),
        }
    };
    let next = day.tomorrow().map_or(Timestamp::MAX, midnight);
    midnight(day)..next
}

fn requested_article(reader: &Reader, url: &str) -> Result<RequestedArticle, ArchiveError> {
    match reader.article_at(url) {
        Ok(Some(found)) => Ok(RequestedArticle::Kept(found.id)),
        Ok(None) => Ok(RequestedArticle::None),
        Err(ArchiveError::TakenDown { .. }) => Ok(RequestedArticle::TakenDown),
        Err(error) => Err(error),
    }
}

pub(super) fn ledger_page(wish: &Wish, fields: &LedgerFields, state: &LedgerState) -> Markup {
    let words = WorkWords::of(wish.language);
    let requests = &state.requests.requests;
    let content = html! {
        h1 #ledger { (words.ledger) }
        p { (words.ledger_about) }
        (choice(wish, fields, state))
        @if requests.is_empty() {
            p role="status" {
                @if state.requests.next.is_some() { (words.none_so_far) }
                @else { (words.no_requests) }
            }
        } @else {
            div.wide role="region" aria-labelledby="ledger" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { (words.when) }
                        th scope="col" { (words.address) }
                        th scope="col" { (words.outcome) }
                        th.number scope="col" { (words.bytes) }
                        th.number scope="col" { (words.wait) }
                        th scope="col" { (wish.words().paper) }
                    } }
                    tbody {
                        @for (one, article) in requests.iter().zip(&state.articles) {
                            (row(wish, one, article))
                        }
                    }
                }
            }
        }
        @if let Some(next) = state.requests.next {
            p { a rel="next" href={ "/ledger?" (query(&[
                ("site", &fields.site), ("day", &fields.day), ("before", &next.to_string())
            ])) } { (words.earlier) } }
        }
    };
    page(wish, words.ledger, &content)
}

fn choice(wish: &Wish, fields: &LedgerFields, state: &LedgerState) -> Markup {
    let words = WorkWords::of(wish.language);
    html! {
        form action="/ledger" {
            label { (wish.words().paper) " "
                select name="site" {
                    option value="" { (words.all_papers) }
                    @for (name, title) in &state.papers {
                        option value=(name) selected[*name == fields.site] { (title) }
                    }
                } } " "
            label { (words.day) " " input type="date" name="day" max=(LAST_DAY)
                value=(fields.day); } " "
            button { (words.choose) }
        }
    }
}

fn row(wish: &Wish, request: &SentRequest, article: &RequestedArticle) -> Markup {
    let words = WorkWords::of(wish.language);
    html! {
        tr {
            td.moment { (in_seconds(request.at)) }
            td.address {
                @match article {
                    // The address of what was taken out may tell its title.
                    RequestedArticle::TakenDown => (words.removed),
                    RequestedArticle::Kept(id) => {
                        bdi { (request.url) } " " a href=(article_path(id)) { (words.article) }
                    },
                    RequestedArticle::None => bdi { (request.url) },
                }
            }
            td { (outcome(words, request)) }
            td.number { @if let Some(end) = &request.end { (end.bytes) } }
            td.number { (request.gap.as_secs_f64()) " s" }
            td {
                @if let Some(site) = &request.site {
                    a href={ "/sites/" (step(site)) } { bdi { (site) } }
                }
            }
        }
    }
}

fn outcome(words: &WorkWords, request: &SentRequest) -> Markup {
    html! {
        @match request.end.as_ref().map(|end| &end.status) {
            None => (words.no_end),
            Some(Ok(status)) => (status),
            Some(Err(why)) => { (words.no_answer) " " small lang="en" { bdi { (why) } } }
        }
    }
}

/// Returns a moment as people read it, in whole seconds.
pub(super) fn in_seconds(at: Timestamp) -> String {
    let text = at.to_second().to_string();
    text.trim_end_matches('Z').replacen('T', " ", 1)
}
