//! The articles of a choice that have an answer of the wanted days: the others have no part in its
//! counts.

use rusqlite::params;

use crate::archive::article_pages::collect_pages;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_scope::{ArticleScope, ScopeCounts};
use crate::archive::reader::exchanges::ExchangeFilter;

/// Has the reserved articles in the place of the chosen ones, which are put aside.
const EXCHANGE: &str = "
    DROP TABLE IF EXISTS put_aside;
    CREATE TEMP TABLE put_aside (id INTEGER PRIMARY KEY);
    INSERT INTO put_aside SELECT id FROM chosen_article;
    DELETE FROM chosen_article;
    INSERT INTO chosen_article SELECT id FROM reserved_article;";

/// Ends what [`EXCHANGE`] began.
const PUT_BACK: &str = "
    DELETE FROM chosen_page;
    DELETE FROM chosen_article;
    INSERT INTO chosen_article SELECT id FROM put_aside;
    DROP TABLE put_aside;";

const ANSWERED_TABLE: &str = "
    DROP TABLE IF EXISTS answered_article;
    CREATE TEMP TABLE answered_article (id INTEGER PRIMARY KEY);";

/// The articles of the chosen pages that were answered in a span of moments.
const ANSWERED: &str = "INSERT INTO answered_article
    SELECT chosen_page.article_id
    FROM ledger AS announced CROSS JOIN ledger AS ended CROSS JOIN page CROSS JOIN chosen_page
    WHERE ended.announced_id = announced.id AND page.url = announced.url
      AND chosen_page.id = page.id
      AND announced.kind = 'announced' AND ended.status IS NOT NULL
      AND ended.at >= ?1 AND ended.at < ?2 AND chosen_page.article_id IS NOT NULL
    ON CONFLICT DO NOTHING";

impl Reader {
    /// Counts the reserved articles of the filter's days. Pages are not chosen yet.
    pub(super) fn count_reserved_of_days(
        &self,
        filter: &ExchangeFilter,
        scope: &ArticleScope,
        counts: &mut ScopeCounts,
    ) -> Result<(), ArchiveError> {
        if counts.reserved == 0 {
            return Ok(());
        }

        self.connection.execute_batch(EXCHANGE)?;
        collect_pages(&self.connection)?;
        self.note_answered(filter)?;
        self.connection.execute_batch(PUT_BACK)?;
        self.count_reserved(scope, counts)
    }

    /// Counts the chosen articles of the filter's days, and their rights.
    pub(super) fn count_chosen_of_days(
        &self,
        filter: &ExchangeFilter,
        scope: &ArticleScope,
        counts: &mut ScopeCounts,
    ) -> Result<(), ArchiveError> {
        self.note_answered(filter)?;
        let count = "SELECT count(*) FROM answered_article";
        counts.articles = self.connection.query_row(count, [], |row| row.get(0))?;
        counts.rights = self.rights_of("answered_article", scope.rights_at())?;
        Ok(())
    }

    fn note_answered(&self, filter: &ExchangeFilter) -> Result<(), ArchiveError> {
        self.connection.execute_batch(ANSWERED_TABLE)?;
        let (since, before) = filter.span();
        self.connection.execute(ANSWERED, params![since, before])?;
        Ok(())
    }
}
