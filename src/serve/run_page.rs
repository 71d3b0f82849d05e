//! `/runs`: the newest runs, and how they went.

use maud::{Markup, html};

use crate::archive::{ArchiveError, Reader, RunState};
use crate::serve::frame::page;
use crate::serve::home_page::moment;
use crate::serve::query::Wish;

/// The runs that are shown.
const RUNS: u32 = 50;

pub(super) fn newest_runs(reader: &Reader) -> Result<Vec<RunState>, ArchiveError> {
    reader.runs(RUNS)
}

pub(super) fn run_page(wish: &Wish, runs: &[RunState]) -> Markup {
    let words = wish.words();
    let content = html! {
        h1 #runs { (words.runs) }
        @if runs.is_empty() { p { (words.no_runs) } }
        @else {
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
                    tbody { @for run in runs { (row(wish, run)) } }
                }
            }
        }
    };
    page(wish, words.runs, &content)
}

fn row(wish: &Wish, run: &RunState) -> Markup {
    let words = wish.words();
    html! {
        tr {
            th scope="row" { (moment(&run.started_at)) }
            td lang="en" { (run.command) }
            td { bdi { (run.site.as_deref().unwrap_or_default()) } }
            td {
                @match run.how.as_deref() {
                    Some(how) => span lang="en" { (how) },
                    None => (words.goes_on),
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
