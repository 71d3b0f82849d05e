//! Finds the tags that a page prints below its story, where neither their links nor their addresses
//! say that they are tags.

use url::Url;

use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::own_links::own_target;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::markup::{Node, NodeId, text};
use crate::page_url::PageUrl;

/// Most links of a box of tags: stories have a few, and a longer list is the index of a paper.
pub(super) const MOST: usize = 20;

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
/// topics, a box of another story, titles in a box, links to other hosts, links of different kinds
/// and an index of tags are refused.
pub(super) fn boxed(parts: &PageParts<'_>, url: &PageUrl) -> Vec<String> {
    let article = own_article(parts);
    let boxes = parts.everything().filter(|node| {
        parts.kinds(node).has(ClassKind::Tags)
            && parts.place(node.id) == PagePlace::BelowStory
            && is_of_story(node, parts, article)
    });
    let mut lists = boxes.map(|node| tags_in(&node, url));
    lists.find(|tags| !tags.is_empty()).unwrap_or_default()
}

/// Returns the texts of the first links in a row that begin with a hash, below the headline or the
/// story.
///
/// This is for papers, as many of Korea, whose box of tags has a name of the paper's own. One link
/// alone may be a word of a sentence, and those above the headline or within the story are trends
/// and posts. Those on other hosts are posts, too.
pub(super) fn hashed(parts: &PageParts<'_>, url: &PageUrl) -> Vec<String> {
    let article = own_article(parts);
    let mut row: Vec<Node<'_>> = Vec::new();
    let mut around: Option<NodeId> = None;

    for link in parts.everything().filter(|node| node.has_name("a")) {
        let text = text(&link);
        let is_near = matches!(
            parts.place(link.id),
            PagePlace::UnderHeadline | PagePlace::BelowStory
        );
        let is_hashed = text.starts_with(['#', '＃']) && own_target(&link, url).is_some();
        if !is_hashed || !is_near || !is_of_story(&link, parts, article) {
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
        row.push(link);
    }
    tags_of(&row, url)
}

/// Returns the texts of some links where all of them are tags. Tags lead to pages of one kind; a
/// single link has none beside it that says so.
pub(super) fn tags_of(links: &[Node<'_>], url: &PageUrl) -> Vec<String> {
    let tags: Vec<String> = links.iter().map(text).collect();
    let is_list = (2..=MOST).contains(&tags.len()) && tags.iter().all(|tag| is_tag(tag));
    if !is_list {
        return Vec::new();
    }

    let targets: Option<Vec<Url>> = links.iter().map(|link| own_target(link, url)).collect();
    let targets = targets.unwrap_or_default();
    let mut pairs = targets.iter().enumerate();
    if pairs.any(|(at, one)| targets[..at].iter().any(|other| are_alike(one, other))) {
        tags
    } else {
        Vec::new()
    }
}

/// Tells whether two addresses are of one kind: they differ in the last part of the path alone, or
/// in the value of the same query.
fn are_alike(one: &Url, other: &Url) -> bool {
    let key = |url: &Url| url.query_pairs().next().map(|(key, _)| key.into_owned());
    if one.path() == other.path() {
        return one != other && key(one).is_some() && key(one) == key(other);
    }
    folder(one).is_some_and(|name| !name.is_empty() && Some(name) == folder(other))
}

/// Returns the path of an address without its last part.
fn folder(url: &Url) -> Option<&str> {
    let (folder, _) = url.path().trim_end_matches('/').rsplit_once('/')?;
    Some(folder)
}

/// Returns the innermost `article` around the headline and the story.
pub(super) fn own_article(parts: &PageParts<'_>) -> Option<NodeId> {
    let mut around = chain(parts.common());
    around
        .find(|node| node.has_name("article"))
        .map(|node| node.id)
}

/// Returns the element around the items of a list of links.
fn list_of(link: &Node<'_>) -> Option<NodeId> {
    let mut around = chain(*link).skip(1);
    around
        .find(|node| !node.has_name("li") && !node.has_name("span"))
        .map(|node| node.id)
}

/// Tells whether an element belongs to the story's part of the page. The foot of an article may have
/// its tags, and the foot of the page has none. What stands outside of the story's `article` is of
/// the page.
pub(super) fn is_of_story(node: &Node<'_>, parts: &PageParts<'_>, article: Option<NodeId>) -> bool {
    if article.is_some_and(|article| chain(*node).all(|around| around.id != article)) {
        return false;
    }

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
fn tags_in(node: &Node<'_>, url: &PageUrl) -> Vec<String> {
    let links = node.descendants_it().filter(|node| node.has_name("a"));
    let links: Vec<Node<'_>> = links.take(MOST + 1).collect();
    let count = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();

    let linked: usize = links.iter().map(|link| count(&text(link))).sum();
    let has_menu = node.descendants_it().any(|inner| is_out(&inner));
    if !has_menu && count(&text(node)) <= linked + LABEL {
        tags_of(&links, url)
    } else {
        Vec::new()
    }
}

pub(super) fn is_out(node: &Node<'_>) -> bool {
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
    fn tags(below: &str, read: impl Fn(&PageParts<'_>, &PageUrl) -> Vec<String>) -> Vec<String> {
        let html = format!(
            "<body class='tag theme-dark'><header class=topics><a href=/q?k=s>#화제</a> <a href=/q?k=t>#날씨</a></header>\
             <article class='post tag-x'><h1>책방</h1><p>{STORY}</p>{below}</article></body>"
        );
        let tree = Tree::parse(&html).unwrap();
        let mut parts = PageParts::new(&tree, &[STORY.to_owned()]);
        let headline = parts.elements().find(|node| node.has_name("h1"));
        parts.set_headline(headline);
        read(
            &parts,
            &PageUrl::parse("https://paper.example/news/7").unwrap(),
        )
    }

    #[test]
    fn the_links_of_a_box_of_tags_are_tags() {
        for below in [
            "<ul class=article-tags><li><a href=/thema/a>책</a><li><a href=/thema/b>골목</a></ul>",
            "<footer><div class=keyword>검색어: <a href=/q?k=a>책</a>, <a href=/q?k=b>골목</a></div></footer>",
            "<section class=temas><h4>Archivado en:</h4><a href=/n/1>책</a> <a href=/n/2>골목</a></section>",
        ] {
            assert_eq!(tags(below, boxed), ["책", "골목"], "{below}");
        }
    }

    #[test]
    fn menus_titles_and_boxes_of_others_are_no_tags() {
        let links = "<a href=/t/a>책</a> <a href=/t/b>골목</a>";
        let index: String = (0..21)
            .map(|at| format!("<a href=/t/{at}>책</a>"))
            .collect();
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
            format!("</article><div class=tags>{links}</div>"),
            "<div class=themes><a href='#d'>밤</a><a href='#l'>낮</a></div>".to_owned(),
            "<div class=tags><a href=/t/a#x>책</a><a href=/t/b#x>골목</a></div>".to_owned(),
            "<div class=keyword><a href=/q>책</a><a href=/q2>골목</a></div>".to_owned(),
            "<div class=keyword><a href=/q>책</a><a href=/q>골목</a></div>".to_owned(),
            "<div class=topics><a href=/s/a>책</a><a href=/abo/b>구독</a></div>".to_owned(),
            "<div class=topics><a href=/abo/x>소식지</a></div>".to_owned(),
            "<div class=tags><a href=https://other.example/t/a>책</a>\
             <a href=https://other.example/t/b>골목</a></div>"
                .to_owned(),
        ] {
            assert!(tags(&below, boxed).is_empty(), "{below}");
        }
    }

    #[test]
    fn links_in_a_row_that_begin_with_a_hash_are_tags() {
        for below in [
            "<div class=kw><a href=/q?k=a>#책</a><a href=/q?k=b>#골목</a></div>",
            "<ul><li><a href=/t/a>#책</a><li><a href=/t/b>#골목</a></ul>\
             <p><a href=/t/c>#하나</a></p>",
            "<p><a href=//other.example/t/a>#하나</a> <a href=//other.example/t/b>#둘</a></p>\
             <div><a href=/t/a>#책</a><a href=/t/b>#골목</a></div>",
        ] {
            assert_eq!(tags(below, hashed), ["#책", "#골목"], "{below}");
        }
    }

    #[test]
    fn one_hash_and_those_of_menus_and_posts_are_no_tags() {
        for below in [
            "<p>사서는 <a href=/t/a>#책</a>을 읽는다.</p>",
            "<p><a href=/t/a>#책</a></p><div><a href=/t/b>#골목</a></div>",
            "<div><a href=/t/a>책</a><a href=/t/b>골목</a></div>",
            "<nav><a href=/t/a>#책</a><a href=/t/b>#골목</a></nav>",
            "<blockquote><a href=/t/a>#책</a> <a href=/t/b>#골목</a></blockquote>",
            "<div><a href=/q>#책</a><a href=/q>#골목</a></div>",
            "<div><a href=//other.example/t/a>#책</a><a href=//other.example/t/b>#골목</a></div>",
            "</article><div><a href=/t/a>#책</a><a href=/t/b>#골목</a></div>",
        ] {
            assert!(tags(below, hashed).is_empty(), "{below}");
        }
    }
}
