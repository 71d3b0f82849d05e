//! Pages and photos as they came from a paper: what a browser may make of them.

use maud::{Markup, html};

use crate::archive::{ArchiveError, Reader};
use crate::serve::article_address::article_path;
use crate::serve::article_parts::ArticleParts;
use crate::serve::failure::NoPage;
use crate::serve::frame::page;
use crate::serve::moment::moment;
use crate::serve::query::Wish;
use crate::serve::quoted::quoted;

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
        @if let Some(title) = &parts.shown().article.title { p { (quoted(title)) } }
        p { (words.why_bare) }
        p { a href=(path) { (words.version) " " (kept.version) }
            " · " (words.fetched) " " (moment(&kept.fetched_at)) " UTC" }
        iframe.capture sandbox="" referrerpolicy="no-referrer" title=(words.as_it_came)
            src={ (path) "/capture/" (capture) "/raw" } {}
    };
    Ok(page(wish, words.as_it_came, &content))
}

/// Returns the number of the newest version that was read from a capture of an article.
pub(super) fn version_of(
    reader: &Reader,
    (site, name): (&str, &str),
    capture: i64,
) -> Result<u64, NoPage> {
    let found = reader.article_of_id(site, name)?;
    let version = reader.newest_version_from(&found, capture)?;
    version.ok_or(NoPage::NotFound)
}

/// Returns a page as it came, in the encoding with which it was read. Frames within it are no
/// elements any more: a browser connects to their hosts before it asks whether it may.
pub(super) fn raw_page(reader: &Reader, capture: i64) -> Result<KeptBytes, NoPage> {
    let mut bytes = reader.body_of(capture)?.ok_or(NoPage::NotFound)?;
    unframe(&mut bytes);
    let charset = reader.charset_of(capture)?;
    let is_name = |name: &String| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    let charset = charset
        .filter(is_name)
        .map(|name| format!("; charset={name}"))
        .unwrap_or_default();
    Ok(KeptBytes {
        content_type: format!("text/html{charset}"),
        bytes,
    })
}

/// Elements that load another page, as they begin.
const FRAMES: [&[u8]; 6] = [
    b"<iframe",
    b"<frame",
    b"<object",
    b"<embed",
    b"<portal",
    b"<fencedframe",
];

/// Renames the elements that load another page, in encodings whose first half is ASCII.
fn unframe(page: &mut [u8]) {
    for at in 0..page.len() {
        let begins = |name: &&[u8]| {
            page.get(at..at + name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        if page[at] == b'<' && FRAMES.iter().any(begins) {
            page[at + 1] = b'x';
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_that_load_another_page_are_none_any_more() {
        let mut page =
            b"<IFrame src=//a><frameset><frame><p>frame <object data=b></object".to_vec();
        unframe(&mut page);
        assert_eq!(
            page,
            b"<xFrame src=//a><xrameset><xrame><p>frame <xbject data=b></object"
        );
    }
}
