//! `/feeds/all.atom` and `/feeds/NAME.atom`: the newest articles for feed readers.

use crate::archive::{ArticleFilter, ListOrder, Reader};
use crate::export::{Provenance, Record, atom_feed};
use crate::serve::Desk;
use crate::serve::citation_file::TextFile;
use crate::serve::failure::NoPage;
use crate::serve::rights_at_door::{Shown, excerpt};

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
    let mut records = Vec::new();
    for listed in reader
        .list(&filter, ListOrder::Newest, None, ENTRIES)?
        .articles
    {
        let found = reader.find_article(&listed.id)?;
        let Some(newest) = reader.versions(&found)?.pop() else {
            continue;
        };
        let mut article = newest.article;
        if Shown::at(&desk.door, &article) == Shown::Excerpt {
            article.paragraphs = vec![excerpt(&article)];
        }
        records.push(Record::new(article, Provenance::from(newest.kept)));
    }

    let feed = atom_feed(&records, &filter).map_err(|_| NoPage::Broken)?;
    Ok(TextFile {
        content_type: "application/atom+xml; charset=utf-8",
        text: String::from_utf8(feed).map_err(|_| NoPage::Broken)?,
    })
}
