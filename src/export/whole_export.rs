//! Exports that are files or folders: each is put in its place when it is complete, and a manifest
//! stands beside it or in it.

use std::path::{Path, PathBuf};

use crate::archive::{ArticleFilter, Reader};
use crate::export::format::DATASETTE;
use crate::export::incremental::folder_beside;
use crate::export::manifest::{
    self, FormerExport, MANIFEST, WrittenExport, read_former, refuse_strange,
};
use crate::export::web::WebFormat;
use crate::export::written_file::{hashed, name_of, remove_former, with_ending, write_beside};
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
    let former = refuse_strange_beside(&beside.target, options.format)?;
    if let Some(format) = WebFormat::of(options.format) {
        return web::write_file(reader, filter, options, (format, beside));
    }

    let writer = writers::of_file(reader, &beside, filter, options)?;
    let written = write_articles(reader, filter, options, writer)?;

    let target = beside.target.clone();
    let stale = stale_beside(&target, options.format, former.as_ref());
    let mut files = vec![hashed(&beside.part, &target, &name_of(&target))?];
    // No manifest is better than one of other data, should this end before the new one is there.
    remove_former(&with_ending(&target, MANIFEST))?;
    beside.finish()?;
    stale.iter().try_for_each(|path| remove_former(path))?;
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

/// Refuses to write over files beside the target that no former export wrote so. Returns the
/// former export.
fn refuse_strange_beside(
    target: &Path,
    format: ExportFormat,
) -> Result<Option<FormerExport>, ExportError> {
    let told_at = with_ending(target, MANIFEST);
    let former = read_former(&told_at);
    if former.is_none() {
        refuse_strange(&told_at, None)?;
    }
    for ending in format.endings_beside() {
        refuse_strange(&with_ending(target, ending), former.as_ref())?;
    }
    Ok(former)
}

/// Returns the files beside the target that a former export of another format left, as it wrote
/// them.
fn stale_beside(
    target: &Path,
    format: ExportFormat,
    former: Option<&FormerExport>,
) -> Vec<PathBuf> {
    let others = [DATASETTE].into_iter();
    let others = others.filter(|ending| !format.endings_beside().contains(ending));
    let mut paths: Vec<PathBuf> = others.map(|ending| with_ending(target, ending)).collect();
    paths.retain(|path| {
        let mut files = former.iter().flat_map(|former| &former.files);
        let listed = files.find(|file| file.path == name_of(path));
        // One that cannot be read stays, as one that was edited does.
        listed.is_some_and(|file| file.is_at(path).unwrap_or_default())
    });
    paths
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

/// Refuses to write over a file of the archive, and into the folder of the named exports.
pub(super) fn refuse_archive(reader: &Reader, target: &Path) -> Result<(), ExportError> {
    // Beside a database, the file itself is not there.
    let (target, own) = (place_of(target), place_of(reader.file_place()));
    let Some((target, own)) = target.zip(own) else {
        return Ok(());
    };

    // The database's log and shared memory, and the lock, are parts of it.
    let is_beside = target.parent() == own.parent();
    let name = name_of(&target);
    let is_part = is_beside && (name.starts_with("archive.db") || name == "archive.lock");

    if target == own || is_part {
        Err(ExportError::Itself { path: target })
    } else if target.starts_with(folder_beside(&own)) {
        Err(ExportError::AmongStates { path: target })
    } else {
        Ok(())
    }
}

/// Returns the path of a target, from the root on and without links; the target itself need not be
/// there.
fn place_of(target: &Path) -> Option<PathBuf> {
    let there = target.canonicalize().ok();
    there.or_else(|| {
        let parent = target.parent()?;
        let folder = match parent.as_os_str().is_empty() {
            true => Path::new(".").canonicalize(),
            false => parent.canonicalize(),
        };
        Some(folder.ok()?.join(target.file_name()?))
    })
}
