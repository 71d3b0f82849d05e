//! `/runs`: the newest runs, and how they go; `/runs/events` tells how they go on.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::unfold;
use jiff::Timestamp as Moment;
use maud::{Markup, html};
use tokio::sync::OwnedSemaphorePermit;

use crate::archive::{ArchiveError, LiveRun, Reader, RunState};
use crate::serve::Desk;
use crate::serve::answering::{SharedDesk, answer, failed, read};
use crate::serve::failure::NoPage;
use crate::serve::frame::page;
use crate::serve::moment::moment;
use crate::serve::query::Wish;
use crate::time::Timestamp;

/// The runs that are shown.
const RUNS: u32 = 50;

/// The time between two looks at runs that go on: a polite crawl asks about once in it.
const LOOK: Duration = Duration::from_secs(2);

/// At most so many pages follow the runs: each holds a connection, and looks every two seconds.
pub(super) const MOST_FOLLOWERS: usize = 32;

/// Returns the router of the page and of its events.
pub(super) fn router() -> Router<Arc<Desk>> {
    Router::new()
        .route("/runs", get(runs))
        .route("/runs/events", get(events))
}

async fn runs(State(desk): SharedDesk, wish: Wish) -> Response {
    answer(&desk, wish, |desk, reader, wish| {
        let shown = ShownRuns::read(reader, desk.clock.now())?;
        Ok(run_page(wish, &shown).into_response())
    })
    .await
}

/// Sends the runs, as the page shows them, each time that something changed.
async fn events(State(desk): SharedDesk, wish: Wish) -> Response {
    let Ok(turn) = Arc::clone(&desk.followers).try_acquire_owned() else {
        return failed(&wish, &NoPage::Busy);
    };
    let followed = FollowedRuns {
        _turn: turn,
        desk,
        wish,
        sent: None,
    };
    let events = unfold(followed, |mut followed| async move {
        let rows = followed.next_change().await;
        let event = Event::default().data(rows);
        Some((Ok::<_, Infallible>(event), followed))
    });
    Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response()
}

/// Runs that a page follows.
struct FollowedRuns {
    _turn: OwnedSemaphorePermit,
    desk: Arc<Desk>,
    wish: Wish,
    /// What was sent last.
    sent: Option<String>,
}

impl FollowedRuns {
    /// Waits until the runs are others than those that were sent, and returns them.
    async fn next_change(&mut self) -> String {
        loop {
            // The first is sent at once: something may have changed since the page was made.
            if self.sent.is_some() {
                let next = self.desk.clock.now() + LOOK;
                self.desk.clock.sleep_until(next).await;
            }
            let now = self.desk.clock.now();
            let shown = read(&self.desk, move |_, reader| {
                Ok(ShownRuns::read(reader, now)?)
            });
            // An archive that cannot be read now is looked at again.
            let Ok(shown) = shown.await else {
                self.sent.get_or_insert_default();
                continue;
            };
            let rows = run_table(&self.wish, &shown).into_string();
            if self.sent.as_ref() != Some(&rows) {
                self.sent = Some(rows.clone());
                return rows;
            }
        }
    }
}

/// The newest runs, and what is known of those that go on.
#[derive(Debug)]
struct ShownRuns {
    runs: Vec<RunState>,
    live: Vec<LiveRun>,
    now: Timestamp,
}

impl ShownRuns {
    fn read(reader: &Reader, now: Timestamp) -> Result<Self, ArchiveError> {
        let _snapshot = reader.snapshot()?;
        Ok(Self {
            runs: reader.runs(RUNS)?,
            live: reader.live_runs(RUNS)?,
            now,
        })
    }

    fn live(&self, run: &RunState) -> Option<&LiveRun> {
        self.live.iter().find(|live| live.run == run.run)
    }

    /// Returns the requests a minute since a run began.
    fn pace(&self, run: &RunState) -> Option<f64> {
        let began: Moment = run.started_at.parse().ok()?;
        let millis = self.now.millis() - began.as_millisecond();
        let minutes = Duration::from_millis(u64::try_from(millis).ok()?).as_secs_f64() / 60.0;
        (minutes > 0.0).then(|| run.requests as f64 / minutes)
    }
}

fn run_page(wish: &Wish, shown: &ShownRuns) -> Markup {
    let words = wish.words();
    let content = html! {
        h1 #runs { (words.runs) }
        div data-live="/runs/events" { (run_table(wish, shown)) }
    };
    page(wish, words.runs, &content)
}

fn run_table(wish: &Wish, shown: &ShownRuns) -> Markup {
    let words = wish.words();
    if shown.runs.is_empty() {
        return html! { p { (words.no_runs) } };
    }
    html! {
        div.wide role="region" aria-labelledby="runs" tabindex="0" {
            table {
                thead { tr {
                    th scope="col" { (words.began) " (UTC)" }
                    th scope="col" { (words.command) }
                    th scope="col" { (words.paper) }
                    th scope="col" { (words.ended_how) }
                    th.number scope="col" { (words.requests) }
                    th.number scope="col" { (words.new_articles) }
                    th.number scope="col" { (words.changed_articles) }
                    th.number scope="col" { (words.failed) }
                } }
                tbody { @for run in &shown.runs { (row(wish, shown, run)) } }
            }
        }
    }
}

fn row(wish: &Wish, shown: &ShownRuns, run: &RunState) -> Markup {
    let words = wish.words();
    html! {
        tr {
            th scope="row" { (moment(&run.started_at)) }
            td lang="en" { (run.command) }
            td { bdi { (run.site.as_deref().unwrap_or_default()) } }
            td {
                @match (run.how.as_deref(), shown.live(run)) {
                    (Some("finished"), _) => (words.how_finished),
                    (Some(how), _) => span lang="en" { (how) },
                    (None, Some(live)) => (progress(wish, shown, run, live)),
                    (None, None) => (words.interrupted),
                }
                @if let Some(why) = &run.why { " " small lang="en" { (why) } }
            }
            td.number { (run.requests) }
            td.number { (run.articles_new) }
            td.number { (run.articles_changed) }
            td.number { (run.failed) }
        }
    }
}

/// Tells how far a run is: its pace, the pages that are queued, and the time they take at that
/// pace.
fn progress(wish: &Wish, shown: &ShownRuns, run: &RunState, live: &LiveRun) -> Markup {
    let words = wish.words();
    let pace = shown.pace(run).filter(|pace| *pace > 0.0);
    html! {
        (words.goes_on)
        @if let Some(pace) = pace { "; " (format!("{pace:.0}")) (words.a_minute) }
        "; " (live.queued) (words.queued_pages)
        @if let Some(pace) = pace.filter(|_| live.queued > 0) {
            "; " (words.about) (format!("{:.0}", (live.queued as f64 / pace).ceil()))
            (words.minutes_left)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_that_since_the_beginning_and_none_before_it() {
        let shown = |now: &str| ShownRuns {
            runs: Vec::new(),
            live: Vec::new(),
            now: Timestamp::from_millis(now.parse::<Moment>().unwrap().as_millisecond()),
        };
        let run = RunState {
            run: 1,
            site: None,
            command: "crawl".to_owned(),
            started_at: "2026-11-30T10:00:00Z".to_owned(),
            ended_at: None,
            how: None,
            requests: 45,
            not_modified: 0,
            bytes: 0,
            articles_new: 0,
            articles_changed: 0,
            articles_gone: 0,
            refused: 0,
            failed: 0,
            skipped: 0,
            why: None,
        };
        assert_eq!(shown("2026-11-30T10:01:30Z").pace(&run), Some(30.0));
        assert_eq!(shown("2026-11-30T10:00:00Z").pace(&run), None);
        // A clock that was set back.
        assert_eq!(shown("2026-11-30T09:00:00Z").pace(&run), None);
    }
}
