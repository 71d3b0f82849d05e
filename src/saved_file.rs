//! Saved pages, and what reads them: a site, and a profile that is named or recognised.

mod choice;
mod listing;

use crate::extract::decode;
use crate::page_url::PageUrl;

pub(crate) use choice::{ReaderChoice, Recognition};
pub(crate) use listing::listing;

/// A saved page.
pub(crate) struct SavedFile {
    /// The bytes as they came, for readers that decode by themselves.
    pub bytes: Vec<u8>,
    pub html: String,
    pub url: PageUrl,
}

impl SavedFile {
    /// Decodes a page. Headers are not saved with it: only its bytes and its address tell the
    /// encoding.
    pub(crate) fn new(bytes: Vec<u8>, url: PageUrl) -> Self {
        Self {
            html: decode(&bytes, "", url.last_label()).text.into_owned(),
            bytes,
            url,
        }
    }
}
