//! Walks through a sample of a table's rows.

use crate::archive::engine::{OptionalExtension, PreparedStatement};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::row_sample::RowSample;
use crate::archive::reader::walk::{
    MAX_BYTES, MAX_ROWS, Walk, WalkProgress, WalkStep, is_unreadable,
};

impl Reader {
    /// Reads chosen rows one by one, so that others are not touched. Those of one key are read in
    /// one transaction.
    pub(super) fn sampled(
        &self,
        walk: &Walk,
        sample: RowSample,
        after: i64,
        take: &mut impl FnMut(WalkStep<'_, '_>) -> Result<usize, ArchiveError>,
    ) -> Result<WalkProgress, ArchiveError> {
        let Walk { key, table, .. } = walk;
        let mut one = self.rows_of_a_key(walk)?;
        let mut next = self.connection.prepare_cached(&format!(
            "SELECT {key} FROM {table} WHERE {key} > ?1 ORDER BY {key} LIMIT 1"
        ))?;
        let (mut at, mut count, mut bytes) = (after, 0, 0);

        while let Some(chosen) = sample.first_behind(at) {
            let (found, read) = rows_taken(&mut one, chosen, take)?;
            (at, count, bytes) = (chosen, count + found, bytes + read);
            if count >= MAX_ROWS || bytes >= MAX_BYTES {
                return Ok(WalkProgress::To(at));
            }
            if found > 0 {
                continue;
            }

            // There is no such row: the sample goes on at the next one that there is.
            match key_behind(&mut next, at)? {
                WalkProgress::To(key) => at = key - 1,
                ended @ (WalkProgress::ToTheEnd | WalkProgress::Stuck { .. }) => return Ok(ended),
            }
        }
        Ok(WalkProgress::ToTheEnd)
    }
}

/// Returns the next key that has a row.
fn key_behind(next: &mut PreparedStatement<'_>, at: i64) -> Result<WalkProgress, ArchiveError> {
    match next.query_row([at], |row| row.get(0)).optional() {
        Ok(Some(key)) => Ok(WalkProgress::To(key)),
        Ok(None) => Ok(WalkProgress::ToTheEnd),
        Err(error) if is_unreadable(&error) => {
            let why = error.to_string();
            Ok(WalkProgress::Stuck { at, why })
        }
        Err(error) => Err(error.into()),
    }
}

/// Hands over the rows of a key, or that it cannot be read. Returns how many there are, and their
/// bytes.
fn rows_taken(
    one: &mut PreparedStatement<'_>,
    key: i64,
    take: &mut impl FnMut(WalkStep<'_, '_>) -> Result<usize, ArchiveError>,
) -> Result<(usize, usize), ArchiveError> {
    let mut rows = one.query([key])?;
    let (mut count, mut bytes) = (0, 0);

    loop {
        match rows.next() {
            Ok(Some(row)) => bytes += take(WalkStep::Row(&row))?,
            Ok(None) => return Ok((count, bytes)),
            Err(error) if is_unreadable(&error) => {
                let why = error.to_string();
                take(WalkStep::Lost {
                    first: key,
                    last: key,
                    why,
                })?;
                return Ok((count + 1, bytes));
            }
            Err(error) => return Err(error.into()),
        }
        count += 1;
    }
}
