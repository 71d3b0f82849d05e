//! The places of a page's headline and story, and the elements and lines that belong to them.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::extract::class_names::{ClassKind, ClassKinds, foreign_words, kinds};
use crate::extract::element_words::OF_ORNAMENTS;
use crate::extract::holder::{HeldWeights, chain};
use crate::extract::page_lines::{PageLine, is_hidden, lines};
use crate::markup::{Node, NodeId, Tree};
use crate::text::letters;

/// Letters by which a line is recognised as one of the story: shorter runs stand in many lines.
const RUN: usize = 12;

/// Most letters of a story that are compared. Longer stories are found by their first part.
const MOST_LETTERS: usize = 100_000;

/// Elements that belong to no story, unless the story or its headline stands in them.
const OUT: [&str; 8] = [
    "nav", "aside", "footer", "form", "article", "dialog", "select", "textarea",
];

/// The place of a node in the reading order of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PagePlace {
    AboveHeadline,
    /// Between the headline and the story.
    UnderHeadline,
    InStory,
    BelowStory,
}

/// The element that holds the story, and its first and last text.
#[derive(Clone, Copy)]
struct StoryPlace<'a> {
    container: Node<'a>,
    first: NodeId,
    last: NodeId,
}

/// A page in its parts. Elements of other stories, of comments and of menus are left out.
pub(super) struct PageParts<'a> {
    root: Node<'a>,
    lines: Vec<PageLine<'a>>,
    elements: Vec<Node<'a>>,
    own: HashSet<NodeId>,
    /// The elements around the story's beginning and the headline.
    around: HashSet<NodeId>,
    /// What elements are by their names; the others are nothing special.
    kinds: HashMap<NodeId, ClassKinds>,
    story: Option<StoryPlace<'a>>,
    headline: Option<Node<'a>>,
}

impl<'a> PageParts<'a> {
    /// Finds the place of a story by its paragraphs.
    pub(super) fn new(tree: &'a Tree, paragraphs: &[String]) -> Self {
        let root = tree.root();
        let lines = lines(root);
        let mut parts = Self {
            root,
            story: story_place(root, &lines, &runs(paragraphs)),
            lines,
            elements: Vec::new(),
            own: HashSet::new(),
            around: HashSet::new(),
            kinds: all_kinds(root),
            headline: None,
        };
        parts.collect();
        parts
    }

    /// Says which element is the headline.
    pub(super) fn set_headline(&mut self, headline: Option<Node<'a>>) {
        self.headline = headline;
        self.collect();
    }

    pub(super) fn headline(&self) -> Option<Node<'a>> {
        self.headline
    }

    /// Returns the elements that may belong to the story, in the page's order.
    pub(super) fn elements(&self) -> impl Iterator<Item = Node<'a>> + '_ {
        self.elements.iter().copied()
    }

    /// Returns all elements of the page, in the page's order.
    pub(super) fn everything(&self) -> impl Iterator<Item = Node<'a>> + '_ {
        self.root.descendants_it().filter(Node::is_element)
    }

    /// Returns the lines that may belong to the story, in the page's order.
    pub(super) fn lines(&self) -> impl Iterator<Item = &PageLine<'a>> {
        self.lines
            .iter()
            .filter(|line| self.own.contains(&line.element.id))
    }

    /// Returns the element that holds the story; the page's root where no story was found.
    pub(super) fn container(&self) -> Node<'a> {
        self.story.map_or(self.root, |story| story.container)
    }

    /// Returns the smallest element around the headline and the story.
    pub(super) fn common(&self) -> Node<'a> {
        let Some(headline) = self.headline else {
            return self.container();
        };

        let around: HashSet<NodeId> = chain(headline).map(|node| node.id).collect();
        chain(self.container())
            .find(|node| around.contains(&node.id))
            .unwrap_or(self.root)
    }

    /// Returns the place of a node. Nodes are numbered in the page's order.
    pub(super) fn place(&self, node: NodeId) -> PagePlace {
        if self.headline.is_some_and(|headline| node < headline.id) {
            return PagePlace::AboveHeadline;
        }
        match &self.story {
            Some(story) if node > story.last => PagePlace::BelowStory,
            Some(story) if node >= story.first => PagePlace::InStory,
            _ => PagePlace::UnderHeadline,
        }
    }

    /// Returns the place of a line.
    pub(super) fn place_of(&self, line: &PageLine<'_>) -> PagePlace {
        self.place(line.first)
    }

    /// Tells whether a text stands outside of other stories and of comments. Some papers sign in an
    /// `aside`.
    pub(super) fn has_outside_of_others(&self, text: &str) -> bool {
        let is_others = |node: &Node<'a>| {
            let kinds = self.kinds(node);
            let is_named = kinds.has(ClassKind::Foreign) && !kinds.has(ClassKind::Writer);
            is_named || node.has_name("article")
        };
        self.lines
            .iter()
            .filter(|line| line.text.contains(text))
            .any(|line| {
                let mut apart = chain(line.element).take_while(|node| !self.is_around(node));
                !apart.any(|node| is_others(&node))
            })
    }

    /// Tells whether the story begins in an element, or the headline stands in it.
    pub(super) fn is_around(&self, node: &Node<'_>) -> bool {
        self.around.contains(&node.id)
    }

    /// Returns what an element is by its names.
    pub(super) fn kinds(&self, node: &Node<'_>) -> ClassKinds {
        self.kinds.get(&node.id).copied().unwrap_or_default()
    }

    /// Tells whether an element stands in the article's head, or holds its main heading.
    fn is_in_head(&self, node: &Node<'a>) -> bool {
        let is_above = self.story.is_some_and(|story| node.id < story.first);
        is_above
            && match self.headline {
                Some(headline) => node.id > headline.id,
                None => node.descendants_it().any(|node| node.has_name("h1")),
            }
    }

    /// Tells whether an element of the article's head is foreign by no other word than the nearest
    /// element with names around the story: builders of pages call each part of an article a
    /// widget.
    fn is_named_as_story(&self, node: &Node<'a>) -> bool {
        let Some(story) = self.story.filter(|_| self.is_in_head(node)) else {
            return false;
        };

        let mut around = chain(story.container);
        let named = around.find(|node| node.has_attr("class"));
        let of_story = named.map(|node| foreign_words(&node)).unwrap_or_default();
        let words = foreign_words(node);
        words.iter().all(|word| of_story.contains(word))
    }

    /// Tells whether a box under the headline that is named for its buttons has a byline, too.
    fn has_byline_beside_buttons(&self, node: &Node<'a>) -> bool {
        self.headline.is_some()
            && self.is_in_head(node)
            && foreign_words(node)
                .iter()
                .all(|word| OF_ORNAMENTS.contains(&word.as_str()))
            && node
                .descendants_it()
                .any(|inner| self.kinds(&inner).has(ClassKind::Writer))
    }

    /// Collects the elements that belong to no other story.
    fn collect(&mut self) {
        let first = match self.story {
            Some(story) => self.root.tree.get(&story.first),
            // The story may stand in a script: then the main heading tells where the article is.
            None => self.everything().find(|node| node.has_name("h1")),
        };
        self.around = [first, self.headline]
            .into_iter()
            .flatten()
            .flat_map(chain)
            .map(|node| node.id)
            .collect();

        self.elements.clear();
        let mut open = vec![self.root];
        while let Some(node) = open.pop() {
            let is_kept = self.is_around(&node)
                || !is_out(&node)
                    && (!is_foreign(&node, self.kinds(&node))
                        || self.is_named_as_story(&node)
                        || self.has_byline_beside_buttons(&node));
            if is_kept {
                self.elements.extend(Some(node).filter(Node::is_element));
                open.extend(node.children_it(true).filter(Node::is_element));
            }
        }
        self.own = self.elements.iter().map(|node| node.id).collect();
    }
}

/// Tells whether an element belongs to no story, whatever it is called.
pub(super) fn is_out(node: &Node<'_>) -> bool {
    OUT.iter().any(|name| node.has_name(name)) || is_hidden(node)
}

/// Tells whether an element holds other stories, comments, menus or advertisements by its name.
fn is_foreign(node: &Node<'_>, kinds: ClassKinds) -> bool {
    // Some CMSs call each figure a card or a widget, and the lead a teaser. A picture that is named
    // to be shared is no box.
    let is_own = kinds.has(ClassKind::Writer)
        || kinds.has(ClassKind::Subtitle)
        || node.has_name("figure")
        || node.has_name("img") && kinds.has(ClassKind::NoPhoto);
    kinds.has(ClassKind::Foreign) && !is_own
}

/// Returns what the elements of a page are by their names.
fn all_kinds(root: Node<'_>) -> HashMap<NodeId, ClassKinds> {
    let elements = root.descendants_it().filter(Node::is_element);
    elements
        .map(|node| (node.id, kinds(&node)))
        .filter(|(_, kinds)| *kinds != ClassKinds::default())
        .collect()
}

/// Returns the hashes of all runs of letters in the paragraphs.
fn runs(paragraphs: &[String]) -> HashSet<u64> {
    let letters: Vec<char> = paragraphs
        .iter()
        .flat_map(|text| letters(text))
        .take(MOST_LETTERS)
        .collect();
    letters.windows(RUN).map(hash).collect()
}

fn hash(run: &[char]) -> u64 {
    let mut hasher = DefaultHasher::new();
    run.hash(&mut hasher);
    hasher.finish()
}

/// Finds the element that holds most of the story, and the story's first and last line in it.
fn story_place<'a>(
    root: Node<'a>,
    lines: &[PageLine<'a>],
    runs: &HashSet<u64>,
) -> Option<StoryPlace<'a>> {
    let mut held = HeldWeights::default();
    let mut of_story: Vec<&PageLine<'a>> = Vec::new();
    for line in lines {
        let start: Vec<char> = letters(&line.text).take(RUN).collect();
        if start.len() < RUN || !runs.contains(&hash(&start)) {
            continue;
        }
        of_story.push(line);
        held.add(line.element, line.text.len());
    }

    let container = held.holder(root)?;
    let mut within = of_story
        .into_iter()
        .filter(|line| chain(line.element).any(|node| node.id == container.id));
    let first = within.next()?;
    let last = within.next_back().unwrap_or(first);
    Some(StoryPlace {
        container,
        first: first.first,
        last: last.first,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::text;

    const STORY: &str =
        "한빛시 작은 책방에서 일하는 사서는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.";

    fn places(html: &str) -> Vec<(String, PagePlace)> {
        let tree = Tree::parse(html).unwrap();
        let mut parts = PageParts::new(&tree, &[STORY.to_owned()]);
        let headline = parts.elements().find(|node| node.has_name("h1"));
        parts.set_headline(headline);
        let lines = parts.lines();
        lines
            .map(|line| (line.text.clone(), parts.place_of(line)))
            .collect()
    }

    #[test]
    fn lines_are_placed_by_headline_and_story() {
        let page = format!(
            "<div><b>위</b><h1>책방</h1><p>사이<br>둘</p><div><p>{STORY}</p></div><p>아래</p></div>"
        );
        let expected = [
            ("위", PagePlace::AboveHeadline),
            ("책방", PagePlace::UnderHeadline),
            ("사이", PagePlace::UnderHeadline),
            ("둘", PagePlace::UnderHeadline),
            (STORY, PagePlace::InStory),
            ("아래", PagePlace::BelowStory),
        ];
        assert_eq!(
            places(&page),
            expected.map(|(text, place)| (text.to_owned(), place))
        );
    }

    #[test]
    fn cards_comments_and_menus_are_left_out_and_the_storys_own_elements_never() {
        let page = format!(
            "<div class=\"card sidebar\"><h1>책방</h1><p>{STORY}</p></div><nav>차림</nav>\
             <div class=relatedStories><p>골목</p></div><article><p>시장</p></article>\
             <ul id=comment-list><li>독자</li></ul><div class=author-card>홍길동</div>"
        );
        let texts: Vec<String> = places(&page).into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts, ["책방", STORY, "홍길동"]);
    }

    #[test]
    fn a_word_of_the_storys_own_element_makes_nothing_in_the_articles_head_foreign() {
        let page = format!(
            "<div class=widget><p>메뉴</p></div><div class='widget heading'><h1>책방</h1></div>\
             <div class='widget deck'><p>사이</p></div><div class='widget share'><p>공유</p></div>\
             <div class='widget content'><p>{STORY}</p></div><div class=widget><p>골목</p></div>"
        );
        let texts: Vec<String> = places(&page).into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts, ["책방", "사이", STORY]);

        let named_otherwise = page.replace("widget content", "content");
        let texts: Vec<String> = places(&named_otherwise)
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts, ["사이", STORY]);
    }

    #[test]
    fn a_byline_beside_buttons_under_the_headline_is_the_storys() {
        let bar = "<div class=sign-share><p class=byline>홍길동</p><p>공유</p></div>";
        let found = |above: &str, under: &str| {
            let page = format!("{above}<h1>책방</h1>{under}<div><p>{STORY}</p></div>");
            places(&page).len()
        };
        assert_eq!(found("", bar), 4);
        assert_eq!(found(bar, ""), 2);
        assert_eq!(found("", &bar.replace("byline", "text")), 2);
        assert_eq!(found("", &bar.replace("sign-share", "share-banner")), 2);
    }

    #[test]
    fn a_story_is_found_where_most_of_it_stands() {
        let page = format!("<p>{STORY}</p><div id=own><p>{STORY}</p><p>{STORY}</p></div>");
        let tree = Tree::parse(&page).unwrap();
        let parts = PageParts::new(&tree, &[STORY.to_owned()]);
        assert_eq!(parts.container().attr("id").as_deref(), Some("own"));
        assert!(text(&parts.common()).starts_with("한빛시"));
    }
}
