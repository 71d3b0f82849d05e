//! The status of an archive in words: a line a paper, and first the papers with warnings.

use std::path::Path;

use crate::archive::{ObjectsState, RunState};
use crate::counts::{self, FAILED, REFUSED};
use crate::status::{ArchiveStatus, HostStatus, PaperUnderWay, SiteStatus};

/// The most papers under way that are named. More would not fit a line.
const MOST_UNDER_WAY: usize = 10;

/// Writes the status of an archive as lines. Papers that the user named are told in full, other
/// papers in one line each.
pub(super) fn in_words(archive: &Path, status: &ArchiveStatus, are_named: bool) -> String {
    let mut lines = vec![format!("archive {}", archive.display())];
    lines.extend(
        status
            .takedown_warning()
            .map(|warning| format!("  ! {warning}")),
    );

    for site in status.problems_first() {
        lines.push(of_site(site));
        let warnings = site.warnings();
        lines.extend(warnings.iter().map(|warning| format!("  ! {warning}")));
        if are_named {
            lines.extend(details(site));
        }
    }

    let (idle, busy): (Vec<_>, Vec<_>) = status.hosts.iter().partition(|host| host.is_idle());
    lines.extend(busy.into_iter().map(of_host));
    match (idle.as_slice(), are_named) {
        ([], _) => {}
        (idle, true) => lines.extend(idle.iter().copied().map(of_host)),
        (idle, false) => lines.push(format!(
            "hosts: {} with nothing queued, and in no trouble",
            idle.len()
        )),
    }

    lines.extend(status.objects.as_ref().map(of_objects));
    lines.extend(under_way(&status.under_way));
    lines.extend(status.runs.iter().map(|run| of_run(run, status.is_held)));
    lines.join("\n")
}

fn of_objects(objects: &ObjectsState) -> String {
    let odd = match objects.odd {
        0 => String::new(),
        odd => format!(
            "; {} a size that none has: `saseo verify` names what is damaged",
            counts::count(odd, "row(s) of objects (has|have)")
        ),
    };
    format!(
        "object storage {}: {}, {}; {} of pages still in the archive{odd}",
        objects.location,
        counts::count(objects.objects, "object(s)"),
        counts::size(objects.bytes),
        counts::size(objects.waiting)
    )
}

fn of_site(status: &SiteStatus) -> String {
    let site = &status.state;
    let articles = match (site.articles, site.articles_last_day) {
        (0, _) => "no articles yet".to_owned(),
        (articles, 0) => counts::count(articles, "article(s)"),
        (articles, today) => format!(
            "{}, {today} in the last day",
            counts::count(articles, "article(s)")
        ),
    };
    let mut parts = vec![articles];

    let pages = counts::in_words(&[
        (site.photos, "photo(s)"),
        (site.queued, "queued"),
        (site.gone, "gone"),
        (site.withheld, "withheld at their paper's wish"),
        (site.refused + site.disallowed, REFUSED),
        (site.failed + site.unextracted, FAILED),
    ]);
    parts.extend(Some(pages).filter(|pages| !pages.is_empty()));

    parts.push(match &site.last_crawl {
        Some(at) => format!("crawled {at}"),
        None => "never crawled".to_owned(),
    });
    if let Some(next) = &status.next_crawl {
        parts.push(format!("next by schedule {next}"));
    }
    format!("{}: {}", site.site, parts.join("; "))
}

/// Returns the further lines of a paper that the user named.
fn details(status: &SiteStatus) -> Vec<String> {
    let site = &status.state;
    let mut lines = vec![format!("  {}, {}", site.title, site.home)];

    let articles = counts::in_words(&[
        (site.articles_last_week, "in the last seven days"),
        (site.members_only, "for members only"),
        (site.changes, "change(s)"),
    ]);
    if !articles.is_empty() {
        lines.push(format!("  articles: {articles}"));
    }
    if let Some(newest) = &site.newest_article {
        lines.push(format!("  the newest is of {newest}"));
    }

    let pages = counts::in_words(&[
        (site.refused, "refused by the server"),
        (site.disallowed, "forbidden by robots.txt or a licence"),
        (site.failed, "failed"),
        (site.unextracted, "without an article"),
        (site.photos_missing, "photo(s) not kept"),
    ]);
    if !pages.is_empty() {
        lines.push(format!("  pages: {pages}"));
    }
    if let Some(due) = &site.oldest_due {
        lines.push(format!("  the first that is queued is due {due}"));
    }

    if let Some(next) = &site.next_look {
        let revisits = counts::count(site.looks, "article(s) to be looked at again");
        lines.push(format!("  {revisits}, the next from {next} on"));
    }
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
        status.next_turn()
    )
}

/// Names the papers that are being crawled, or counts them where they are many.
fn under_way(papers: &[PaperUnderWay]) -> Option<String> {
    let first = papers.first()?;
    if papers.len() > MOST_UNDER_WAY {
        return Some(format!(
            "under way: {} papers, the first since {}",
            papers.len(),
            first.since
        ));
    }

    let told: Vec<String> = papers
        .iter()
        .map(|paper| format!("{} since {}", paper.site, paper.since))
        .collect();
    Some(format!("under way: {}", told.join(", ")))
}

/// Writes a run as a line. A run without an end goes on where a process holds the archive
/// (`is_held`). Else its process was killed.
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

    let how = match &run.how {
        Some(how) => how,
        None if is_held => "running",
        None => "killed",
    };
    let of = run
        .site
        .as_ref()
        .map(|site| format!(" of {site}"))
        .unwrap_or_default();
    let (id, command, began) = (run.run, &run.command, &run.started_at);
    let (requests, megabytes) = (counts::requests(run.requests), counts::megabytes(run.bytes));
    format!("run {id} ({command}{of}) {began}, {how}: {requests}{megabytes}: {told}{skipped}")
}
