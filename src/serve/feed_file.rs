//! `/feeds/all.atom` and `/feeds/NAME.atom`: the newest articles for feed readers.

use crate::archive::{ArchiveError, ArticleFilter, ListOrder, Reader};
use crate::export::{FeedSubject, Provenance, Record, atom_feed};
use crate::serve::Desk;
use crate::serve::article_address::step;
use crate::serve::citation_file::TextFile;
use crate::serve::door::Door;
use crate::serve::failure::NoPage;
use crate::serve::rights_at_door::{Shown, beginning};

/// Articles of a feed.
const ENTRIES: usize = 50;

/// Returns the feed of a file's name. Of reserved articles others see the beginning.
pub(super) fn feed_file(desk: &Desk, reader: &Reader, file: &str) -> Result<TextFile, NoPage> {
    let name = file.strip_suffix(".atom").ok_or(NoPage::NotFound)?;
    let sites = match name {
        "all" => Vec::new(),
        site => {
            let known = reader.titles()?;
            if !known.iter().any(|(known, _)| known == site) {
                return Err(NoPage::NotFound);
            }
            vec![site.to_owned()]
        }
    };
    let filter = ArticleFilter {
        sites,
        ..ArticleFilter::default()
    };

    let _snapshot = reader.snapshot()?;
    let newest = reader.list(&filter, ListOrder::Newest, None, ENTRIES)?;
    let mut records = Vec::new();
    for listed in &newest.articles {
        records.extend(shown_record(&desk.door, reader, &listed.id)?);
    }
    let here = format!("/feeds/{}", step(file));
    TextFile::of_feed(atom_feed(&records, FeedSubject::Selection(&filter), &here))
}

/// Returns an article as far as it is shown; `None` where it was taken down meanwhile, or cannot be
/// read: a feed goes on without it.
pub(super) fn shown_record(
    door: &Door,
    reader: &Reader,
    id: &str,
) -> Result<Option<Record>, NoPage> {
    let (site, name) = id.split_once('/').unwrap_or_default();
    let Ok(found) = reader.article_of_id(site, name) else {
        return Ok(None);
    };
    let newest = match reader.newest_version(&found) {
        Ok(newest) => newest,
        Err(ArchiveError::Damaged(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let shown = Shown::at(door, &newest);
    let article = match shown {
        Shown::Whole => newest.article,
        Shown::Excerpt => beginning(newest.article),
    };
    Ok(Some(Record::new(article, Provenance::from(newest.kept))))
}
