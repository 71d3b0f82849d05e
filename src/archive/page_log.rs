//! The pages in which one database differs from another, as SQLite's own log of them (SQLite's file
//! format, §4): with that beside it, the other database is the newer one, as a whole or not at all.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::archive::error::ArchiveError;
use crate::archive::exclusive_lock::ExclusiveLock;
use crate::archive::files::beside;
use crate::archive::replacement::{fold_log, sync};

/// The mark of a log whose checksums are of big-endian words.
const MAGIC: u32 = 0x377f_0683;

/// The version of the log's format.
const VERSION: u32 = 3_007_000;

/// Two numbers that tie the frames to their log. There is no other log to be mistaken for.
const SALTS: [u32; 2] = [0x7361_7365, 0x6f00_0001];

/// The pages of a database that were written, and all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangedPages {
    pub changed: u64,
    pub of: u64,
    pub page_bytes: u64,
}

/// A database that is read page by page, from its beginning.
struct Pages<'f> {
    file: BufReader<&'f File>,
    page: Vec<u8>,
    path: &'f Path,
}

/// A log that is written frame by frame.
struct PageLog {
    file: BufWriter<File>,
    sums: [u32; 2],
    path: PathBuf,
}

/// Writes the pages of `new` that `old` does not have so into `old`; at each moment, `old` and the
/// log beside it are the old or the new database. `new` is closed, and has no log. `None` where
/// their pages have other sizes, so that nothing was written.
///
/// # Errors
///
/// Fails where a file cannot be read or written, and where another program has `old` open.
pub fn write_changed_pages(old: &Path, new: &Path) -> Result<Option<ChangedPages>, ArchiveError> {
    let fault = |why| ArchiveError::folder(old, why);
    let not_taken = || {
        let old = old.display();
        ArchiveError::Damaged(format!("SQLite does not take the changed pages of {old}"))
    };

    // A process that closes a descriptor of a file loses all of its locks on it (fcntl(2)). This
    // one is opened before the lock is taken, and closed behind it.
    let content = File::open(old).map_err(fault)?;
    // A log that another program writes would be lost under the new one.
    let lock = ExclusiveLock::take_without_log(old)?.ok_or_else(not_taken)?;
    let Some(changed) = lay_log(&content, old, new)? else {
        return Ok(None);
    };
    drop(lock);
    drop(content);

    if !fold_log(old)? {
        return Err(not_taken());
    }
    Ok(Some(changed))
}

/// Puts a log of the changed pages beside a locked database, as a whole.
fn lay_log(content: &File, old: &Path, new: &Path) -> Result<Option<ChangedPages>, ArchiveError> {
    let page_bytes = page_bytes(&open(new)?, new)?;
    if self::page_bytes(content, old)? != page_bytes {
        return Ok(None);
    }

    let part = beside(old, &format!(".{}.part", std::process::id()));
    let written = write_log(Pages::of(content, old, page_bytes), new, &part);
    if written.is_err() {
        // A part of a log is of no use.
        let _ = std::fs::remove_file(&part);
    }
    let changed = written?;

    let fault = |why| ArchiveError::folder(old, why);
    std::fs::rename(&part, beside(old, "-wal")).map_err(fault)?;
    let folder = old.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync(folder.unwrap_or(Path::new("."))).map_err(fault)?;
    Ok(Some(changed))
}

/// Tells whether two files have the same content.
///
/// # Errors
///
/// Fails where one of them cannot be read.
pub fn is_same(one: &Path, other: &Path) -> Result<bool, ArchiveError> {
    let (of_one, of_other) = (open(one)?, open(other)?);
    let page_bytes = page_bytes(&of_one, one)?;
    let mut one = Pages::of(&of_one, one, page_bytes);
    let mut other = Pages::of(&of_other, other, page_bytes);
    loop {
        let (is_there, is_there_too) = (one.next()?, other.next()?);
        if is_there != is_there_too || (is_there && one.page != other.page) {
            return Ok(false);
        }
        if !is_there {
            return Ok(true);
        }
    }
}

/// Writes the log, and has it on the disk.
fn write_log(mut before: Pages<'_>, new: &Path, log: &Path) -> Result<ChangedPages, ArchiveError> {
    let page_bytes = before.page.len();
    let content = open(new)?;
    let mut now = Pages::of(&content, new, page_bytes);
    let pages = page_count(new, page_bytes)?;
    let mut frames = PageLog::begin(log, page_bytes)?;

    let mut changed = 0;
    for number in 1..=pages {
        now.next()?;
        let is_same = before.next()? && before.page == now.page;
        // The last frame is the commit: it tells how many pages the database has then.
        let is_last = number == pages;
        if !is_same || is_last {
            frames.add(number, if is_last { pages } else { 0 }, &now.page)?;
            changed += u64::from(!is_same);
        }
    }
    frames.end()?;
    Ok(ChangedPages {
        changed,
        of: u64::from(pages),
        page_bytes: page_bytes as u64,
    })
}

impl<'f> Pages<'f> {
    fn of(file: &'f File, path: &'f Path, page_bytes: usize) -> Self {
        Self {
            file: BufReader::with_capacity(1 << 20, file),
            page: vec![0; page_bytes],
            path,
        }
    }

    /// Reads the next page, and tells whether there is one.
    fn next(&mut self) -> Result<bool, ArchiveError> {
        let mut filled = 0;
        while filled < self.page.len() {
            let read = self.file.read(&mut self.page[filled..]);
            match read.map_err(|why| ArchiveError::folder(self.path, why))? {
                0 => break,
                more => filled += more,
            }
        }
        Ok(filled == self.page.len())
    }
}

impl PageLog {
    fn begin(path: &Path, page_bytes: usize) -> Result<Self, ArchiveError> {
        let file = File::create(path).map_err(|why| ArchiveError::folder(path, why))?;
        let mut log = Self {
            file: BufWriter::with_capacity(1 << 20, file),
            sums: [0; 2],
            path: path.to_owned(),
        };

        let words = [MAGIC, VERSION, page_bytes as u32, 0, SALTS[0], SALTS[1]];
        let header: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
        log.sums = checksum(log.sums, &header);
        log.write(&header)?;
        log.write_sums()?;
        Ok(log)
    }

    /// Adds a page. `pages` is the size of the database after a commit, and 0 before.
    fn add(&mut self, number: u32, pages: u32, page: &[u8]) -> Result<(), ArchiveError> {
        let head = [number.to_be_bytes(), pages.to_be_bytes()].concat();
        self.sums = checksum(checksum(self.sums, &head), page);
        self.write(&head)?;
        for salt in SALTS {
            self.write(&salt.to_be_bytes())?;
        }
        self.write_sums()?;
        self.write(page)
    }

    fn end(mut self) -> Result<(), ArchiveError> {
        let synced = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|why| ArchiveError::folder(&self.path, why))
    }

    fn write_sums(&mut self) -> Result<(), ArchiveError> {
        let [one, other] = self.sums;
        self.write(&one.to_be_bytes())?;
        self.write(&other.to_be_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let written = self.file.write_all(bytes);
        written.map_err(|why| ArchiveError::folder(&self.path, why))
    }
}

fn open(path: &Path) -> Result<File, ArchiveError> {
    File::open(path).map_err(|why| ArchiveError::folder(path, why))
}

/// Goes on with the two checksums of a log, over pairs of big-endian words.
fn checksum([mut one, mut other]: [u32; 2], bytes: &[u8]) -> [u32; 2] {
    let word = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |word, byte| (word << 8) | u32::from(*byte))
    };
    for pair in bytes.chunks_exact(8) {
        one = one.wrapping_add(word(&pair[..4])).wrapping_add(other);
        other = other.wrapping_add(word(&pair[4..])).wrapping_add(one);
    }
    [one, other]
}

/// Returns the size of a database's pages, as its header tells it (SQLite's file format, §1.3.2).
fn page_bytes(file: &File, path: &Path) -> Result<usize, ArchiveError> {
    let mut header = [0; 18];
    file.read_exact_at(&mut header, 0)
        .map_err(|why| ArchiveError::folder(path, why))?;
    match u16::from_be_bytes([header[16], header[17]]) {
        1 => Ok(1 << 16),
        bytes if bytes >= 512 => Ok(usize::from(bytes)),
        _ => Err(ArchiveError::NotAnArchive {
            path: path.to_owned(),
        }),
    }
}

fn page_count(path: &Path, page_bytes: usize) -> Result<u32, ArchiveError> {
    let metadata = std::fs::metadata(path).map_err(|why| ArchiveError::folder(path, why))?;
    let pages = metadata.len() / page_bytes as u64;
    u32::try_from(pages).map_err(|_| ArchiveError::NotAnArchive {
        path: path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;

    fn database(path: &Path, script: &str) {
        Connection::open(path)
            .unwrap()
            .execute_batch(script)
            .unwrap();
    }

    const FILL: &str = "CREATE TABLE t (a); WITH RECURSIVE n (i) AS
        (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        INSERT INTO t SELECT printf('%0300d', i) FROM n;";

    /// Two databases, the second made of the first by a script.
    fn two(script: &str) -> (TempDir, PathBuf, PathBuf) {
        let folder = TempDir::new().unwrap();
        let (old, new) = (folder.path().join("old.db"), folder.path().join("new.db"));
        database(&old, FILL);
        std::fs::copy(&old, &new).unwrap();
        database(&new, script);
        (folder, old, new)
    }

    fn write_whole_log(old: &Path, new: &Path, log: &Path) {
        let content = open(old).unwrap();
        let page_bytes = page_bytes(&content, old).unwrap();
        write_log(Pages::of(&content, old, page_bytes), new, log).unwrap();
    }

    #[test]
    fn a_database_becomes_the_newer_one_by_its_changed_pages() {
        for script in [
            "UPDATE t SET a = 'x' WHERE rowid = 700",
            "INSERT INTO t SELECT a || 'more' FROM t",
            "DELETE FROM t WHERE rowid > 100; VACUUM",
            "SELECT 1",
        ] {
            let (folder, old, new) = two(script);

            let changed = write_changed_pages(&old, &new).unwrap().unwrap();

            assert!(is_same(&old, &new).unwrap(), "{script}");
            assert!(
                changed.changed < changed.of || script.starts_with("DELETE"),
                "{script}"
            );
            let names = std::fs::read_dir(folder.path()).unwrap();
            assert_eq!(names.count(), 2, "{script}: nothing is left beside them");
        }
    }

    #[test]
    fn a_log_of_pages_that_was_not_folded_yet_is_read_by_sqlite() {
        let (_folder, old, new) = two("UPDATE t SET a = 'x' WHERE rowid = 700");
        let log = beside(&old, "-wal");
        write_whole_log(&old, &new, &log);

        let read = |path: &Path| -> String {
            let sql = "SELECT a FROM t WHERE rowid = 700";
            Connection::open(path)
                .unwrap()
                .query_row(sql, [], |row| row.get(0))
                .unwrap()
        };

        assert_eq!(read(&old), "x");
        assert!(is_same(&old, &new).unwrap());
    }

    #[test]
    fn a_log_that_was_cut_off_changes_nothing() {
        let (_folder, old, new) = two("UPDATE t SET a = 'x'");
        let before = std::fs::read(&old).unwrap();
        let log = beside(&old, "-wal");
        write_whole_log(&old, &new, &log);
        let whole = std::fs::read(&log).unwrap();
        std::fs::write(&log, &whole[..whole.len() - 1]).unwrap();

        fold_log(&old).unwrap();

        assert_eq!(std::fs::read(&old).unwrap(), before);
    }
}
