//! How a run went: in words, as JSON, and as an exit code.

use serde_json::json;

use crate::archive::RunEnd;
use crate::cli::exit::Exit;
use crate::cli::hint;
use crate::cli::truncated_lists;
use crate::cli::{Common, console};
use crate::counts::{self, FAILED, REFUSED};
use crate::crawl::Report;

/// Says how a crawl went: one object on stdout with `--json`, else a few lines. However quiet, an end that is no good one
/// has its reason told.
pub(super) fn tell(
    common: &Common,
    sites: &[String],
    report: &Report,
    exit: Exit,
) -> anyhow::Result<()> {
    let voice = common.voice();
    let mut words = vec!["resume"];
    words.extend(sites.iter().map(String::as_str));
    let resume = hint::command(common, &words);
    if common.json {
        console::json(&as_json(common, report))?;
    } else {
        voice.note(&in_words(report, &resume));
    }
    match exit {
        Exit::Failures | Exit::Failed => {
            console::note(&format!(
                "saseo: exit code {}: {}",
                exit.code(),
                reason(common, report)
            ));
        }
        Exit::Done | Exit::Usage | Exit::Held | Exit::Interrupted | Exit::Terminated => {}
    }
    for (site, looks) in &report.mass_deletion_suspected {
        voice.note(&format!(
            "{site}: {} of {} articles that were seen in the last day seem gone, more than can be believed: none is marked",
            looks.gone, looks.seen
        ));
    }
    truncated_lists::notices(common, &report.lists_cut)
        .iter()
        .for_each(|told| voice.note(&told.line()));
    if !report.skipped.is_empty() {
        voice.note(&format!("Nothing is lost: `{resume}` goes on from here."));
    }
    Ok(())
}

/// Why a run did not end well, in a line.
fn reason(common: &Common, report: &Report) -> String {
    let mut reasons = Vec::new();
    if report.tally.failed > 0 {
        let list = hint::command(common, &["status", "--failures"]);
        reasons.push(format!(
            "{} (`{list}` tells which)",
            counts::count(report.tally.failed, FAILED)
        ));
    }
    reasons.extend(
        report
            .skipped
            .iter()
            .map(|(host, why)| format!("gave up {host}: {why}")),
    );
    reasons.join("; ")
}

/// Returns a report as JSON.
pub(super) fn as_json(common: &Common, report: &Report) -> serde_json::Value {
    let tally = &report.tally;
    let skipped: Vec<_> = report
        .skipped
        .iter()
        .map(|(host, why)| json!({"host": host.as_str(), "why": why}))
        .collect();
    let mass_deletion_suspected: Vec<_> = report
        .mass_deletion_suspected
        .iter()
        .map(|(site, looks)| json!({"site": site, "seen": looks.seen, "seem_gone": looks.gone}))
        .collect();
    let reads_the_rest: Vec<_> = truncated_lists::notices(common, &report.lists_cut)
        .into_iter()
        .filter_map(|told| told.command)
        .collect();
    let runs: Vec<_> = report
        .papers
        .iter()
        .map(|paper| json!({"run": paper.run.0, "site": paper.site, "how": paper.how.name(), "requests": paper.tally.requests}))
        .collect();
    json!({
        "run": report.run.0,
        "runs": runs,
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
        "due_at": report.due_at.map(|due| due.to_string()),
        "given_up": skipped,
        "disbelieved": mass_deletion_suspected,
        "lists_cut": report.lists_cut,
        "reads_the_rest": reads_the_rest,
    })
}

/// Returns what a crawl brought, in a line, without what there was none of; `resume` is the command
/// that goes on.
pub(super) fn in_words(report: &Report, resume: &str) -> String {
    let tally = &report.tally;
    let told = counts::in_words(&[
        (tally.articles_new, "new article(s)"),
        (tally.articles_changed, "changed"),
        (tally.articles_gone, "gone"),
        (tally.refused, REFUSED),
        (tally.failed, FAILED),
        (report.queued, "queued"),
    ]);
    let told = if told.is_empty() {
        "nothing new".to_owned()
    } else {
        told
    };

    let (run, how) = (report.run.0, report.how.name());
    let took = crate::cli::progress::in_words(report.elapsed);
    let (requests, megabytes) = (
        counts::requests(tally.requests),
        counts::megabytes(tally.bytes),
    );
    let goes_on = match (report.queued, report.due_at) {
        (0, _) => String::new(),
        (_, None) => format!(" (`{resume}` goes on)"),
        (_, Some(due)) => format!(" (from {} on `{resume}` goes on)", due.to_second()),
    };
    format!("run {run} {how}: {requests} in {took}{megabytes}: {told}{goes_on}")
}

/// Returns the exit code of a run that was stopped by that signal, or by none.
pub(super) fn exit(report: &Report, signal: Option<Exit>, tolerate: u64) -> Exit {
    match report.how {
        RunEnd::Interrupted => signal.unwrap_or(Exit::Interrupted),
        RunEnd::Failed => Exit::Failed,
        RunEnd::Finished | RunEnd::Stopped
            if report.tally.failed > tolerate || !report.skipped.is_empty() =>
        {
            Exit::Failures
        }
        RunEnd::Finished | RunEnd::Stopped => Exit::Done,
    }
}
