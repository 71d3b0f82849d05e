//! What an archive has beyond an earlier state of it.

use crate::archive::archive_file::{ArchiveFile, ArchiveTotals};
use crate::archive::engine::Row;
use crate::archive::error::ArchiveError;

#[doc(hidden)]
impl ArchiveFile {
    /// Counts what the archive has that an earlier state of it did not have, whatever was removed
    /// since.
    ///
    /// # Errors
    ///
    /// Fails where one of the two cannot be read.
    pub fn added_since(&self, earlier: &Self) -> Result<ArchiveTotals, ArchiveError> {
        let head = earlier.ledger_head()?.map_or(0, |head| head.row);
        let run = "SELECT coalesce(max(id), 0) FROM run";
        let run: i64 = earlier.connection.query_row(run, [], |row| row.get(0))?;
        let (articles, versions) = self.versions_since(earlier)?;

        // An answer is told by the end of its request, the number of a capture may be given again.
        let sql = "SELECT (SELECT count(*) FROM ledger WHERE id > ?1 AND kind = 'announced'),
                          (SELECT count(*) FROM run WHERE id > ?2),
                          (SELECT count(*) FROM ledger AS ended
                           JOIN capture ON capture.announced_id = ended.announced_id
                           WHERE ended.id > ?1)";
        let added = self.connection.query_row(sql, [head, run], |row| {
            Ok(ArchiveTotals {
                articles,
                versions,
                requests: row.get(0)?,
                runs: row.get(1)?,
                captures: row.get(2)?,
                last_change: 0,
            })
        })?;
        let last_change = self.totals()?.last_change;
        Ok(ArchiveTotals {
            last_change: last_change.saturating_sub(earlier.totals()?.last_change),
            ..added
        })
    }

    /// Counts the articles and the versions that an earlier state did not have. An article gets
    /// further versions, or loses all of them.
    fn versions_since(&self, earlier: &Self) -> Result<(u64, u64), ArchiveError> {
        let sql = "SELECT article_id, count(*) FROM version GROUP BY article_id ORDER BY 1";
        let (mut now, mut before) = (
            self.connection.prepare(sql)?,
            earlier.connection.prepare(sql)?,
        );
        let counted = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let mut before = before.query_map([], counted)?;
        let mut known: Option<(i64, u64)> = before.next().transpose()?;

        let (mut articles, mut versions) = (0, 0);
        for counted in now.query_map([], counted)? {
            let (article, count): (i64, u64) = counted?;
            while known.is_some_and(|(known, _)| known < article) {
                known = before.next().transpose()?;
            }
            let had = known
                .filter(|(known, _)| *known == article)
                .map(|(_, had)| had);
            articles += u64::from(had.is_none());
            versions += count.saturating_sub(had.unwrap_or(0));
        }
        Ok((articles, versions))
    }
}
