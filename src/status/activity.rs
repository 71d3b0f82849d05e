//! What a site did in the last month, for the plots of the status page.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::archive::{ArchiveError, Reader};
use crate::page_url::PageUrl;
use crate::status::SiteStatus;
use crate::time::Timestamp;

/// The number of days that are plotted: a month shows the rhythm of a paper's weeks.
pub(super) const DAYS: i64 = 30;

/// The moments that the plots of a site count.
#[derive(Debug)]
pub(crate) struct SiteActivity {
    /// When its articles were published.
    pub(super) published: Vec<Timestamp>,
    /// When its home's host was asked; `None` where the home is no address any more.
    pub(super) requests: Option<Vec<Timestamp>>,
    /// The clock that its days are counted on.
    pub(super) zone: TimeZone,
}

impl SiteActivity {
    /// Reads what the archive knows of a site in the days that are plotted.
    pub(crate) fn read(
        reader: &Reader,
        site: &SiteStatus,
        zone: TimeZone,
        now: Timestamp,
    ) -> Result<Self, ArchiveError> {
        // One day more: the first plotted day begins at midnight of the site's clock.
        let days = DAYS.unsigned_abs() + 1;
        let since = now - Duration::from_secs(24 * 3600 * days);

        let published = reader.published_since(&site.state.site, since)?;
        let requests = PageUrl::parse(&site.state.home)
            .ok()
            .map(|home| reader.asked_since(&home.host(), since))
            .transpose()?;
        Ok(Self {
            published,
            requests,
            zone,
        })
    }
}
