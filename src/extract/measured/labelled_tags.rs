//! Finds the tags of an unknown page below or behind a label, as `Topics:` or `Etiquetas`.

use std::collections::HashSet;

use crate::extract::measured::tag_boxes::{MOST, is_of_story, is_out, own_article, tags_of};
use crate::extract::own_links::own_target;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::vocabulary::LABELS_OF_TAGS;
use crate::markup::{Node, NodeId, text, text_without};
use crate::page_url::PageUrl;
use crate::text::letters;

/// Most elements below the story that are read: pages have some hundred there.
const PATIENCE: usize = 400;

/// Most elements in a box of tags.
const LARGEST: usize = 120;

/// Returns the links in the first element below the story that has nothing else but a label of
/// tags.
///
/// This is for papers whose box of tags has a class of the paper's own. The label is the only
/// other text of the box, and the links are of one kind and short: titles of other stories under
/// the same label are longer. Sections of the paper are its menu, printed once more.
pub(super) fn below_label(
    parts: &PageParts<'_>,
    url: &PageUrl,
    sections: &HashSet<String>,
) -> Vec<String> {
    let article = own_article(parts);
    let below = parts
        .everything()
        .filter(|node| parts.place(node.id) == PagePlace::BelowStory)
        .filter(|node| !node.has_name("a") && !is_out(node));
    let lists = below
        .take(PATIENCE)
        .filter_map(|node| links_below_label(&node))
        .filter(|links| !are_sections(links, sections) && !are_stories(links, url))
        .filter(|links| {
            let first = links.first();
            first.is_some_and(|link| is_of_story(link, parts, article))
        });

    lists
        .map(|links| tags_of(&links, url))
        .find(|tags| !tags.is_empty())
        .unwrap_or_default()
}

/// Tells whether most links have names of sections.
fn are_sections(links: &[Node<'_>], sections: &HashSet<String>) -> bool {
    let is_section =
        |link: &&Node<'_>| sections.contains(&letters(&text(link)).collect::<String>());
    2 * links.iter().filter(is_section).count() > links.len()
}

/// Tells whether all links lead to pages in the folder of the story, and are other stories.
fn are_stories(links: &[Node<'_>], url: &PageUrl) -> bool {
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let own = first(url.as_url().path());
    !own.is_empty()
        && links.iter().all(|link| {
            own_target(link, url).is_some_and(|target| {
                first(target.path()) == own && target.path().matches('/').count() <= 2
            })
        })
}

/// Returns the links of an element whose other text is a label of tags.
fn links_below_label<'a>(node: &Node<'a>) -> Option<Vec<Node<'a>>> {
    if node.descendants_it().nth(LARGEST).is_some() {
        return None;
    }

    let inner = node.descendants_it().filter(|node| node.has_name("a"));
    let links: Vec<Node<'a>> = inner.collect();
    if !(2..=MOST).contains(&links.len()) {
        return None;
    }
    let ids: Vec<NodeId> = links.iter().map(|link| link.id).collect();
    let label: String = letters(&text_without(node, &ids)).collect();
    let is_label = LABELS_OF_TAGS
        .iter()
        .any(|known| letters(known).eq(label.chars()));
    // Numbers are the pages of a list.
    let has_texts = links
        .iter()
        .all(|link| text(link).contains(char::is_alphabetic));
    (is_label && has_texts).then_some(links)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    const STORY: &str =
        "한빛시 작은 책방에서 일하는 사서는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.";

    /// The tags of a page that has something below its story.
    fn tags(below: &str) -> Vec<String> {
        let html = format!("<article><h1>책방</h1><p>{STORY}</p>{below}</article>");
        let tree = Tree::parse(&html).unwrap();
        let mut parts = PageParts::new(&tree, &[STORY.to_owned()]);
        let headline = parts.elements().find(|node| node.has_name("h1"));
        parts.set_headline(headline);
        let url = PageUrl::parse("https://paper.example/news/7").unwrap();
        let sections = HashSet::from(["문화", "사회"].map(str::to_owned));
        below_label(&parts, &url, &sections)
    }

    #[test]
    fn links_below_or_behind_a_label_are_tags() {
        let links = "<a href=/x/a>책</a>, <a href=/x/b>골목</a>";
        for label in [
            "Topics:",
            "Themen",
            "Mots-clés :",
            "Etiquetas",
            "タグ",
            "관련 태그",
            "Теги:",
        ] {
            for below in [
                format!("<p>{label} {links}</p>"),
                format!("<div class=q1><h4>{label}</h4><ul><li>{links}</ul></div>"),
            ] {
                assert_eq!(tags(&below), ["책", "골목"], "{below}");
            }
        }
    }

    #[test]
    fn titles_menus_and_links_below_other_words_are_no_tags() {
        let links = "<a href=/x/a>책</a> <a href=/x/b>골목</a>";
        for below in [
            format!("<div><h4>Share</h4>{links}</div>"),
            format!("<div><h4>Topics</h4><p>{STORY}</p>{links}</div>"),
            format!("<nav><h4>Topics</h4>{links}</nav>"),
            format!("<div class=related><h4>Topics</h4>{links}</div>"),
            "<div><h4>Topics</h4><a href=/x/a>책</a></div>".to_owned(),
            "<div><h4>Topics</h4><a href=/x/a>문화</a> <a href=/x/b>사회</a></div>".to_owned(),
            "<div><h4>Topics</h4><a href=/news/8>책</a> <a href=/news/9>골목</a></div>".to_owned(),
            "<div><h4>Topics</h4><a href=/x/a>1</a> <a href=/x/b>2</a></div>".to_owned(),
            "<div><h4>Topics</h4><a href=/x/a>골목의 작은 책방이 이번 봄부터 밤에도 문을 연다</a> \
             <a href=/x/b>책</a></div>"
                .to_owned(),
        ] {
            assert!(tags(&below).is_empty(), "{below}");
        }
    }
}
