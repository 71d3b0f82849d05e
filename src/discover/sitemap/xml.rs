//! Sitemaps in XML, read as far as they are whole.

use std::borrow::Cow;
use std::sync::LazyLock;

use quick_xml::events::{BytesEnd, BytesStart, Event};
use quick_xml::name::QName;
use quick_xml::reader::Reader;
use regex::Regex;

use crate::discover::sections::without_sections;
use crate::discover::sitemap::{MAX_ENTRIES, SitemapEntry, SitemapError};

/// The limit of a value, such as a title, in bytes. The protocol allows addresses of 2,048
/// characters; a longer text is damage.
const MAX_VALUE: usize = 4_096;

/// The limit of damaged places in one sitemap. Each of them costs a search through the rest of the
/// text, so that a sitemap with more of them is built to exhaust its parser.
const MAX_DAMAGE: u32 = 100;

/// The beginning of an entry.
static ENTRY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<(?:[\w.\-]+:)?(?:url|sitemap)[\s>]").expect("it is tested"));

/// Returns the entries of a sitemap in XML, and whether more of it was not read. Damage costs only
/// the entry that it is in.
///
/// # Errors
///
/// Fails where the text is no sitemap, or is damaged before its first entry ends.
pub(super) fn of_xml(text: &str) -> Result<(Vec<SitemapEntry>, bool), SitemapError> {
    let text = with_whole_sections(text);
    let text = text.as_ref();
    let mut reader = reader_of(text);
    // The place in the text at which the reader began.
    let mut begin = 0;
    let mut damage = 0;
    let mut sitemap = XmlSitemap::default();

    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(_)
                if damage < MAX_DAMAGE
                    && let Some(next) = next_entry(text, begin, &reader) =>
            {
                begin = next;
                damage += 1;
                reader = reader_of(&text[begin..]);
                sitemap.skip_entry();
                continue;
            }
            Err(_) if !sitemap.entries.is_empty() => return Ok((sitemap.entries, true)),
            Err(why) => return Err(SitemapError::Broken(why.to_string())),
        };

        match sitemap.take(event)? {
            Progress::GoesOn => {}
            Progress::Full => return Ok((sitemap.entries, true)),
            Progress::Ended => return Ok((sitemap.entries, sitemap.depth > 0)),
        }
    }
}

/// Returns the text without sections, if some of them have no end: such a section would swallow all
/// entries up to the end of another one.
fn with_whole_sections(text: &str) -> Cow<'_, str> {
    let is_whole = text.matches("<![CDATA[").count() == text.matches("]]>").count()
        && text.matches("<!--").count() == text.matches("-->").count();
    if is_whole {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(without_sections(text, &["<url>", "<sitemap>"]))
    }
}

fn reader_of(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    // Addresses that were written by hand have a bare `&` in them.
    reader.config_mut().allow_dangling_amp = true;
    reader.config_mut().check_end_names = false;
    reader
}

/// Returns where the first entry begins behind the place at which the reader failed. The reader was
/// given the text from `begin` on.
fn next_entry(text: &str, begin: usize, reader: &Reader<&[u8]>) -> Option<usize> {
    let failed = usize::try_from(reader.error_position()).ok()?.max(1);
    let behind = text.ceil_char_boundary(begin.saturating_add(failed));
    Some(behind + ENTRY.find(&text[behind..])?.start())
}

/// A sitemap while its XML is read.
#[derive(Default)]
struct XmlSitemap {
    entries: Vec<SitemapEntry>,
    /// The root element of a sitemap was read.
    has_root: bool,
    /// The entry whose element is open.
    open: Option<SitemapEntry>,
    /// How many elements are open.
    depth: i64,
    /// The text since the last start tag.
    value: String,
}

/// Whether more of a sitemap is to be read.
enum Progress {
    GoesOn,
    /// It has as many entries as the protocol allows.
    Full,
    /// Its text has ended.
    Ended,
}

impl XmlSitemap {
    /// Gives up the open entry. The reader goes on at an entry within the root element.
    fn skip_entry(&mut self) {
        self.open = None;
        self.depth = 1;
    }

    fn take(&mut self, event: Event<'_>) -> Result<Progress, SitemapError> {
        match event {
            Event::Start(tag) => self.start(&tag)?,
            Event::Text(text) => self.push(&text),
            Event::CData(text) => self.push(&text),
            // Addresses have `&amp;` in them. An unknown reference is kept as it is.
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name);
                self.push(&html_escape::decode_html_entities(&reference));
            }
            Event::End(tag) => return Ok(self.end(&tag)),
            Event::Eof if self.has_root => return Ok(Progress::Ended),
            Event::Eof => return Err(SitemapError::Other),
            Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
        Ok(Progress::GoesOn)
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), SitemapError> {
        self.depth += 1;
        self.value.clear();

        match tag.local_name().as_ref() {
            "urlset" | "sitemapindex" => self.has_root = true,
            name @ ("url" | "sitemap") if self.has_root && self.open.is_none() => {
                self.open = Some(SitemapEntry {
                    is_map: name == "sitemap",
                    prefix: prefix(tag.name()),
                    ..SitemapEntry::default()
                });
            }
            _ if self.has_root => {}
            _ => return Err(SitemapError::Other),
        }
        Ok(())
    }

    fn push(&mut self, more: &str) {
        if self.value.len() + more.len() <= MAX_VALUE {
            self.value.push_str(more);
        }
    }

    /// Takes an end tag. The last part of an entry completes it, if there is room for it.
    fn end(&mut self, tag: &BytesEnd<'_>) -> Progress {
        self.depth -= 1;
        let prefix = prefix(tag.name());
        let is_own = self.open.as_ref().is_some_and(|open| open.prefix == prefix);
        let is_end = is_own && matches!(tag.local_name().as_ref(), "url" | "sitemap");

        // Photos and films have titles and times of their own.
        let is_of_medium = matches!(prefix.as_str(), "image" | "video");
        if let Some(open) = self.open.as_mut().filter(|_| !is_of_medium) {
            match tag.local_name().as_ref() {
                "loc" if is_own => open.loc = self.value.clone(),
                "lastmod" => open.changed = self.value.clone(),
                "publication_date" => open.published = self.value.clone(),
                "title" if open.title.is_empty() => open.title = self.value.clone(),
                _ => {}
            }
        }

        if is_end && let Some(whole) = self.open.take() {
            if self.entries.len() == MAX_ENTRIES {
                return Progress::Full;
            }
            self.entries.push(whole);
        }
        Progress::GoesOn
    }
}

fn prefix(name: QName<'_>) -> String {
    name.prefix()
        .map(|prefix| prefix.as_ref().to_owned())
        .unwrap_or_default()
}
