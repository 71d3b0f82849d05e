//! The articles whose answers a web archive has, noted in a temporary table: a filter chooses them,
//! and those that are reserved are left out.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::archive::article_pages::CHOSEN_TABLES;
use crate::archive::engine::{self, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_filter::ArticleFilter;
use crate::archive::reader::declared_counts::DeclaredCounts;
use crate::rights::{DeclaredRights, Purpose};
use crate::time::Timestamp;

/// The rights that are remembered. A paper has a few, and most of its articles the same.
const MOST_RIGHTS: usize = 1_000;

/// An empty table for the articles that are reserved.
const RESERVED_TABLE: &str = "
    DROP TABLE IF EXISTS reserved_article;
    CREATE TEMP TABLE reserved_article (id INTEGER PRIMARY KEY, declared_id BIGINT NOT NULL);";

/// What chooses articles, and the moment by which rights count.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleScope {
    pub filter: ArticleFilter,
    pub at: Option<Timestamp>,
    /// The filter in words.
    pub told: String,
}

impl ArticleScope {
    /// Returns the moment by which rights are counted.
    pub(super) fn rights_at(&self) -> Timestamp {
        self.at.unwrap_or(Timestamp::EPOCH)
    }
}

/// What came of a choice. With days of answers, only articles of which a page was answered on one
/// of them are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeCounts {
    /// Articles that are chosen.
    pub articles: u64,
    /// Articles that are left out because the purpose of the filter is reserved.
    pub reserved: u64,
    /// The number of those by each source that reserves it; an article may have several.
    pub reserved_by: BTreeMap<String, u64>,
    /// Articles of which nobody can tell whether they are reserved. They are left out.
    pub damaged: Vec<DamagedArticle>,
    /// What is declared about the chosen articles.
    pub rights: DeclaredCounts,
}

/// An article whose rights cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedArticle {
    pub id: String,
    pub why: String,
}

/// Returns the sources that reserve the purpose of a scope, or why nobody can tell.
type SourcesAgainst = Result<Vec<String>, String>;

impl Reader {
    /// Notes the articles of a scope in `chosen_article`. Memory does not grow with their
    /// number.
    pub(super) fn choose_articles(
        &self,
        scope: &ArticleScope,
    ) -> Result<ScopeCounts, ArchiveError> {
        self.connection.execute_batch(CHOSEN_TABLES)?;
        self.connection.execute_batch(RESERVED_TABLE)?;
        let add = "INSERT INTO chosen_article VALUES (?1) ON CONFLICT DO NOTHING";
        let mut add = self.connection.prepare(add)?;
        let leave = "INSERT INTO reserved_article VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let mut leave = self.connection.prepare(leave)?;
        let mut select = self.prepare_article_rows(&scope.filter)?;
        let mut rows = select.raw_query();
        let (mut counts, mut known, mut last) = (ScopeCounts::default(), HashMap::new(), None);

        while let Some(row) = rows.next()? {
            let article: i64 = row.get("article_id")?;
            // The versions of one article come one after the other.
            if last.replace(article) == Some(article) {
                continue;
            }
            let declared: Option<i64> = row.get("declared_id")?;
            let judged = self.judged(scope, declared, &mut known)?;
            if counts.takes(judged, || row.get("id"))? {
                add.execute([article])?;
            } else if judged.is_ok() {
                leave.execute((article, declared))?;
            }
        }

        counts.rights = self.rights_of("chosen_article", scope.rights_at())?;
        Ok(counts)
    }

    /// Counts anew the reserved articles: those in `answered_article`.
    pub(super) fn count_reserved(
        &self,
        scope: &ArticleScope,
        counts: &mut ScopeCounts,
    ) -> Result<(), ArchiveError> {
        (counts.reserved, counts.reserved_by) = (0, BTreeMap::new());
        let Some(purpose) = scope.filter.purpose else {
            return Ok(());
        };

        let mut select = self.connection.prepare(
            "SELECT declared_id, count(*) FROM answered_article
             CROSS JOIN reserved_article WHERE reserved_article.id = answered_article.id
             GROUP BY declared_id",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (declared, articles): (i64, u64) = (row.get(0)?, row.get(1)?);
            let sources = self.sources_against(declared, purpose, scope.at)?;
            counts.reserve(&sources.unwrap_or_default(), articles);
        }
        Ok(())
    }

    /// Returns what the rights of a row say about the purpose of a scope.
    fn judged<'k>(
        &self,
        scope: &ArticleScope,
        declared: Option<i64>,
        known: &'k mut HashMap<i64, SourcesAgainst>,
    ) -> Result<&'k SourcesAgainst, ArchiveError> {
        const NOTHING: &SourcesAgainst = &Ok(Vec::new());
        let (Some(purpose), Some(declared)) = (scope.filter.purpose, declared) else {
            return Ok(NOTHING);
        };

        if known.len() >= MOST_RIGHTS && !known.contains_key(&declared) {
            known.clear();
        }
        Ok(match known.entry(declared) {
            Entry::Occupied(judged) => judged.into_mut(),
            Entry::Vacant(place) => {
                place.insert(self.sources_against(declared, purpose, scope.at)?)
            }
        })
    }

    fn sources_against(
        &self,
        declared: i64,
        purpose: Purpose,
        at: Option<Timestamp>,
    ) -> Result<SourcesAgainst, ArchiveError> {
        let sql = "SELECT statements FROM declared WHERE id = ?1";
        let mut select = self.connection.prepare_cached(sql)?;
        let statements = select
            .query_row([declared], |row| Ok(row.get_ref(0)?.as_bytes()?.to_vec()))
            .optional()?;

        let rights = serde_json::from_slice(&statements.unwrap_or_default());
        Ok(rights
            .map(|rights: DeclaredRights| {
                let sources = rights.sources_against(purpose, at).into_iter();
                sources.map(str::to_owned).collect()
            })
            .map_err(|error| format!("`statements` is not the JSON that was written: {error}")))
    }
}

impl ScopeCounts {
    /// Counts an article. Tells whether it is chosen.
    fn takes(
        &mut self,
        judged: &SourcesAgainst,
        id: impl FnOnce() -> engine::Result<String>,
    ) -> Result<bool, ArchiveError> {
        match judged {
            Ok(sources) if sources.is_empty() => self.articles += 1,
            Ok(sources) => {
                self.reserve(sources, 1);
                return Ok(false);
            }
            Err(why) => {
                let (id, why) = (id()?, why.clone());
                self.damaged.push(DamagedArticle { id, why });
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Counts articles that these sources reserve.
    fn reserve(&mut self, sources: &[String], articles: u64) {
        self.reserved += articles;
        for source in sources {
            *self.reserved_by.entry(source.clone()).or_default() += articles;
        }
    }
}
