//! A copy of a robots.txt, and the answer that brought it by the ledger.

use rusqlite::params;

use crate::archive::engine::{self, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::ids::{AnnouncedId, RobotsId};
use crate::archive::reader::Reader;
use crate::archive::robots::{RobotsCopy, copy_from};
use crate::time::Timestamp;

/// A copy of a robots.txt, with the rows of the ledger that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsArrivals {
    pub copy: RobotsCopy,
    /// The request that its row names; `None` for copies of schema 1.
    pub announced: Option<AnnouncedId>,
    pub answer: Option<RobotsArrival>,
}

/// The answer that brought a robots.txt, as the ledger records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsArrival {
    /// The ending's row.
    pub row: i64,
    /// The host that was asked.
    pub host: String,
    pub at: Timestamp,
    pub status: Option<u16>,
    pub digest: Option<[u8; 32]>,
}

#[doc(hidden)]
impl Reader {
    /// Returns a copy of a robots.txt, and the answer that brought it. Sees saved changes only.
    pub fn robots_copy(&self, id: RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT robots.id, robots.fetched_at, robots.expires_at, robots.status, ruling, why,
               body,
                    robots.origin, robots.announced_id, ended.id, announced.host, ended.at,
                    ended.status, ended.digest
             FROM robots
             LEFT JOIN ledger AS announced
               ON announced.id = robots.announced_id AND announced.kind = 'announced'
                  AND announced.robots_id IS NULL
             LEFT JOIN ledger AS ended ON ended.announced_id = announced.id
             WHERE robots.id = ?1",
        )?;
        let arrivals = select.query_row(params![id.0], arrivals);

        arrivals.optional().map_err(|why| match why.is_of_value() {
            true => ArchiveError::Damaged(format!("the robots.txt copy {}: {why}", id.0)),
            false => ArchiveError::from(why),
        })
    }
}

fn arrivals(row: &Row<'_>) -> engine::Result<RobotsArrivals> {
    let answer = match row.get::<_, Option<i64>>(9)? {
        None => None,
        Some(ending) => Some(RobotsArrival {
            row: ending,
            host: row.get(10)?,
            at: Timestamp::from_millis(row.get(11)?),
            status: row.get(12)?,
            digest: row.get(13)?,
        }),
    };
    let announced = row.get::<_, Option<i64>>(8)?.map(AnnouncedId);

    Ok(RobotsArrivals {
        copy: copy_from(row, row.get(7)?)?,
        announced,
        answer,
    })
}
