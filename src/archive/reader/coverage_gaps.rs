//! Coverage gaps of each site, for `status`: silent sections, and article numbers that were never
//! seen.

use rusqlite::params;
use serde::Serialize;

use crate::archive::engine;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::coverage_gaps::{HISTORY, gaps, silence};
use crate::time::Timestamp;

/// Gaps are looked for among the newest 50,000 numbers: a few years of a paper, read in
/// milliseconds.
const NUMBERS: u32 = 50_000;

/// A section that has gone silent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SilentSection {
    pub section: String,
    /// When its newest article was published.
    pub since: String,
    /// How many articles the same hours of earlier weeks had, on average.
    pub expected: f64,
}

/// Article numbers that were never seen, between two that were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NumberGap {
    pub after: u64,
    pub before: u64,
    pub missing: u64,
}

#[doc(hidden)]
impl Reader {
    /// Returns the sections of a site that had gone silent at `now`, which is at the latest the
    /// moment of the site's last visit.
    pub(crate) fn silent_sections(
        &self,
        site: &str,
        now: Timestamp,
    ) -> Result<Vec<SilentSection>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT version.section, version.published_ms
             FROM version
             WHERE version.n = 1 AND version.published_ms BETWEEN ?2 AND ?3
               AND version.section IS NOT NULL
               AND version.site_id = (SELECT id FROM site WHERE name = ?1)
             ORDER BY version.section, version.published_ms",
        )?;
        let mut rows = select.query(params![site, (now - HISTORY).millis(), now.millis()])?;

        // A name is read once a section: of thousands of papers there are millions of rows.
        let (mut silent, mut name) = (Vec::new(), String::new());
        let mut published: Vec<Timestamp> = Vec::new();
        while let Some(row) = rows.next()? {
            let section = row.get_ref(0)?.as_str().map_err(engine::Error::from)?;
            if section != name {
                silent.extend(silent_section(&name, &published, now));
                section.clone_into(&mut name);
                published.clear();
            }
            published.push(Timestamp::from_millis(row.get(1)?));
        }
        silent.extend(silent_section(&name, &published, now));
        Ok(silent)
    }

    /// Returns the gaps in the newest article numbers of a site that are too wide to be chance.
    pub(crate) fn number_gaps(&self, site: &str) -> Result<Vec<NumberGap>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT DISTINCT number FROM page
             WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND number IS NOT NULL
             ORDER BY number DESC LIMIT ?2",
        )?;
        let rows = select.query_map(params![site, NUMBERS], |row| {
            Ok(row.get::<_, i64>(0)?.cast_unsigned())
        })?;

        let mut numbers: Vec<u64> = rows.collect::<Result<_, _>>()?;
        numbers.sort_unstable();

        let gaps = gaps(&numbers).into_iter().map(|gap| NumberGap {
            after: gap.after,
            before: gap.before,
            missing: gap.missing(),
        });
        Ok(gaps.collect())
    }
}

/// Returns a section that had gone silent by now. `published` is in ascending order.
fn silent_section(section: &str, published: &[Timestamp], now: Timestamp) -> Option<SilentSection> {
    let silence = silence(published, now)?;
    Some(SilentSection {
        section: section.to_owned(),
        since: silence.since.to_string(),
        expected: silence.expected,
    })
}
