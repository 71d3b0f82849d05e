//! `sites/NAME.toml`: one newspaper.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::config::cron::Cron;
use crate::config::units::Span;
use crate::page_url::PageUrl;

/// One newspaper: where it lives, how it is read, and how gently.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Lower-case letters, digits and `-`; the name in commands, exports and article ids.
    pub name: String,
    /// The paper's own name, `독서신문`.
    pub title: String,
    #[serde(deserialize_with = "address")]
    pub home: PageUrl,
    /// The profile of the paper's CMS; without one, pages are read generically.
    #[serde(default)]
    pub profile: Option<String>,
    #[serde(default = "seoul", deserialize_with = "zone")]
    pub timezone: jiff::tz::TimeZone,
    #[serde(default = "korean")]
    pub language: String,
    /// The user's own server: private addresses, gaps under one second and `at_once` over 1 are allowed.
    #[serde(default)]
    pub own_site: bool,
    #[serde(default)]
    pub pace: SitePace,
    #[serde(default)]
    pub discover: Discover,
    #[serde(default)]
    pub opt_outs: OptOutRules,
    #[serde(default)]
    pub schedule: Schedule,
}

/// What is done about each wish of a paper against uses of its pages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptOutRules {
    pub noarchive: OptOutPolicy,
    pub noindex: OptOutPolicy,
    pub nofollow: OptOutPolicy,
    pub unavailable_after: OptOutPolicy,
    /// Reservations of text and data mining (TDMRep).
    pub tdm: OptOutPolicy,
    pub ai_txt: OptOutPolicy,
    /// `AI학습 및 활용 금지` and the like.
    pub words: OptOutPolicy,
}

/// What is done about a wish. All but ignored ones are recorded with their evidence, and told in every export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptOutPolicy {
    Obey,
    Record,
    Ignore,
}

impl Default for OptOutRules {
    fn default() -> Self {
        let (obey, record) = (OptOutPolicy::Obey, OptOutPolicy::Record);
        Self {
            noarchive: obey,
            noindex: obey,
            nofollow: obey,
            unavailable_after: obey,
            tdm: record,
            ai_txt: record,
            words: record,
        }
    }
}

/// How gently one site is asked.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SitePace {
    /// The least time from the end of an answer to the next request.
    pub gap: Span,
    /// Requests under way at one time.
    pub at_once: u32,
}

/// Where a site's articles are looked for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Discover {
    pub sections: Sections,
    pub feeds: bool,
    pub sitemaps: bool,
    /// How long lists and feeds rest that tell nothing new.
    pub lists: PollIntervals,
    /// How far back the weekly check of a list looks for articles that were dated back.
    pub deep: Span,
    /// How long after its publication an article is looked at again.
    pub revisit: Vec<Span>,
    /// So many pages of the site may be known; links to more are left alone.
    pub most_pages: u64,
    /// The day before which nothing is looked for, in the paper's zone.
    #[serde(deserialize_with = "day")]
    pub since: Option<jiff::civil::Date>,
}

/// The least and the longest time between two readings of a list that tells nothing new; where one list has every article, that one
/// is read at every crawl.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PollIntervals {
    pub floor: Span,
    pub ceiling: Span,
}

impl Default for PollIntervals {
    fn default() -> Self {
        // A crawl at the same time each day comes a little early for what the one before read at its end.
        Self {
            floor: Span(Duration::ZERO),
            ceiling: Span(Duration::from_secs(20 * 3600)),
        }
    }
}

/// How long after its publication an article is looked at again: an hour, six, a day, seven, thirty.
pub const REVISIT_SCHEDULE: [Duration; 5] = [
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(24 * 3600),
    Duration::from_secs(7 * 24 * 3600),
    Duration::from_secs(30 * 24 * 3600),
];

/// The lists that are read.
#[derive(Clone, Debug, PartialEq)]
pub enum Sections {
    /// Those that the home page's menu links.
    Menu,
    /// These addresses or paths, and no others.
    Listed(Vec<String>),
}

/// When scheduled crawls run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// At these times of the paper's clock.
    #[serde(deserialize_with = "cron")]
    pub cron: Option<Cron>,
    /// So long after the beginning of the last one.
    pub every: Option<Span>,
    /// A monitor in the manner of healthchecks.io: told at this address that a scheduled crawl ended, and under it that one began
    /// (`/start`) or failed (`/fail`).
    #[serde(deserialize_with = "some_address")]
    pub ping: Option<PageUrl>,
}

impl Default for SitePace {
    fn default() -> Self {
        Self {
            gap: Span(Duration::from_secs(2)),
            at_once: 1,
        }
    }
}

impl Default for Discover {
    fn default() -> Self {
        Self {
            sections: Sections::Menu,
            feeds: true,
            sitemaps: true,
            lists: PollIntervals::default(),
            revisit: REVISIT_SCHEDULE.map(Span).to_vec(),
            deep: Span(Duration::from_secs(90 * 24 * 3600)),
            most_pages: 1_000_000,
            since: None,
        }
    }
}

impl<'de> Deserialize<'de> for Sections {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> de::Visitor<'de> for Either {
            type Value = Sections;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"menu\" or a list of paths")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Sections, E> {
                match text {
                    "menu" => Ok(Sections::Menu),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Sections, A::Error> {
                let mut paths = Vec::new();
                while let Some(path) = seq.next_element()? {
                    paths.push(path);
                }
                Ok(Sections::Listed(paths))
            }
        }
        from.deserialize_any(Either)
    }
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<PageUrl, D::Error> {
    let text = String::deserialize(from)?;
    PageUrl::parse(&text).map_err(de::Error::custom)
}

pub(super) fn zone<'de, D: Deserializer<'de>>(from: D) -> Result<jiff::tz::TimeZone, D::Error> {
    let name = String::deserialize(from)?;
    jiff::tz::TimeZone::get(&name).map_err(|_| {
        de::Error::custom(format!(
            "{name:?} is no time zone: write one like \"Asia/Seoul\""
        ))
    })
}

pub(super) fn day<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<jiff::civil::Date>, D::Error> {
    let text = String::deserialize(from)?;
    crate::config::units::day(&text)
        .map(Some)
        .map_err(de::Error::custom)
}

fn some_address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PageUrl>, D::Error> {
    address(from).map(Some)
}

fn cron<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Cron>, D::Error> {
    String::deserialize(from)?
        .parse()
        .map(Some)
        .map_err(de::Error::custom)
}

pub(super) fn seoul() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get("Asia/Seoul").expect("the time zones are built in (tzdb-bundle-always)")
}

pub(super) fn korean() -> String {
    "ko".to_owned()
}
