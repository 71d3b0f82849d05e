//! What outlives the archive that a backup takes the place of: its takedowns, its holds, and how
//! long its hosts must not be asked.

mod carry_over;

use crate::archive::archive_file::ArchiveFile;
use crate::archive::carried::carry_over::find;
use crate::archive::engine::{self, Connection, Row};
use crate::archive::error::ArchiveError;
use crate::time::Timestamp;

/// The schema that brought takedowns and holds. Of an older archive nothing is read: its hosts rest
/// for a gap, as those of all others do.
const CARRIED_SINCE: i64 = 19;

/// What is carried over from one state of an archive to another. Articles are known by their names:
/// another state may have them in other rows.
#[derive(Clone, Debug, Default)]
pub struct CarriedState {
    takedowns: Vec<CarriedTakedown>,
    holds: Vec<CarriedHold>,
    hosts: Vec<CarriedHost>,
    /// Reasons of takedowns that removed also what lists of their paper show.
    of_lists: Vec<String>,
}

/// What was carried over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarriedOver {
    /// Takedowns that the other state did not know.
    pub takedowns: u64,
    /// Articles that are held now and were not.
    pub holds: u64,
    /// Holds on articles that the other state does not have.
    pub left: Vec<LeftHold>,
}

/// A hold that cannot be carried over: its article is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftHold {
    pub site: String,
    /// The article's address.
    pub url: String,
    pub at: Timestamp,
    pub why: Option<String>,
}

/// An article as any state of the archive knows it.
#[derive(Clone, Debug)]
struct ArticleNames {
    site: String,
    site_title: String,
    home: String,
    number: Option<i64>,
    text_id: Option<String>,
    url: String,
    access: String,
    first_seen_at: i64,
}

#[derive(Clone, Debug)]
struct CarriedTakedown {
    article: ArticleNames,
    at: i64,
    why: String,
    addresses: Vec<String>,
}

#[derive(Clone, Debug)]
struct CarriedHold {
    article: ArticleNames,
    at: i64,
    why: Option<String>,
}

/// A host's pace, as its row has it.
#[derive(Clone, Debug)]
struct CarriedHost {
    name: String,
    last_at: i64,
    not_before: i64,
    gap: i64,
    slowed: i64,
    strikes: i64,
    refusals: i64,
    rest: Option<String>,
}

/// The columns of [`ArticleNames`].
const NAMES: &str = "site.name, site.title, site.home, article.number, article.text_id,
    article.url, article.access, article.first_seen_at";

#[doc(hidden)]
impl CarriedState {
    /// Reads what is to be carried over from an archive.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn of(file: &ArchiveFile) -> Result<Self, ArchiveError> {
        if file.schema() < CARRIED_SINCE {
            return Ok(Self::default());
        }

        let tx = file.connection();
        Ok(Self {
            takedowns: takedowns(tx)?,
            holds: holds(tx)?,
            hosts: hosts(tx)?,
            of_lists: of_lists(tx)?,
        })
    }

    /// Returns how many takedowns there are.
    pub fn takedowns(&self) -> u64 {
        self.takedowns.len() as u64
    }

    /// Returns how many articles are held.
    pub fn holds(&self) -> u64 {
        self.holds.len() as u64
    }

    /// Returns the holds on articles that another state of the archive does not have. One of an
    /// older schema does not tell: all of its articles are taken for known.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read.
    pub fn holds_without_article(&self, file: &ArchiveFile) -> Result<Vec<LeftHold>, ArchiveError> {
        let mut left = Vec::new();
        for hold in &self.holds {
            if file.schema() >= CARRIED_SINCE
                && find(file.connection(), &hold.article, &[])?.is_none()
            {
                left.push(hold.left());
            }
        }
        Ok(left)
    }
}

impl CarriedHold {
    fn left(&self) -> LeftHold {
        LeftHold {
            site: self.article.site.clone(),
            url: self.article.url.clone(),
            at: Timestamp::from_millis(self.at),
            why: self.why.clone(),
        }
    }
}

fn takedowns(tx: &Connection) -> Result<Vec<CarriedTakedown>, ArchiveError> {
    let mut addresses = tx.prepare("SELECT url FROM taken_down_address WHERE article_id = ?1")?;
    let mut select = tx.prepare(&format!(
        "SELECT {NAMES}, tombstone.at, tombstone.why, article.id
         FROM tombstone JOIN article ON article.id = tombstone.article_id
         JOIN site ON site.id = article.site_id ORDER BY tombstone.at, article.id"
    ))?;

    let mut takedowns = Vec::new();
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let article: i64 = row.get(10)?;
        let urls = addresses.query_map([article], |row| row.get(0))?;
        takedowns.push(CarriedTakedown {
            article: names(&row)?,
            at: row.get(8)?,
            why: row.get(9)?,
            addresses: urls.collect::<Result<_, _>>()?,
        });
    }
    Ok(takedowns)
}

fn holds(tx: &Connection) -> Result<Vec<CarriedHold>, ArchiveError> {
    let mut select = tx.prepare(&format!(
        "SELECT {NAMES}, hold.at, hold.why
         FROM hold JOIN article ON article.id = hold.article_id
         JOIN site ON site.id = article.site_id ORDER BY article.id"
    ))?;
    let rows = select.query_map([], |row| {
        Ok(CarriedHold {
            article: names(row)?,
            at: row.get(8)?,
            why: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the reasons of takedowns that removed bodies of lists, too: their answers say so.
fn of_lists(tx: &Connection) -> Result<Vec<String>, ArchiveError> {
    let mut select = tx.prepare(
        "SELECT DISTINCT tombstone.why FROM tombstone
         WHERE EXISTS (SELECT 1 FROM capture JOIN page ON page.id = capture.page_id
                       WHERE capture.withheld = 'its body was removed: ' || tombstone.why
                         AND page.role NOT IN ('article', 'photo'))",
    )?;
    let rows = select.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn hosts(tx: &Connection) -> Result<Vec<CarriedHost>, ArchiveError> {
    let mut select = tx.prepare(
        "SELECT name, last_at, not_before, gap, slowed, strikes, refusals, rest FROM host
         ORDER BY id",
    )?;
    let rows = select.query_map([], |row| {
        Ok(CarriedHost {
            name: row.get(0)?,
            last_at: row.get(1)?,
            not_before: row.get(2)?,
            gap: row.get(3)?,
            slowed: row.get(4)?,
            strikes: row.get(5)?,
            refusals: row.get(6)?,
            rest: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn names(row: &Row<'_>) -> engine::Result<ArticleNames> {
    Ok(ArticleNames {
        site: row.get(0)?,
        site_title: row.get(1)?,
        home: row.get(2)?,
        number: row.get(3)?,
        text_id: row.get(4)?,
        url: row.get(5)?,
        access: row.get(6)?,
        first_seen_at: row.get(7)?,
    })
}
