//! What the ledger adds up to: per host, per day, per answer. Nothing in it grows with the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::archive::{RunId, Terms};
use crate::politeness::refuses;
use crate::time::Timestamp;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Who asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Requester {
    /// The product token that robots.txt files were read for.
    pub agent: String,
    pub version: String,
    /// The User-Agent line as it was sent; `None` of runs that did not write it down.
    pub user_agent: Option<String>,
    pub contact: Option<String>,
    /// The id of the key that signed each request; `None` where requests were not signed.
    pub signature_key: Option<String>,
    /// The site that shows that key, as each request named it.
    pub signature_agent: Option<String>,
}

impl Requester {
    /// Returns in words whether its requests are signed.
    pub fn signed(&self) -> String {
        match (&self.signature_key, &self.signature_agent) {
            (None, _) => "requests not signed".to_owned(),
            (Some(key), None) => format!("each request signed by the key {key}"),
            (Some(key), Some(site)) => {
                format!("each request signed by the key {key}, which {site} shows")
            }
        }
    }

    fn of_terms(terms: &Terms) -> Self {
        let Terms {
            agent,
            version,
            user_agent,
            contact,
            signature_key,
            signature_agent,
            ..
        } = terms.clone();
        Self {
            agent,
            version,
            user_agent,
            contact,
            signature_key,
            signature_agent,
        }
    }
}

/// Requests and what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RequestTally {
    pub requests: u64,
    /// Endings without an answer.
    pub unanswered: u64,
    pub bytes: u64,
    /// Answers of 401, 402, 403 and 451.
    pub refusals: u64,
    /// Answers with a Retry-After.
    pub retry_afters: u64,
}

/// The sums as they grow.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub rows: u64,
    pub runs: u64,
    pub all: RequestTally,
    /// By the index that [`crate::audit::pace::Paces`] gave each.
    pub hosts: Vec<RequestTally>,
    /// By the number of the day since 1970, in UTC: requests and bytes.
    pub days: BTreeMap<i64, (u64, u64)>,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub head: Option<(i64, [u8; 32])>,
    pub askers: BTreeSet<Requester>,
    /// The runs without a request so far. A run that never sends one is not reported.
    beginning: HashMap<RunId, Option<Requester>>,
}

impl Totals {
    pub(super) fn row(&mut self, id: i64, hash: [u8; 32]) {
        self.rows += 1;
        self.head = Some((id, hash));
    }

    pub(super) fn began(&mut self, run: RunId, terms: Option<&Terms>) {
        if !terms.is_some_and(|terms| terms.joins) {
            self.beginning.clear();
        }
        self.beginning.insert(run, terms.map(Requester::of_terms));
    }

    pub(super) fn announced(&mut self, run: RunId, host: usize, at: Timestamp) {
        if let Some(asker) = self.beginning.remove(&run) {
            self.runs += 1;
            self.askers.extend(asker);
        }
        self.span(at);
        self.all.requests += 1;
        self.of(host).requests += 1;
        self.days.entry(at.millis().div_euclid(DAY)).or_default().0 += 1;
    }

    pub(super) fn ended(&mut self, host: usize, at: Timestamp, answer: RequestTally) {
        self.span(at);
        self.all.add(answer);
        self.of(host).add(answer);
        let day = self.days.entry(at.millis().div_euclid(DAY)).or_default();
        day.1 = day.1.saturating_add(answer.bytes);
    }

    fn span(&mut self, at: Timestamp) {
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }

    fn of(&mut self, host: usize) -> &mut RequestTally {
        if self.hosts.len() <= host {
            self.hosts.resize(host + 1, RequestTally::default());
        }
        &mut self.hosts[host]
    }
}

impl RequestTally {
    /// What one ending adds.
    pub(super) fn of_ending(
        status: Option<u16>,
        bytes: u64,
        retry_after: Option<Timestamp>,
    ) -> Self {
        Self {
            requests: 0,
            unanswered: u64::from(status.is_none()),
            bytes,
            refusals: u64::from(status.is_some_and(refuses)),
            retry_afters: u64::from(retry_after.is_some()),
        }
    }

    fn add(&mut self, other: Self) {
        self.unanswered += other.unanswered;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.refusals += other.refusals;
        self.retry_afters += other.retry_afters;
    }
}

/// Returns a day's date, `2026-11-24`.
pub(super) fn date(day: i64) -> String {
    let moment = Timestamp::from_millis(day.saturating_mul(DAY)).to_string();
    moment.split('T').next().unwrap_or_default().to_owned()
}
