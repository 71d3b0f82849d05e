//! Another state's takedowns, holds and paces are written into this one.

use rusqlite::params;

use crate::archive::carried::{
    ArticleNames, CarriedHost, CarriedOver, CarriedState, CarriedTakedown,
};
use crate::archive::doomed::RemovalExtent;
use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

#[doc(hidden)]
impl Writer {
    /// Does the takedowns of another state again that this one does not know, and holds what it
    /// holds.
    /// An article that is not here gets its tombstone all the same, so that no crawl asks for it;
    /// of holds, none is written for such an article.
    /// Durable with the next save; [`Writer::clean`] does the rest.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be written.
    pub fn carry_over(
        &mut self,
        lease: Lease,
        state: &CarriedState,
        now: Timestamp,
    ) -> Result<CarriedOver, ArchiveError> {
        let mut carried = CarriedOver::default();
        self.carry_holds(lease, state, &mut carried)?;

        for takedown in &state.takedowns {
            let tx = self.transaction(lease)?;
            let article = match find(tx, &takedown.article, &takedown.addresses)? {
                Some(article) => article,
                None => add(tx, &takedown.article, now)?,
            };
            if !has_tombstone(tx, article)? {
                self.take_down_again(lease, article, (takedown, state), now)?;
                carried.takedowns += 1;
            }
        }
        Ok(carried)
    }

    /// Lets no host be asked before one gap from now has passed, nor before another state allows
    /// it: when a host was last asked is not known, where the newest rows of the ledger are gone.
    /// Each robots.txt is asked for again. Durable with the next save.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be written.
    pub fn rest_all_hosts(
        &mut self,
        lease: Lease,
        state: &CarriedState,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        for host in &state.hosts {
            carry_host(tx, host)?;
        }

        tx.execute(
            "UPDATE host SET not_before = ?1 + gap WHERE not_before < ?1 + gap",
            [now.millis()],
        )?;
        // A newer copy may forbid what this one allows.
        tx.execute(
            "UPDATE robots SET expires_at = ?1 WHERE expires_at > ?1 AND fetched_at <= ?1",
            [now.millis()],
        )?;
        Ok(())
    }

    /// Holds what the other state holds. What this one holds stays held: a hold too many loses
    /// nothing.
    fn carry_holds(
        &mut self,
        lease: Lease,
        state: &CarriedState,
        carried: &mut CarriedOver,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        for hold in &state.holds {
            let Some(article) = find(tx, &hold.article, &[])? else {
                carried.left.push(hold.left());
                continue;
            };
            carried.holds += tx.execute(
                "INSERT INTO hold (article_id, at, why) VALUES (?1, ?2, ?3)
                 ON CONFLICT (article_id) DO NOTHING",
                params![article, hold.at, hold.why],
            )? as u64;
        }
        Ok(())
    }

    fn take_down_again(
        &mut self,
        lease: Lease,
        article: i64,
        (takedown, state): (&CarriedTakedown, &CarriedState),
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        tx.execute("DELETE FROM hold WHERE article_id = ?1", [article])?;
        // Pages at these addresses belong to the article, also where this state does not know it.
        for url in &takedown.addresses {
            tx.execute(
                "INSERT INTO canonical (url, article_id) VALUES (?1, ?2)
                 ON CONFLICT (url, article_id) DO NOTHING",
                params![url, article],
            )?;
        }

        let extent = if state.of_lists.contains(&takedown.why) {
            RemovalExtent::EverythingAndLists
        } else {
            RemovalExtent::Everything
        };
        self.take_down(lease, &[article], (extent, takedown.why.as_str()), now)?;

        let tx = self.transaction(lease)?;
        tx.execute(
            "UPDATE tombstone SET at = ?2 WHERE article_id = ?1",
            params![article, takedown.at],
        )?;
        for url in &takedown.addresses {
            tx.execute(
                "INSERT INTO taken_down_address (url, article_id) VALUES (?1, ?2)
                 ON CONFLICT (url) DO NOTHING",
                params![url, article],
            )?;
        }
        Ok(())
    }
}

/// Returns the row of an article: by its key, or else by an address that was its own.
pub(super) fn find(
    tx: &Connection,
    names: &ArticleNames,
    addresses: &[String],
) -> Result<Option<i64>, ArchiveError> {
    let sql = "SELECT article.id FROM article JOIN site ON site.id = article.site_id
        WHERE site.name = ?1 AND (article.number = ?2 OR article.text_id = ?3
          OR CAST(?2 AS bigint) IS NULL AND CAST(?3 AS text) IS NULL AND article.url = ?4
             AND article.number IS NULL AND article.text_id IS NULL)";
    let by_key = tx
        .prepare_cached(sql)?
        .query_row(
            params![names.site, names.number, names.text_id, names.url],
            |row| row.get(0),
        )
        .optional()?;
    if by_key.is_some() {
        return Ok(by_key);
    }

    let mut select = tx.prepare_cached(
        "SELECT article.id FROM article JOIN site ON site.id = article.site_id
         WHERE site.name = ?1 AND article.url = ?2 LIMIT 1",
    )?;
    for url in addresses {
        let found = select.query_row([&names.site, url], |row| row.get(0));
        if let Some(article) = found.optional()? {
            return Ok(Some(article));
        }
    }
    Ok(None)
}

/// Adds an article without a version, for its tombstone.
fn add(tx: &Connection, names: &ArticleNames, now: Timestamp) -> Result<i64, ArchiveError> {
    tx.execute(
        "INSERT INTO site (name, title, home, added_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO NOTHING",
        params![names.site, names.site_title, names.home, now.millis()],
    )?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO article (site_id, number, text_id, url, access, first_seen_at)
         SELECT id, ?2, ?3, ?4, ?5, ?6 FROM site WHERE name = ?1
         RETURNING id",
    )?;
    let values = params![
        names.site,
        names.number,
        names.text_id,
        names.url,
        names.access,
        names.first_seen_at
    ];
    Ok(insert.query_one(values, |row| row.get(0))?)
}

fn has_tombstone(tx: &Connection, article: i64) -> Result<bool, ArchiveError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tombstone WHERE article_id = ?1)";
    Ok(tx.query_row(sql, [article], |row| row.get(0))?)
}

/// Writes a host's pace, where it is of a later answer than the one that is here.
fn carry_host(tx: &Connection, host: &CarriedHost) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "INSERT INTO host (name, last_at, not_before, gap, slowed, strikes, refusals, rest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (name) DO UPDATE SET
           last_at = excluded.last_at, not_before = excluded.not_before, gap = excluded.gap,
           slowed = excluded.slowed, strikes = excluded.strikes, refusals = excluded.refusals,
           rest = excluded.rest
         WHERE excluded.last_at >= host.last_at",
    )?
    .execute(params![
        host.name,
        host.last_at,
        host.not_before,
        host.gap,
        host.slowed,
        host.strikes,
        host.refusals,
        host.rest
    ])?;
    Ok(())
}
