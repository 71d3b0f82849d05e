//! RSS 0.90 to 2.0, RDF, Atom 0.3 and 1.0, also where the feed is damaged.
//!
//! Papers' feeds are written by templates, and many are not well-formed: a bare `&` or `<`, HTML
//! that was not escaped, a torn end. An XML parser stops there, and the rest is lost. This parser
//! cuts the text into items at their tags, and each item into its fields. Damage costs only the
//! item that it is in.

mod field;
mod links;
mod references;
mod tag;

use url::Url;

use crate::discover::feed::entry::FeedEntry;
use crate::discover::feed::soup::field::{ItemField, fields};
use crate::discover::feed::soup::links::links;
use crate::discover::feed::soup::tag::{Tag, TagKind, tags};
use crate::discover::sections::without_sections;

/// The root elements of feeds; some feeds of papers begin with their `channel`.
const ROOTS: [&str; 4] = ["rss", "rdf", "feed", "channel"];

/// The elements of one story: RSS has `item`, Atom has `entry`.
const ITEMS: [&str; 2] = ["item", "entry"];

/// The elements with dates. Those of publication go before those of later changes, since the first
/// date that can be read is the story's.
const DATES: [&str; 7] = [
    "pubdate",
    "published",
    "issued",
    "date",
    "created",
    "updated",
    "modified",
];

/// Elements of other media in an item, such as a photo or a sound. They have titles and
/// descriptions of their own.
const MEDIA: [&str; 2] = ["media:", "itunes:"];

/// The facts of a feed on which the parsing of its items depends.
#[derive(Clone, Copy)]
struct FeedContext<'f> {
    base: &'f Url,
    language: &'f str,
}

/// Returns the entries of the feed that stood at `url`; `None` where the text is no feed.
/// `language` is the paper's.
pub(super) fn entries(text: &str, url: &Url, language: &str) -> Option<Vec<FeedEntry>> {
    let text = without_sections(text, &["<item", "<entry"]);
    let tags = tags(&text);
    let base = feed_base(&tags, url)?;
    let feed = FeedContext {
        base: &base,
        language,
    };

    let begins: Vec<usize> = (0..tags.len())
        .filter(|at| tags[*at].opens(&ITEMS))
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
        entries.push(entry(&tags[begin], &fields, feed));
    }
    Some(entries)
}

/// Returns the address that the items' links are relative to; `None` where the tags are of no feed.
fn feed_base(tags: &[Tag<'_>], url: &Url) -> Option<Url> {
    let root = tags
        .iter()
        .find(|tag| tag.opens(&ROOTS) || tag.opens(&ITEMS))?;
    let channel = tags
        .iter()
        .find(|tag| tag.opens(&["channel"]))
        .filter(|channel| channel.begin != root.begin);

    let base = based(url, root);
    Some(channel.map_or_else(|| base.clone(), |channel| based(&base, channel)))
}

/// Returns the address that links in an element are relative to (XML Base, 4).
fn based(outer: &Url, tag: &Tag<'_>) -> Url {
    let base = tag
        .attribute("xml:base")
        .and_then(|base| outer.join(base.trim()).ok());
    base.unwrap_or_else(|| outer.clone())
}

/// Builds an item's entry from its fields.
fn entry(item: &Tag<'_>, fields: &[ItemField<'_>], feed: FeedContext<'_>) -> FeedEntry {
    let own: Vec<&ItemField<'_>> = fields.iter().filter(|field| !is_of_medium(field)).collect();

    FeedEntry {
        links: links(item, fields, feed),
        title: first_text(&own, &["title"]),
        dates: DATES
            .iter()
            .flat_map(|name| named(&own, name).filter_map(ItemField::text))
            .collect(),
        author: first_text(&own, &["creator"]).or_else(|| named(&own, "author").find_map(author)),
        section: named(&own, "category")
            .find_map(|field| field.text().or_else(|| field.tag.attribute("term")))
            .or_else(|| first_text(&own, &["subject"])),
        summary: first_text(&own, &["description", "summary", "encoded", "content"]),
    }
}

fn is_of_medium(field: &ItemField<'_>) -> bool {
    MEDIA
        .iter()
        .any(|prefix| field.tag.name.starts_with(prefix))
}

fn named<'f>(
    fields: &'f [&'f ItemField<'f>],
    name: &'f str,
) -> impl Iterator<Item = &'f ItemField<'f>> {
    fields
        .iter()
        .copied()
        .filter(move |field| field.tag.local == name)
}

/// Returns the first text of the fields of these names, the first name first.
fn first_text(fields: &[&ItemField<'_>], names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| named(fields, name).find_map(ItemField::text))
}

/// Returns the author's name: of `<author><name>`, of `mail@paper.example (Name)`, or the whole
/// text.
fn author(field: &ItemField<'_>) -> Option<String> {
    let inner = tags(field.content);
    let name = fields(field.content, &inner, false)
        .iter()
        .find(|inner| inner.tag.local == "name")
        .and_then(ItemField::text);
    if name.is_some() {
        return name;
    }

    let text = field.text()?;
    let in_brackets = text
        .trim()
        .strip_suffix(')')
        .and_then(|text| text.split_once('('))
        .filter(|(mail, _)| mail.contains('@'))
        .map(|(_, name)| name.to_owned());
    Some(in_brackets.unwrap_or(text))
}
