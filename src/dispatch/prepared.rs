//! A request that is ready to leave.

use crate::archive::Announcement;
use crate::frontier::Visit;

/// A request with everything that it needs. It may leave once its announcement is saved.
#[derive(Debug)]
#[must_use = "a prepared request holds its host: announce and release it"]
pub(crate) struct Prepared {
    pub(super) visit: Visit,
    pub(super) announcement: Announcement,
}

impl Prepared {
    /// Returns the ledger's row on the request before it leaves.
    pub(crate) fn announcement(&self) -> &Announcement {
        &self.announcement
    }
}
