//! The tool `sites`: the papers of the archive.

use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::archive::{ArchiveError, ArticleFilter, ListOrder, Reader};
use crate::mcp::ToolDesk;
use crate::mcp::cut_text::cut;
use crate::mcp::page_cursor::{next_cursor, skipped};
use crate::mcp::tool_failure::ToolFailure;
use crate::page_url::PageUrl;
use crate::status::{ArchiveStatus, HostStatus, SiteStatus};

/// Papers of one answer.
const PAGE: usize = 25;

/// The most letters of a name or an address.
const NAME: usize = 2_048;

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct SitesArguments {
    /// The name of one paper; all papers where none is named.
    site: Option<String>,
    /// The `next_cursor` of the answer before.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct SitesAnswer {
    /// How many papers there are.
    count: usize,
    sites: Vec<SiteTold>,
    /// The cursor of the next page; null at the end.
    next_cursor: Option<String>,
}

/// A paper of the archive.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct SiteTold {
    /// Its name in this archive, as other tools take it.
    site: String,
    title: String,
    /// The address of its home page.
    home: String,
    /// Articles that are kept.
    articles: u64,
    /// Those of which everyone sees a part alone.
    members_only: u64,
    /// Versions beyond the first of each article.
    further_versions: u64,
    /// Articles that were first seen in the last seven days.
    articles_last_week: u64,
    /// When the oldest and the newest article were published: RFC 3339, or a day.
    first_published: Option<String>,
    last_published: Option<String>,
    /// When its last crawl began.
    last_crawl: Option<String>,
    /// When the next crawl is wanted, where the configuration has a schedule.
    next_crawl: Option<String>,
    /// Pages that wait to be asked for.
    queued: u64,
    /// How its server is asked; null where it never was.
    pace: Option<PaceTold>,
}

/// The pace at which a server is asked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct PaceTold {
    /// Seconds from the end of an answer to the next request.
    gap_seconds: f64,
    reason: String,
    /// Why the server is left alone for a while.
    pause: Option<String>,
}

/// Lists papers.
pub(super) fn read_sites(
    desk: &ToolDesk,
    reader: &Reader,
    arguments: &SitesArguments,
) -> Result<SitesAnswer, ToolFailure> {
    let place = skipped(arguments.cursor.as_deref())?;
    let _snapshot = reader.snapshot()?;
    if let Some(site) = &arguments.site {
        reader.knows_site(site)?;
    }
    let status = desk.board.status(reader, &desk.sites, desk.clock.now())?;
    let is_meant = |one: &&SiteStatus| {
        let wanted = arguments.site.as_deref();
        wanted.is_none_or(|wanted| one.state.site == wanted)
    };
    let chosen: Vec<&SiteStatus> = status.sites.iter().filter(is_meant).collect();
    let shown = chosen.iter().skip(place).take(PAGE);
    let sites: Vec<SiteTold> = shown
        .map(|site| told(reader, &status, site))
        .collect::<Result<_, _>>()?;
    Ok(SitesAnswer {
        count: chosen.len(),
        next_cursor: next_cursor(place.saturating_add(sites.len()), chosen.len()),
        sites,
    })
}

fn told(
    reader: &Reader,
    status: &ArchiveStatus,
    site: &SiteStatus,
) -> Result<SiteTold, ArchiveError> {
    let state = &site.state;
    Ok(SiteTold {
        site: state.site.clone(),
        title: cut(&state.title, NAME),
        home: cut(&state.home, NAME),
        articles: state.articles,
        members_only: state.members_only,
        further_versions: state.changes,
        articles_last_week: state.articles_last_week,
        first_published: first_published(reader, &state.site)?,
        last_published: state.newest_article.clone(),
        last_crawl: state.last_crawl.clone(),
        next_crawl: site.next_crawl.clone(),
        queued: state.queued,
        pace: host(status, site).map(pace),
    })
}

fn first_published(reader: &Reader, site: &str) -> Result<Option<String>, ArchiveError> {
    let filter = ArticleFilter {
        sites: vec![site.to_owned()],
        ..ArticleFilter::default()
    };
    let first = reader.list(&filter, ListOrder::Oldest, None, 1)?;
    let mut first = first.articles.into_iter();
    Ok(first.next().and_then(|article| article.published_at))
}

/// Returns the host of a paper's home page.
fn host<'s>(status: &'s ArchiveStatus, site: &SiteStatus) -> Option<&'s HostStatus> {
    let home = PageUrl::parse(&site.state.home).ok()?.host();
    let mut hosts = status.hosts.iter();
    hosts.find(|host| host.state.host == home.as_str())
}

fn pace(host: &HostStatus) -> PaceTold {
    let rests = host.rests_until().and(host.state.rest_in_words);
    PaceTold {
        gap_seconds: host.state.gap_seconds,
        reason: host.gap_reason.to_string(),
        pause: rests.map(str::to_owned),
    }
}
