//! WACZ 1.1.1: WARC files, their index, a list of pages, and the digests of all, in one zip file.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::json;

use crate::archive::{ExchangeFilter, Reader};
use crate::web_archive::cdxj::cdxj_line;
use crate::web_archive::exchange_records::RecordSource;
use crate::web_archive::external_sort::LineSorter;
use crate::web_archive::index_file::write_index;
use crate::web_archive::page_list::{EntryPages, write_pages};
use crate::web_archive::part::{PartEnd, write_part};
use crate::web_archive::wacz_entries::{Storage, WaczFile};
use crate::web_archive::warc_info::SOFTWARE;
use crate::web_archive::{Fault, WebArchiveError, WebArchiveSummary};

/// The version that readers accept: 1.2.0 is a draft.
const VERSION: &str = "1.1.1";

/// Writes the file, with WARC files of at most so many bytes.
pub(super) fn write(
    reader: &Reader,
    filter: &ExchangeFilter,
    out: &Path,
    most_part_bytes: u64,
) -> Result<WebArchiveSummary, WebArchiveError> {
    let mut source = RecordSource::of(reader, filter)?;
    write_file(&mut source, out, most_part_bytes).map_err(|fault| fault.at(out))?;
    Ok(source.summary())
}

fn write_file(
    source: &mut RecordSource<'_>,
    out: &Path,
    most_part_bytes: u64,
) -> Result<(), Fault> {
    let mut wacz = WaczFile::new(File::create(out)?);
    let mut lines = LineSorter::beside(out);
    let mut entries = EntryPages::default();

    while write_warc(&mut wacz, source, most_part_bytes, &mut lines, &mut entries)? == PartEnd::More
    {
    }
    write_index(&mut wacz, lines)?;
    wacz.entry("pages/pages.jsonl", Storage::Deflated, |to| {
        write_pages(to, source, &entries)
    })?;
    write_package(&mut wacz, source, &entries)?;
    Ok(wacz.finish()?)
}

/// Writes the next WARC file.
fn write_warc(
    wacz: &mut WaczFile,
    source: &mut RecordSource<'_>,
    most_bytes: u64,
    lines: &mut LineSorter,
    entries: &mut EntryPages,
) -> Result<PartEnd, Fault> {
    let name = format!("data-{:05}.warc.gz", source.parts + 1);
    wacz.entry(&format!("archive/{name}"), Storage::Stored, |to| {
        write_part(source, to, most_bytes, |written| {
            entries.note(written.exchange);
            Ok(lines.add(cdxj_line(&written, &name))?)
        })
    })
}

/// Writes `datapackage.json`, and the file with its digest.
fn write_package(
    wacz: &mut WaczFile,
    source: &RecordSource<'_>,
    entries: &EntryPages,
) -> Result<(), Fault> {
    let sites = source.filter.sites_in_words();
    let mut package = json!({
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": format!("saseo: {sites}"),
        "software": SOFTWARE,
        "resources": wacz.resources,
    });
    if let Some(newest) = entries.newest {
        package["created"] = newest.to_second().to_string().into();
    }
    if let Some(main) = entries.main() {
        package["mainPageUrl"] = main.url.as_str().into();
        package["mainPageDate"] = main.at.to_second().to_string().into();
    }

    let package = format!("{package:#}\n");
    wacz.entry("datapackage.json", Storage::Deflated, |to| {
        Ok::<_, Fault>(to.write_all(package.as_bytes())?)
    })?;
    let hash = wacz
        .resources
        .last()
        .map(|package| package.hash().to_owned());
    let digest = json!({"path": "datapackage.json", "hash": hash});
    wacz.entry("datapackage-digest.json", Storage::Deflated, |to| {
        Ok(writeln!(to, "{digest:#}")?)
    })
}
