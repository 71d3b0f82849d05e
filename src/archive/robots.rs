//! Copies of every robots.txt that was fetched, was missing, or could not be reached.

use rusqlite::params;

use crate::archive::engine::{self, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::ids::{AnnouncedId, RobotsId};
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

/// The rules that follow from the answer to a request for a robots.txt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RobotsOutcome {
    Rules { body: Vec<u8> },
    AllowAll,
    ForbidAll,
}

/// One copy of a robots.txt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsCopy {
    /// `None` before it is written.
    pub id: Option<RobotsId>,
    pub origin: String,
    pub fetched_at: Timestamp,
    pub expires_at: Timestamp,
    pub status: Option<u16>,
    pub ruled: RobotsOutcome,
    /// The decision and its reason, in words.
    pub why: String,
}

#[doc(hidden)]
impl Writer {
    /// Writes a copy that no answer brought. Durable with the next save.
    pub fn keep_robots(
        &mut self,
        lease: Lease,
        copy: &RobotsCopy,
    ) -> Result<RobotsId, ArchiveError> {
        write_robots(self.transaction(lease)?, copy, None)
    }

    /// Returns the newest robots.txt of an origin. Sees unsaved changes as well.
    pub fn robots(&self, origin: &str) -> Result<Option<RobotsCopy>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, fetched_at, expires_at, status, ruling, why, body
             FROM robots WHERE origin = ?1 ORDER BY id DESC LIMIT 1",
        )?;
        let copy = select.query_row([origin], |row| copy_from(row, origin.to_owned()));
        Ok(copy.optional()?)
    }
}

/// Reads a copy from a row that begins with the columns id, fetched_at, expires_at, status, ruling,
/// why and body.
pub(super) fn copy_from(row: &Row<'_>, origin: String) -> engine::Result<RobotsCopy> {
    Ok(RobotsCopy {
        id: Some(RobotsId(row.get(0)?)),
        origin,
        fetched_at: Timestamp::from_millis(row.get(1)?),
        expires_at: Timestamp::from_millis(row.get(2)?),
        status: row.get(3)?,
        ruled: match row.get_ref(4)?.as_str()? {
            "rules" => RobotsOutcome::Rules { body: row.get(6)? },
            "allow all" => RobotsOutcome::AllowAll,
            _ => RobotsOutcome::ForbidAll,
        },
        why: row.get(5)?,
    })
}

/// Writes a copy, and returns its id.
pub(super) fn write_robots(
    tx: &Connection,
    copy: &RobotsCopy,
    announced: Option<AnnouncedId>,
) -> Result<RobotsId, ArchiveError> {
    let (ruling, body) = match &copy.ruled {
        RobotsOutcome::Rules { body } => ("rules", Some(body.as_slice())),
        RobotsOutcome::AllowAll => ("allow all", None),
        RobotsOutcome::ForbidAll => ("forbid all", None),
    };

    let mut insert = tx.prepare_cached(
        "INSERT INTO robots (origin, fetched_at, expires_at, status, ruling, why, body,
                             announced_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         RETURNING id",
    )?;
    let values = params![
        copy.origin,
        copy.fetched_at.millis(),
        copy.expires_at.millis(),
        copy.status,
        ruling,
        copy.why,
        body,
        announced.map(|announced| announced.0)
    ];
    Ok(RobotsId(insert.query_one(values, |row| row.get(0))?))
}
