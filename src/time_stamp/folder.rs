//! The files of time stamps, beside the archive: `timestamps/ROW.tsq` is the request for a row of
//! the ledger, `timestamps/ROW.tsr` the response.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::time_stamp::MOST_BYTES;

/// The name of the folder in the data folder.
const NAME: &str = "timestamps";

/// The most stamps that are looked for: one an hour for ten years.
const MOST_STAMPS: usize = 100_000;

/// The folder of an archive's time stamps. It need not be there.
#[derive(Clone, Debug)]
pub struct StampFolder {
    folder: PathBuf,
}

impl StampFolder {
    /// Returns the folder of the archive in `data`.
    pub fn of(data: &Path) -> Self {
        Self {
            folder: data.join(NAME),
        }
    }

    /// Returns the rows that have a response, in their order.
    ///
    /// # Errors
    ///
    /// Fails where the folder is there and cannot be read.
    pub fn rows(&self) -> io::Result<Vec<i64>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };

        let mut rows = Vec::new();
        for entry in entries.take(2 * MOST_STAMPS) {
            rows.extend(row_of(&PathBuf::from(entry?.file_name())));
        }
        rows.sort_unstable();
        Ok(rows)
    }

    /// Returns the file of a row's request.
    pub fn request_file(&self, row: i64) -> PathBuf {
        self.folder.join(format!("{row}.tsq"))
    }

    /// Returns the file of a row's response.
    pub fn response_file(&self, row: i64) -> PathBuf {
        self.folder.join(format!("{row}.tsr"))
    }

    /// Returns the request for a row, if it was written.
    ///
    /// # Errors
    ///
    /// Fails where it is there and cannot be read, or is too large.
    pub fn request(&self, row: i64) -> io::Result<Option<Vec<u8>>> {
        read(&self.request_file(row))
    }

    /// Returns the response for a row, if there is one.
    ///
    /// # Errors
    ///
    /// Fails where it is there and cannot be read, or is too large.
    pub fn response(&self, row: i64) -> io::Result<Option<Vec<u8>>> {
        read(&self.response_file(row))
    }

    /// Writes the request for a row.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be written.
    pub fn keep_request(&self, row: i64, request: &[u8]) -> io::Result<()> {
        self.keep(&self.request_file(row), request)
    }

    /// Writes the response for a row. A former one is replaced.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be written.
    pub fn keep_response(&self, row: i64, response: &[u8]) -> io::Result<()> {
        self.keep(&self.response_file(row), response)
    }

    /// Writes a file whole or not at all.
    fn keep(&self, target: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut part = target.as_os_str().to_owned();
        part.push(format!(".part-{}", std::process::id()));
        let part = PathBuf::from(part);

        let written = write_whole(&part, bytes).and_then(|()| fs::rename(&part, target));
        if written.is_err() {
            // The error that is told is that of the writing.
            let _ = fs::remove_file(&part);
        }
        written?;
        File::open(&self.folder)?.sync_all()
    }
}

fn write_whole(part: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(part)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Returns the row of a response's file name, `123.tsr`.
fn row_of(name: &Path) -> Option<i64> {
    let is_response = name.extension().is_some_and(|end| end == "tsr");
    let row = name.file_stem()?.to_str()?.parse().ok()?;
    // Only the name that a row's file has: no `+7.tsr`, no `007.tsr`.
    (is_response && name == Path::new(&format!("{row}.tsr"))).then_some(row)
}

/// Reads a file; `None` where it is not there.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let found = match fs::metadata(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        found => found?,
    };
    // A pipe would be waited for.
    if !found.is_file() {
        return Err(io::Error::other("it is no file"));
    }

    let mut bytes = Vec::new();
    let limit = MOST_BYTES as u64 + 1;
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > MOST_BYTES {
        return Err(io::Error::other("it is too large for a time stamp"));
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, StampFolder) {
        let data = tempfile::tempdir().unwrap();
        let folder = StampFolder::of(data.path());
        (data, folder)
    }

    #[test]
    fn rows_are_those_with_a_response_of_their_own_name() {
        let (data, folder) = folder();
        assert_eq!(folder.rows().unwrap(), [0; 0]);

        folder.keep_response(12, b"stamp").unwrap();
        folder.keep_response(3, b"stamp").unwrap();
        folder.keep_request(7, b"request").unwrap();
        for name in [
            "+5.tsr",
            "05.tsr",
            "x.tsr",
            "9.tsr.part-1",
            "99999999999999999999.tsr",
        ] {
            fs::write(data.path().join(NAME).join(name), b"").unwrap();
        }

        assert_eq!(folder.rows().unwrap(), [3, 12]);
        assert_eq!(folder.request(7).unwrap(), Some(b"request".to_vec()));
        assert_eq!(folder.response(7).unwrap(), None);
    }

    #[test]
    fn what_is_no_file_or_too_large_is_not_read() {
        let (data, folder) = folder();
        folder.keep_response(1, &vec![0; MOST_BYTES + 1]).unwrap();
        fs::create_dir(data.path().join(NAME).join("2.tsr")).unwrap();

        assert!(folder.response(1).is_err());
        assert!(folder.response(2).is_err());
    }

    #[test]
    fn a_response_replaces_a_former_one_and_leaves_no_part_behind() {
        let (data, folder) = folder();
        folder.keep_response(1, b"first").unwrap();
        folder.keep_response(1, b"second").unwrap();

        assert_eq!(folder.response(1).unwrap(), Some(b"second".to_vec()));
        assert_eq!(fs::read_dir(data.path().join(NAME)).unwrap().count(), 1);
    }
}
