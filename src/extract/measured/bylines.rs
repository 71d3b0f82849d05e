//! The bylines that a page prints, by the names of their elements.

use crate::extract::class_names::{ClassKind, class_words, is_writer_for_programs};
use crate::extract::element_words::OF_WRITERS;
use crate::extract::holder::chain;
use crate::extract::measured::byline_roles::{MOST_LINKS, beside_role};
use crate::extract::measured::byline_texts::{parted, spaced};
use crate::extract::measured::japanese_names;
use crate::extract::measured::names::{has_lead, marked_persons};
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::person_words::has_whole_name;
use crate::extract::page_lines::is_hidden;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::vocabulary::{AND, NETWORKS, PAGES_OF_WRITERS};
use crate::markup::{Node, NodeId, text};

/// Longest printed byline, in characters.
pub(super) const LONGEST: usize = 160;

/// Elements whose bylines are not the story's, unless the story or its headline stands in them.
const OF_OTHERS: [&str; 5] = ["nav", "footer", "form", "article", "li"];

/// Tells whether a line of a story is the byline of its writers: words such as `By`, and one of
/// their names. A sentence is none.
pub(crate) fn is_byline_of(line: &str, writers: &[String]) -> bool {
    line.chars().count() <= LONGEST
        && !line.ends_with(['.', '。', '!', '?'])
        && has_lead(line)
        && writers.iter().any(|writer| line.contains(writer.as_str()))
}

/// Tells whether a line at the end of a story is nothing but the signature of its writers in
/// brackets.
pub(crate) fn is_signature_of(line: &str, writers: &[String]) -> bool {
    japanese_names::signature(line)
        .is_some_and(|signed| signed.before.is_empty() && signed.names == writers)
}

/// Returns the printed bylines at one place, by the names of their elements.
pub(super) fn printed(parts: &PageParts<'_>, place: PagePlace, papers: &PaperNames) -> Vec<String> {
    let mut bylines: Vec<String> = Vec::new();
    let mut outer: Option<NodeId> = None;

    let common = parts.common();
    for node in parts
        .elements()
        .filter(|node| parts.place(node.id) == place)
    {
        let is_inside = outer.is_some_and(|outer| chain(node).any(|around| around.id == outer));
        if is_inside
            || !names_writers(&node, parts)
            || !chain(node).any(|around| around.id == common.id)
        {
            continue;
        }

        let byline = told_in(&node, papers);
        if byline.chars().count() <= LONGEST && !marked_persons(&byline, papers).is_empty() {
            outer = Some(node.id);
            bylines.push(byline);
        }
    }
    bylines
}

/// Most boxes of writers that are read. Boxes may stand in each other.
const MOST_BOXES: usize = 100;

/// Returns the one byline that stands apart from headline and story, in a box of its own. Boxes of
/// different persons may belong to other stories: then there is none.
pub(super) fn apart(parts: &PageParts<'_>, papers: &PaperNames) -> Option<String> {
    let mut found: Option<(Vec<String>, String)> = None;
    let boxes = parts
        .everything()
        .filter(|node| is_named_for_writers(node, parts) && !is_of_others(node, parts));

    for node in boxes.take(MOST_BOXES) {
        let byline = told_in(&node, papers);
        let names = marked_persons(&byline, papers);
        if names.is_empty() || byline.chars().count() > LONGEST {
            continue;
        }
        match &found {
            None => found = Some((names, byline)),
            Some((first, _)) if *first == names => {}
            Some(_) => return None,
        }
    }
    found.map(|(_, byline)| byline)
}

/// Tells whether an element stands in another story, a comment or a menu, or is hidden.
fn is_of_others(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    chain(*node)
        .take_while(|around| !parts.is_around(around))
        .any(|around| {
            is_hidden(&around)
                || OF_OTHERS.iter().any(|name| around.has_name(name))
                || parts.kinds(&around).has(ClassKind::OtherStory)
        })
}

/// Tells whether an element is a byline by its name or its link.
pub(super) fn names_writers(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    is_named_for_writers(node, parts)
        || is_page_of_writer(node) && parts.place(node.id) != PagePlace::InStory
}

/// Tells whether an element is a byline by its name.
fn is_named_for_writers(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let has = |name: &str| {
        node.attr(name).is_some_and(|value| {
            value
                .split_whitespace()
                .any(|word| OF_WRITERS.contains(&word))
        })
    };
    has("rel")
        || has("itemprop")
        || parts.kinds(node).has(ClassKind::Writer)
        || is_writer_for_programs(node)
}

pub(super) fn is_page_of_writer(node: &Node<'_>) -> bool {
    node.has_name("a")
        && node.attr("href").is_some_and(|link| {
            let link = link.to_lowercase();
            let host = link
                .split("://")
                .nth(1)
                .and_then(|rest| rest.split('/').next());
            let is_network =
                host.is_some_and(|host| host.split('.').any(|label| NETWORKS.contains(&label)));
            !is_network && PAGES_OF_WRITERS.iter().any(|part| link.contains(part))
        })
}

/// Returns the names of the links to writers' pages in a byline, which stand there without roles,
/// places and dates.
fn narrowest(byline: &Node<'_>, papers: &PaperNames) -> Option<String> {
    let links = byline.descendants_it().filter(|node| {
        let has = |name: &str, word: &str| node.attr(name).is_some_and(|value| &*value == word);
        node.is_element()
            && (is_page_of_writer(node)
                || has("rel", "author")
                || has("itemprop", "name") && is_of_person(node))
    });
    let mut names: Vec<String> = Vec::new();
    for name in links.take(MOST_LINKS).map(|link| text(&link)) {
        if !marked_persons(&name, papers).is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// Returns the byline that an element tells: the links in it, the name above a biography, or its
/// text.
fn told_in(node: &Node<'_>, papers: &PaperNames) -> String {
    let whole = spaced(node);
    if let Some(names) = narrowest(node, papers) {
        return if is_joined(&names, &whole, papers) {
            whole
        } else {
            names
        };
    }

    if let Some(name) = beside_role(node, papers) {
        return name;
    }

    let is_byline = whole.chars().count() <= LONGEST && !marked_persons(&whole, papers).is_empty();
    if is_byline {
        return whole;
    }
    beside_paper(node, papers)
        .or_else(|| name_above(node, papers))
        .unwrap_or(whole)
}

/// Returns a byline that names the paper in an element of its own, with marks between its elements:
/// `<b>Jane Lee</b><b>Daily News</b>`.
fn beside_paper(node: &Node<'_>, papers: &PaperNames) -> Option<String> {
    let parted = parted(node);
    let has_paper = parted.split(", ").any(|part| papers.have(part));
    let is_byline = parted.chars().count() <= LONGEST && has_paper;
    (is_byline && has_whole_name(&marked_persons(&parted, papers))).then_some(parted)
}

/// Tells whether a byline names more writers than its links, with `and` or its like between the
/// two: `By <a>Jane Lee</a> and Max Orr`.
fn is_joined(linked: &str, whole: &str, papers: &PaperNames) -> bool {
    if whole.chars().count() > LONGEST {
        return false;
    }

    let (linked, all) = (
        marked_persons(linked, papers),
        marked_persons(whole, papers),
    );
    let is_beside_and = |name: &String| {
        let Some((before, behind)) = whole.split_once(name.as_str()) else {
            return false;
        };
        let beside = [
            before.split_whitespace().next_back(),
            behind.split_whitespace().next(),
        ];
        beside.into_iter().flatten().any(|word| AND.contains(&word))
    };
    let mut others = all.iter().filter(|name| !linked.contains(name)).peekable();
    others.peek().is_some()
        && linked.iter().all(|name| all.contains(name))
        && others.all(is_beside_and)
}

/// Most characters in a box of the writer: a longer one has more than a biography.
const LONGEST_BOX: usize = 1500;

/// Returns the whole name above the biography in a box of the writer: in an element that is named
/// so, else in a heading that is a link. Other headings are no names as often: `Latest Stories`.
fn name_above(node: &Node<'_>, papers: &PaperNames) -> Option<String> {
    if text(node).chars().count() > LONGEST_BOX {
        return None;
    }

    const HEADINGS: [&str; 5] = ["h2", "h3", "h4", "h5", "h6"];
    let inner = || node.descendants_it().filter(Node::is_element);
    let named = inner().filter(|node| class_words(node).iter().any(|word| word == "name"));
    let headings = inner().filter(|node| {
        HEADINGS.iter().any(|name| node.has_name(name))
            && node.descendants_it().any(|inner| inner.has_name("a"))
    });
    let names = named.chain(headings).map(|node| spaced(&node));
    names.take(MOST_LINKS).find(|name| {
        !name.ends_with(':') && name.chars().count() <= LONGEST_NAME && {
            let found = marked_persons(name, papers);
            has_whole_name(&found)
        }
    })
}

/// Longest line with a name above a biography, in characters: it may have a role.
const LONGEST_NAME: usize = 60;

/// Tells whether the innermost item around an element is a person, or has no kind.
fn is_of_person(node: &Node<'_>) -> bool {
    let mut around = chain(*node).skip(1);
    around
        .find_map(|around| around.attr("itemtype"))
        .is_none_or(|kind| kind.ends_with("Person"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    fn told(html: &str) -> String {
        let tree = Tree::parse(html).unwrap();
        let root = tree.root();
        let node = root.descendants_it().find(|node| node.has_name("div"));
        told_in(&node.unwrap(), &PaperNames::default())
    }

    #[test]
    fn the_name_above_a_biography_is_the_byline() {
        let life = "<p>She has covered harbours for this paper since the ferry of 2009, and lives \
                    on an island with two dogs and a boat that she built from driftwood.</p>";
        for name in [
            "<h4><a href=/by/jane-lee>Jane Lee</a></h4>",
            "<h3>About the Author</h3><span class=name>Jane Lee</span>",
        ] {
            assert_eq!(
                told(&format!("<div>{name}{life}</div>")),
                "Jane Lee",
                "{name}"
            );
        }
        for heading in ["Insights", "Latest Stories"] {
            let whole = told(&format!("<div><h4>{heading}</h4>{life}</div>"));
            assert!(whole.starts_with(&format!("{heading} She has")), "{whole}");
        }
    }

    #[test]
    fn elements_without_spaces_between_them_part_a_byline() {
        assert_eq!(
            told("<div><b>By</b><b>Jane Lee</b><i>Harbour Correspondent</i></div>"),
            "By Jane Lee, Harbour Correspondent"
        );
        assert_eq!(told("<div>By <b>Jane Lee</b></div>"), "By Jane Lee");
    }

    #[test]
    fn a_name_that_is_joined_to_a_link_is_one_of_the_byline() {
        let linked = "By <a href=/author/1>Ida Frost</a>";
        for (behind, expected) in [
            (" and Moe Reed", "By Ida Frost and Moe Reed"),
            (", Harbour Port", "Ida Frost"),
            (" | Moe Reed", "Ida Frost"),
        ] {
            assert_eq!(
                told(&format!("<div>{linked}{behind}</div>")),
                expected,
                "{behind}"
            );
        }
    }

    #[test]
    fn a_role_in_an_element_of_its_own_is_no_part_of_a_name() {
        for html in [
            "<b class=name>Frostina</b><i class=role>Skating</i>",
            "<b>Frostina</b> <i>Reporter</i>",
            "By <b>Frostina</b><i class=job-title>Head of Ice</i>",
        ] {
            let names =
                marked_persons(&told(&format!("<div>{html}</div>")), &PaperNames::default());
            assert_eq!(names, ["Frostina"], "{html}");
        }
        let whole = "<b>Ida Frost</b> <i class=role>Reporter</i>";
        assert_eq!(told(&format!("<div>{whole}</div>")), "Ida Frost Reporter");
        let agency = told("<div><b>AFP</b><b>Aldmouth</b></div>");
        assert!(marked_persons(&agency, &PaperNames::default()).is_empty());
    }

    #[test]
    fn elements_with_single_words_are_the_parts_of_one_name() {
        for (html, expected) in [
            ("<b>Ida</b><b>Frost</b>", "Ida Frost"),
            (
                "By <b>Ida</b><b>Frost</b>, <b>Moe</b><b>Reed</b>",
                "By Ida Frost, Moe Reed",
            ),
            (
                "<b>By</b><b>Ida</b><b>Frost</b><i>Harbour Editor</i>",
                "By Ida Frost, Harbour Editor",
            ),
            ("By <b>Mc</b><b>Dougal Reed</b>", "By McDougal Reed"),
        ] {
            assert_eq!(told(&format!("<div>{html}</div>")), expected, "{html}");
        }
    }
}
