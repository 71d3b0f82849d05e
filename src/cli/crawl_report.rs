//! The report of a crawl: in words, as JSON, and as an exit code.

use serde_json::{Value, json};

use crate::archive::RunEnd;
use crate::cli::exit::Exit;
use crate::cli::hint;
use crate::cli::progress;
use crate::cli::truncated_lists;
use crate::cli::{Common, console};
use crate::counts::{self, FAILED, REFUSED};
use crate::crawl::CrawlReport;

/// Tells how a crawl went: one object on stdout with `--json`, else a few lines. The reason for a
/// bad end is told even with `--quiet`.
pub(super) fn tell(
    common: &Common,
    sites: &[String],
    report: &CrawlReport,
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
    tell_reason(common, report, exit);

    for (site, revisits) in &report.mass_deletion_suspected {
        voice.note(&format!(
            "{site}: {} of {} articles that were seen in the last day seem gone, \
             more than can be believed: none is marked",
            revisits.gone, revisits.seen
        ));
    }
    for notice in truncated_lists::notices(common, &report.lists_cut) {
        voice.note(&notice.line());
    }
    if !report.skipped.is_empty() {
        voice.note(&format!("Nothing is lost: `{resume}` goes on from here."));
    }
    Ok(())
}

/// Tells why a crawl did not end well, even with `--quiet`.
pub(super) fn tell_reason(common: &Common, report: &CrawlReport, exit: Exit) {
    match exit {
        Exit::Failures | Exit::Failed => console::note(&format!(
            "saseo: exit code {}: {}",
            exit.code(),
            reason(common, report)
        )),
        Exit::Done | Exit::Usage | Exit::Held | Exit::Interrupted | Exit::Terminated => {}
    }
}

/// Returns why a crawl did not end well, in one line.
fn reason(common: &Common, report: &CrawlReport) -> String {
    let mut reasons = Vec::new();
    if report.tally.failed > 0 {
        let list = hint::command(common, &["status", "--failures"]);
        let failed = counts::count(report.tally.failed, FAILED);
        reasons.push(format!("{failed} (`{list}` tells which)"));
    }

    for (host, why) in &report.skipped {
        reasons.push(format!("gave up {host}: {why}"));
    }
    reasons.join("; ")
}

/// Returns a report as JSON.
pub(super) fn as_json(common: &Common, report: &CrawlReport) -> Value {
    let tally = &report.tally;
    let reads_the_rest: Vec<String> = truncated_lists::notices(common, &report.lists_cut)
        .into_iter()
        .filter_map(|notice| notice.command)
        .collect();

    json!({
        "run": report.run.0,
        "runs": runs(report),
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
        "given_up": skipped_hosts(report),
        "disbelieved": suspected_sites(report),
        "lists_cut": report.lists_cut,
        "reads_the_rest": reads_the_rest,
    })
}

fn runs(report: &CrawlReport) -> Vec<Value> {
    report
        .papers
        .iter()
        .map(|paper| {
            json!({
                "run": paper.run.0,
                "site": paper.site,
                "how": paper.how.name(),
                "requests": paper.tally.requests,
            })
        })
        .collect()
}

fn skipped_hosts(report: &CrawlReport) -> Vec<Value> {
    report
        .skipped
        .iter()
        .map(|(host, why)| json!({"host": host.as_str(), "why": why}))
        .collect()
}

/// Returns the sites with a suspected mass deletion.
fn suspected_sites(report: &CrawlReport) -> Vec<Value> {
    report
        .mass_deletion_suspected
        .iter()
        .map(|(site, revisits)| {
            json!({"site": site, "seen": revisits.seen, "seem_gone": revisits.gone})
        })
        .collect()
}

/// Writes a report as one line, without counts of zero. `resume` is the command that goes on.
pub(super) fn in_words(report: &CrawlReport, resume: &str) -> String {
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

    let goes_on = match (report.queued, report.due_at) {
        (0, _) => String::new(),
        (_, None) => format!(" (`{resume}` goes on)"),
        (_, Some(due)) => format!(" (from {} on `{resume}` goes on)", due.to_second()),
    };
    let (run, how) = (report.run.0, report.how.name());
    let took = progress::in_words(report.elapsed);
    let requests = counts::requests(tally.requests);
    let megabytes = counts::megabytes(tally.bytes);
    format!("run {run} {how}: {requests} in {took}{megabytes}: {told}{goes_on}")
}

/// Returns the exit of a crawl that `signal` stopped, if one came. `tolerate` is the number of
/// failed pages that are no failure of the crawl.
pub(super) fn exit(report: &CrawlReport, signal: Option<Exit>, tolerate: u64) -> Exit {
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
