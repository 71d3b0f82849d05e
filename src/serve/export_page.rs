//! `/export`: what to export, how far it is, and its files.

use std::path::PathBuf;
use std::sync::Arc;

use maud::{Markup, html};

use crate::disk;
use crate::export::{ExportSummary, ToldSelection};
use crate::serve::Desk;
use crate::serve::article_address::step;
use crate::serve::audit_page::look_again;
use crate::serve::export_form::{ExportChoices, export_form};
use crate::serve::export_job::{KEPT, ReadyExport};
use crate::serve::frame::page_with;
use crate::serve::ledger_page::in_seconds;
use crate::serve::one_job::{EndedJob, FailureCause, JobFailure, RunningJob};
use crate::serve::query::Wish;
use crate::serve::work_words::WorkWords;

/// Articles that are named where they are left out as damaged: more are for a terminal.
const MOST_NAMED: usize = 50;

/// What is wrong with a form that was sent.
#[derive(Debug)]
pub(super) enum FormProblem {
    /// A sentence in the language of the page.
    Worded(&'static str),
    English(String),
}

/// What the page shows.
#[derive(Debug)]
pub(super) struct ExportState {
    choices: ExportChoices,
    /// What is wrong with the form that was sent.
    problem: Option<FormProblem>,
    running: Option<Arc<RunningJob>>,
    last: Option<Arc<EndedJob<ReadyExport>>>,
    /// Bytes of the export that is being made.
    bytes: u64,
    /// The folder in which exports are made, and its room.
    scratch: PathBuf,
    free: Option<u64>,
}

impl ExportState {
    pub(super) fn of(
        desk: &Desk,
        papers: Vec<(String, String)>,
        problem: Option<FormProblem>,
    ) -> Self {
        Self {
            choices: ExportChoices {
                papers,
                is_for_others: !desk.door.is_private(),
            },
            problem,
            running: desk.exports.running(),
            last: desk.exports.last(),
            bytes: desk.scratch.bytes(),
            scratch: desk.scratch.parent().to_owned(),
            free: disk::free(desk.scratch.parent()),
        }
    }
}

pub(super) fn export_page(wish: &Wish, state: &ExportState) -> Markup {
    let words = WorkWords::of(wish.language);
    let head = html! { @if state.running.is_some() { (look_again()) } };
    let content = html! {
        h1 { (words.export) }
        @match &state.problem {
            Some(FormProblem::Worded(why)) => p.notice role="alert" { (why) },
            Some(FormProblem::English(why)) => p.notice role="alert" lang="en" { (why) },
            None => {},
        }
        @match &state.running {
            Some(running) => div role="status" {
                p { (words.export_runs) " " (words.since) " " (in_seconds(running.since)) " UTC, "
                    (state.bytes) " " (words.so_far) }
                p { a href="/export" { (words.reload) } }
            },
            None => {
                @if let Some(last) = state.last.as_deref() { (ended(wish, state, last)) }
                p { (words.export_about) }
                @if state.choices.is_for_others { p.notice { (words.export_others) } }
                (export_form(wish, &state.choices))
            },
        }
    };
    page_with(wish, words.export, &head, &content)
}

fn ended(wish: &Wish, state: &ExportState, last: &EndedJob<ReadyExport>) -> Markup {
    let words = WorkWords::of(wish.language);
    html! {
        @match &last.result {
            Ok(ready) => section #ready role="status" {
                h2 { (words.done_export) }
                ul {
                    @for (name, bytes) in &ready.files {
                        li { a download href={ "/export/files/" (step(name)) } { (name) }
                            " " small { (bytes) " " (words.bytes) } }
                    }
                }
                (told(wish, ready))
                p { small { (words.gone_at) " " (in_seconds(last.ended + KEPT)) " UTC" } }
            },
            Err(failure) => div.notice role="alert" { (failed(words, state, failure)) },
        }
    }
}

fn failed(words: &WorkWords, state: &ExportState, failure: &JobFailure) -> Markup {
    let why = html! { p { (words.failed_export) " " span lang="en" { (failure.why) } } };
    html! {
        @match failure.cause {
            FailureCause::Other => (why),
            FailureCause::DiskFull => {
                (why)
                p { bdi { (state.scratch.display()) } ": "
                    @if let Some(free) = state.free { (free) " " (words.bytes) ". " }
                    (words.full_disk) }
            },
            FailureCause::TakenDown => p { (words.export_taken_down) " " (words.export_again) },
            FailureCause::OtherRights => p { (words.export_other_rights) " " (words.export_again) },
        }
    }
}

/// Tells what an export has, and what it leaves out.
fn told(wish: &Wish, ready: &ReadyExport) -> Markup {
    let words = WorkWords::of(wish.language);
    let ExportSummary {
        articles,
        left_out,
        reserved,
        reserved_by,
        ..
    } = &ready.summary;
    let selection = ToldSelection::from(&ready.order.filter).as_typed();
    html! {
        dl.facts {
            @if !selection.is_empty() {
                dt { (words.selection) } dd { code { bdi { (selection) } } }
            }
            dt { (words.articles_written) } dd { (articles) }
            @if ready.order.filter.purpose.is_some() {
                dt { (words.reserved_out) }
                dd { (reserved)
                    @for (source, articles) in reserved_by { "; " bdi { (source) } ": " (articles) }
                }
            }
            @if !left_out.is_empty() {
                dt { (words.damaged_out) }
                dd { (left_out.len()) ": "
                    @for one in left_out.iter().take(MOST_NAMED) { bdi { (one.id) } " " }
                    code { "saseo verify" }
                }
            }
        }
    }
}
