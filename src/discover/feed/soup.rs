//! RSS 0.90 to 2.0, RDF, Atom 0.3 and 1.0, read as far as they go.
//!
//! Papers' feeds are written by templates, and many are not well-formed: a bare `&` or `<`, HTML
//! that was not escaped, a torn end. An XML parser stops there, and all the rest is lost. This
//! reader cuts the text into items at their tags, and each item into its fields: what is damaged
//! costs its own item.

use std::collections::HashMap;
use std::sync::LazyLock;

use html_escape::decode_html_entities;
use regex::{Captures, Regex};
use url::Url;

use crate::discover::feed::entry::FeedEntry;
use crate::discover::sections::without_sections;

/// Elements that a feed begins with.
const ROOTS: [&str; 4] = ["rss", "rdf", "feed", "channel"];

/// Elements that stand for one story.
const ITEMS: [&str; 2] = ["item", "entry"];

/// Elements at which a field ends whose own end tag is missing.
const FIELDS: [&str; 21] = [
    "title",
    "link",
    "guid",
    "id",
    "origlink",
    "description",
    "summary",
    "content",
    "encoded",
    "pubdate",
    "date",
    "published",
    "issued",
    "created",
    "updated",
    "modified",
    "author",
    "creator",
    "category",
    "subject",
    "enclosure",
];

/// The names of dates: those of publication before those of later changes.
const DATES: [&str; 7] = [
    "pubdate",
    "published",
    "issued",
    "date",
    "created",
    "updated",
    "modified",
];

static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([A-Za-z_:][\w:.\-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#)
        .expect("it is tested")
});

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:&#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});)+").expect("it is tested")
});

/// Returns the entries of the feed that stood at `url`; `None` where the text is no feed.
/// `language` is the paper's.
pub(super) fn entries(text: &str, url: &Url, language: &str) -> Option<Vec<FeedEntry>> {
    let text = without_sections(text, &["<item", "<entry"]);
    let tags = tags(&text);
    let is = |tag: &Tag<'_>, names: &[&str]| {
        tag.kind != TagKind::Close && names.contains(&tag.local.as_str())
    };
    let root = tags.iter().find(|tag| is(tag, &ROOTS) || is(tag, &ITEMS))?;
    let channel = tags.iter().find(|tag| is(tag, &["channel"]));
    let base = based(url, root);
    let base = channel
        .filter(|channel| channel.begin != root.begin)
        .map_or_else(|| base.clone(), |tag| based(&base, tag));

    let begins: Vec<usize> = (0..tags.len())
        .filter(|at| is(&tags[*at], &ITEMS))
        .collect();
    let mut entries = Vec::new();
    for (nth, begin) in begins.iter().copied().enumerate() {
        let next = begins.get(nth + 1).copied().unwrap_or(tags.len());
        let inside = &tags[begin + 1..next];
        let end = inside
            .iter()
            .position(|tag| tag.kind == TagKind::Close && tag.local == tags[begin].local);
        let is_torn = end.is_none() && next == tags.len();
        let fields = fields(&text, &inside[..end.unwrap_or(inside.len())], is_torn);
        entries.push(entry(
            &tags[begin],
            &fields,
            Context {
                base: &base,
                language,
            },
        ));
    }
    Some(entries)
}

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TagKind {
    Open,
    Close,
    /// It opens an element and closes it.
    Empty,
}

/// A tag, and where it stands in the text.
#[derive(Clone, Debug)]
struct Tag<'t> {
    kind: TagKind,
    /// With its prefix, as written: `dc:date`.
    name: &'t str,
    /// Without its prefix, in lower case.
    local: String,
    attributes: &'t str,
    begin: usize,
    end: usize,
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<String> {
        let found = ATTRIBUTE
            .captures_iter(self.attributes)
            .find(|found| found[1].eq_ignore_ascii_case(name))?;
        let value = found
            .get(2)
            .or_else(|| found.get(3))
            .or_else(|| found.get(4))?;
        Some(decoded(value.as_str()))
    }
}

/// Returns the tags of a text. A `<` behind which no name stands, or whose `>` comes only behind
/// the next `<`, begins none.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    for (begin, _) in text.match_indices('<') {
        let rest = &text[begin + 1..];
        let Some(length) = length(rest) else { continue };
        let (inside, closes) = rest[..length]
            .strip_prefix('/')
            .map_or((&rest[..length], false), |inside| (inside, true));
        let is_name = |c: char| c.is_ascii_alphanumeric() || ":_.-".contains(c);
        let (name, attributes) =
            inside.split_at(inside.find(|c| !is_name(c)).unwrap_or(inside.len()));
        if !name.starts_with(|c: char| c.is_ascii_alphabetic())
            || !attributes.starts_with(|c: char| c.is_whitespace() || c == '/')
                && !attributes.is_empty()
        {
            continue;
        }

        let kind = match (closes, attributes.ends_with('/')) {
            (true, _) => TagKind::Close,
            (false, true) => TagKind::Empty,
            (false, false) => TagKind::Open,
        };
        let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
        tags.push(Tag {
            kind,
            name,
            local,
            attributes,
            begin,
            end: begin + 1 + length + 1,
        });
    }
    tags
}

/// Returns where a tag ends: at the first `>` that stands in no value, before the next `<`.
fn length(tag: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let next = at + tag[at..].find(['<', '>', '"', '\''])?;
        match tag.as_bytes()[next] {
            b'<' => return None,
            b'>' => return Some(next),
            quote if tag[at..next].trim_end().ends_with('=') => {
                let value = &tag[next + 1..];
                let end = value
                    .find(['<', char::from(quote)])
                    .filter(|end| value.as_bytes()[*end] == quote);
                at = next + 1 + end.map_or(0, |end| end + 1);
            }
            _ => at = next + 1,
        }
    }
}

/// An element of an item.
struct ItemField<'t> {
    tag: &'t Tag<'t>,
    /// What stands in it, as written.
    content: &'t str,
}

impl ItemField<'_> {
    fn text(&self) -> Option<String> {
        Some(decoded(self.content)).filter(|text| !text.trim().is_empty())
    }
}

/// Cuts an item into its elements. What stands in an element is its own: the title of a `source` is
/// not the item's. Where an item is torn, its last element may be, and is left out.
fn fields<'t>(text: &'t str, tags: &'t [Tag<'t>], is_torn: bool) -> Vec<ItemField<'t>> {
    let closes = |tag: &&Tag<'_>| tag.kind == TagKind::Close;
    let last_close: HashMap<&str, usize> = tags
        .iter()
        .enumerate()
        .filter(|(_, tag)| closes(tag))
        .map(|(at, tag)| (tag.name, at))
        .collect();

    // From each place on, the next tag at which an element ends that nothing closes.
    let stops = |tag: &Tag<'_>| tag.kind == TagKind::Close || FIELDS.contains(&tag.local.as_str());
    let mut next_stop = vec![None; tags.len() + 1];
    for (at, tag) in tags.iter().enumerate().rev() {
        next_stop[at] = if stops(tag) {
            Some(at)
        } else {
            next_stop[at + 1]
        };
    }

    let (mut fields, mut at) = (Vec::new(), 0);
    while let Some(tag) = tags.get(at) {
        at += 1;
        match tag.kind {
            TagKind::Close => {}
            TagKind::Empty => fields.push(ItemField { tag, content: "" }),
            TagKind::Open if last_close.get(tag.name).is_some_and(|last| *last >= at) => {
                let is_end =
                    |other: &Tag<'_>| other.kind == TagKind::Close && other.name == tag.name;
                let end = at
                    + tags[at..]
                        .iter()
                        .position(is_end)
                        .expect("there is one behind it");
                fields.push(ItemField {
                    tag,
                    content: &text[tag.end..tags[end].begin],
                });
                at = end + 1;
            }
            TagKind::Open => {
                let next = next_stop[at].map(|stop: usize| &tags[stop]);
                match next {
                    Some(next) => fields.push(ItemField {
                        tag,
                        content: &text[tag.end..next.begin],
                    }),
                    None if is_torn => {}
                    None => fields.push(ItemField { tag, content: "" }),
                }
            }
        }
    }
    fields
}

/// Returns what the addresses in an element are relative to (XML Base, 4).
fn based(outer: &Url, tag: &Tag<'_>) -> Url {
    let base = tag
        .attribute("xml:base")
        .and_then(|base| outer.join(base.trim()).ok());
    base.unwrap_or_else(|| outer.clone())
}

/// What is known of a feed beside its items.
#[derive(Clone, Copy)]
struct Context<'f> {
    base: &'f Url,
    language: &'f str,
}

fn entry(item: &Tag<'_>, fields: &[ItemField<'_>], feed: Context<'_>) -> FeedEntry {
    // A photo or a sound in an item has a title and a description of its own.
    let is_mediums = |field: &ItemField<'_>| {
        ["media:", "itunes:"]
            .iter()
            .any(|prefix| field.tag.name.starts_with(prefix))
    };
    let own: Vec<&ItemField<'_>> = fields.iter().filter(|field| !is_mediums(field)).collect();
    let named = |name: &'static str| {
        own.iter()
            .copied()
            .filter(move |field| field.tag.local == name)
    };
    let first = |names: &[&'static str]| {
        names
            .iter()
            .find_map(|name| named(name).find_map(ItemField::text))
    };

    FeedEntry {
        links: links(item, fields, feed),
        title: first(&["title"]),
        dates: DATES
            .iter()
            .flat_map(|name| named(name).filter_map(ItemField::text))
            .collect(),
        author: first(&["creator"]).or_else(|| named("author").find_map(author)),
        section: named("category")
            .find_map(|field| field.text().or_else(|| field.tag.attribute("term")))
            .or_else(|| first(&["subject"])),
        summary: first(&["description", "summary", "encoded", "content"]),
    }
}

/// Where the story may stand: the paper's own address behind one that counts readers, its link, a
/// permalink, a name.
fn links(item: &Tag<'_>, fields: &[ItemField<'_>], feed: Context<'_>) -> Vec<String> {
    let named = |name: &'static str| fields.iter().filter(move |field| field.tag.local == name);
    // RFC 4287, 4.2.7.2: a name of the registry, or its address there.
    let is_name = |rel: String| {
        rel.rsplit('/')
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("alternate"))
    };
    let is_alternate = |field: &&ItemField<'_>| field.tag.attribute("rel").is_none_or(is_name);
    // RSS 2.0: a guid is a permalink unless it says no. An id of Atom may be one.
    let is_permalink = |field: &&ItemField<'_>| {
        field
            .tag
            .attribute("isPermaLink")
            .is_none_or(|is| !is.eq_ignore_ascii_case("false"))
    };
    let is_web = |link: &String| {
        ["http://", "https://"]
            .iter()
            .any(|scheme| link.trim_start().starts_with(scheme))
    };

    let base = based(feed.base, item);
    let text = |field: &ItemField<'_>| Some(absolute(&based(&base, field.tag), field.text()?));
    // RFC 4287, 4.2.7.2: a link without `rel` is an alternate.
    let mut alternates: Vec<&ItemField<'_>> = named("link").filter(is_alternate).collect();
    alternates.sort_by_key(|field| foreignness(field.tag.attribute("hreflang"), feed.language));

    let mut links: Vec<String> = named("origlink").filter_map(text).collect();
    links.extend(named("link").filter_map(text));
    let href = |field: &ItemField<'_>| {
        Some(absolute(
            &based(&base, field.tag),
            field.tag.attribute("href")?,
        ))
    };
    links.extend(alternates.into_iter().filter_map(href));
    links.extend(
        named("guid")
            .filter(is_permalink)
            .chain(named("id"))
            .filter_map(ItemField::text)
            .filter(is_web),
    );
    links.extend(item.attribute("rdf:about").filter(is_web));
    links
}

fn absolute(base: &Url, link: String) -> String {
    base.join(link.trim()).map_or(link, String::from)
}

/// Puts a story in the paper's language (RFC 4287, 4.2.7.4) before one of which nothing is said,
/// and that before others.
fn foreignness(told: Option<String>, language: &str) -> u8 {
    let primary = |tag: &str| {
        tag.trim()
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    match told {
        Some(told) if primary(&told) == primary(language) => 0,
        None => 1,
        Some(_) => 2,
    }
}

/// The name of who wrote it: `<author><name>`, `mail@paper.example (Name)`, or what stands there.
fn author(field: &ItemField<'_>) -> Option<String> {
    let inner = tags(field.content);
    let name = fields(field.content, &inner, false)
        .iter()
        .find(|inner| inner.tag.local == "name")
        .and_then(ItemField::text);
    name.or_else(|| {
        let text = field.text()?;
        let in_brackets = text
            .trim()
            .strip_suffix(')')
            .and_then(|text| text.split_once('('));
        let name = in_brackets
            .filter(|(mail, _)| mail.contains('@'))
            .map(|(_, name)| name.to_owned());
        Some(name.unwrap_or(text))
    })
}

/// Undoes references to characters, by name and by number.
fn decoded(text: &str) -> String {
    let text = NUMBERED.replace_all(text, |found: &Captures<'_>| characters(&found[0]));
    decode_html_entities(&text).into_owned()
}

/// Reads references by number that stand together: two of them may be one character, written as
/// UTF-16. What is no character is left out.
fn characters(references: &str) -> String {
    let code = |reference: &str| match reference.trim_start_matches("&#").strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => reference.trim_start_matches("&#").parse().ok(),
    };
    let mut units = Vec::new();
    for code in references.split_terminator(';').filter_map(code) {
        match (u16::try_from(code), char::from_u32(code)) {
            (Ok(unit), _) => units.push(unit),
            (Err(_), Some(character)) => units.extend(character.encode_utf16(&mut [0; 2]).iter()),
            (Err(_), None) => {}
        }
    }
    let read = char::decode_utf16(units).filter_map(Result::ok);
    let mut text = String::new();
    for character in read.filter(|character| !character.is_control() || character.is_whitespace()) {
        // What was escaped stays escaped, until it is read as text.
        html_escape::encode_text_to_string(character.encode_utf8(&mut [0; 4]), &mut text);
    }
    text
}
