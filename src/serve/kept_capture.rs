//! Pages and photos as they came from a paper: what a browser may make of them.

use maud::{Markup, html};

use crate::archive::{ArchiveError, Reader};
use crate::serve::article_address::article_path;
use crate::serve::article_parts::{ArticleParts, find};
use crate::serve::failure::NoPage;
use crate::serve::frame::page;
use crate::serve::home_page::moment;
use crate::serve::query::Wish;

/// Bytes that came from a paper, with the type that a browser is told.
#[derive(Debug)]
pub(super) struct KeptBytes {
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// Kinds of photos, by their first bytes. What may have a script (SVG) is none.
const PHOTOS: [(&str, &[u8]); 4] = [
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/gif", b"GIF8"),
    ("image/webp", b"RIFF"),
];

/// Returns the page with the frame of a capture.
pub(super) fn capture_page(
    wish: &Wish,
    parts: &ArticleParts,
    capture: i64,
) -> Result<Markup, NoPage> {
    let words = wish.words();
    let path = article_path(&parts.found.id);
    if parts.capture.id != capture || parts.capture.sha256.is_none() {
        return Err(NoPage::NotFound);
    }
    let kept = &parts.shown().kept;
    let content = html! {
        h1 { (words.as_it_came) }
        p { a href=(path) { (words.version) " " (kept.version) }
            " · " (words.fetched) " " (moment(&kept.fetched_at)) " UTC" }
        iframe.capture sandbox="" referrerpolicy="no-referrer" title=(words.as_it_came)
            src={ (path) "/capture/" (capture) "/raw" } {}
    };
    Ok(page(wish, words.as_it_came, &content))
}

/// Returns the number of the version that was read from a capture of an article.
pub(super) fn version_of(
    reader: &Reader,
    (site, name): (&str, &str),
    capture: i64,
) -> Result<u64, NoPage> {
    let found = find(reader, site, name)?;
    for one in reader.versions(&found)? {
        let version = one.kept.version;
        if reader.capture_of_version(&found, version)?.id == capture {
            return Ok(version);
        }
    }
    Err(NoPage::NotFound)
}

/// Returns a page as it came. Its encoding is the one that its bytes name.
pub(super) fn raw_page(reader: &Reader, capture: i64) -> Result<KeptBytes, NoPage> {
    let bytes = reader.body_of(capture)?.ok_or(NoPage::NotFound)?;
    let charset = reader.charset_of(capture)?;
    let charset = charset
        .map(|name| format!("; charset={name}"))
        .unwrap_or_default();
    Ok(KeptBytes {
        content_type: format!("text/html{charset}"),
        bytes,
    })
}

/// Returns the photo of a number, counted from 1, of an article's version.
pub(super) fn photo(reader: &Reader, parts: &ArticleParts, n: usize) -> Result<KeptBytes, NoPage> {
    let image = n
        .checked_sub(1)
        .and_then(|n| parts.shown().article.images.get(n));
    let url = &image.ok_or(NoPage::NotFound)?.url;
    let kept: Result<Option<Vec<u8>>, ArchiveError> = reader.photo_bytes(url);
    let bytes = kept?.ok_or(NoPage::NotFound)?;
    let kind = PHOTOS.iter().find(|(_, begin)| bytes.starts_with(begin));
    let (content_type, _) = kind.ok_or(NoPage::NotFound)?;
    Ok(KeptBytes {
        content_type: (*content_type).to_owned(),
        bytes,
    })
}
