//! The tool `coverage`: what the archive has of a paper, and what it lacks.

mod gaps_told;
mod periods;

use jiff::Timestamp as Moment;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::archive::{Reader, SiteState};
use crate::config::units::day;
use crate::mcp::ToolDesk;
use crate::mcp::coverage_tool::gaps_told::{GapTold, gaps_told};
use crate::mcp::coverage_tool::periods::{CountedPeriod, Period, PeriodPage, counted};
use crate::mcp::cut_text::cut;
use crate::mcp::page_cursor::{next_cursor, skipped};
use crate::mcp::tool_failure::ToolFailure;
use crate::time::Timestamp;

/// Days or months of one answer: a year of days.
const PAGE: usize = 370;

/// The most gaps that are told, the newest first.
const MOST_GAPS: usize = 50;

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
pub(super) struct CoverageArguments {
    /// The name of the paper, as `sites` tells it.
    site: String,
    /// Count by `day` or by `month`; by month where nothing is named.
    #[serde(default)]
    by: Period,
    /// The first day of publication, like 2026-03-07; that of the oldest article where none is
    /// named.
    from: Option<String>,
    /// The last day of publication; today where none is named.
    to: Option<String>,
    /// The `next_cursor` of the answer before, with the same other arguments.
    cursor: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct CoverageAnswer {
    site: String,
    /// Articles that are kept, with and without a date.
    articles: u64,
    /// The clock by which days are counted.
    time_zone: String,
    /// Articles by day or month of publication, the oldest first, also where there is none.
    counts: Vec<CountedPeriod>,
    /// The cursor of further days or months; null at the end.
    next_cursor: Option<String>,
    /// What is known to be missing, the newest first. Where nothing is told, something may be
    /// missing all the same.
    gaps: Vec<GapTold>,
    /// Gaps that are not told, because there are too many.
    further_gaps: usize,
    not_kept: NotKept,
    /// Pages that wait to be asked for.
    queued: u64,
    /// Lists of articles that were never read to their end: older articles may be missing.
    lists_unread: u64,
    /// When one of its lists, feeds or its home page was last read: newer articles are missing.
    last_seen: Option<String>,
}

/// Pages that were asked for or found, and of which no article is kept, by reason.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct NotKept {
    /// The paper says that they are gone.
    gone: u64,
    /// The paper forbids that a copy is kept.
    withheld: u64,
    /// robots.txt or a licence forbids to ask for them.
    disallowed: u64,
    /// The server refuses an answer.
    refused: u64,
    /// They could not be had.
    failed: u64,
    /// No article was found in the page.
    unextracted: u64,
}

/// Tells what the archive has of a paper, and what it lacks.
pub(super) fn read_coverage(
    desk: &ToolDesk,
    reader: &Reader,
    arguments: &CoverageArguments,
) -> Result<CoverageAnswer, ToolFailure> {
    let place = skipped(arguments.cursor.as_deref())?;
    let (from, to) = (parsed(&arguments.from)?, parsed(&arguments.to)?);
    let _snapshot = reader.snapshot()?;
    reader.knows_site(&arguments.site)?;
    let now = desk.clock.now();
    let status = desk.board.status(reader, &desk.sites, now)?;
    let site = status
        .sites
        .iter()
        .find(|one| one.state.site == arguments.site);
    // A paper that began since the status was counted.
    let unknown = SiteState::default();
    let state = site.map_or(&unknown, |site| &site.state);

    let zone = zone(desk, &arguments.site);
    let published = reader.published_since(&arguments.site, Timestamp::from_millis(i64::MIN))?;
    let days: Vec<Date> = published.iter().map(|at| day_of(*at, &zone)).collect();
    let to = to.unwrap_or_else(|| day_of(now, &zone));
    let from = from.or_else(|| days.iter().min().copied()).unwrap_or(to);
    // One more tells that there is a further page.
    let page = PeriodPage {
        skipped: place,
        most: PAGE + 1,
    };
    let mut counts = counted(&days, arguments.by, (from, to), page);
    let all = place.saturating_add(counts.len());
    counts.truncate(PAGE);

    let gaps = gaps_told(reader, state)?;
    let further_gaps = gaps.len().saturating_sub(MOST_GAPS);
    Ok(CoverageAnswer {
        site: cut(&arguments.site, 200),
        articles: state.articles,
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        next_cursor: next_cursor(place.saturating_add(counts.len()), all),
        counts,
        gaps: gaps.into_iter().take(MOST_GAPS).collect(),
        further_gaps,
        not_kept: not_kept(state),
        queued: state.queued,
        lists_unread: state.lists_unread,
        last_seen: state.last_seen.clone(),
    })
}

fn parsed(text: &Option<String>) -> Result<Option<Date>, ToolFailure> {
    let read = |text: &String| {
        let failure = |_| ToolFailure::Day {
            value: cut(text, 50),
        };
        day(text).map_err(failure)
    };
    text.as_ref().map(read).transpose()
}

/// Returns the clock of a paper; UTC where it is not configured.
fn zone(desk: &ToolDesk, site: &str) -> TimeZone {
    let configured = desk.sites.iter().find(|one| one.name == site);
    configured.map_or(TimeZone::UTC, |site| site.timezone.clone())
}

fn day_of(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(Moment::from(at)).date()
}

fn not_kept(state: &SiteState) -> NotKept {
    NotKept {
        gone: state.gone,
        withheld: state.withheld,
        disallowed: state.disallowed,
        refused: state.refused,
        failed: state.failed,
        unextracted: state.unextracted,
    }
}
