//! An answer 304: the page is kept, and what is declared about it may be new.

use crate::opt_out::{Declared, Metas, Renewed, Reservations};
use crate::page_url::PageUrl;
use crate::rights::DeclaredRights;
use crate::robots::Robots;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// An answer that a kept page did not change, with what its host says now.
#[derive(Clone, Copy, Debug)]
pub struct NotModified<'a> {
    pub url: &'a PageUrl,
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    pub files: &'a Reservations,
    pub robots: &'a Robots,
    pub at: Timestamp,
}

impl SiteReader {
    /// Returns what is declared from the answer on.
    pub fn renewed_rights(&self, answer: NotModified<'_>, before: &DeclaredRights) -> Renewed {
        let metas = Metas::default();
        let declared = Declared {
            url: answer.url,
            headers: answer.headers,
            metas: &metas,
            words: &[],
            files: answer.files,
            robots: answer.robots,
        };
        declared.renewed(&self.agent, &self.site.opt_outs, answer.at, before)
    }
}
