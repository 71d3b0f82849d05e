//! Traversals of lists: how far one goes, where it stands, and how it ends.

mod stored;
mod traversal_step;

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::list::stored::{StoredOverlap, list_head, previous_rows, seen_rows};
use crate::archive::named_columns::NamedColumns;
use crate::archive::recrawl::{HISTORY, history};
use crate::archive::store::Writer;
use crate::frontier::recrawl::{self, ListHistory};
use crate::frontier::{
    History, ListHead, ListPosition, Overlap, PageId, Past, SeenRows, Traversal,
};
use crate::time::Timestamp;

pub(super) use traversal_step::{add_list_page, forget_seen_rows, write_traversal_end};

#[doc(hidden)]
impl Writer {
    /// Returns the position at the first page of a list, where a traversal begins.
    pub(super) fn first_page_position(
        &self,
        page: PageId,
        past: &Past,
        row: &NamedColumns<'_, '_>,
        now: Timestamp,
    ) -> Result<ListPosition, ArchiveError> {
        let traversal = self.next_traversal(page, past, now)?;
        let previous = list_head(row.get("joint")?)?;
        Ok(first_page(page, traversal, previous, now))
    }

    /// Returns the position of a further page of a list in the list's traversal.
    pub(super) fn list_position(
        &self,
        row: &NamedColumns<'_, '_>,
    ) -> Result<ListPosition, ArchiveError> {
        let section = PageId(row.get("section_id")?);
        let traversal: String = row.get("pass")?;

        Ok(ListPosition {
            section,
            history: Some(self.history(section)?),
            traversal: Traversal::named(&traversal)
                .ok_or_else(|| ArchiveError::Damaged("page pass".to_owned()))?,
            began: Timestamp::from_millis(row.get("began_at")?),
            previous: previous_rows(row.get::<Option<String>>("previous")?.as_deref())?,
            promised: row.get("promised")?,
            overlap: self.overlap(section, row.get("joint")?)?,
            seen: seen_rows(row.get("met")?)?,
        })
    }

    /// Decides how far a traversal goes that begins at a list's first page.
    fn next_traversal(
        &self,
        section: PageId,
        past: &Past,
        now: Timestamp,
    ) -> Result<Traversal, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM page AS below
                            WHERE below.section_id = page.id AND below.due_at IS NOT NULL
                            AND below.pass <> 'later'),
                    EXISTS (SELECT 1 FROM page AS other
                            WHERE other.site_id = page.site_id AND other.role = 'section'
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

    /// Reads the history of a list's first page.
    fn history(&self, list: PageId) -> Result<History, ArchiveError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {HISTORY},
                    url IS NOT DISTINCT FROM (SELECT whole_list FROM site
                            WHERE site.id = page.site_id) AS is_whole_list
             FROM page WHERE id = ?1"
        ))?;
        let mut rows = select.query([list.0])?;
        let row = rows
            .next()?
            .ok_or_else(|| ArchiveError::Damaged("page section_id".to_owned()))?;
        let row = NamedColumns::of(&row);
        history(&row, row.get("is_whole_list")?)
    }

    /// Reads the overlap of a traversal: where it began, and the head of the section's last
    /// complete traversal, which it is to reach.
    fn overlap(&self, section: PageId, kept: Option<String>) -> Result<Overlap, ArchiveError> {
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
            previous: list_head(before)?,
            was_reached: false,
        })
    }
}

/// Returns the position at the first page of a window: a list of some days that is read to its end,
/// once.
pub(super) fn window(page: PageId, now: Timestamp) -> ListPosition {
    first_page(page, Traversal::Window, None, now)
}

/// Returns the position at which a traversal begins.
fn first_page(
    page: PageId,
    traversal: Traversal,
    previous: Option<ListHead>,
    now: Timestamp,
) -> ListPosition {
    let overlap = Overlap {
        previous,
        ..Overlap::default()
    };

    ListPosition {
        section: page,
        history: None,
        traversal,
        began: now,
        previous: Vec::new(),
        promised: false,
        overlap,
        seen: SeenRows::default(),
    }
}
