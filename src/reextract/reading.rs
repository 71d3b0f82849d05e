//! Captures and the readers that extract them again.

use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::archive::KeptCapture;
use crate::extract::Extraction;
use crate::site_reader::SiteReader;

/// Reads captures on all cores, and returns the extractions in the same order.
pub(super) fn extractions(
    captures: &[&KeptCapture],
    readers: &[Arc<SiteReader>],
) -> Vec<Extraction> {
    captures
        .par_iter()
        .map(|capture| read(capture, reader_of(capture, readers)))
        .collect()
}

/// Returns the reader of a capture: the site's, with the profile of the day of the fetch.
pub(super) fn reader_of<'r>(
    capture: &KeptCapture,
    readers: &'r [Arc<SiteReader>],
) -> &'r SiteReader {
    SiteReader::of_day(readers, &capture.page.site, capture.fetched_at)
        .expect("only captures of the readers' sites are selected")
}

/// Reads one capture. Damaged bytes and a panic become a result, so that the rest is still read.
fn read(capture: &KeptCapture, reader: &SiteReader) -> Extraction {
    let body = match capture.body() {
        Ok(body) => body,
        Err(damage) => {
            return Extraction::NotAnArticle {
                why: damage.to_string(),
            };
        }
    };

    let read = reader.read_capture(capture, &body);
    read.unwrap_or_else(|undone| Extraction::NotAnArticle {
        why: undone.to_string(),
    })
}

/// Returns a fingerprint of the readers and the program's version. If it differs from that of an
/// earlier run, everything is read again from the beginning.
pub(super) fn fingerprint(readers: &[Arc<SiteReader>]) -> String {
    let mut readers: Vec<String> = readers.iter().map(|reader| format!("{reader:?}")).collect();
    readers.sort();

    let mut hash = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    readers.iter().for_each(|reader| hash.update(reader));
    hex::encode(hash.finalize())
}
