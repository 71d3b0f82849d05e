//! Dictionaries: earlier pages of a site, with which later pages of the same shape are compressed.

use std::cell::RefCell;
use std::collections::VecDeque;

use rusqlite::params;

use crate::archive::compression::{
    Compression, Dictionary, DictionaryId, Packed, pack, unpack_checked,
};
use crate::archive::engine::{AskedRow, Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::frontier::Role;
use crate::time::Timestamp;

/// Smaller pages have nothing to compress others with.
const LEAST_BYTES: i64 = 2 * 1024;

/// Larger pages are no dictionaries: their tables would take megabytes of memory.
const MOST_BYTES: i64 = 512 * 1024;

/// After so many pages in a row that a dictionary did not help, the last of them becomes the
/// dictionary. A paper with a new skin has that many in a day. A few odd pages do not replace a
/// good dictionary.
const MOST_POOR: u32 = 8;

/// The most bytes of dictionaries that are kept in memory: those of some fifty papers. The tables
/// to compress with take three times as much (measured: 237 KB for a page of 90 kB).
const MOST_KEPT_BYTES: usize = 4 << 20;

/// Pages of a site that look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageShape {
    Home,
    Feed,
    List,
    Article,
}

/// The dictionaries that were used last.
#[derive(Debug, Default)]
pub(super) struct Dictionaries {
    used: RefCell<VecDeque<Dictionary>>,
}

impl PageShape {
    /// Returns the shape of pages of a role; `None` for files that are no pages.
    pub(super) fn of(role: Role) -> Option<Self> {
        match role {
            Role::Home => Some(Self::Home),
            Role::Feed => Some(Self::Feed),
            Role::Section | Role::Window | Role::ListPage => Some(Self::List),
            Role::Article => Some(Self::Article),
            // A photo is compressed already, and no text helps it.
            Role::Policy | Role::Sitemap | Role::Photo => None,
        }
    }

    /// Returns the name that the archive keeps.
    fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Feed => "feed",
            Self::List => "list",
            Self::Article => "article",
        }
    }
}

impl Dictionaries {
    /// Returns a dictionary.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Damaged`] where neither its own bytes nor those of the page that it
    /// was made from are sound.
    pub(super) fn get(
        &self,
        connection: &Connection,
        id: DictionaryId,
    ) -> Result<Dictionary, ArchiveError> {
        self.of_content(connection, id, sha256(connection, id)?)
    }

    /// Returns a dictionary whose content has this SHA-256. An id is taken again after a rollback:
    /// only the content tells that it is the same one.
    fn of_content(
        &self,
        connection: &Connection,
        id: DictionaryId,
        sha256: Vec<u8>,
    ) -> Result<Dictionary, ArchiveError> {
        let mut used = self.used.borrow_mut();
        let is_it = |one: &Dictionary| one.id() == id && one.sha256() == sha256;
        let known = used.iter().position(is_it);
        let dictionary = match known.and_then(|at| used.remove(at)) {
            Some(dictionary) => dictionary,
            None => load(connection, id, sha256)?,
        };

        used.push_front(dictionary.clone());
        forget_oldest(&mut used);
        Ok(dictionary)
    }

    /// Returns the dictionary for bodies of a site's pages; `None` where the site has none for
    /// pages of this role, or only a damaged one.
    pub(super) fn for_pages(
        &self,
        connection: &Connection,
        site: &str,
        role: Role,
    ) -> Result<Option<Dictionary>, ArchiveError> {
        let Some(asked) = ask_newest(connection, site, role)? else {
            return Ok(None);
        };
        self.asked(connection, asked)
    }

    /// Returns the dictionary that was asked for; `None` where there is none, or only a damaged
    /// one.
    pub(super) fn asked(
        &self,
        connection: &Connection,
        asked: AskedDictionary<'_>,
    ) -> Result<Option<Dictionary>, ArchiveError> {
        let Some((id, sha256)) = asked.wait().optional()? else {
            return Ok(None);
        };
        match self.of_content(connection, id, sha256) {
            // A page that is compressed alone is safe. `verify` tells of the damage.
            Err(ArchiveError::Damaged(_)) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Returns the dictionary that a column of a body names.
    pub(super) fn named(
        &self,
        connection: &Connection,
        id: Option<i64>,
    ) -> Result<Option<Dictionary>, ArchiveError> {
        id.map(|id| self.get(connection, DictionaryId(id)))
            .transpose()
    }
}

/// Forgets the dictionaries that were not used for the longest time, until the others take no more
/// than [`MOST_KEPT_BYTES`].
fn forget_oldest(used: &mut VecDeque<Dictionary>) {
    let mut bytes = 0;
    let kept = used.iter().take_while(|one| {
        bytes += one.content().len();
        bytes <= MOST_KEPT_BYTES
    });
    let kept = kept.count();
    used.truncate(kept);
}

/// Returns the dictionary that takes the place of one whose page was removed: another one of its
/// site and shape. Where there is none, this body, compressed alone, becomes it.
pub(super) fn successor(
    tx: &Connection,
    DictionaryId(doomed): DictionaryId,
    body: &[u8],
    now: Timestamp,
) -> Result<Option<DictionaryId>, ArchiveError> {
    let mut newest = tx.prepare_cached(
        "SELECT max(other.id) FROM dictionary
         JOIN dictionary AS other USING (site_id, shape)
         WHERE dictionary.id = ?1 AND other.doomed = 0",
    )?;
    if let Some(id) = newest.query_row([doomed], |row| row.get::<_, Option<i64>>(0))? {
        return Ok(Some(DictionaryId(id)));
    }

    let packed = pack(body, None);
    if !(LEAST_BYTES..=MOST_BYTES).contains(&packed.bytes) {
        return Ok(None);
    }
    tx.execute(
        "INSERT INTO dictionary (site_id, shape, sha256, bytes, zstd, made_at)
         SELECT site_id, shape, ?2, ?3, ?4, ?5 FROM dictionary WHERE id = ?1",
        params![
            doomed,
            packed.sha256,
            packed.bytes,
            packed.zstd,
            now.millis()
        ],
    )?;
    Ok(None)
}

fn sha256(connection: &Connection, id: DictionaryId) -> Result<Vec<u8>, ArchiveError> {
    let mut select = connection.prepare_cached("SELECT sha256 FROM dictionary WHERE id = ?1")?;
    let sha256 = select.query_row([id.0], |row| row.get(0)).optional()?;
    sha256.ok_or_else(|| ArchiveError::Damaged(format!("dictionary {} is missing", id.0)))
}

fn load(
    connection: &Connection,
    id: DictionaryId,
    sha256: Vec<u8>,
) -> Result<Dictionary, ArchiveError> {
    let mut select =
        connection.prepare_cached("SELECT bytes, zstd FROM dictionary WHERE id = ?1")?;
    let (bytes, zstd): (usize, Vec<u8>) =
        select.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;

    let what = format!("dictionary {}", id.0);
    let content = match unpack_checked((&zstd, bytes), &sha256, None, &what) {
        Ok(content) => content,
        Err(damaged) => content_of_page(connection, id, &sha256)?.ok_or(damaged)?,
    };
    Ok(Dictionary::new(id, sha256, content))
}

/// Writes a dictionary's damaged bytes again, from the page that it was made from. Returns whether
/// that page is kept and sound.
pub(super) fn mend(tx: &Connection, id: DictionaryId) -> Result<bool, ArchiveError> {
    let Some(content) = content_of_page(tx, id, &sha256(tx, id)?)? else {
        return Ok(false);
    };

    let packed = pack(&content, None);
    tx.execute(
        "UPDATE dictionary SET bytes = ?2, zstd = ?3 WHERE id = ?1",
        params![id.0, packed.bytes, packed.zstd],
    )?;
    Ok(true)
}

/// Returns the content of the page that a dictionary was made from, where that is kept and sound. A
/// page that came again may be compressed with a newer dictionary.
fn content_of_page(
    connection: &Connection,
    DictionaryId(id): DictionaryId,
    sha256: &[u8],
) -> Result<Option<Vec<u8>>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT zstd, bytes, dictionary_id FROM body
         WHERE sha256 = ?1 AND (dictionary_id IS NULL OR dictionary_id > ?2)",
    )?;
    let page: Option<(Vec<u8>, usize, Option<i64>)> = select
        .query_row(params![sha256, id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((zstd, bytes, newer)) = page else {
        return Ok(None);
    };

    let newer = newer.map(|id| loaded(connection, DictionaryId(id)));
    let content = newer
        .transpose()
        .and_then(|newer| unpack_checked((&zstd, bytes), sha256, newer.as_ref(), "its page"));
    match content {
        Err(ArchiveError::Damaged(_)) => Ok(None),
        content => content.map(Some),
    }
}

fn loaded(connection: &Connection, id: DictionaryId) -> Result<Dictionary, ArchiveError> {
    load(connection, id, sha256(connection, id)?)
}

/// The dictionary in use for pages of a site and shape, and the SHA-256 of its content.
pub(super) type AskedDictionary<'c> = AskedRow<'c, (DictionaryId, Vec<u8>)>;

/// Asks for the dictionary in use for pages of a site and role; `None` for files that are no pages.
pub(super) fn ask_newest<'c>(
    connection: &'c Connection,
    site: &str,
    role: Role,
) -> Result<Option<AskedDictionary<'c>>, ArchiveError> {
    let Some(shape) = PageShape::of(role) else {
        return Ok(None);
    };
    let mut select = connection.prepare_cached(
        "SELECT id, sha256 FROM dictionary
         WHERE id = (SELECT max(dictionary.id) FROM dictionary
                     WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND shape = ?2
                       AND doomed = 0)",
    )?;
    let asked = select.ask_row(params![site, shape.name()], |row| {
        Ok((DictionaryId(row.get(0)?), row.get(1)?))
    })?;
    Ok(Some(asked))
}

/// Returns the dictionary in use for pages of a site and shape.
fn newest(
    connection: &Connection,
    site: &str,
    shape: PageShape,
) -> Result<Option<DictionaryId>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT max(dictionary.id) FROM dictionary
         WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND shape = ?2 AND doomed = 0",
    )?;
    let id: Option<i64> = select.query_row(params![site, shape.name()], |row| row.get(0))?;
    Ok(id.map(DictionaryId))
}

/// Notes what a page's body tells of the dictionaries of its site. The first page of a shape
/// becomes the dictionary of its shape. So does a page after [`MOST_POOR`] pages in a row that were
/// compressed alone.
pub(super) fn note_body(
    tx: &Connection,
    site: &str,
    role: Role,
    body: &Packed,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let Some(shape) = PageShape::of(role) else {
        return Ok(());
    };

    match body.compression {
        Compression::With(DictionaryId(id)) => {
            tx.prepare_cached("UPDATE dictionary SET poor = 0 WHERE id = ?1 AND poor > 0")?
                .execute_later([id])?;
            Ok(())
        }
        Compression::Alone => match newest(tx, site, shape)? {
            Some(id) if count_poor(tx, id)? < MOST_POOR => Ok(()),
            Some(_) | None => make(tx, site, shape, body, now),
        },
    }
}

/// Counts a page that was compressed alone though there was a dictionary, and returns how many
/// there were in a row.
fn count_poor(tx: &Connection, DictionaryId(id): DictionaryId) -> Result<u32, ArchiveError> {
    let poor = tx
        .prepare_cached("UPDATE dictionary SET poor = poor + 1 WHERE id = ?1 RETURNING poor")?
        .query_row([id], |row| row.get(0))?;
    Ok(poor)
}

/// Makes a body that is compressed alone the dictionary of its site and shape.
fn make(
    tx: &Connection,
    site: &str,
    shape: PageShape,
    body: &Packed,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    if !(LEAST_BYTES..=MOST_BYTES).contains(&body.bytes) {
        return Ok(());
    }

    tx.prepare_cached(
        "INSERT INTO dictionary (site_id, shape, sha256, bytes, zstd, made_at)
         VALUES ((SELECT id FROM site WHERE name = ?1), ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute_later(params![
        site,
        shape.name(),
        body.sha256,
        body.bytes,
        body.zstd,
        now.millis()
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionaries_that_were_used_last_are_kept_within_their_bytes() {
        let dictionary = |id| Dictionary::new(DictionaryId(id), Vec::new(), vec![0; 1 << 20]);
        let mut used: VecDeque<Dictionary> = (1..=6).map(dictionary).collect();

        forget_oldest(&mut used);

        let ids: Vec<i64> = used.iter().map(|one| one.id().0).collect();
        assert_eq!(ids, [1, 2, 3, 4]);
    }
}
