//! Readings of lists: how far one is to go, where it stands, and how it closes.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::archive::body::{pack, unpack};
use crate::archive::error::ArchiveError;
use crate::archive::recrawl::{HISTORY, history};
use crate::archive::store::Archive;
use crate::archive::truncated_list::write_cut;
use crate::frontier::recrawl::{self, ListHistory};
use crate::frontier::{
    Continuation, Coverage, History, ListEnd, ListHead, ListPosition, Overlap, Page, PageId, Past,
    Role, SeenRows, Traversal, TraversalEnd,
};
use crate::time::Timestamp;

impl Archive {
    /// Returns a list whose reading begins at its first page.
    pub(super) fn begun_list(
        &self,
        page: PageId,
        past: &Past,
        row: &Row<'_>,
        now: Timestamp,
    ) -> Result<ListPosition, ArchiveError> {
        Ok(begun(
            page,
            self.pass_of(page, past, now)?,
            head(row.get("joint")?)?,
            now,
        ))
    }

    /// Returns where a further page of a list stands in the list's reading.
    pub(super) fn list(&self, row: &Row<'_>) -> Result<ListPosition, ArchiveError> {
        let section = PageId(row.get("section_id")?);
        let traversal: String = row.get("pass")?;
        Ok(ListPosition {
            section,
            history: Some(self.history(section)?),
            traversal: Traversal::named(&traversal)
                .ok_or_else(|| ArchiveError::Damaged("page pass".to_owned()))?,
            began: Timestamp::from_millis(row.get("began_at")?),
            previous: marks(row.get::<_, Option<String>>("previous")?.as_deref())?,
            promised: row.get("promised")?,
            overlap: self.joint(section, row.get("joint")?)?,
            seen: met(row.get("met")?)?,
        })
    }

    /// Returns how far a reading goes that begins at a list's first page.
    fn pass_of(
        &self,
        section: PageId,
        past: &Past,
        now: Timestamp,
    ) -> Result<Traversal, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM page AS below WHERE below.section_id = page.id AND below.due_at IS NOT NULL
                            AND below.pass <> 'later'),
                    EXISTS (SELECT 1 FROM page AS other WHERE other.site_id = page.site_id AND other.role = 'section'
                            AND other.id <> page.id AND other.read_to_end_at IS NOT NULL)
             FROM page WHERE id = ?1",
        )?;
        let (is_being_read, has_others): (bool, bool) =
            select.query_row([section.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let list = ListHistory {
            was_read_to_end: past.was_read_to_end,
            deep_at: past.deep_at,
            is_being_read,
            is_checked_by_others: has_others && past.has_everything,
        };
        Ok(recrawl::traversal(&list, now))
    }

    /// Reads what is known of a list's first page.
    fn history(&self, list: PageId) -> Result<History, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {HISTORY}, url IS (SELECT whole_list FROM site WHERE site.id = page.site_id) AS is_whole_list
             FROM page WHERE id = ?1"
        ))?;
        let mut rows = select.query([list.0])?;
        let row = rows
            .next()?
            .ok_or_else(|| ArchiveError::Damaged("page section_id".to_owned()))?;
        history(row, row.get("is_whole_list")?)
    }

    /// Reads where a reading began, and what it means to join: the section's own last complete reading.
    fn joint(&self, section: PageId, kept: Option<String>) -> Result<Overlap, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT joint FROM page WHERE id = ?1")?;
        let before = select
            .query_row([section.0], |row| row.get(0))
            .optional()?
            .flatten();
        let kept = kept
            .as_deref()
            .map(StoredOverlap::read)
            .transpose()?
            .unwrap_or_default();
        Ok(Overlap {
            met: kept.met,
            head: kept.head(),
            previous: head(before)?,
            was_reached: false,
        })
    }
}

/// Returns a window: a list that is read to its end, once.
pub(super) fn window(page: PageId, now: Timestamp) -> ListPosition {
    begun(page, Traversal::Window, None, now)
}

fn begun(
    page: PageId,
    traversal: Traversal,
    before: Option<ListHead>,
    now: Timestamp,
) -> ListPosition {
    let overlap = Overlap {
        previous: before,
        ..Overlap::default()
    };
    let (previous, met) = (Vec::new(), SeenRows::default());
    ListPosition {
        section: page,
        history: None,
        traversal,
        began: now,
        previous,
        promised: false,
        overlap,
        seen: met,
    }
}

/// A overlap as its column keeps it.
#[derive(Default, Deserialize, Serialize)]
struct StoredOverlap {
    head: Vec<i64>,
    newest: Option<i64>,
    #[serde(default)]
    met: usize,
}

impl StoredOverlap {
    fn read(json: &str) -> Result<Self, ArchiveError> {
        serde_json::from_str(json)
            .map_err(|why| ArchiveError::Damaged(format!("page joint: {why}")))
    }

    fn head(self) -> ListHead {
        ListHead {
            rows: self.head,
            newest: self.newest.map(Timestamp::from_millis),
        }
    }
}

fn head(json: Option<String>) -> Result<Option<ListHead>, ArchiveError> {
    json.map(|json| Ok(StoredOverlap::read(&json)?.head()))
        .transpose()
}

/// Writes where a reading began, and how much it has met, as the column keeps it.
fn joint_json(head: &ListHead, met: usize) -> String {
    let newest = head.newest.map(Timestamp::millis);
    serde_json::to_string(&StoredOverlap {
        head: head.rows.clone(),
        newest,
        met,
    })
    .expect("numbers are JSON")
}

/// The most bytes that a memory of met rows has: what is longer was not written by this program.
const LONGEST_MET: usize = 1 << 16;

/// Reads what a reading has met. A page that was queued before such memories were kept begins one.
fn met(packed: Option<Vec<u8>>) -> Result<SeenRows, ArchiveError> {
    let Some(packed) = packed else {
        return Ok(SeenRows::default());
    };
    Ok(SeenRows::from_bytes(&unpack(&packed, LONGEST_MET)?))
}

fn marks(json: Option<&str>) -> Result<Vec<i64>, ArchiveError> {
    let Some(json) = json else {
        return Ok(Vec::new());
    };
    serde_json::from_str(json).map_err(|why| ArchiveError::Damaged(format!("page previous: {why}")))
}

/// Queues the next page of a list, known or not, and returns by how many pages the queue grew;
/// `None` where the list goes round, so that its reading was closed.
///
/// A reading that goes to the end is not shortened by one that catches up. A page that is no
/// further one of a list stays what it is, unless it was only linked: pagers link their pages by
/// number as well.
pub(super) fn add_list_page(
    work: &Connection,
    page: &Page,
    next: &Continuation,
    now: Timestamp,
) -> Result<Option<i64>, ArchiveError> {
    let mut queued =
        work.prepare_cached("SELECT count(*) FROM page WHERE url = ?1 AND due_at IS NOT NULL")?;
    let before: i64 = queued.query_row([next.url.as_str()], |row| row.get(0))?;
    let added = work.prepare_cached(
        "INSERT INTO page (site_id, host, url, role, priority, discovered_at, due_at, section_id, pass, began_at, previous, promised, hops,
                           joint, met)
         SELECT site.id, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 FROM site WHERE site.name = ?1
         ON CONFLICT (url) DO UPDATE SET
           due_at = excluded.due_at, attempts = 0, verdict = NULL, reason = NULL, settled_at = NULL,
           section_id = excluded.section_id, began_at = excluded.began_at, previous = excluded.previous,
           promised = excluded.promised, hops = excluded.hops, joint = excluded.joint, met = excluded.met,
           pass = CASE WHEN page.due_at IS NOT NULL AND page.pass <> 'later' THEN page.pass ELSE excluded.pass END,
           role = excluded.role, priority = excluded.priority
         WHERE page.role = 'list'
            OR page.role = 'article' AND page.number IS NULL AND coalesce(page.verdict, 'unextracted') IN ('unextracted', 'gone')",
    )?
    .execute(params![
        page.site,
        next.url.host().as_str(),
        next.url.as_str(),
        Role::ListPage.name(),
        Role::ListPage.priority(),
        now.millis(),
        next.list.section.0,
        next.list.traversal.name(),
        next.list.began.millis(),
        serde_json::json!(next.list.previous).to_string(),
        next.list.promised,
        next.hops,
        joint_json(&next.list.overlap.head, next.list.overlap.met),
        pack(&next.list.seen.to_bytes()).zstd
    ])?;
    if added == 0 {
        // The list leads to a page of another kind, its own beginning perhaps: it goes round.
        let closing = TraversalEnd::Ended {
            end: ListEnd::Repeats,
            since: None,
            head: next.list.overlap.head.clone(),
            cut: None,
        };
        write_closing(work, next.list.section, next.list.traversal, &closing, now)?;
        return Ok(None);
    }
    Ok(Some(1 - before))
}

/// Forgets what the reading had met at a page that is settled: the next page has it.
pub(super) fn forget_met(work: &Connection, page: PageId) -> Result<(), ArchiveError> {
    work.prepare_cached("UPDATE page SET met = NULL WHERE id = ?1 AND met IS NOT NULL")?
        .execute([page.0])?;
    Ok(())
}

/// Writes how a reading of a list closed. What a server that repeats itself hides cannot be reached by reading on: such
/// a list counts as read to its end, and its `list_end` says that it is partial. A later reading leaves that standing. A
/// list that broke off counts as never read.
pub(super) fn write_closing(
    work: &Connection,
    section: PageId,
    traversal: Traversal,
    closing: &TraversalEnd,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let (end, since, head) = match closing {
        TraversalEnd::Ended {
            end,
            since,
            head,
            cut,
        } => {
            write_cut(work, section, traversal, *end, *cut)?;
            (end, since, head)
        }
        TraversalEnd::BrokenOff => {
            // A later reading goes on until it has joined the last complete one; where that is not known, all is read again.
            work.prepare_cached(
                "UPDATE page SET read_to_end_at = NULL WHERE id = ?1 AND joint IS NULL",
            )?
            .execute([section.0])?;
            return Ok(());
        }
    };
    let (since, overlap) = (since.map(Timestamp::millis), joint_json(head, 0));
    match traversal {
        Traversal::First | Traversal::Window => {
            let sql = "UPDATE page SET joint = ?5, list_end = ?2, read_to_end_at = ?3, deep_at = ?3, read_since = ?4 WHERE id = ?1";
            work.prepare_cached(sql)?.execute(params![
                section.0,
                end.name(),
                now.millis(),
                since,
                overlap
            ])?;
        }
        Traversal::Deep | Traversal::Later => {
            // Where the server repeated a page, what lies behind it was not met: the next reading has still to join.
            let is_whole = end.coverage() == Coverage::Whole;
            let deep_at = (traversal == Traversal::Deep).then(|| now.millis());
            let sql = "UPDATE page SET joint = coalesce(?3, joint), list_end = coalesce(list_end, ?2), deep_at = coalesce(?4, deep_at)
                       WHERE id = ?1";
            work.prepare_cached(sql)?.execute(params![
                section.0,
                end.name(),
                is_whole.then_some(overlap),
                deep_at
            ])?;
        }
    }
    Ok(())
}
