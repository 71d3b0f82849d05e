//! Parsers of option values, whose errors say what to write instead.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::config::units::{Bytes, Span, day};
use crate::demo::DemoCms;
use crate::export::{ExportName, NamedExportError};
use crate::extract::Access;
use crate::time::Timestamp;

/// Reads a whole number of 1 or more.
pub(super) fn at_least_one(text: &str) -> Result<u64, String> {
    match count(text)? {
        0 => Err("0 would ask for nothing: write 1 or more, or leave the option out".to_owned()),
        count => Ok(count),
    }
}

/// Reads a whole number.
pub(super) fn count(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no whole number of 0 or more"))
}

/// Reads a share such as `1%` or `0.5%`, in millionths.
pub(super) fn share(text: &str) -> Result<u32, String> {
    let percent = text.strip_suffix('%').map(str::trim_end);
    let percent = percent.and_then(|number| number.parse::<f64>().ok());

    percent
        .filter(|percent| (0.0001..=100.0).contains(percent))
        .map(|percent| (percent * 10_000.0).round() as u32)
        .ok_or_else(|| format!("{text:?} is no share from 0.0001% to 100%: write it as 1% or 0.5%"))
}

/// Reads a time longer than zero.
pub(super) fn some_time(text: &str) -> Result<Span, String> {
    match text.parse::<Span>() {
        Ok(Span(Duration::ZERO)) => {
            Err("no time at all: write a longer one, or leave the option out".to_owned())
        }
        Ok(span) => Ok(span),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads seconds, up to an hour.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.0..=3600.0).contains(seconds))
        .ok_or_else(|| format!("{text:?} is no number of seconds from 0 to 3600"))
}

/// Reads a port; 0 is any that is free.
pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| {
        format!("{text:?} is no port: write a number from 1 to 65535, or 0 for any that is free")
    })
}

/// Reads the demo's CMS.
pub(super) fn cms(text: &str) -> Result<DemoCms, String> {
    DemoCms::ALL
        .into_iter()
        .find(|cms| cms.name() == text)
        .ok_or_else(|| {
            let known = DemoCms::ALL.map(DemoCms::name).join(", ");
            format!("{text:?} is no CMS of the demo: it has {known}")
        })
}

/// Reads a number of the demo's articles.
pub(super) fn articles(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=4000).contains(count))
        .ok_or_else(|| format!("{text:?} is no number of articles from 1 to 4000"))
}

/// Reads a moment, or a day for its beginning in UTC.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    let beginning = || {
        TimeZone::UTC
            .to_timestamp(day(text).ok()?.at(0, 0, 0, 0))
            .ok()
    };
    Timestamp::from_rfc3339(text)
        .or_else(|| beginning().map(Timestamp::from))
        .ok_or_else(|| {
            format!("{text:?} is no moment: write 2026-03-07, or 2026-03-07T16:50:00+09:00")
        })
}

/// Reads who may read an article.
pub(super) fn access(text: &str) -> Result<Access, String> {
    let known = [Access::Open, Access::Members, Access::Gone];
    known
        .into_iter()
        .find(|access| access.name() == text)
        .ok_or_else(|| format!("{text:?} is none of open, members and gone"))
}

/// Reads the name of an export.
pub(super) fn export_name(text: &str) -> Result<ExportName, String> {
    text.parse()
        .map_err(|error: NamedExportError| error.to_string())
}

/// Reads the size of a part.
pub(super) fn part_size(text: &str) -> Result<Bytes, String> {
    match text.parse::<Bytes>() {
        Ok(Bytes(0)) => Err("a part of no size would have nothing: write a larger one".to_owned()),
        Ok(size) => Ok(size),
        Err(error) => Err(error.to_string()),
    }
}
