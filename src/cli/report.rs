//! How a run went: in words, as JSON, and as an exit code.

use serde_json::json;

use crate::archive::How;
use crate::cli::cut;
use crate::cli::exit::Exit;
use crate::cli::hint;
use crate::cli::{Common, say};
use crate::crawl::Report;

/// Says how a crawl went: one object on stdout with `--json`, else a few lines. However quiet, an end that is no good one
/// has its reason told.
pub(in crate::cli) fn tell(common: &Common, sites: &[String], report: &Report, exit: Exit) -> anyhow::Result<()> {
    let voice = common.voice();
    let mut words = vec!["resume"];
    words.extend(sites.iter().map(String::as_str));
    let resume = hint::command(common, &words);
    if common.json {
        say::json(&as_json(common, report))?;
    } else {
        voice.note(&in_words(report, &resume));
    }
    match exit {
        Exit::Failures | Exit::Failed => {
            say::note(&format!("saseo: exit code {}: {}", exit.code(), reason(common, report)));
        }
        Exit::Done | Exit::Usage | Exit::Held | Exit::Interrupted | Exit::Terminated => {}
    }
    for (site, looks) in &report.disbelieved {
        voice.note(&format!(
            "{site}: {} of {} articles that were seen in the last day seem gone, more than can be believed: none is marked",
            looks.gone, looks.seen
        ));
    }
    cut::told(common, &report.lists_cut).iter().for_each(|told| voice.note(&told.line()));
    if !report.given_up.is_empty() {
        voice.note(&format!("Nothing is lost: `{resume}` goes on from here."));
    }
    Ok(())
}

/// Why a run did not end well, in a line.
fn reason(common: &Common, report: &Report) -> String {
    let mut reasons = Vec::new();
    if report.tally.failed > 0 {
        let list = hint::command(common, &["status", "--failures"]);
        reasons.push(format!("{} (`{list}` tells which)", failed(report.tally.failed)));
    }
    reasons.extend(report.given_up.iter().map(|(host, why)| format!("gave up {host}: {why}")));
    reasons.join("; ")
}

/// What a run and the state of a site call the same: pages that could not be had, or held no article.
pub(in crate::cli) fn failed(count: u64) -> String {
    format!("{count} failed or without an article")
}

/// What a run and the state of a site call the same: pages that robots.txt or the server does not give.
pub(in crate::cli) fn refused(count: u64) -> String {
    format!("{count} refused or forbidden")
}

/// Returns a report as JSON.
pub(in crate::cli) fn as_json(common: &Common, report: &Report) -> serde_json::Value {
    let tally = &report.tally;
    let given_up: Vec<_> =
        report.given_up.iter().map(|(host, why)| json!({"host": host.as_str(), "why": why})).collect();
    let disbelieved: Vec<_> = report
        .disbelieved
        .iter()
        .map(|(site, looks)| json!({"site": site, "seen": looks.seen, "seem_gone": looks.gone}))
        .collect();
    let reads_the_rest: Vec<_> =
        cut::told(common, &report.lists_cut).into_iter().filter_map(|told| told.command).collect();
    json!({
        "run": report.run.0,
        "how": report.how.name(),
        "requests": tally.requests,
        "not_modified": tally.not_modified,
        "articles_new": tally.articles_new,
        "articles_changed": tally.articles_changed,
        "articles_gone": tally.articles_gone,
        "refused": tally.refused,
        "failed": tally.failed,
        "bytes": tally.bytes,
        "seconds": report.elapsed.as_secs_f64(),
        "queued": report.queued,
        "given_up": given_up,
        "disbelieved": disbelieved,
        "lists_cut": report.lists_cut,
        "reads_the_rest": reads_the_rest,
    })
}

/// Returns what a crawl brought, in a line; `resume` is the command that goes on.
pub(in crate::cli) fn in_words(report: &Report, resume: &str) -> String {
    let tally = &report.tally;
    let mut words = format!(
        "run {} {}: {} requests in {}, {} new articles, {} changed, {} gone; pages: {}, {}; {:.1} MB, {} queued",
        report.run.0,
        report.how.name(),
        tally.requests,
        crate::cli::progress::in_words(report.elapsed),
        tally.articles_new,
        tally.articles_changed,
        tally.articles_gone,
        refused(tally.refused),
        failed(tally.failed),
        tally.bytes as f64 / 1e6,
        report.queued,
    );
    if report.queued > 0 {
        words.push_str(&format!(" (`{resume}` goes on)"));
    }
    words
}

/// Returns the exit code of a run that was stopped by that signal, or by none.
pub(in crate::cli) fn exit(report: &Report, signal: Option<Exit>, tolerate: u64) -> Exit {
    match report.how {
        How::Interrupted => signal.unwrap_or(Exit::Interrupted),
        How::Failed => Exit::Failed,
        How::Finished | How::Stopped if report.tally.failed > tolerate || !report.given_up.is_empty() => Exit::Failures,
        How::Finished | How::Stopped => Exit::Done,
    }
}
