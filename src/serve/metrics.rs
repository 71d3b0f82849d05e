//! `/metrics`: the archive in numbers, for Prometheus. Labels name papers and classes of answers,
//! and never an address or a title.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::archive::{AnswerClass, EndedCounts, Reader};
use crate::serve::Desk;
use crate::serve::failure::NoPage;
use crate::serve::one_job::JobFailure;
use crate::status::{ArchiveStatus, SiteStatus};
use crate::time::Timestamp;

/// The type of the text (OpenMetrics 1.0).
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Numbers that are younger are told as they are: Prometheus asks four times a minute, and others
/// may ask more often.
const FRESH: Duration = Duration::from_secs(30);

/// The numbers as they were told last.
#[derive(Debug, Default)]
pub(super) struct MetricsBoard {
    /// The lock is held to look and to replace.
    told: Mutex<Option<ToldMetrics>>,
}

#[derive(Clone, Debug)]
struct ToldMetrics {
    at: Timestamp,
    has_requests: bool,
    text: String,
}

/// A paper.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SiteLabel {
    site: String,
}

/// A paper, and the class of the answers to its requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabel {
    site: String,
    answer: String,
}

/// A number of each paper: its name, what it is, and where the status has it.
type SiteNumber = (&'static str, &'static str, fn(&SiteStatus) -> u64);

/// The numbers of papers that the status has.
const OF_SITES: [SiteNumber; 9] = [
    ("saseo_articles", "Articles that are kept", |site| {
        site.state.articles
    }),
    (
        "saseo_article_versions",
        "Versions of the articles that are kept",
        |site| site.state.articles + site.state.changes,
    ),
    (
        "saseo_articles_last_day",
        "Articles that were first seen in the last 24 hours",
        |site| site.state.articles_last_day,
    ),
    (
        "saseo_queued_pages",
        "Pages that are to be requested, now or later",
        |site| site.state.queued,
    ),
    (
        "saseo_failed_pages",
        "Pages that were given up after failures",
        |site| site.state.failed,
    ),
    (
        "saseo_number_gaps",
        "Ranges of article numbers that nobody saw",
        |site| site.state.number_gaps.len() as u64,
    ),
    (
        "saseo_silent_sections",
        "Sections without the articles that earlier weeks had",
        |site| site.state.silent_sections.len() as u64,
    ),
    (
        "saseo_lists_unread",
        "Lists that were never read to their end",
        |site| site.state.lists_unread,
    ),
    (
        "saseo_warnings",
        "Warnings of `saseo status` that people should look at",
        |site| site.warnings().len() as u64,
    ),
];

impl MetricsBoard {
    /// Returns the text of the numbers, as they were some seconds ago. Has the ledger counted
    /// beside the request.
    pub(super) fn text(&self, desk: &Arc<Desk>, reader: &Reader) -> Result<String, NoPage> {
        let now = desk.clock.now();
        let requests = desk.requests.known();
        let fresh = self
            .told()
            .clone()
            .filter(|told| now.since(told.at) < FRESH && told.has_requests == requests.is_some());
        if let Some(fresh) = fresh {
            return Ok(fresh.text);
        }

        count_requests(desk);
        let status = desk.board.status(reader, &desk.sites, now)?;
        let mut registry = Registry::default();
        register_sites(&mut registry, &status);
        register_moments(&mut registry, reader, &status, now)?;
        if let Some(requests) = &requests {
            register_requests(&mut registry, requests);
        }
        let mut text = String::new();
        encode(&mut text, &registry).map_err(|_| NoPage::Broken)?;
        *self.told() = Some(ToldMetrics {
            at: now,
            has_requests: requests.is_some(),
            text: text.clone(),
        });
        Ok(text)
    }

    fn told(&self) -> MutexGuard<'_, Option<ToldMetrics>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins to count the ledger to its end, if nobody does.
fn count_requests(desk: &Arc<Desk>) {
    let owned = Arc::clone(desk);
    desk.requests.counting.begin(desk.clock, move |running| {
        let counted = owned
            .readers
            .own_reader()
            .and_then(|reader| owned.requests.count_on(&reader, running));
        counted.map_err(|error| {
            tracing::warn!(%error, "the requests were not counted");
            JobFailure::of(&error)
        })
    });
}

fn register_sites(registry: &mut Registry, status: &ArchiveStatus) {
    for (name, about, number) in OF_SITES {
        let family = Family::<SiteLabel, Gauge>::default();
        for site in &status.sites {
            set(&family, &site.state.site, number(site));
        }
        registry.register(name, about, family);
    }

    let under_way = Family::<SiteLabel, Gauge>::default();
    for site in &status.sites {
        let name = &site.state.site;
        let is_under_way = status.under_way.iter().any(|paper| paper.site == *name);
        set(&under_way, name, u64::from(is_under_way));
    }
    registry.register(
        "saseo_run_under_way",
        "1 where a run of the paper goes on",
        under_way,
    );
}

/// Registers what depends on the moment, and what is of the whole archive.
fn register_moments(
    registry: &mut Registry,
    reader: &Reader,
    status: &ArchiveStatus,
    now: Timestamp,
) -> Result<(), NoPage> {
    let due = Family::<SiteLabel, Gauge>::default();
    for (site, pages) in reader.due_counts(now)? {
        set(&due, &site, pages);
    }
    registry.register("saseo_due_pages", "Queued pages whose moment has come", due);

    let crawled = Family::<SiteLabel, Gauge>::default();
    for site in &status.sites {
        let last = site.state.last_crawl.as_deref();
        if let Some(at) = last.and_then(Timestamp::from_rfc3339) {
            let seconds = at.millis().div_euclid(1_000);
            set(&crawled, &site.state.site, seconds.unsigned_abs());
        }
    }
    registry.register(
        "saseo_last_crawl_timestamp_seconds",
        "When the last crawl of the paper began",
        crawled,
    );

    let damaged: Gauge = Gauge::default();
    damaged.set(reader.damaged_bodies()?.cast_signed());
    registry.register(
        "saseo_damaged_captures",
        "Kept pages that `saseo verify` found damaged",
        damaged,
    );
    Ok(())
}

fn register_requests(registry: &mut Registry, requests: &EndedCounts) {
    let family = Family::<AnswerLabel, Counter<u64, AtomicU64>>::default();
    for ((site, class), count) in requests {
        let label = AnswerLabel {
            site: site.clone(),
            answer: match class {
                AnswerClass::Status(digit) => format!("{digit}xx"),
                AnswerClass::NoAnswer => "none".to_owned(),
            },
        };
        family.get_or_create(&label).inc_by(*count);
    }
    registry.register(
        "saseo_requests",
        "Requests of the whole ledger that ended, by the class of their answer",
        family,
    );
}

fn set(family: &Family<SiteLabel, Gauge>, site: &str, number: u64) {
    let label = SiteLabel {
        site: site.to_owned(),
    };
    family.get_or_create(&label).set(number.cast_signed());
}
