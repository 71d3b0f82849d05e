//! Holds: articles that neither a takedown nor the retention of their site removes.

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

#[doc(hidden)]
impl Writer {
    /// Holds articles. A hold that is there gets the new reason. Returns how many there are.
    /// Durable with the next save.
    pub fn hold(
        &mut self,
        lease: Lease,
        articles: &[i64],
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<usize, ArchiveError> {
        let tx = self.transaction(lease)?;
        let mut held = 0;
        for article in articles {
            held += tx
                .prepare_cached(
                    "INSERT INTO hold (article_id, at, why) VALUES (?1, ?2, ?3)
                     ON CONFLICT (article_id) DO UPDATE SET at = excluded.at, why = excluded.why",
                )?
                .execute(params![article, now.millis(), why])?;
        }
        Ok(held)
    }

    /// Releases articles. Returns how many were held. Durable with the next save.
    pub fn release(&mut self, lease: Lease, articles: &[i64]) -> Result<usize, ArchiveError> {
        let tx = self.transaction(lease)?;
        let mut released = 0;
        for article in articles {
            released += tx
                .prepare_cached("DELETE FROM hold WHERE article_id = ?1")?
                .execute([article])?;
        }
        Ok(released)
    }
}
