//! The state of hosts, for `status`: the pace of each, and its backoff.

use std::time::Duration;

use serde::Serialize;

use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::politeness::Backoff;
use crate::time::Timestamp;

/// One host with its pace.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostState {
    pub host: String,
    pub not_before: String,
    pub gap_seconds: f64,
    /// The part of the gap that was added after slow and failing answers.
    pub slowed_seconds: f64,
    pub strikes: u32,
    pub refusals: u32,
    /// The reason of its backoff, if it has one: `retry-after`, `busy`, `failing` or `refusing`.
    pub rest: Option<&'static str>,
    /// The same reason in words.
    pub rest_in_words: Option<&'static str>,
    pub queued: u64,
}

#[doc(hidden)]
impl Reader {
    /// Returns every host that was asked, with its pace. Sees saved changes only.
    pub fn hosts(&self) -> Result<Vec<HostState>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT name, not_before, gap, strikes, refusals, rest, slowed,
               (SELECT count(*) FROM page WHERE page.host = host.name AND due_at IS NOT NULL)
             FROM host ORDER BY name",
        )?;
        let states = select.query_map([], host_state)?;
        Ok(states.collect::<Result<_, _>>()?)
    }
}

fn host_state(row: &Row<'_>) -> engine::Result<HostState> {
    let backoff: Option<String> = row.get(5)?;
    let backoff = backoff.as_deref().and_then(Backoff::named);

    Ok(HostState {
        host: row.get(0)?,
        not_before: Timestamp::from_millis(row.get(1)?).to_second().to_string(),
        gap_seconds: Duration::from_millis(row.get(2)?).as_secs_f64(),
        strikes: row.get(3)?,
        refusals: row.get(4)?,
        rest: backoff.map(Backoff::name),
        rest_in_words: backoff.map(Backoff::in_words),
        slowed_seconds: Duration::from_millis(row.get(6)?).as_secs_f64(),
        queued: row.get(7)?,
    })
}
