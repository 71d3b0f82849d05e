//! Bodies beside their SHA-256, and the answers that brought them.

use std::collections::BTreeSet;

use rusqlite::Row;
use sha2::{Digest, Sha256};

use crate::archive::body::unpack;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::fixity::{Looked, lost};
use crate::archive::reader::sound::Cells;
use crate::archive::reader::walk::{Step, Walk};

/// Bytes of compressed bodies that are held at once: some for every core, and never much memory.
const HELD: usize = 8 << 20;

/// A body as it is kept, not yet unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBody {
    pub id: i64,
    sha256: Vec<u8>,
    bytes: i64,
    zstd: Vec<u8>,
}

/// An answer that brought a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureOf {
    pub body: i64,
    pub capture: i64,
    pub url: String,
}

impl StoredBody {
    /// Says what is wrong with it: it must unpack to so many bytes of that SHA-256.
    pub fn fault(&self) -> Option<String> {
        let Ok(bytes) = usize::try_from(self.bytes) else {
            return Some(format!("it is said to have {} bytes", self.bytes));
        };
        match unpack(&self.zstd, bytes) {
            Err(ArchiveError::Damaged(why)) => Some(why),
            Err(error) => Some(error.to_string()),
            Ok(body) if body.len() != bytes => Some(format!("it has {} bytes, and had {bytes}", body.len())),
            Ok(body) if Sha256::digest(&body).as_slice() != self.sha256 => Some("its SHA-256 is another".to_owned()),
            Ok(_) => None,
        }
    }
}

impl Reader {
    /// Hands the bodies to `take`, some at a time: those of the sites' pages, or all where no site is named. A body that
    /// several answers brought may come twice where sites are named.
    pub fn bodies(
        &self,
        sites: &[String],
        mut take: impl FnMut(Looked<Vec<StoredBody>>) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let of_sites = format!(
            "capture JOIN body ON body.id = capture.body_id JOIN page ON page.id = capture.page_id
             WHERE page.site_id IN ({})",
            self.ids_of(sites)?
        );
        let columns = "body.id, sha256, bytes, zstd";
        let walk = match sites {
            [] => Walk { columns, from: "body WHERE true", key: "body.id", table: "body" },
            _ => Walk {
                columns: &format!("capture.id, {columns}"),
                from: &of_sites,
                key: "capture.id",
                table: "capture",
            },
        };
        let (mut held, mut weight) = (Vec::new(), 0);

        self.walk(walk, |step| {
            match step {
                Step::Lost { first, last, why } => take(lost(walk.table, first, last, why))?,
                Step::Row(row) => {
                    let first = usize::from(!sites.is_empty());
                    let body = stored_body(row, first)?;
                    weight += body.zstd.len();
                    held.push(body);
                }
            }
            if weight >= HELD || held.len() >= 1_000 {
                weight = 0;
                take(Looked::Row(std::mem::take(&mut held)))?;
            }
            Ok(())
        })?;
        take(Looked::Row(held))
    }

    /// Returns the answers that brought these bodies, as far as they can be read.
    pub fn captures_of(&self, bodies: &BTreeSet<i64>) -> Result<Vec<CaptureOf>, ArchiveError> {
        let mut found = Vec::new();
        if bodies.is_empty() {
            return Ok(found);
        }

        let walk = Walk {
            columns: "capture.id, capture.body_id, page.url",
            from: "capture LEFT JOIN page ON page.id = capture.page_id WHERE capture.body_id IS NOT NULL",
            key: "capture.id",
            table: "capture",
        };
        self.walk(walk, |step| {
            if let Step::Row(row) = step {
                let body = row.get_ref(1)?.as_i64().unwrap_or_default();
                if bodies.contains(&body) {
                    found.push(CaptureOf { body, capture: row.get(0)?, url: Cells::of(row).name("url") });
                }
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// Reads a body from the column `first` on. What is of another kind reads as empty, which no hash is that of.
fn stored_body(row: &Row<'_>, first: usize) -> rusqlite::Result<StoredBody> {
    let blob = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_blob().unwrap_or_default().to_vec());
    Ok(StoredBody {
        id: row.get(first)?,
        sha256: blob(first + 1)?,
        bytes: row.get_ref(first + 2)?.as_i64().unwrap_or(-1),
        zstd: blob(first + 3)?,
    })
}
