//! The beginning of a site's crawl, before the first request: the address of its home page, and its
//! seeds.

use std::sync::Arc;

use crate::archive::{ArchiveError, Seed, Writer};
use crate::crawl::Backfill;
use crate::frontier::Role;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// Returns the reader of a paper, with the address that its home page moved to, if it did.
pub(super) fn at_last_home(
    reader: &Arc<SiteReader>,
    archive: &Writer,
) -> Result<Arc<SiteReader>, ArchiveError> {
    let home = archive.moved_to(&reader.site.home)?;
    Ok(home.map_or_else(|| Arc::clone(reader), |home| Arc::new(reader.at_home(home))))
}

/// Returns the seeds of a site: the pages that its crawl begins with.
pub(super) fn seed(reader: &SiteReader, backfill: Option<Backfill>, now: Timestamp) -> Seed {
    let site = &reader.site;
    // The windows of a backfill without a first day are queued later, one after another.
    let days = backfill.and_then(|backfill| Some((backfill.first?, backfill.last_day(site, now))));

    let policies = reader.policies().into_iter().map(|url| (url, Role::Policy));
    let mut entries: Vec<_> = policies.collect();
    entries.extend(
        reader
            .sections
            .iter()
            .map(|url| (url.clone(), Role::Section)),
    );
    if reader.scope.menu || reader.scope.feeds {
        entries.push((site.home.clone(), Role::Home));
    }

    Seed {
        site: site.name.clone(),
        title: site.title.clone(),
        home: site.home.clone(),
        since: reader.scope.since,
        discover: site.discover.clone(),
        keep: site.keep,
        everything: reader.everything(),
        windows: days
            .and_then(|(first, last)| reader.windows(first, last))
            .unwrap_or_default(),
        entries,
    }
}
