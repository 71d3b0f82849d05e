//! `saseo status`.

use clap::Args;
use serde_json::json;

use crate::archive::{Failure, HostState, Reader, RunState, SiteState};
use crate::cli::exit::Exit;
use crate::cli::report::{failed, refused};
use crate::cli::{Common, say};
use crate::clock::Clock;
use crate::time::Timestamp;

/// How many of the newest runs are told.
const RUNS: u32 = 5;
/// How many of the newest failures are told; with `--json` it is all of them.
const FAILURES: u32 = 50;

#[derive(Debug, Args)]
pub(in crate::cli) struct StatusArgs {
    /// List the pages that brought nothing, and why: the newest 50, or all with --json
    #[arg(long)]
    failures: bool,
}

pub(in crate::cli) fn run(common: &Common, args: &StatusArgs) -> anyhow::Result<Exit> {
    let reader = Reader::open(common.data())?;
    match (args.failures, common.json) {
        (true, true) => say::json(&json!({"archive": reader.path(), "failures": reader.failures(None)?}))?,
        (true, false) => reader.failures(Some(FAILURES))?.iter().try_for_each(|page| say::data(&of_failure(page)))?,
        (false, true) => {
            let (sites, hosts, runs) = (reader.sites(Clock::system().now())?, reader.hosts()?, reader.runs(RUNS)?);
            say::json(&json!({"archive": reader.path(), "sites": sites, "hosts": hosts, "runs": runs}))?;
        }
        (false, false) => say::data(&in_words(&reader)?)?,
    }
    Ok(Exit::Done)
}

fn in_words(reader: &Reader) -> anyhow::Result<String> {
    let now = Clock::system().now();
    let mut lines = vec![format!("archive {}", reader.path().display())];
    lines.extend(reader.sites(now)?.iter().map(of_site));
    lines.extend(reader.hosts()?.iter().map(|host| of_host(host, now)));
    lines.extend(reader.runs(RUNS)?.iter().map(of_run));
    Ok(lines.join("\n"))
}

fn of_failure(page: &Failure) -> String {
    let Failure { url, verdict, reason, settled_at, .. } = page;
    let why = reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{settled_at} {verdict} {url}{why}")
}

fn of_host(host: &HostState, now: Timestamp) -> String {
    let mut line = format!("host {}: gap {} s, {} queued", host.host, host.gap_seconds, host.queued);
    let rests = Timestamp::from_rfc3339(&host.not_before).is_some_and(|until| until > now);
    match host.rest_in_words {
        Some(why) if rests => line.push_str(&format!(", at rest until {}: {why}", host.not_before)),
        _ => line.push_str(&format!(", not before {}", host.not_before)),
    }
    if host.strikes > 0 {
        line.push_str(&format!(", {} failures in a row", host.strikes));
    }
    if host.refusals > 0 {
        line.push_str(&format!(", {} refusals in a row", host.refusals));
    }
    line
}

fn of_site(site: &SiteState) -> String {
    let mut lines = format!(
        "{} ({}): {} articles ({} in the last day, {} in the last seven; {} for members only; {} changes), newest {}",
        site.site,
        site.title,
        site.articles,
        site.articles_last_day,
        site.articles_last_week,
        site.members_only,
        site.changes,
        site.newest_article.as_deref().unwrap_or("none"),
    );
    lines.push_str(&format!(
        "\n  pages: {} queued, {} gone, {} withheld at their paper's wish, {} ({} by the server, {} by robots.txt), {} ({}, {})",
        site.queued,
        site.gone,
        site.withheld,
        refused(site.refused + site.disallowed),
        site.refused,
        site.disallowed,
        failed(site.failed + site.unextracted),
        site.failed,
        site.unextracted
    ));
    if let Some(due) = &site.oldest_due {
        lines.push_str(&format!("; oldest due {due}"));
    }
    if let Some(next) = &site.next_look {
        lines.push_str(&format!("\n  {} articles to be looked at again, the next from {next} on", site.looks));
    }
    if site.lists_unread > 0 {
        lines.push_str(&format!("\n  {} lists not yet read to their end", site.lists_unread));
    }
    if site.lists_partial > 0 {
        lines.push_str(&format!("\n  {} lists only partly covered: the server repeats a page", site.lists_partial));
    }
    lines
}

fn of_run(run: &RunState) -> String {
    let skipped = match run.skipped {
        0 => String::new(),
        skipped => format!("; made up for {skipped} missed starts"),
    };
    format!(
        "run {} ({}) {}, {}: {} requests, {} new articles, {} changed, {} gone; pages: {}, {}; {:.1} MB{skipped}",
        run.run,
        run.command,
        run.started_at,
        run.how.as_deref().unwrap_or("running, or killed"),
        run.requests,
        run.articles_new,
        run.articles_changed,
        run.articles_gone,
        refused(run.refused),
        failed(run.failed),
        run.bytes as f64 / 1e6
    )
}
