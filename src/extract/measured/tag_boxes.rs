//! Finds the tags that a page prints below its story, where neither their links nor their addresses
//! say that they are tags.

use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::markup::{Node, NodeId, text};

/// Most links of a box of tags: stories have a few, and a longer list is the index of a paper.
const MOST: usize = 20;

/// Longest tag of a box, in characters: a longer text is the title of another story.
const LONGEST: usize = 40;

/// Most words of such a tag.
const MOST_WORDS: usize = 5;

/// Most letters of a box that are in no link: `Archivado en:` is a label, and more is a text.
const LABEL: usize = 30;

/// Elements that hold no tags of the story.
const OUT: [&str; 6] = ["nav", "aside", "form", "article", "blockquote", "dialog"];

/// Returns the links in the first box below the story whose class says that it has tags.
///
/// This is for the many papers whose tags lead to `/thema/…`, `/noticias/…` or a search. A menu of
/// topics, a box of another story, titles in a box, and an index of tags are refused.
pub(super) fn boxed(parts: &PageParts<'_>) -> Vec<String> {
    let boxes = parts.everything().filter(|node| {
        parts.kinds(node).has(ClassKind::Tags)
            && parts.place(node.id) == PagePlace::BelowStory
            && is_of_story(node, parts)
    });
    let mut lists = boxes.map(|node| tags_in(&node));
    lists.find(|tags| !tags.is_empty()).unwrap_or_default()
}

/// Returns the texts of the first links in a row that begin with a hash, below the headline or the
/// story.
///
/// This is for papers, as many of Korea, whose box of tags has a name of the paper's own. One link
/// alone may be a word of a sentence, and those above the headline or within the story are trends
/// and posts.
pub(super) fn hashed(parts: &PageParts<'_>) -> Vec<String> {
    let mut row: Vec<String> = Vec::new();
    let mut around: Option<NodeId> = None;

    for link in parts.everything().filter(|node| node.has_name("a")) {
        let text = text(&link);
        let is_near = matches!(
            parts.place(link.id),
            PagePlace::UnderHeadline | PagePlace::BelowStory
        );
        if !text.starts_with(['#', '＃']) || !is_near || !is_of_story(&link, parts) {
            continue;
        }

        let list = list_of(&link);
        if around != list && row.len() > 1 {
            break;
        }
        if around != list {
            row.clear();
            around = list;
        }
        row.push(text);
    }

    if (2..=MOST).contains(&row.len()) && row.iter().all(|text| is_tag(text)) {
        row
    } else {
        Vec::new()
    }
}

/// Returns the element around the items of a list of links.
fn list_of(link: &Node<'_>) -> Option<NodeId> {
    let mut around = chain(*link).skip(1);
    around
        .find(|node| !node.has_name("li") && !node.has_name("span"))
        .map(|node| node.id)
}

/// Tells whether an element belongs to the story's part of the page. The foot of an article may have
/// its tags, and the foot of the page has none.
fn is_of_story(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let mut has_foot = false;
    for node in chain(*node) {
        if parts.is_around(&node) {
            return !has_foot || !node.has_name("body");
        }
        has_foot |= node.has_name("footer");
        if is_out(&node) || parts.kinds(&node).has(ClassKind::Foreign) {
            return false;
        }
    }
    false
}

/// Returns the tags in a box: the texts of its links. None where one of them is no tag, where it has
/// more text than a label, or a menu.
fn tags_in(node: &Node<'_>) -> Vec<String> {
    let links = node.descendants_it().filter(|node| node.has_name("a"));
    let tags: Vec<String> = links.map(|link| text(&link)).take(MOST + 1).collect();
    let count = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();

    let linked: usize = tags.iter().map(|tag| count(tag)).sum();
    let is_list = tags.len() <= MOST && tags.iter().all(|tag| is_tag(tag));
    let has_menu = node.descendants_it().any(|inner| is_out(&inner));
    if is_list && !has_menu && count(&text(node)) <= linked + LABEL {
        tags
    } else {
        Vec::new()
    }
}

fn is_out(node: &Node<'_>) -> bool {
    OUT.iter().any(|name| node.has_name(name))
}

fn is_tag(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= LONGEST
        && text.split_whitespace().count() <= MOST_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    const STORY: &str =
        "한빛시 작은 책방에서 일하는 사서는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.";

    const OTHER: &str =
        "독자들은 골목에 모여 이번 봄에 읽을 책을 함께 고르고 서로에게 큰 소리로 읽어 주었다.";

    /// The tags of a page that has something below its story.
    fn tags(below: &str, read: impl Fn(&PageParts<'_>) -> Vec<String>) -> Vec<String> {
        let html = format!(
            "<body class='tag theme-dark'><header class=topics><a href=/s>#화제</a> <a href=/t>#날씨</a></header>\
             <article class='post tag-x'><h1>책방</h1><p>{STORY}</p>{below}</article></body>"
        );
        let tree = Tree::parse(&html).unwrap();
        let mut parts = PageParts::new(&tree, &[STORY.to_owned()]);
        let headline = parts.elements().find(|node| node.has_name("h1"));
        parts.set_headline(headline);
        read(&parts)
    }

    #[test]
    fn the_links_of_a_box_of_tags_are_tags() {
        for below in [
            "<ul class=article-tags><li><a href=/thema/a>책</a><li><a href=/thema/b>골목</a></ul>",
            "<footer><div class=keyword>검색어: <a href=/q>책</a>, <a href=/q>골목</a></div></footer>",
            "<section class=temas><h4>Archivado en:</h4><a href=/n>책</a> <a href=/n>골목</a></section>",
        ] {
            assert_eq!(tags(below, boxed), ["책", "골목"], "{below}");
        }
    }

    #[test]
    fn menus_titles_and_boxes_of_others_are_no_tags() {
        let links = "<a href=/a>책</a> <a href=/b>골목</a>";
        let index = "<a href=/a>책</a>".repeat(21);
        for below in [
            format!("<nav class=topics>{links}</nav>"),
            format!("<div class=topics><nav>{links}</nav></div>"),
            format!("<div class='related-topics'>{links}</div>"),
            format!("<aside><div class=tags>{links}</div></aside>"),
            format!("</article><footer><div class=tags>{links}</div></footer>"),
            format!("<div class=tags>{index}</div>"),
            format!("<div class=topic><p>{OTHER}</p>{links}</div>"),
            "<div class=topics><a href=/a>골목 책방이 이번 봄부터 밤 열두 시까지 문을 연다</a></div>"
                .to_owned(),
            "<div class=tags>책 골목</div>".to_owned(),
        ] {
            assert!(tags(&below, boxed).is_empty(), "{below}");
        }
    }

    #[test]
    fn links_in_a_row_that_begin_with_a_hash_are_tags() {
        for below in [
            "<div class=kw><a href=/q>#책</a><a href=/q>#골목</a></div>",
            "<ul><li><a href=/q>#책</a><li><a href=/q>#골목</a></ul><p><a href=/q>#하나</a></p>",
        ] {
            assert_eq!(tags(below, hashed), ["#책", "#골목"], "{below}");
        }
    }

    #[test]
    fn one_hash_and_those_of_menus_and_posts_are_no_tags() {
        for below in [
            "<p>사서는 <a href=/q>#책</a>을 읽는다.</p>",
            "<p><a href=/q>#책</a></p><div><a href=/q>#골목</a></div>",
            "<div><a href=/q>책</a><a href=/q>골목</a></div>",
            "<nav><a href=/q>#책</a><a href=/q>#골목</a></nav>",
            "<blockquote><a href=/q>#책</a> <a href=/q>#골목</a></blockquote>",
        ] {
            assert!(tags(below, hashed).is_empty(), "{below}");
        }
    }
}
