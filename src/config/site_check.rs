//! The check of a site file: impossible values, and limits for other people's servers.

use std::time::Duration;

use crate::config::Site;
use crate::config::site::{Discover, PollIntervals, Retention, Schedule, Sections};
use crate::time::Timestamp;

/// The shortest interval between crawls of a paper that is not the user's own. Cron, too, has no
/// shorter one.
const MIN_EVERY: Duration = Duration::from_secs(60);

/// The shortest gap of a host that is not the user's own: at most one request a second, which even
/// a small server bears.
pub const GENTLE_GAP: Duration = Duration::from_secs(1);

/// An impossible value.
pub(super) struct SiteFault {
    pub key: &'static str,
    pub why: String,
}

/// Returns the fault of a key unless its value is right.
fn require(is_right: bool, key: &'static str, why: &str) -> Result<(), SiteFault> {
    if is_right {
        return Ok(());
    }
    Err(SiteFault {
        key,
        why: why.to_owned(),
    })
}

/// Checks a site. The first fault counts.
pub(super) fn check(site: &Site) -> Result<(), SiteFault> {
    check_names(site)?;
    check_pace(site)?;
    check_intervals(site.discover.lists)?;
    check_schedule(site)?;
    check_retention(&site.retention)?;
    require(
        is_language(&site.language),
        "language",
        "write a language as BCP 47 has it, like \"ko\" or \"zh-Hant\"",
    )?;
    check_sources(&site.discover)
}

fn check_names(site: &Site) -> Result<(), SiteFault> {
    require(
        is_site_name(&site.name),
        "name",
        "a site's name has 1 to 64 lower-case letters, digits and `-`",
    )?;
    require(
        !site.title.chars().any(char::is_control),
        "title",
        "a title is one line, without control characters",
    )
}

fn check_pace(site: &Site) -> Result<(), SiteFault> {
    let pace = &site.pace;
    require(
        pace.at_once > 0,
        "at_once",
        "at least one request must be allowed at a time",
    )?;
    require(
        site.own_site || pace.at_once <= 1,
        "at_once",
        "more than one request at a time is only for your own server: own_site = true",
    )?;
    require(
        site.own_site || pace.gap.0 >= GENTLE_GAP,
        "gap",
        "a gap under 1s is only for your own server: own_site = true",
    )
}

fn check_intervals(lists: PollIntervals) -> Result<(), SiteFault> {
    let PollIntervals { floor, ceiling } = lists;
    let why = format!(
        "a floor of {floor} is longer than the ceiling of {ceiling}: write the longer time as \
         `ceiling`"
    );
    require(floor <= ceiling, "lists", &why)
}

fn check_schedule(site: &Site) -> Result<(), SiteFault> {
    let Schedule { cron, every, .. } = &site.schedule;
    require(
        cron.is_none() || every.is_none(),
        "every",
        "either `cron` or `every` says when to crawl",
    )?;

    if let Some(cron) = cron {
        let next = cron.next_after(Timestamp::EPOCH, &site.timezone);
        require(next.is_some(), "cron", "this time never comes")?;
    }
    if let Some(every) = every {
        require(
            !every.0.is_zero(),
            "every",
            "a crawl after no time at all would never end",
        )?;
        require(
            site.own_site || every.0 >= MIN_EVERY,
            "every",
            "more often than each minute is only for your own server: own_site = true",
        )?;
    }

    Ok(())
}

fn check_retention(retention: &Retention) -> Result<(), SiteFault> {
    let Retention {
        after_days,
        access,
        bodies_only,
    } = retention;
    require(
        *after_days != Some(0),
        "after_days",
        "articles must be kept for a day at least: a crawl would fetch what is removed at once",
    )?;
    require(
        after_days.is_some() || (access.is_empty() && !bodies_only),
        "retention",
        "`after_days` says how long articles are kept: without it, nothing is removed",
    )?;
    let known = |name: &String| matches!(name.as_str(), "open" | "members" | "gone");
    require(
        access.iter().all(known),
        "access",
        "write a list of \"open\", \"members\" and \"gone\"",
    )
}

fn check_sources(discover: &Discover) -> Result<(), SiteFault> {
    require(
        discover.feeds || discover.sections != Sections::Listed(Vec::new()),
        "sections",
        "without sections and without feeds there is nothing to read",
    )
}

/// Tells whether a text can be a site's name: 1 to 64 lower-case letters, digits and `-`.
pub fn is_site_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Tells whether a text has the shape of a language tag (RFC 5646 §2.1): subtags of 1 to 8 letters
/// and digits, the first of 2 to 8 letters.
fn is_language(tag: &str) -> bool {
    let first = tag.split('-').next().unwrap_or_default();
    tag.split('-').all(is_subtag)
        && first.len() >= 2
        && first.chars().all(|c| c.is_ascii_alphabetic())
}

fn is_subtag(part: &str) -> bool {
    (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
}
