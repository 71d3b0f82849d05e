//! Exports that are files or folders: each is put in its place when it is complete, and a manifest
//! stands beside it or in it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::archive::{ArticleFilter, Reader};
use crate::export::manifest::{self, ExportedFile, MANIFEST, WrittenExport};
use crate::export::{
    Beside, ExportError, ExportFormat, ExportOptions, ExportSummary, FolderBeside, fault, web,
    write_articles, writers,
};

/// Writes an export into a file, with its manifest and what else belongs beside it.
pub(super) fn write_file(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    beside: Beside,
) -> Result<ExportSummary, ExportError> {
    refuse_archive(reader, &beside.target)?;
    if matches!(options.format, ExportFormat::Warc | ExportFormat::Wacz) {
        return web::write_file(reader, filter, options, beside);
    }

    let writer = writers::of_file(reader, &beside, options)?;
    let written = write_articles(reader, filter, options, writer)?;

    let target = beside.target.clone();
    let mut files = vec![hashed(&beside.part, &target, &name_of(&target))?];
    // No manifest is better than one of other data, should this end before the new one is there.
    remove_former(&with_ending(&target, MANIFEST))?;
    beside.finish()?;
    for (ending, text) in &written.files.beside {
        let path = with_ending(&target, ending);
        write_beside(&path, text)?;
        files.push(hashed(&path, &path, &name_of(&path))?);
    }

    let contents: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    let whole = WrittenExport {
        summary: &written.summary,
        counts: &written.counts,
        contents: &contents,
        files: &files,
    };
    let text = manifest::manifest(reader, filter, options, &whole)?;
    write_beside(&with_ending(&target, MANIFEST), &text)?;
    Ok(written.summary)
}

/// Writes an export into a folder, with its manifest.
pub(super) fn write_folder(
    reader: &Reader,
    filter: &ArticleFilter,
    options: &ExportOptions,
    beside: FolderBeside,
) -> Result<ExportSummary, ExportError> {
    refuse_archive(reader, &beside.target)?;

    let writer = writers::of_folder(&beside, filter, options)?;
    let written = write_articles(reader, filter, options, writer)?;

    let inside = written.files.inside.iter();
    let files = inside
        .map(|path| hashed(&beside.part.join(path), &beside.target, path))
        .collect::<Result<Vec<_>, _>>()?;
    let whole = WrittenExport {
        summary: &written.summary,
        counts: &written.counts,
        contents: &written.files.contents,
        files: &files,
    };
    let text = manifest::manifest(reader, filter, options, &whole)?;
    std::fs::write(beside.part.join(MANIFEST), text).map_err(|why| fault(&beside.target, why))?;

    beside.finish(options.format)?;
    Ok(written.summary)
}

/// Removes the manifest of a former export.
pub(super) fn remove_former(manifest: &Path) -> Result<(), ExportError> {
    match std::fs::remove_file(manifest) {
        Err(why) if why.kind() != ErrorKind::NotFound => Err(fault(manifest, why)),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Hashes a file; errors name the target.
pub(super) fn hashed(file: &Path, target: &Path, path: &str) -> Result<ExportedFile, ExportError> {
    ExportedFile::of(file, path).map_err(|why| fault(target, why))
}

pub(super) fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Returns the path of a file beside another one: `articles.db.manifest.json`.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// Writes a text into a file, which is replaced when the new one is complete.
pub(super) fn write_beside(path: &Path, text: &str) -> Result<(), ExportError> {
    let beside = Beside::of(path)?;
    std::fs::write(&beside.part, text).map_err(|why| fault(&beside.target, why))?;
    beside.finish()
}

/// Refuses to write over a file of the archive.
pub(super) fn refuse_archive(reader: &Reader, target: &Path) -> Result<(), ExportError> {
    let (target, own) = (
        target.canonicalize().ok(),
        reader.path().canonicalize().ok(),
    );
    let Some((target, own)) = target.zip(own) else {
        return Ok(());
    };

    // The database's log and shared memory, and the lock, are parts of it.
    let is_beside = target.parent() == own.parent();
    let name = target
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let is_part = is_beside && (name.starts_with("archive.db") || name == "archive.lock");

    if target == own || is_part {
        Err(ExportError::Itself { path: target })
    } else {
        Ok(())
    }
}
