//! What refers to damaged rows, and hangs on them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::walk::is_unreadable;

/// At most so many dependents of one row are named; all are counted.
const NAMED: usize = 10;

/// What was read from a page.
const VERSIONS: &str = "version(s) read from it";

/// A kind of rows that others are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parent {
    Dictionary,
    Body,
    Capture,
    Robots,
    Page,
    Article,
    Site,
}

/// What hangs on a damaged row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dependents {
    /// What they are: `bodies compressed with it`.
    pub what: &'static str,
    pub count: u64,
    /// The first of them.
    pub named: Vec<String>,
}

impl Parent {
    /// Returns the kind of a table's rows; `None` where nothing is made from them.
    pub fn of_table(table: &str) -> Option<Self> {
        Some(match table {
            "dictionary" => Self::Dictionary,
            "body" => Self::Body,
            "capture" => Self::Capture,
            "robots" => Self::Robots,
            "page" => Self::Page,
            "article" => Self::Article,
            "site" => Self::Site,
            _ => return None,
        })
    }

    /// Returns what hangs on such rows, and SQL that finds each with the row that it hangs on.
    fn children(self) -> (&'static str, &'static str) {
        match self {
            Self::Dictionary => (
                "bod(y|ies) compressed with it",
                "SELECT dictionary_id, 'body ' || id FROM body WHERE dictionary_id IS NOT NULL
                 ORDER BY id",
            ),
            Self::Body => (
                VERSIONS,
                "SELECT capture.body_id, 'article ' || site.name || '/' || article.name
                        || ', version ' || version.n
                 FROM version JOIN capture ON capture.id = version.capture_id
                 JOIN article ON article.id = version.article_id
                 JOIN site ON site.id = article.site_id
                 WHERE capture.body_id IS NOT NULL ORDER BY version.id",
            ),
            Self::Capture => (
                VERSIONS,
                "SELECT version.capture_id, 'article ' || site.name || '/' || article.name
                        || ', version ' || version.n
                 FROM version JOIN article ON article.id = version.article_id
                 JOIN site ON site.id = article.site_id ORDER BY version.id",
            ),
            Self::Robots => (
                "request(s) that it allowed",
                "SELECT robots_id, 'row ' || id || ' of the ledger' FROM ledger
                 WHERE robots_id IS NOT NULL ORDER BY id",
            ),
            Self::Page => (
                "answer(s) from its address",
                "SELECT page_id, 'capture ' || id FROM capture ORDER BY id",
            ),
            Self::Article => (
                "version(s) of it",
                "SELECT article_id, 'version ' || n FROM version ORDER BY id",
            ),
            Self::Site => (
                "article(s) of it",
                "SELECT site_id, name FROM article ORDER BY id",
            ),
        }
    }
}

#[doc(hidden)]
impl Reader {
    /// Returns what hangs on these rows, as far as it can be read. Sees saved changes only.
    pub fn dependents(
        &self,
        parent: Parent,
        rows: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, Dependents>, ArchiveError> {
        let (what, select) = parent.children();
        let mut found = BTreeMap::new();
        let mut select = match self.connection.prepare(select) {
            Ok(select) => select,
            Err(error) if is_unreadable(&error) => return Ok(found),
            Err(error) => return Err(error.into()),
        };
        let mut children = select.query([])?;

        loop {
            let child = match children.next() {
                Ok(Some(child)) => child,
                Ok(None) => return Ok(found),
                Err(error) if is_unreadable(&error) => return Ok(found),
                Err(error) => return Err(error.into()),
            };
            let Ok(row) = child.get::<_, i64>(0) else {
                continue;
            };
            if rows.contains(&row) {
                let all = found.entry(row).or_insert_with(|| Dependents::none(what));
                all.add(child.get(1).unwrap_or_else(|_| "?".to_owned()));
            }
        }
    }
}

impl Dependents {
    fn none(what: &'static str) -> Self {
        Self {
            what,
            count: 0,
            named: Vec::new(),
        }
    }

    /// Returns both together.
    pub fn with(mut self, other: Self) -> Self {
        self.count += other.count;
        self.named.extend(other.named);
        self.named.truncate(NAMED);
        self
    }

    fn add(&mut self, name: String) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(name);
        }
    }
}
