//! The articles that have the words, each with how well it matches.
//!
//! Scores are those of FTS5. The server finds the rows and sends the positions of the words that
//! are looked for; how often each phrase stands there is counted here.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use crate::archive::engine::{self, Row, params_from_iter};
use crate::archive::error::ArchiveError;
use crate::archive::reader::search::bm25::{phrase_weight, score};
use crate::archive::reader::search::sought::{SoughtColumns, SoughtPhrase, SoughtWords};
use crate::archive::reader::search::tsvector::counts::TOLD;
use crate::archive::reader::search::tsvector::phrase_places::count_in_words;
use crate::archive::reader::search::tsvector::read_versions::ReadVersion;
use crate::archive::reader::search::tsvector::vector::{RowVectors, Vector};
use crate::archive::reader::search::tsvector::{IndexRows, IndexTotals, TsvectorSearch};
use crate::archive::reader::search::{STORY, SearchHit, SearchSelect, chosen_from};
use crate::archive::word_index::{lexeme, sizes_of};
use crate::time::Timestamp;

/// What phrases weigh, in their order, and the usual length of an article.
struct ScoreScale {
    weights: Vec<f64>,
    average: f64,
}

impl ScoreScale {
    fn score(&self, counts: &[f64], length: usize) -> f64 {
        let phrases = self.weights.iter().copied().zip(counts.iter().copied());
        score(phrases, length as f64 / self.average)
    }
}

impl TsvectorSearch<'_> {
    pub(super) fn newest_hits(
        &self,
        select: &SearchSelect,
        articles: u64,
        most: usize,
    ) -> Result<Vec<SearchHit>, ArchiveError> {
        let late = self.late_matching(select)?;
        let kept = self.kept_scale(select, articles)?;
        let mut hits = Vec::new();
        if let Some(scale) = &kept {
            hits = self.exact_hits(select, scale, most)?;
            let checked = self.checked(select, IndexRows::Current)?;
            hits.extend(self.read_hits(&checked, |version| {
                scale.score(&counts_where_met(version, &select.sought), version.length())
            })?);
        }
        if !late.is_empty() {
            hits.extend(self.late_hits(select, &late, kept)?);
        }

        hits.sort_unstable_by_key(|hit| Reverse((hit.published_at, hit.article)));
        hits.truncate(most);
        Ok(hits)
    }

    /// Returns what phrases weigh in the archive's index; `None` where it has no articles.
    fn kept_scale(
        &self,
        select: &SearchSelect,
        articles: u64,
    ) -> Result<Option<ScoreScale>, ArchiveError> {
        let Some(kept) = self.kept.filter(|kept| kept.articles > 0) else {
            return Ok(None);
        };
        let phrases = select.sought.wanted_phrases();
        let weights = phrases.into_iter().map(|phrase| {
            // One phrase everywhere was counted before.
            let is_counted = matches!(select.sought, SoughtWords::Phrase(_))
                && select.is_everywhere()
                && self.late.is_empty();
            let with_phrase = match is_counted {
                true => articles,
                false => self.count_phrase(phrase)?,
            };
            Ok(phrase_weight(kept.articles, with_phrase))
        });
        Ok(Some(ScoreScale {
            weights: weights.collect::<Result<_, ArchiveError>>()?,
            average: kept.average(),
        }))
    }

    /// Counts the indexed articles that have a phrase.
    fn count_phrase(&self, phrase: &SoughtPhrase) -> Result<u64, ArchiveError> {
        let select = SearchSelect {
            sought: SoughtWords::Phrase(phrase.clone()),
            ..SearchSelect::default()
        };
        let checked = self.checked(&select, IndexRows::All)?.len() as u64;
        Ok(self.count_exact(&select, IndexRows::All)? + checked)
    }

    /// Returns the newest articles that the server finds alone.
    fn exact_hits(
        &self,
        select: &SearchSelect,
        scale: &ScoreScale,
        most: usize,
    ) -> Result<Vec<SearchHit>, ArchiveError> {
        let (chosen, values) = match select.is_everywhere() {
            true => (String::new(), Vec::new()),
            false => (chosen_from(1), select.chosen().to_vec()),
        };
        let phrases = select.sought.phrases();
        let sql = format!(
            "WITH hit AS MATERIALIZED (
                 SELECT searched.article_id, searched.published_ms
                 FROM article_words {TOLD} WHERE {} {chosen}
                 ORDER BY searched.published_ms DESC NULLS LAST, searched.article_id DESC
                 LIMIT {most})
             SELECT searched.article_id AS article, searched.published_ms, {STORY} AS story,
                    article_words.sizes, {} AS words, {} AS section
             FROM hit AS searched
             JOIN article_words ON article_words.article_id = searched.article_id",
            self.is_found(select, IndexRows::Current),
            sent("words", &phrases, |columns| columns
                != SoughtColumns::Section),
            sent("section", &phrases, |columns| columns
                == SoughtColumns::Section),
        );
        let mut statement = self.reader.prepare_records(&sql)?;
        let hits = statement.query_map(params_from_iter(values), |row| {
            let vectors = row_vectors(row)?;
            let mut counts = Vec::new();
            select
                .sought
                .count_in(&|phrase| vectors.count(phrase), &mut counts);
            Ok(SearchHit {
                article: row.get("article")?,
                score: scale.score(&counts, vectors.length()),
                published_at: moment(row.get("published_ms")?),
                story: row.get("story")?,
            })
        })?;
        hits.collect::<Result<_, _>>()
            .map_err(|error| self.told(error))
    }

    /// Returns late articles as hits. Phrases weigh what they weigh in the archive's index, as far
    /// as it has articles.
    fn late_hits(
        &self,
        select: &SearchSelect,
        found: &[&ReadVersion],
        kept: Option<ScoreScale>,
    ) -> Result<Vec<SearchHit>, ArchiveError> {
        let phrases = select.sought.wanted_phrases();
        let lengths = self.late.iter().map(|version| version.length() as u64);
        let late = IndexTotals {
            articles: self.late.len() as u64,
            tokens: lengths.sum(),
        };

        let Some(mut scale) = kept else {
            let weights = phrases.iter().map(|phrase| {
                let has = |version: &&ReadVersion| count_in_words(&version.words, phrase) > 0.0;
                phrase_weight(late.articles, self.late.iter().filter(has).count() as u64)
            });
            let scale = ScoreScale {
                weights: weights.collect(),
                average: late.average(),
            };
            return self.read_hits(found, |version| {
                scale.score(&counts_where_met(version, &select.sought), version.length())
            });
        };
        // As FTS5 is made to rank them (`fts5/late_scores.rs`).
        if self
            .kept
            .is_some_and(|kept| kept.articles < 2 * late.articles)
        {
            scale.average = late.average();
        }
        self.read_hits(found, |version| {
            let counts = phrases.iter().map(|it| count_in_words(&version.words, it));
            scale.score(&counts.collect::<Vec<_>>(), version.length())
        })
    }

    fn read_hits<V: Borrow<ReadVersion>>(
        &self,
        versions: &[V],
        score: impl Fn(&ReadVersion) -> f64,
    ) -> Result<Vec<SearchHit>, ArchiveError> {
        let stories = self.stories(versions)?;
        let hits = versions.iter().map(|version| {
            let version = version.borrow();
            let story = stories.get(&version.article);
            SearchHit {
                article: version.article,
                score: score(version),
                published_at: moment(version.published_ms),
                story: story.copied().unwrap_or(version.article),
            }
        });
        Ok(hits.collect())
    }

    /// Returns the first article that told the story of each of these that is a copy.
    fn stories<V: Borrow<ReadVersion>>(
        &self,
        versions: &[V],
    ) -> Result<HashMap<i64, i64>, ArchiveError> {
        if versions.is_empty() {
            return Ok(HashMap::new());
        }
        let articles = versions.iter().map(|it| it.borrow().article.to_string());
        let sql = format!(
            "SELECT id, first_copy FROM article WHERE first_copy IS NOT NULL AND id IN ({})",
            articles.collect::<Vec<_>>().join(", ")
        );
        let mut select = self.reader.prepare_records(&sql)?;
        let stories = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        stories
            .collect::<Result<_, _>>()
            .map_err(|error| self.told(error))
    }
}

/// Returns how much each wanted phrase counts in a version, none within a part that it has not.
fn counts_where_met(version: &ReadVersion, sought: &SoughtWords) -> Vec<f64> {
    let mut counts = Vec::new();
    sought.count_in(
        &|phrase| count_in_words(&version.words, phrase),
        &mut counts,
    );
    counts
}

/// Returns the expression for what the server sends of a vector: of its lexemes those that are
/// looked for. All of them where one may be the beginning of others.
fn sent(
    vector: &str,
    phrases: &[&SoughtPhrase],
    is_in_it: impl Fn(SoughtColumns) -> bool,
) -> String {
    let phrases = phrases.iter().filter(|phrase| is_in_it(phrase.columns));
    let (mut lexemes, mut is_open) = (BTreeSet::new(), false);
    for phrase in phrases {
        is_open |= phrase.is_open;
        lexemes.extend(phrase.tokens.split(' ').map(lexeme));
    }
    if lexemes.is_empty() {
        return "CAST(NULL AS bytea)".to_owned();
    }
    if is_open {
        return format!("tsvectorsend(article_words.{vector})");
    }
    let lexemes: Vec<String> = lexemes.iter().map(|it| format!("'{it}'")).collect();
    format!(
        "tsvectorsend(ts_filter(setweight(article_words.{vector}, 'A',
             CAST(ARRAY[{}] AS text[])), '{{a}}'))",
        lexemes.join(", ")
    )
}

/// Reads the vectors of a row, as far as they were sent.
fn row_vectors<'r>(row: &Row<'r>) -> engine::Result<RowVectors<'r>> {
    let vector = |name: &str| -> engine::Result<Vector<'r>> {
        let sent = row.get_ref(name)?.as_blob_or_null()?;
        Ok(sent.and_then(Vector::read).unwrap_or_default())
    };
    Ok(RowVectors {
        words: vector("words")?,
        section: vector("section")?,
        sizes: sizes_of(row.get_ref("sizes")?.as_blob()?),
    })
}

fn moment(published_ms: Option<i64>) -> Option<Timestamp> {
    published_ms.map(Timestamp::from_millis)
}
