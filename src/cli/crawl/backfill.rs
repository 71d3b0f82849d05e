//! The option `--backfill`: days of the past, read once.

use std::sync::Arc;

use jiff::civil::Date;

use crate::clock::Clock;
use crate::config::Site;
use crate::config::units::day;
use crate::config_folder::{Config, ConfigError};
use crate::crawl::Backfill;

/// The most years of a backfill. There were no newspapers on the web 40 years ago: more years are a
/// typing error.
const MOST_YEARS: i32 = 40;

/// The forms of a backfill, for error messages.
const FORMS: &str = "write them like 2020-01-01..2020-12-31, \
    ..2020-12-31 (as far back as there are articles) or 2020-01-01.. (until today)";

/// Reads `2020-01-01..2020-12-31`, `2020-01-01..` and `..2020-12-31`.
pub(super) fn days(text: &str) -> Result<Backfill, String> {
    let (first, last) = text
        .split_once("..")
        .ok_or_else(|| format!("{text:?} is no pair of days: {FORMS}"))?;
    let (first, last) = (optional_day(first)?, optional_day(last)?);

    let Some((from, to)) = first.zip(last) else {
        return match first.or(last) {
            Some(_) => Ok(Backfill { first, last }),
            None => Err(format!("{text:?} names no day: {FORMS}")),
        };
    };
    if from > to {
        return Err(format!("{from} is after {to}: the earlier day comes first"));
    }
    if i32::from(to.year()) - i32::from(from.year()) > MOST_YEARS {
        return Err(format!(
            "these are more than {MOST_YEARS} years: read them in parts, \
             or name no beginning: \"..{to}\""
        ));
    }
    Ok(Backfill { first, last })
}

fn optional_day(text: &str) -> Result<Option<Date>, String> {
    match text.trim() {
        "" => Ok(None),
        text => day(text).map(Some).map_err(|why| why.to_string()),
    }
}

/// Checks that a backfill of these sites is possible, before anything is asked.
///
/// # Errors
///
/// Fails where it begins after today, or where the CMS of a site has no lists limited to days.
pub(super) fn check(
    configuration: &Config,
    sites: &[&Arc<Site>],
    backfill: Backfill,
) -> Result<(), ConfigError> {
    for site in sites {
        let last = backfill.last_day(site, Clock::system().now());
        let first = backfill.first.unwrap_or(last);

        if first > last {
            return Err(wrong(&format!(
                "{first} is after today, {last}, and no list has days to come"
            )));
        }
        if configuration.reader(site)?.windows(last, last).is_none() {
            return Err(wrong(&format!(
                "the CMS of {} has no lists limited to days (date_window in a profile)",
                site.name
            )));
        }
    }
    Ok(())
}

fn wrong(why: &str) -> ConfigError {
    ConfigError::Usage(format!("--backfill: {why}"))
}
