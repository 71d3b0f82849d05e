//! The manifest beside every export: what it has, what was chosen, by what it was made, and the
//! SHA-256 of each file.

mod selection;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::archive::{ArticleFilter, Reader, SCHEMA};
use crate::export::record::{COLUMNS, Record};
use crate::export::{ExportError, ExportOptions, ExportSummary, LeftOut};
use crate::time::Timestamp;

/// The name of the manifest within the folder of an export, and the ending of that beside a file.
pub(super) const MANIFEST: &str = "manifest.json";

/// What `made_by` says in every manifest, by which a folder is known for a former export.
const SOFTWARE: &str = "saseo";

/// Bytes that are hashed at once: a buffer of std's usual size for copies, times eight.
const HASHED: usize = 64 << 10;

/// The first and the last of some moments, as they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct MomentRange {
    first: Option<String>,
    last: Option<String>,
    #[serde(skip)]
    moments: Option<(Timestamp, Timestamp)>,
}

impl MomentRange {
    fn see(&mut self, told: &Option<String>) {
        let Some(text) = told else { return };
        let Some(at) = Timestamp::from_rfc3339(text) else {
            return;
        };

        let (first, last) = self.moments.unwrap_or((at, at));
        if self.moments.is_none() || at < first {
            self.first = Some(text.clone());
        }
        if self.moments.is_none() || at > last {
            self.last = Some(text.clone());
        }
        self.moments = Some((first.min(at), last.max(at)));
    }
}

/// What the rows of an export say about rights.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct RightsSummary {
    /// Articles whose page says something against some use of it.
    pub articles_with_opt_outs: u64,
    /// Of each kind of opt-out, the articles that have it.
    pub opt_outs: BTreeMap<String, u64>,
    /// Articles with a copyright line.
    pub articles_with_rights_line: u64,
    /// Articles that only members can read whole.
    pub for_members: u64,
}

impl RightsSummary {
    fn see(&mut self, record: &Record) {
        self.articles_with_opt_outs += u64::from(!record.opt_outs.is_empty());
        self.articles_with_rights_line += u64::from(record.rights.is_some());
        self.for_members += u64::from(record.access == "members");

        // `tdm-reservation:header` is of the kind `tdm-reservation`.
        let kinds: BTreeSet<&str> = record
            .opt_outs
            .iter()
            .map(|told| told.split(':').next().unwrap_or_default())
            .collect();
        for kind in kinds {
            *self.opt_outs.entry(kind.to_owned()).or_default() += 1;
        }
    }
}

/// What was written so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct ExportedCounts {
    /// Rows: versions of articles.
    pub rows: u64,
    pub articles: u64,
    /// Of each site, its rows.
    pub sites: BTreeMap<String, u64>,
    pub published: MomentRange,
    pub first_seen: MomentRange,
    pub fetched: MomentRange,
    pub rights: RightsSummary,
    #[serde(skip)]
    last: Option<String>,
}

impl ExportedCounts {
    /// Returns the days of the first and the last publication.
    #[cfg(feature = "parquet")]
    pub(super) fn published_days(&self) -> (&str, &str) {
        (day_of(&self.published.first), day_of(&self.published.last))
    }

    /// Counts a row. The versions of one article come one after the other.
    pub(super) fn see(&mut self, record: &Record) {
        self.rows += 1;
        if self.last != record.id {
            self.articles += 1;
            self.last.clone_from(&record.id);
        }
        if let Some(site) = &record.site {
            *self.sites.entry(site.clone()).or_default() += 1;
        }

        self.published.see(&record.published_at);
        self.first_seen.see(&record.first_seen_at);
        self.fetched.see(&record.fetched_at);
        self.rights.see(record);
    }
}

#[cfg(feature = "parquet")]
fn day_of(moment: &Option<String>) -> &str {
    let day = moment.as_deref().and_then(|at| at.get(..10));
    day.unwrap_or("an unknown day")
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ExportedFile {
    /// Its path from the manifest's folder on.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

impl ExportedFile {
    /// Reads a file, which is to have this path.
    pub(super) fn of(file: &Path, path: &str) -> io::Result<Self> {
        let mut from = File::open(file)?;
        let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; HASHED]);
        loop {
            let read = from.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            bytes += read as u64;
        }

        Ok(Self {
            path: path.to_owned(),
            bytes,
            sha256: hex::encode(hash.finalize()),
        })
    }
}

/// Returns the text of the manifest.
pub(super) fn manifest(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    written: &WrittenExport<'_>,
) -> Result<String, ExportError> {
    let left_out: Vec<Value> = written
        .summary
        .left_out
        .iter()
        .map(|LeftOut { id, why }| serde_json::json!({ "id": id, "why": why }))
        .collect();
    let fields: Vec<Value> = COLUMNS
        .iter()
        .map(|column| serde_json::json!({ "name": column.name, "about": column.about }))
        .collect();

    let manifest = serde_json::json!({
        "made_by": { "name": SOFTWARE, "version": env!("CARGO_PKG_VERSION") },
        "made_at": options.made_at.map(|at| at.to_second().to_string()),
        "archive": { "schema": SCHEMA, "last_change": reader.last_change()? },
        "format": options.format.name(),
        "schema": options.schema.name(),
        "selection": selection::as_json(filter),
        "counts": written.counts,
        "left_out": left_out,
        "fields": fields,
        "contents": written.contents,
        "files": written.files,
    });
    Ok(format!("{manifest:#}\n"))
}

/// An export whose files are complete.
pub(super) struct WrittenExport<'e> {
    pub summary: &'e ExportSummary,
    pub counts: &'e ExportedCounts,
    /// What stands in the folder of the export, beside the manifest.
    pub contents: &'e [String],
    pub files: &'e [ExportedFile],
}

/// The part of a manifest that tells a former export from other folders.
#[derive(Deserialize)]
struct FormerManifest {
    made_by: Maker,
    contents: Vec<String>,
}

#[derive(Deserialize)]
struct Maker {
    name: String,
}

/// Returns what a former export put into a folder, by its manifest; `None` where there is none.
pub(super) fn former_contents(folder: &Path) -> Option<Vec<String>> {
    let text = std::fs::read(folder.join(MANIFEST)).ok()?;
    let former: FormerManifest = serde_json::from_slice(&text).ok()?;
    (former.made_by.name == SOFTWARE).then_some(former.contents)
}
