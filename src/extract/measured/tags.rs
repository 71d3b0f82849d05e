//! Finds the tags of an unknown page.

use std::collections::HashSet;

use serde_json::Value;

use crate::extract::json_ld::texts;
use crate::extract::measured::labelled_tags::below_label;
use crate::extract::measured::links_of_others::{is_in_a_card, is_of_other_story, is_to_tag};
use crate::extract::measured::papers::{PaperNames, parts as parts_of};
use crate::extract::measured::script_tags::in_scripts;
use crate::extract::measured::tag_boxes::{boxed, hashed};
use crate::extract::measured::tag_lists::divided;
use crate::extract::measured::title_sections::section_names;
use crate::extract::measured::titles::decoded;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::scan::PageScan;
use crate::markup::{Node, Tree, text};
use crate::page_url::PageUrl;
use crate::text::{clean_some, letters};

/// Most tags of an article.
const MOST_TAGS: usize = 100;

/// Longest tag, in characters: a longer text is a sentence.
const LONGEST: usize = 80;

/// Meta tags with the tags, best first.
const METAS: [&str; 6] = [
    "article:tag",
    "og:article:tag",
    "news_keywords",
    "parsely-tags",
    "sailthru.tags",
    "keywords",
];

/// What some systems write before the tags among the keywords: `tag:ferry`, `type:Article`.
const LABEL: &str = "tag";

/// Returns the tags of an article from the first source that has any: JSON-LD, meta tags, links,
/// boxes of links, links that begin with a hash, links below a label, the things that the story is
/// about by its JSON-LD, and what is told to programs that count readers, who get settings among
/// the tags.
pub(super) fn tags(
    page: &PageScan<'_>,
    parts: &PageParts<'_>,
    papers: &PaperNames,
    url: &PageUrl,
) -> Vec<String> {
    let of_metas = METAS.iter().map(|name| match page.metas(name) {
        [list] => divided(list),
        tags => tags.to_vec(),
    });
    let sources = std::iter::once_with(|| told(page))
        .chain(of_metas)
        .chain(std::iter::once_with(|| linked(page.tree, parts, url)))
        .chain(std::iter::once_with(|| boxed(parts, url)))
        .chain(std::iter::once_with(|| hashed(parts, url)))
        .chain(std::iter::once_with(|| {
            below_label(parts, url, &section_names(page))
        }))
        .chain(std::iter::once_with(|| things(page, parts, url)))
        .chain(std::iter::once_with(|| of_parsely(page)))
        .chain(std::iter::once_with(|| of_cxense(page)))
        .chain(std::iter::once_with(|| in_scripts(page.tree)));

    sources
        .map(|tags| kept(labelled(tags), papers))
        .find(|tags| !tags.is_empty())
        .unwrap_or_default()
}

/// Returns the keywords in the article's JSON-LD: a list of texts or of terms, or one text.
fn told(page: &PageScan<'_>) -> Vec<String> {
    let name = |term: &Value| term.get("name")?.as_str().map(str::to_owned);
    let terms = page.article_values(&["keywords"]);
    let names: Vec<String> = terms
        .into_iter()
        .filter_map(|term| term.as_str().map(str::to_owned).or_else(|| name(term)))
        .collect();
    match names.as_slice() {
        [list] => divided(list),
        _ => names,
    }
}

/// Returns the names of the things that a story is about by its JSON-LD. A text there is a sentence
/// or the title as often. The page itself, its paper, its headline, a section and a path are no
/// tags.
fn things(page: &PageScan<'_>, parts: &PageParts<'_>, url: &PageUrl) -> Vec<String> {
    const KINDS: [&str; 8] = [
        "Thing",
        "Person",
        "Place",
        "Organization",
        "Event",
        "City",
        "Country",
        "SportsTeam",
    ];
    let is_thing = |value: &&Value| {
        let kinds = texts(value, "@type");
        kinds.iter().any(|kind| KINDS.contains(&kind.as_str()))
    };
    let id = |value: &Value| texts(value, "@id");
    let publishers = page.article_values(&["publisher"]).into_iter();
    let publishers: Vec<String> = publishers.flat_map(id).collect();
    let about = page.article_values(&["about"]).into_iter();
    let about = about.filter(|value| !id(value).iter().any(|id| publishers.contains(id)));
    let things = about.map(|value| page.whole(value)).filter(is_thing);
    let names = things.flat_map(|thing| texts(thing, "name"));
    let others = names_of_page(page, parts, url);
    names
        .filter(|name| parts_of(name).count() == 1 && !name.contains('/'))
        .filter(|name| !others.contains(&letters(name).collect::<String>()))
        .collect()
}

/// Returns the letters of a page's headlines and sections, and of the parts of its address.
fn names_of_page(page: &PageScan<'_>, parts: &PageParts<'_>, url: &PageUrl) -> HashSet<String> {
    let headlines = page.json_ld("headline").into_iter();
    let headlines = headlines.chain(page.meta("og:title").map(str::to_owned));
    let headlines = headlines.chain(parts.headline().map(|headline| text(&headline)));
    let path = url.as_url().path().split('/').map(str::to_owned);

    let named = headlines
        .chain(path)
        .chain(page.breadcrumbs().into_iter().map(|step| step.name));
    let mut letters_of: HashSet<String> = named.map(|name| letters(&name).collect()).collect();
    letters_of.extend(section_names(page));
    letters_of
}

/// Returns the tags in the JSON that pages write for Parse.ly.
fn of_parsely(page: &PageScan<'_>) -> Vec<String> {
    let value = page.meta("parsely-page").map(serde_json::from_str::<Value>);
    match value {
        Some(Ok(value)) => texts(&value, "tags"),
        // A broken meta tag tells nothing; other sources may.
        Some(Err(_)) | None => Vec::new(),
    }
}

/// Returns the tags that pages write for Cxense: `cXenseParse:tags`, `cXenseParse:lun-keywords`.
fn of_cxense(page: &PageScan<'_>) -> Vec<String> {
    const ENDS: [&str; 4] = ["tags", "tag", "keywords", "taglist"];
    let is_of_tags = |name: &str| {
        let own = name.strip_prefix("cxenseparse:");
        own.and_then(|own| own.rsplit(['-', ':']).next())
            .is_some_and(|end| ENDS.contains(&end))
    };
    let lists = page.metas_where(is_of_tags);
    lists.iter().flat_map(|list| divided(list)).collect()
}

/// Returns the keywords that are labelled as tags, without the label; all where none is.
fn labelled(tags: Vec<String>) -> Vec<String> {
    let is_label = |label: &str| label.eq_ignore_ascii_case(LABEL);
    let told = tags.iter().filter_map(|tag| {
        let (label, tag) = tag.trim().split_once(':')?;
        is_label(label).then(|| tag.to_owned())
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { tags } else { told }
}

/// Returns tags cleaned, each once, without the paper's name.
fn kept(tags: Vec<String>, papers: &PaperNames) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        let Some(tag) = clean_some(decoded(&tag).trim_start_matches(['#', '＃'])) else {
            continue;
        };
        let is_known = kept
            .iter()
            .any(|known| known.to_lowercase() == tag.to_lowercase());
        let is_setting = tag
            .split_once(": ")
            .is_some_and(|(key, _)| !key.contains(' '));
        if tag.chars().count() <= LONGEST && !is_setting && !is_known && !papers.have(&tag) {
            kept.push(tag);
        }
        if kept.len() == MOST_TAGS {
            break;
        }
    }
    kept
}

/// Returns the tags that the page links: by the links' `rel`, else by their addresses, near the
/// story.
fn linked(tree: &Tree, parts: &PageParts<'_>, url: &PageUrl) -> Vec<String> {
    // A link within the story may lead to a tag, and its text be any words.
    let is_in_story = |node: &Node<'_>| {
        parts.place(node.id) == PagePlace::InStory && !text(node).starts_with('#')
    };
    let links = || {
        let links = parts.elements().filter(|node| node.has_name("a"));
        links.filter(|node| !is_in_story(node) && !is_of_other_story(node, parts, url))
    };
    // The footer of an article has its tags, while the line above the headline has its sections.
    let common = parts.common();
    let inside = common.descendants_it().filter(|node| node.has_name("a"));
    let near: Vec<Node<'_>> = links().collect();
    let by_rel = tagged(near.clone());
    if near.iter().any(is_plain_tag) {
        return by_rel;
    }
    let of_article: Vec<Node<'_>> = inside
        .filter(|node| is_plain_tag(node) && !is_of_other_story(node, parts, url))
        .collect();
    if !by_rel.is_empty() {
        return if of_article.is_empty() {
            by_rel
        } else {
            tagged(of_article)
        };
    }
    let root = tree.root();
    let of_page = root.descendants_it().filter(|node| node.has_name("a"));
    let of_page = of_page.filter(|node| !is_in_a_card(node, parts, url));
    let of_page = tagged(of_page.collect());
    if !of_page.is_empty() {
        return of_page;
    }

    links()
        .filter(|node| parts.place(node.id) == PagePlace::BelowStory || text(node).starts_with('#'))
        .filter(is_to_tag)
        .map(|node| text(&node))
        .collect()
}

/// Returns the texts of links that are tags by their `rel`. WordPress marks the sections of a story
/// as
/// `category tag`: they count where there are no other tags.
fn tagged(links: Vec<Node<'_>>) -> Vec<String> {
    let has = |node: &Node<'_>, sought: &str| {
        node.attr("rel")
            .is_some_and(|rel| rel.split_whitespace().any(|word| word == sought))
    };
    let (sections, tags): (Vec<Node<'_>>, Vec<Node<'_>>) = links
        .into_iter()
        .filter(|node| has(node, "tag"))
        .partition(|node| has(node, "category"));
    let chosen = if tags.is_empty() { sections } else { tags };
    chosen.iter().map(text).collect()
}

/// Tells whether a link is a tag by its `rel`, and no section.
fn is_plain_tag(link: &Node<'_>) -> bool {
    link.attr("rel").is_some_and(|rel| {
        let has = |sought: &str| rel.split_whitespace().any(|word| word == sought);
        has("tag") && !has("category")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_labelled_keywords_only_the_tags_are_taken() {
        let tags = |list: &str| kept(labelled(divided(list)), &PaperNames::default());
        assert_eq!(tags("tag:ferry, tag:fog, type:Article"), ["ferry", "fog"]);
        assert_eq!(tags("Section:News, Tag:ferry, Tag:fog"), ["ferry", "fog"]);
        assert_eq!(tags("ferry, price tag"), ["ferry", "price tag"]);
    }

    #[test]
    fn the_tags_in_the_footer_of_an_article_come_before_its_section() {
        let story = "The ice on the old canal held for nine days, and the boats stayed in port.";
        let url = PageUrl::parse("https://paper.example/news/7").unwrap();
        let found = |footer: &str| {
            let html = format!(
                "<article><h1>Ice</h1><a rel='category tag' href=/local>Local</a><p>{story}</p>\
                 <footer>{footer}</footer></article><footer><a rel=tag href=/x>Far</a></footer>"
            );
            let tree = Tree::parse(&html).unwrap();
            let mut parts = PageParts::new(&tree, &[story.to_owned()]);
            let headline = parts.elements().find(|node| node.has_name("h1"));
            parts.set_headline(headline);
            linked(&tree, &parts, &url)
        };
        assert_eq!(found("<a rel=tag href=/t/ice>Frost</a>"), ["Frost"]);
        assert_eq!(found(""), ["Local"]);
        let next = "<a rel=tag href=/t/ice>Frost</a> <a rel=next href=/news/8>Fog</a>";
        assert_eq!(found(next), ["Frost"]);
        let card = "<a rel=tag href=/t/fog>Fog</a> <a href=/news/8>The fog stays for a week</a>";
        for others in [
            "</footer><div class=related-posts><p><a rel=tag href=/t/fog>Fog</a></p></div>"
                .to_owned(),
            "</footer><aside class=jp-fog><p><a rel=tag href=/t/fog>Fog</a></p></aside>".to_owned(),
            format!("</footer><ul><li>{card}</li><li>{card}</li></ul>"),
            format!("</footer><article>{card}</article>"),
        ] {
            assert_eq!(found(&others), ["Local"], "{others}");
        }
    }

    #[test]
    fn the_things_that_a_story_is_about_are_its_tags() {
        let about = |about: &str| {
            let article = format!(
                r#"{{"@type":"NewsArticle","headline":"Ice holds","articleSection":"Canals","about":{about}}}"#
            );
            let html = format!("<script type=application/ld+json>{article}</script><p>-</p>");
            let tree = Tree::parse(&html).unwrap();
            let url = PageUrl::parse("https://paper.example/winter/7").unwrap();
            things(&PageScan::new(&tree), &PageParts::new(&tree, &[]), &url)
        };
        let list = r#"[{"@type":"Thing","name":"Ice"},{"@type":"Place","name":"Aldmouth"}]"#;
        assert_eq!(about(list), ["Ice", "Aldmouth"]);
        let paper = r#"{"@type":"Organization","@id":"us","name":"Q"},"publisher":{"@id":"us"}"#;
        assert!(about(paper).is_empty());
        assert!(about(r#"{"@type":"Thing","name":"Quay | Ice for all"}"#).is_empty());
        assert!(about(r#"["Ice keeps the boats in port"]"#).is_empty());
        assert!(about(r#"{"@type":"WebPage","name":"Ice on the canal"}"#).is_empty());
        for name in ["Ice holds!", "Canals", "Winter", "sport/skating"] {
            let thing = format!(r#"{{"@type":"Thing","name":"{name}"}}"#);
            assert!(about(&thing).is_empty(), "{name}");
        }
    }

    #[test]
    fn tags_for_programs_that_count_readers_stand_in_their_meta_tags() {
        let read = |metas: &str| {
            let tree = Tree::parse(&format!("<head>{metas}</head><p>-</p>")).unwrap();
            let page = PageScan::new(&tree);
            [of_parsely(&page), of_cxense(&page)].concat()
        };
        for metas in [
            r#"<meta name=parsely-page content='{"tags":["ferry","fog"],"author":"Lee"}'>"#,
            "<meta name=cXenseParse:tags content=ferry,fog>",
            "<meta name=cXenseParse:lun-tags content=ferry><meta name=cXenseParse:lun-tags content=fog>",
        ] {
            assert_eq!(read(metas), ["ferry", "fog"], "{metas}");
        }
        assert!(read("<meta name=cXenseParse:author content=Lee>").is_empty());
        assert!(read("<meta name=parsely-page content='{tags'>").is_empty());
    }
}
