//! The state of an archive in words: a line a paper, and those first that somebody should look at.

use std::path::Path;

use crate::archive::RunState;
use crate::cli::counts::{self, FAILED, REFUSED};
use crate::cli::status::{HostStatus, SiteStatus, State};

/// Tells the state of an archive. Of papers that were named, all is told; of others, what fits a
/// line.
pub(super) fn in_words(archive: &Path, state: &State, are_named: bool) -> String {
    let mut lines = vec![format!("archive {}", archive.display())];

    for site in state.problems_first() {
        lines.push(of_site(site));
        lines.extend(
            site.warnings()
                .iter()
                .map(|warning| format!("  ! {warning}")),
        );
        if are_named {
            lines.extend(details(site));
        }
    }

    let (idle, busy): (Vec<_>, Vec<_>) = state.hosts.iter().partition(|host| host.is_idle());
    lines.extend(busy.into_iter().map(of_host));
    match (idle.as_slice(), are_named) {
        ([], _) => {}
        (idle, true) => lines.extend(idle.iter().copied().map(of_host)),
        (idle, false) => lines.push(format!(
            "hosts: {} with nothing queued, and in no trouble",
            idle.len()
        )),
    }

    lines.extend(under_way(&state.under_way));
    lines.extend(state.runs.iter().map(|run| of_run(run, state.is_held)));
    lines.join("\n")
}

fn of_site(status: &SiteStatus) -> String {
    let site = &status.state;
    let mut parts = vec![match (site.articles, site.articles_last_day) {
        (0, _) => "no articles yet".to_owned(),
        (articles, 0) => counts::count(articles, "article(s)"),
        (articles, today) => format!(
            "{}, {today} in the last day",
            counts::count(articles, "article(s)")
        ),
    }];

    let pages = counts::in_words(&[
        (site.queued, "queued"),
        (site.gone, "gone"),
        (site.withheld, "withheld at their paper's wish"),
        (site.refused + site.disallowed, REFUSED),
        (site.failed + site.unextracted, FAILED),
    ]);
    parts.extend(Some(pages).filter(|pages| !pages.is_empty()));

    parts.push(
        site.last_crawl
            .as_ref()
            .map_or("never crawled".to_owned(), |at| format!("crawled {at}")),
    );
    parts.extend(
        status
            .next_crawl
            .as_ref()
            .map(|next| format!("next by schedule {next}")),
    );
    format!("{}: {}", site.site, parts.join("; "))
}

/// What is told of a paper that was asked for by its name.
fn details(status: &SiteStatus) -> Vec<String> {
    let site = &status.state;
    let mut lines = vec![format!("  {}, {}", site.title, site.home)];

    let articles = counts::in_words(&[
        (site.articles_last_week, "in the last seven days"),
        (site.members_only, "for members only"),
        (site.changes, "change(s)"),
    ]);
    lines.extend(
        Some(articles)
            .filter(|told| !told.is_empty())
            .map(|told| format!("  articles: {told}")),
    );
    lines.extend(
        site.newest_article
            .as_ref()
            .map(|newest| format!("  the newest is of {newest}")),
    );

    let pages = counts::in_words(&[
        (site.refused, "refused by the server"),
        (site.disallowed, "forbidden by robots.txt"),
        (site.failed, "failed"),
        (site.unextracted, "without an article"),
    ]);
    lines.extend(
        Some(pages)
            .filter(|told| !told.is_empty())
            .map(|told| format!("  pages: {told}")),
    );
    lines.extend(
        site.oldest_due
            .as_ref()
            .map(|due| format!("  the first that is queued is due {due}")),
    );
    lines.extend(site.next_look.as_ref().map(|next| {
        format!(
            "  {}, the next from {next} on",
            counts::count(site.looks, "article(s) to be looked at again")
        )
    }));
    lines
}

fn of_host(status: &HostStatus) -> String {
    let host = &status.state;
    let counts = counts::in_words(&[
        (host.queued, "queued"),
        (host.strikes.into(), "failure(s) in a row"),
        (host.refusals.into(), "refusal(s) in a row"),
    ]);
    let counts = if counts.is_empty() {
        counts
    } else {
        format!(", {counts}")
    };
    format!(
        "host {}: gap {} s ({}){counts}, {}",
        host.host,
        host.gap_seconds,
        status.gap_reason,
        status.rest()
    )
}

/// Names the papers that are being crawled: a few, or how many they are.
fn under_way(papers: &[(String, String)]) -> Option<String> {
    const MOST: usize = 10;
    let (_, first) = papers.first()?;
    if papers.len() > MOST {
        return Some(format!(
            "under way: {} papers, the first since {first}",
            papers.len()
        ));
    }
    let told: Vec<String> = papers
        .iter()
        .map(|(site, since)| format!("{site} since {since}"))
        .collect();
    Some(format!("under way: {}", told.join(", ")))
}

/// `is_held` tells that a process holds the archive: what did not end is under way.
fn of_run(run: &RunState, is_held: bool) -> String {
    let told = counts::in_words(&[
        (run.articles_new, "new article(s)"),
        (run.articles_changed, "changed"),
        (run.articles_gone, "gone"),
        (run.refused, REFUSED),
        (run.failed, FAILED),
    ]);
    let told = if told.is_empty() {
        "nothing new".to_owned()
    } else {
        told
    };
    let skipped = match run.skipped {
        0 => String::new(),
        skipped => format!(
            "; made up for {}",
            counts::count(skipped, "missed start(s)")
        ),
    };
    let how = run
        .how
        .as_deref()
        .unwrap_or(if is_held { "running" } else { "killed" });
    let (requests, megabytes) = (counts::requests(run.requests), counts::megabytes(run.bytes));
    let (id, command, began) = (run.run, &run.command, &run.started_at);
    let of = run
        .site
        .as_ref()
        .map(|site| format!(" of {site}"))
        .unwrap_or_default();
    format!("run {id} ({command}{of}) {began}, {how}: {requests}{megabytes}: {told}{skipped}")
}
