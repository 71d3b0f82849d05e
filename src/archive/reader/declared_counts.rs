//! What papers declare about uses of their articles, counted for a report.

use std::collections::BTreeMap;

use rusqlite::params;
use serde_json::json;

use crate::archive::engine::ResultRows;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::newest_declared::newest_declared;
use crate::rights::{Claim, DeclaredRights, Purpose, Use, UseState};
use crate::time::Timestamp;

/// The most changes that are told: people read the report. The newest ones count.
const MOST_CHANGES: u32 = 100;

/// The most sources that are counted. An honest paper has some ten.
const MOST_SOURCES: usize = 200;

/// The most licences that are counted: a hostile paper could name another on each page.
const MOST_LICENCES: usize = 100;

/// A day in milliseconds.
const DAY: i64 = 24 * 3600 * 1000;

/// What is declared about the articles of some sites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredCounts {
    pub articles: u64,
    /// Each use with its articles: allowed, reserved, unsaid.
    pub uses: Vec<(Use, [u64; 3])>,
    /// Articles that no archive may keep, by now.
    pub not_for_archives: u64,
    /// The articles by the source of a statement, and by what it says: `ai_train reserved`.
    pub sources: BTreeMap<(String, String), u64>,
    /// The articles by the licences that they name.
    pub licences: BTreeMap<String, u64>,
    pub changes: Vec<RightsChange>,
    /// The pages that are not asked for, by the licence that demands a token for them.
    pub licence_servers: BTreeMap<String, u64>,
}

/// What papers declared otherwise on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightsChange {
    /// The first moment of the day, in UTC.
    pub day: Timestamp,
    pub articles: u64,
    pub before: DeclaredRights,
    pub after: DeclaredRights,
}

/// Articles by the rights that count; a condition on the articles and [`BY_RIGHTS`] follow.
const NEWEST: &str = concat!(
    "SELECT declared.statements, count(*)
     FROM article LEFT JOIN declared ON declared.id = ",
    newest_declared!("declared_id"),
    " WHERE"
);

/// The articles of the sites.
const OF_SITES: &str =
    "NOT EXISTS (SELECT 1 FROM tombstone WHERE tombstone.article_id = article.id)
       AND article.site_id IN (SELECT id FROM site WHERE ?1 = '[]'
                               OR name IN (SELECT value FROM json_each(?1)))";

const BY_RIGHTS: &str = "GROUP BY declared.id";

/// The changes of a day. The first row of an article is one where it came after the article.
const CHANGES: &str = "SELECT at / ?2 AS day, before.statements, after.statements, count(*)
     FROM (SELECT article_declared.at, declared_id, article.first_seen_at,
                  lag(declared_id) OVER (PARTITION BY article_id ORDER BY at) AS before_id
           FROM article_declared JOIN article ON article.id = article_declared.article_id
           WHERE article.site_id IN (SELECT id FROM site WHERE ?1 = '[]'
                                     OR name IN (SELECT value FROM json_each(?1)))) AS told
     LEFT JOIN declared AS before ON before.id = before_id
     JOIN declared AS after ON after.id = declared_id
     WHERE before_id IS NOT NULL OR at > first_seen_at
     GROUP BY day, before.id, after.id ORDER BY day DESC, count(*) DESC LIMIT ?3";

/// The pages that a licence keeps from being asked for.
const LICENCE_SERVERS: &str = "SELECT reason, count(*) FROM page
     WHERE verdict = 'disallowed' AND reason LIKE 'RSL licence %'
       AND site_id IN (SELECT id FROM site WHERE ?1 = '[]'
                       OR name IN (SELECT value FROM json_each(?1)))
     GROUP BY reason ORDER BY count(*) DESC LIMIT ?2";

#[doc(hidden)]
impl Reader {
    /// Counts what is declared about the articles of sites; of all sites where none is named. What
    /// holds from a moment on counts by `now`. Sees saved changes only.
    pub fn declared_counts(
        &self,
        sites: &[String],
        now: Timestamp,
    ) -> Result<DeclaredCounts, ArchiveError> {
        let sites = json!(sites).to_string();
        let mut newest = self
            .connection
            .prepare(&format!("{NEWEST} {OF_SITES} {BY_RIGHTS}"))?;
        let mut counts = DeclaredCounts::of(newest.query([&sites])?, now)?;

        let mut changes = self.connection.prepare(CHANGES)?;
        let changes = changes.query_map(params![sites, DAY, MOST_CHANGES], |row| {
            Ok(RightsChange {
                day: Timestamp::from_millis(row.get::<_, i64>(0)? * DAY),
                before: rights(row.get(1)?),
                after: rights(row.get(2)?),
                articles: row.get(3)?,
            })
        })?;
        counts.changes = changes.collect::<Result<_, _>>()?;

        let mut servers = self.connection.prepare(LICENCE_SERVERS)?;
        let servers = servers.query_map(params![sites, MOST_CHANGES], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        counts.licence_servers = servers.collect::<Result<_, _>>()?;
        Ok(counts)
    }

    /// Counts what is declared about the articles in a temporary table.
    pub(super) fn rights_of(
        &self,
        table: &str,
        now: Timestamp,
    ) -> Result<DeclaredCounts, ArchiveError> {
        let chosen = format!("article.id IN (SELECT id FROM {table})");
        let mut newest = self
            .connection
            .prepare(&format!("{NEWEST} {chosen} {BY_RIGHTS}"))?;
        DeclaredCounts::of(newest.query([])?, now)
    }
}

impl DeclaredCounts {
    /// Counts rows of rights, each with the number of its articles.
    fn of(mut rows: ResultRows<'_>, now: Timestamp) -> Result<Self, ArchiveError> {
        let mut counts = Self {
            uses: Use::ALL.map(|wanted| (wanted, [0; 3])).into(),
            ..Self::default()
        };
        while let Some(row) = rows.next()? {
            counts.see(&rights(row.get(0)?), row.get(1)?, now);
        }
        Ok(counts)
    }

    fn see(&mut self, rights: &DeclaredRights, articles: u64, now: Timestamp) {
        self.articles += articles;
        for (wanted, states) in &mut self.uses {
            let state = match rights.uses().of(*wanted) {
                UseState::Allowed => 0,
                UseState::Reserved => 1,
                UseState::Unsaid => 2,
            };
            states[state] += articles;
        }
        let against = rights.sources_against(Purpose::Archive, Some(now));
        self.not_for_archives += if against.is_empty() { 0 } else { articles };

        for licence in rights.licences() {
            let has_room = self.licences.len() < MOST_LICENCES;
            if has_room || self.licences.contains_key(&licence) {
                *self.licences.entry(licence).or_default() += articles;
            }
        }

        let mut seen = Vec::new();
        for statement in rights.statements() {
            let Some(says) = in_words(&statement.claim) else {
                continue;
            };
            let key = (statement.source.clone(), says);
            let has_room = self.sources.len() < MOST_SOURCES || self.sources.contains_key(&key);
            if has_room && !seen.contains(&key) {
                *self.sources.entry(key.clone()).or_default() += articles;
                seen.push(key);
            }
        }
    }
}

/// Reads statements. A damaged row says nothing, and `verify` names it.
fn rights(statements: Option<String>) -> DeclaredRights {
    statements
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// Returns a claim in words; `None` where it says nothing of a use.
fn in_words(claim: &Claim) -> Option<String> {
    match claim {
        Claim::Use(wanted, state) => Some(format!("{} {}", wanted.name(), state.name())),
        Claim::Level(level) => Some(format!("use={}", level.name())),
        Claim::Licence(_) => Some("names a licence".to_owned()),
        Claim::NoArchive => Some("no archive".to_owned()),
        Claim::UnavailableAfter(_) => Some("unavailable after a day".to_owned()),
        Claim::Unknown(_) => None,
    }
}
