//! Fields that articles of the archive had, and do not have any more.

use serde::Serialize;

use crate::archive::{ArchiveError, FieldDrift};
use crate::cli::{Common, console};
use crate::clock::Clock;

/// A site with drifted fields.
#[derive(Serialize)]
pub(super) struct DriftedSite {
    pub site: String,
    pub fields: Vec<FieldDrift>,
}

/// Returns the sites whose fields drifted. Without an archive there is nothing to compare.
pub(super) fn of_archive(common: &Common) -> anyhow::Result<Vec<DriftedSite>> {
    let reader = match common.reader() {
        Ok(reader) => reader,
        Err(ArchiveError::Missing { .. } | ArchiveError::Empty { .. }) => return Ok(Vec::new()),
        // An archive that an older version made is brought up to date by the next crawl.
        Err(error @ ArchiveError::Older { .. }) => {
            console::note(&format!("saseo: articles are not compared: {error}"));
            return Ok(Vec::new());
        }
        Err(error) => return Err(error.into()),
    };

    let drift = reader.field_drift(Clock::system().now())?;
    let drifted = drift
        .into_iter()
        .map(|(site, fields)| DriftedSite { site, fields });
    Ok(drifted.collect())
}
