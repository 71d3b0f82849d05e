//! `saseo status`.

use serde_json::json;

use crate::archive::{Reader, RunState, SiteState};
use crate::cli::exit::Exit;
use crate::cli::{Common, say};

/// How many of the newest runs are told.
const RUNS: u32 = 5;

pub(in crate::cli) fn run(common: &Common) -> anyhow::Result<Exit> {
    let reader = Reader::open(&common.data)?;
    let (sites, hosts, runs) = (reader.sites()?, reader.hosts()?, reader.runs(RUNS)?);
    if common.json {
        say::json(&json!({"archive": reader.path(), "sites": sites, "hosts": hosts, "runs": runs}))?;
        return Ok(Exit::Done);
    }
    say::data(&format!("archive {}", reader.path().display()))?;
    for site in &sites {
        say::data(&of_site(site))?;
    }
    for host in hosts {
        let rest = if host.strikes > 0 { format!(", {} failures in a row", host.strikes) } else { String::new() };
        let line = format!(
            "host {}: gap {} s, not before {}, {} queued{rest}",
            host.host, host.gap_seconds, host.not_before, host.queued
        );
        say::data(&line)?;
    }
    for run in &runs {
        say::data(&of_run(run))?;
    }
    Ok(Exit::Done)
}

fn of_site(site: &SiteState) -> String {
    let mut lines = format!(
        "{} ({}): {} articles ({} for members only), newest {}",
        site.site,
        site.title,
        site.articles,
        site.members_only,
        site.newest_article.as_deref().unwrap_or("none"),
    );
    lines.push_str(&format!(
        "\n  pages: {} queued, {} gone, {} without an article, {} forbidden by robots.txt, {} refused, {} failed",
        site.queued, site.gone, site.unextracted, site.disallowed, site.refused, site.failed
    ));
    if let Some(due) = &site.oldest_due {
        lines.push_str(&format!("; oldest due {due}"));
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
    format!(
        "run {} ({}) {}, {}: {} requests, {} new, {} changed, {} gone, {} refused, {} failed, {:.1} MB",
        run.run,
        run.command,
        run.started_at,
        run.how.as_deref().unwrap_or("running, or killed"),
        run.requests,
        run.articles_new,
        run.articles_changed,
        run.articles_gone,
        run.refused,
        run.failed,
        run.bytes as f64 / 1e6
    )
}
