//! Whether articles were taken down, or other rights declared, since a copy of the archive was
//! made.

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;

/// Changes before the last one that are counted, too. In a database, several workers write: a
/// change may become visible behind one with a larger number. A worker commits far more often.
const OVERLAP: u64 = 1_000;

/// The takedowns after a position, and the changes with which other rights may have been declared.
/// A version tells them where its own fetch did. An article that is back was fetched anew.
const WITHDRAWALS: &str = "
    SELECT count(CASE WHEN kind = 'taken_down' THEN 1 END),
           count(CASE WHEN kind <> 'taken_down' THEN 1 END)
    FROM change
    WHERE seq > ?1
      AND (kind IN ('taken_down', 'rights', 'back')
           OR kind = 'changed' AND EXISTS (
               SELECT 1 FROM version
               JOIN capture ON capture.id = version.capture_id
               JOIN article_declared ON article_declared.article_id = version.article_id
                AND article_declared.at = capture.fetched_at
               WHERE version.article_id = change.article_id AND version.n = change.n))";

/// A moment of the archive, after which articles may be withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WithdrawalMark {
    /// The change behind which is counted.
    from: u64,
    takedowns: u64,
    declarations: u64,
}

/// What was withdrawn after a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Withdrawn {
    Nothing,
    /// Papers declared other rights. No article was taken down.
    Rights,
    /// An article was taken out of the archive.
    Articles,
}

impl Reader {
    /// Returns a mark of what is saved now.
    pub(crate) fn withdrawal_mark(&self) -> Result<WithdrawalMark, ArchiveError> {
        let from = self.last_change()?.saturating_sub(OVERLAP);
        self.mark_from(from)
    }

    /// Returns what was withdrawn since a mark was read. Sees saved changes only.
    pub(crate) fn withdrawn_since(&self, mark: WithdrawalMark) -> Result<Withdrawn, ArchiveError> {
        let now = self.mark_from(mark.from)?;
        // Fewer than before means that another archive stands in its place.
        Ok(if now.takedowns != mark.takedowns {
            Withdrawn::Articles
        } else if now.declarations != mark.declarations {
            Withdrawn::Rights
        } else {
            Withdrawn::Nothing
        })
    }

    fn mark_from(&self, from: u64) -> Result<WithdrawalMark, ArchiveError> {
        let mut select = self.connection.prepare_cached(WITHDRAWALS)?;
        let mark = select.query_row(params![from.cast_signed()], |row| {
            Ok(WithdrawalMark {
                from,
                takedowns: row.get(0)?,
                declarations: row.get(1)?,
            })
        })?;
        Ok(mark)
    }
}
