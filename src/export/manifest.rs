//! The manifest beside every export: what it has, what was chosen, by what it was made, and the
//! SHA-256 of each file.

mod selection;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::archive::{ArticleFilter, Reader, SCHEMA};
use crate::export::exported_counts::ExportedCounts;
use crate::export::record::COLUMNS;
use crate::export::{ExportError, ExportOptions, ExportSummary, LeftOut, fault};

pub(crate) use selection::ToldSelection;

/// The name of the manifest within the folder of an export, and the ending of that beside a file.
pub(super) const MANIFEST: &str = "manifest.json";

/// What `made_by` says in every manifest, by which a folder is known for a former export.
pub(super) const SOFTWARE: &str = "saseo";

/// Bytes that are hashed at once: a buffer of std's usual size for copies, times eight.
const HASHED: usize = 64 << 10;

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

    /// Tells whether a regular file is this one, whatever its time is. One of another size is not
    /// read.
    pub(super) fn is_at(&self, file: &Path) -> io::Result<bool> {
        let metadata = std::fs::symlink_metadata(file)?;
        let is_alike = metadata.is_file() && metadata.len() == self.bytes;
        Ok(is_alike && Self::of(file, &self.path)?.sha256 == self.sha256)
    }
}

/// Returns the text of the manifest.
pub(super) fn manifest(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    written: &WrittenExport<'_, ExportedCounts>,
) -> Result<String, ExportError> {
    let fields: Vec<Value> = COLUMNS
        .iter()
        .map(|column| serde_json::json!({ "name": column.name, "about": column.about }))
        .collect();

    let mut manifest = head(reader, filter, options, written)?;
    manifest["schema"] = options.schema.name().into();
    manifest["counts"] = serde_json::json!(written.counts);
    manifest["fields"] = fields.into();
    Ok(format!("{manifest:#}\n"))
}

/// Returns the text of the manifest of a web archive, which has answers instead of rows.
pub(super) fn web_manifest<C: Serialize>(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    written: &WrittenExport<'_, C>,
) -> Result<String, ExportError> {
    let mut manifest = head(reader, filter, options, written)?;
    manifest["counts"] = serde_json::json!(written.counts);
    Ok(format!("{manifest:#}\n"))
}

/// Returns what every manifest has: maker, archive, selection, what was left out, and the files.
fn head<C>(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    written: &WrittenExport<'_, C>,
) -> Result<Value, ExportError> {
    let left_out: Vec<Value> = written
        .summary
        .left_out
        .iter()
        .map(|LeftOut { id, why }| serde_json::json!({ "id": id, "why": why }))
        .collect();

    Ok(serde_json::json!({
        "made_by": { "name": SOFTWARE, "version": env!("CARGO_PKG_VERSION") },
        "made_at": options.made_at.map(|at| at.to_second().to_string()),
        "archive": { "schema": SCHEMA, "last_change": reader.last_change()? },
        "format": options.format.name(),
        "selection": ToldSelection::from(filter),
        "left_out": left_out,
        "reserved": {
            "articles": written.summary.reserved,
            "by": written.summary.reserved_by,
        },
        "contents": written.contents,
        "files": written.files,
    }))
}

/// An export whose files are complete.
pub(super) struct WrittenExport<'e, C> {
    pub summary: &'e ExportSummary,
    pub counts: &'e C,
    /// What stands in the folder of the export, beside the manifest.
    pub contents: &'e [String],
    pub files: &'e [ExportedFile],
}

/// The part of a manifest that tells a former export from other folders.
#[derive(Debug, Deserialize)]
pub(super) struct FormerExport {
    made_by: Maker,
    /// What stands in its folder, beside the manifest.
    pub contents: Vec<String>,
    pub files: Vec<ExportedFile>,
}

#[derive(Debug, Deserialize)]
struct Maker {
    name: String,
}

/// Returns the former export in a folder, by its manifest; `None` where there is none.
pub(super) fn former_export(folder: &Path) -> Option<FormerExport> {
    read_former(&folder.join(MANIFEST))
}

/// Refuses a file beside the target of an export that is not as the manifest of a former one
/// tells: somebody's work would be lost.
pub(super) fn refuse_strange(
    path: &Path,
    former: Option<&FormerExport>,
) -> Result<(), ExportError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let listed = former.and_then(|former| former.files.iter().find(|file| file.path == name));
    let is_own = match listed {
        Some(listed) => listed.is_at(path),
        None => std::fs::symlink_metadata(path).map(|_| false),
    };
    match is_own {
        Ok(true) => Ok(()),
        Ok(false) => Err(ExportError::StalePart {
            path: path.to_owned(),
        }),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(fault(path, why)),
    }
}

/// Reads the manifest of a former export; `None` where there is none, or another program's.
pub(super) fn read_former(manifest: &Path) -> Option<FormerExport> {
    let text = std::fs::read(manifest).ok()?;
    let former: FormerExport = serde_json::from_slice(&text).ok()?;
    (former.made_by.name == SOFTWARE).then_some(former)
}
