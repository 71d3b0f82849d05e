//! The addresses of an item's story.

use url::Url;

use crate::discover::feed::soup::field::ItemField;
use crate::discover::feed::soup::tag::Tag;
use crate::discover::feed::soup::{FeedContext, based};

/// Returns the addresses at which the story may stand, the likeliest first: the paper's own address
/// behind a link that counts readers, the link, a permalink, a name.
pub(super) fn links(
    item: &Tag<'_>,
    fields: &[ItemField<'_>],
    feed: FeedContext<'_>,
) -> Vec<String> {
    let base = based(feed.base, item);
    let named = |name: &'static str| fields.iter().filter(move |field| field.tag.local == name);

    let mut alternates: Vec<&ItemField<'_>> =
        named("link").filter(|field| is_alternate(field)).collect();
    alternates.sort_by_key(|field| foreignness(field.tag.attribute("hreflang"), feed.language));
    let identifiers = named("guid")
        .filter(|field| is_permalink(field))
        .chain(named("id"))
        .filter_map(ItemField::text);

    let mut links: Vec<String> = named("origlink")
        .chain(named("link"))
        .filter_map(|field| Some(absolute(&base, field, field.text()?)))
        .collect();
    links.extend(
        alternates
            .into_iter()
            .filter_map(|field| Some(absolute(&base, field, field.tag.attribute("href")?))),
    );
    links.extend(
        identifiers
            .chain(item.attribute("rdf:about"))
            .filter(|link| is_web(link)),
    );
    links
}

/// Returns whether a link of Atom is an alternate (RFC 4287, 4.2.7.2). A link without `rel` is one.
/// A `rel` may be a name of the registry, or its address there.
fn is_alternate(field: &ItemField<'_>) -> bool {
    field.tag.attribute("rel").is_none_or(|rel| {
        rel.rsplit('/')
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("alternate"))
    })
}

/// Returns whether a guid is a permalink: it is, unless the feed denies it (RSS 2.0).
fn is_permalink(field: &ItemField<'_>) -> bool {
    field
        .tag
        .attribute("isPermaLink")
        .is_none_or(|is| !is.eq_ignore_ascii_case("false"))
}

fn is_web(link: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| link.trim_start().starts_with(scheme))
}

/// Returns an element's link in its absolute form, or as written where it cannot be resolved.
fn absolute(item_base: &Url, field: &ItemField<'_>, link: String) -> String {
    based(item_base, field.tag)
        .join(link.trim())
        .map_or(link, String::from)
}

/// Returns the rank of a story's language (RFC 4287, 4.2.7.4): the paper's own goes first, then an
/// unknown one, then others.
fn foreignness(hreflang: Option<String>, language: &str) -> u8 {
    match hreflang {
        Some(hreflang) if primary(&hreflang) == primary(language) => 0,
        None => 1,
        Some(_) => 2,
    }
}

/// Returns the primary subtag of a language tag: `ko` of `ko-KR`.
fn primary(language: &str) -> String {
    language
        .trim()
        .split(['-', '_'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}
