//! Exchanges: requests that were answered, each with what is kept of its answer. Web archives are
//! made of them.

mod choice;
mod days;
mod earlier;
mod pages;
mod row;

use std::collections::{HashMap, VecDeque};

use rusqlite::params;

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::ledger::Terms;
use crate::archive::reader::Reader;
use crate::archive::reader::article_scope::{ArticleScope, ScopeCounts};
use crate::time::Timestamp;

use choice::wanted_exchanges;
use earlier::Known;
pub use pages::{ReadPage, ReadPages};
use row::{ExchangeRow, RowAnswer, select_exchanges};

/// At most so many rows are read in one transaction. A row has the headers of an answer, some
/// kilobytes; bodies are read one by one.
const BATCH: usize = 200;

/// The runs whose User-Agent is remembered. The requests of one run stand close together.
const MOST_RUNS: usize = 1_000;

/// What is wanted of a web archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExchangeFilter {
    /// The names of sites; none for all sites.
    pub sites: Vec<String>,
    /// Answers that came at this moment or later; `None` for all.
    pub since: Option<Timestamp>,
    /// Answers that came before this moment; `None` for all.
    pub before: Option<Timestamp>,
    /// Only answers for pages and photos of these articles, and the files of their hosts and sites
    /// that tell rules; `None` for all answers, those for lists and feeds as well.
    pub articles: Option<ArticleScope>,
}

impl ExchangeFilter {
    /// Tells whether only answers of some days are wanted.
    fn has_days(&self) -> bool {
        self.since.is_some() || self.before.is_some()
    }

    /// Returns the first moment of answers in milliseconds, and the first one that is too late.
    fn span(&self) -> (i64, i64) {
        let since = self.since.map_or(i64::MIN, Timestamp::millis);
        let before = self.before.map_or(i64::MAX, Timestamp::millis);
        (since, before)
    }

    /// Returns the sites in words.
    pub fn sites_in_words(&self) -> String {
        if self.sites.is_empty() {
            "all sites".to_owned()
        } else {
            self.sites.join(", ")
        }
    }
}

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnsweredRequest {
    /// The hash of its announcement in the ledger. No other request of any archive has it.
    pub hash: [u8; 32],
    pub url: String,
    pub announced_at: Timestamp,
    pub answered_at: Timestamp,
    pub status: u16,
    /// The address that the host had when the request was announced.
    pub server: Option<String>,
    /// The rule of the robots.txt that allowed it.
    pub rule: String,
    /// The User-Agent that was sent; `None` where its run did not record it.
    pub user_agent: Option<String>,
    /// The site and the role of its page; `None` of a robots.txt.
    pub page: Option<ExchangePage>,
    pub answer: ExchangeAnswer,
}

/// The page that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangePage {
    pub site: String,
    pub site_title: String,
    pub role: String,
}

/// What is kept of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeAnswer {
    Captured(CapturedAnswer),
    /// A revisit that brought the bytes of an earlier answer again. Only the ledger tells of it.
    SameBytes {
        earlier: EarlierAnswer,
        sha256: [u8; 32],
    },
    /// A revisit that was answered by 304.
    NotModified {
        earlier: EarlierAnswer,
    },
    /// A revisit as the two above, whose earlier answer the filter leaves out.
    SameAsBefore,
    /// A robots.txt. Its headers are not kept.
    Robots {
        copy: i64,
    },
    /// The paper forbids archiving.
    Withheld,
    /// Only the ledger tells of it.
    NotKept,
}

/// An answer whose headers and body are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedAnswer {
    pub capture: i64,
    /// The response headers, `name: value`, one a line.
    pub headers: String,
    pub sha256: [u8; 32],
    /// The length of the body.
    pub bytes: usize,
    pub charset_declared: Option<String>,
    pub charset_used: Option<String>,
    /// The first answer for the same page that had the same bytes, if this one is a later one.
    pub first: Option<EarlierAnswer>,
}

/// An earlier answer for the same page, which the same filter selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierAnswer {
    /// The hash of its announcement.
    pub hash: [u8; 32],
    pub answered_at: Timestamp,
    pub sha256: [u8; 32],
}

/// The exchanges of a filter, in the order of their announcements. Memory does not grow with their
/// number, and no transaction stays open between two of them.
#[derive(Debug)]
pub struct Exchanges<'r> {
    reader: &'r Reader,
    filter: ExchangeFilter,
    select: String,
    /// The last row of the ledger when the reading began.
    last: i64,
    /// The announcement that was read last; `None` at the end.
    after: Option<i64>,
    ahead: VecDeque<ExchangeRow>,
    user_agents: HashMap<i64, Option<String>>,
    /// What came of the choice of articles.
    pub(crate) chosen: Option<ScopeCounts>,
}

#[doc(hidden)]
impl Reader {
    /// Returns the exchanges of a filter that were saved when the reading begins.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read. The iterator may fail for the same reason.
    pub fn exchanges(&self, filter: &ExchangeFilter) -> Result<Exchanges<'_>, ArchiveError> {
        let last = self
            .connection
            .query_row("SELECT coalesce(max(id), 0) FROM ledger", [], |row| {
                row.get(0)
            })
            .map_err(|error| ArchiveError::at(&self.path, error))?;

        let chosen = self.choose_exchanges(filter)?;
        Ok(Exchanges {
            reader: self,
            filter: filter.clone(),
            select: select_exchanges(wanted_exchanges(filter)),
            last,
            after: Some(0),
            ahead: VecDeque::new(),
            user_agents: HashMap::new(),
            chosen,
        })
    }

    /// Returns the content of a robots.txt.
    pub fn robots_body(&self, copy: i64) -> Result<Vec<u8>, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT body FROM robots WHERE id = ?1")?;
        let body: Option<Vec<u8>> = select.query_row([copy], |row| row.get(0))?;
        Ok(body.unwrap_or_default())
    }
}

impl Iterator for Exchanges<'_> {
    type Item = Result<AnsweredRequest, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ahead.is_empty()
            && let Some(after) = self.after.take()
            && let Err(error) = self.read_behind(after)
        {
            return Some(Err(error));
        }

        let row = self.ahead.pop_front()?;
        Some(self.exchange(row))
    }
}

impl Exchanges<'_> {
    /// Reads the next rows.
    fn read_behind(&mut self, after: i64) -> Result<(), ArchiveError> {
        let mut select = self.reader.connection.prepare_cached(&self.select)?;
        let (since, before) = self.filter.span();
        let rows = select.query_map(
            params![after, self.last, since, before, BATCH],
            ExchangeRow::read,
        )?;

        self.ahead = rows
            .collect::<Result<_, _>>()
            .map_err(|error| ArchiveError::at(&self.reader.path, error))?;
        self.after = self.ahead.back().map(|row| row.announced_id);
        Ok(())
    }

    fn exchange(&mut self, row: ExchangeRow) -> Result<AnsweredRequest, ArchiveError> {
        let user_agent = self.user_agent(row.run)?;
        let answer = self.answer(&row)?;
        Ok(row.exchange(user_agent, answer))
    }

    fn answer(&self, row: &ExchangeRow) -> Result<ExchangeAnswer, ArchiveError> {
        match (&row.kept, row.robots, row.page_id) {
            (RowAnswer::Body { .. }, _, _) => self.captured(row),
            (RowAnswer::Withheld, _, page) => {
                self.note_state(page, Known::Unkept)?;
                Ok(ExchangeAnswer::Withheld)
            }
            (RowAnswer::Nothing, Some(copy), _) => Ok(ExchangeAnswer::Robots { copy }),
            (RowAnswer::Nothing, None, Some(page)) => self.told_by_ledger(row, page),
            (RowAnswer::Nothing, None, None) => Ok(ExchangeAnswer::NotKept),
        }
    }

    fn captured(&self, row: &ExchangeRow) -> Result<ExchangeAnswer, ArchiveError> {
        self.note_state(row.page_id, Known::Kept)?;
        let Some(mut captured) = row.captured() else {
            return Ok(ExchangeAnswer::NotKept);
        };
        if let Some(page) = row.page_id {
            captured.first = self.first_with(page, row.announced_id, &captured.sha256)?;
        }
        Ok(ExchangeAnswer::Captured(captured))
    }

    /// Returns the User-Agent of a run. The row with a run's terms is the first one behind those
    /// that were there when the run began.
    fn user_agent(&mut self, run: i64) -> Result<Option<String>, ArchiveError> {
        if let Some(known) = self.user_agents.get(&run) {
            return Ok(known.clone());
        }

        let mut select = self.reader.connection.prepare_cached(
            "SELECT terms FROM ledger
             WHERE id > (SELECT ledger_from FROM run WHERE id = ?1) AND run_id = ?1
             ORDER BY id LIMIT 1",
        )?;
        let terms: Option<Option<String>> = select.query_row([run], |row| row.get(0)).optional()?;
        let user_agent = terms
            .flatten()
            .and_then(|terms| Terms::from_json(&terms))
            .and_then(|terms| terms.user_agent);

        if self.user_agents.len() >= MOST_RUNS {
            self.user_agents.clear();
        }
        self.user_agents.insert(run, user_agent.clone());
        Ok(user_agent)
    }
}
