//! `sites/NAME.toml`: one newspaper.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::config::cron::Cron;
use crate::config::units::{Bytes, Span};
use crate::page_url::PageUrl;

/// One newspaper: its address, its profile and its pace.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The name in commands, exports and article ids: lower-case letters, digits and `-`.
    pub name: String,
    /// The paper's own name, as `독서신문`.
    pub title: String,
    /// The address of the home page.
    #[serde(deserialize_with = "address")]
    pub home: PageUrl,
    /// The profile of the paper's CMS. Without one, pages are read generically.
    #[serde(default)]
    pub profile: Option<String>,
    /// The zone of the times that the paper prints.
    #[serde(default = "seoul", deserialize_with = "zone")]
    pub timezone: jiff::tz::TimeZone,
    /// The language of its articles, BCP 47.
    #[serde(default = "korean")]
    pub language: String,
    /// The server is the user's own: private addresses, gaps under one second and `at_once` over 1
    /// are allowed.
    #[serde(default)]
    pub own_site: bool,
    /// The gap between requests, and how many run at once.
    #[serde(default)]
    #[doc(hidden)]
    pub pace: SitePace,
    /// Where new articles are looked for, and how often old ones are revisited.
    #[serde(default)]
    #[doc(hidden)]
    pub discover: Discover,
    /// What is kept beside the pages.
    #[serde(default)]
    #[doc(hidden)]
    pub keep: Keep,
    /// How long articles are kept.
    #[serde(default)]
    #[doc(hidden)]
    pub retention: Retention,
    /// The treatment of the paper's opt-outs.
    #[serde(default)]
    #[doc(hidden)]
    pub opt_outs: OptOutRules,
    /// When it is crawled by `saseo schedule`.
    #[serde(default)]
    #[doc(hidden)]
    pub schedule: Schedule,
}

/// What is kept beside the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// The photos of stored articles are fetched and kept.
    pub photos: bool,
    /// The largest photo that is kept.
    pub most_bytes: Bytes,
    /// Once the kept photos of the site have so many bytes together, no more are requested.
    pub most_total: Bytes,
}

/// How long articles are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days after an article was stored first; without it, articles are kept for ever.
    pub after_days: Option<u32>,
    /// Only articles that these may read: `open`, `members` or `gone`; all where none is named.
    pub access: Vec<String>,
    /// Only the pages as they came are removed. Texts and photos stay.
    pub bodies_only: bool,
}

/// The treatment of each opt-out of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptOutRules {
    pub noarchive: OptOutPolicy,
    pub noindex: OptOutPolicy,
    /// No photo is kept.
    pub noimageindex: OptOutPolicy,
    pub nofollow: OptOutPolicy,
    pub unavailable_after: OptOutPolicy,
    /// Reservations of text and data mining (TDMRep).
    pub tdm: OptOutPolicy,
    pub ai_txt: OptOutPolicy,
    /// `AI학습 및 활용 금지` and the like.
    pub words: OptOutPolicy,
}

/// The treatment of an opt-out. All but ignored ones are recorded with their evidence, and are in
/// every export.
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
            noimageindex: obey,
            nofollow: obey,
            unavailable_after: obey,
            tdm: record,
            ai_txt: record,
            words: record,
        }
    }
}

/// The pace of requests to one site.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SitePace {
    /// The shortest time from the end of an answer to the next request.
    pub gap: Span,
    /// The most requests at the same time.
    pub at_once: u32,
}

/// The sources of a site's articles, and the schedule of revisits.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Discover {
    pub sections: Sections,
    pub feeds: bool,
    pub sitemaps: bool,
    /// The intervals between traversals of lists and feeds without news.
    pub lists: PollIntervals,
    /// How far back the weekly deep traversal of a list reads, for articles that were dated back.
    pub deep: Span,
    /// The revisit schedule: times after an article's publication.
    pub revisit: Vec<Span>,
    /// The most known pages of the site. Links to more are ignored.
    pub most_pages: u64,
    /// The first day of interest, in the paper's zone. Older articles are not discovered.
    #[serde(deserialize_with = "day")]
    pub since: Option<jiff::civil::Date>,
}

/// The shortest and the longest interval between two traversals of a list without news. A list of
/// all articles is read in every crawl.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PollIntervals {
    pub floor: Span,
    pub ceiling: Span,
}

impl Default for PollIntervals {
    fn default() -> Self {
        // A daily crawl may read a list less than a day after the crawl before. With a ceiling of
        // 20 h, the list is due all the same.
        Self {
            floor: Span(Duration::ZERO),
            ceiling: Span(Duration::from_secs(20 * 3600)),
        }
    }
}

/// The default revisit schedule: an hour, six hours, a day, a week and thirty days after
/// publication. Papers correct and delete articles mostly soon after publication.
pub const REVISIT_SCHEDULE: [Duration; 5] = [
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(24 * 3600),
    Duration::from_secs(7 * 24 * 3600),
    Duration::from_secs(30 * 24 * 3600),
];

/// The lists of a site.
#[derive(Clone, Debug, PartialEq)]
pub enum Sections {
    /// The lists that the menu of the home page links.
    Menu,
    /// Only these addresses or paths.
    Listed(Vec<String>),
}

/// The times of scheduled crawls.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// At these times, in the paper's zone.
    #[serde(deserialize_with = "cron")]
    pub cron: Option<Cron>,
    /// This long after the beginning of the last crawl.
    pub every: Option<Span>,
    /// A monitor with the protocol of healthchecks.io. A ping to this address says that a scheduled
    /// crawl ended; `/start` and `/fail` behind it say that one began or failed.
    #[serde(deserialize_with = "some_address")]
    pub ping: Option<PageUrl>,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            photos: false,
            // Photos in articles have some hundred kilobytes, and originals of a camera have more.
            most_bytes: Bytes(8 << 20),
            // 40,000 photos of half a megabyte.
            most_total: Bytes(20 << 30),
        }
    }
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
