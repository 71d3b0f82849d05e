//! Finds the steps from the home page to an unknown page, as the page prints them.

use url::Url;

use crate::extract::class_names::{ClassKind, class_words};
use crate::extract::holder::chain;
use crate::extract::json_ld::BreadcrumbStep;
use crate::extract::measured::bylines::names_writers;
use crate::extract::own_links::{is_below, own_target};
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::vocabulary::HOMES;
use crate::markup::blocks::Block;
use crate::markup::{Node, Tree, text};
use crate::page_url::PageUrl;
use crate::text::letters;

/// Most steps of a breadcrumb: a longer list is a menu.
const MOST_STEPS: usize = 6;

/// Most breadcrumbs that are read: a page has one or two, and elements in them are named so, too.
const MOST_NAMED: usize = 20;

/// The marks between the steps. A bar or a dot parts the items of menus, too.
const MARKS: [char; 10] = ['>', '›', '»', '→', '▶', '▸', '〉', '＞', '❯', '/'];

/// Longest breadcrumb, in bytes: some steps, and the headline in three bytes a letter.
const LONGEST: usize = 600;

/// Longest step before the last, in characters: the last may be the headline.
const LONGEST_STEP: usize = 40;

/// How far above the text of the home page the element with the whole breadcrumb stands:
/// `<ol><li><a><span>Home</span></a>` has four.
const HIGHEST: usize = 5;

/// Most texts of home pages that are compared: menus have some.
const MOST_HOMES: usize = 20;

/// Most lines above the headline that may be the section: a date may stand between.
const MOST_ABOVE: usize = 2;

/// Longest name of a section that is a link above the headline, in characters.
const LONGEST_LABEL: usize = 30;

/// What a link back to a list begins with.
const BACK: [char; 9] = ['←', '⟵', '‹', '«', '<', '＜', '〈', '❮', '◀'];

/// Words in the class of a link that is a button.
const BUTTONS: [&str; 4] = ["cta", "button", "btn", "back"];

/// Returns the links in each breadcrumb that is named so.
pub(super) fn named(tree: &Tree, parts: &PageParts<'_>) -> Vec<Vec<BreadcrumbStep>> {
    let step = |link: Node<'_>| BreadcrumbStep {
        name: text(&link),
        target: link.attr("href").map(|target| target.to_string()),
    };
    let steps = |node: Node<'_>| -> Vec<BreadcrumbStep> {
        let links = node.descendants_it().filter(|node| node.has_name("a"));
        links.map(step).take(MOST_STEPS + 1).collect()
    };
    tree.root()
        .descendants_it()
        .filter(|node| node.is_element() && is_breadcrumb(node, parts))
        .take(MOST_NAMED)
        .map(steps)
        .filter(|steps| (1..=MOST_STEPS).contains(&steps.len()))
        .collect()
}

fn is_breadcrumb(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let is_named = |name: &str| {
        let value = node.attr(name);
        value.is_some_and(|value| value.to_ascii_lowercase().contains("breadcrumb"))
    };
    let kinds = parts.kinds(node);
    if kinds.has(ClassKind::Breadcrumb)
        || ["aria-label", "itemtype", "typeof"]
            .iter()
            .any(|name| is_named(name))
    {
        return true;
    }

    // `path` alone names many things; beside `nav` it is a breadcrumb.
    kinds.has(ClassKind::Foreign) && {
        let words = class_words(node);
        let has = |word: &str| words.iter().any(|told| told == word);
        has("nav") && (has("path") || has("location"))
    }
}

/// Returns the steps behind the home page in what looks like a breadcrumb above the headline:
/// `홈 > 사회 > 사회일반`, with or without links.
///
/// This is for papers that name the element `location`, `where`, or not at all. A menu has no marks
/// between its items, or bars; one with slashes stands in a `nav`, or its links lead to pages beside
/// each other; and a long one is refused.
pub(super) fn shaped(tree: &Tree, parts: &PageParts<'_>, url: &PageUrl) -> Vec<Vec<String>> {
    let Some(headline) = parts.headline() else {
        return Vec::new();
    };
    let root = tree.root();
    let above = root
        .descendants_it()
        .take_while(|node| node.id < headline.id);

    above
        .filter(|node| node.is_text() && begins_at_home(&node.text()))
        .take(MOST_HOMES)
        .filter_map(|home| {
            let around = chain(home).take(HIGHEST + 1);
            let mut around = around.take_while(|node| !parts.is_around(node));
            around.find_map(|node| steps_of(&node, &home, url))
        })
        .collect()
}

/// Returns the text of a node and of all below it.
fn whole_text(node: &Node<'_>) -> String {
    if node.is_text() {
        node.text().to_string()
    } else {
        text(node)
    }
}

/// Tells whether a text is the name of the home page, or has it before a mark.
fn begins_at_home(text: &str) -> bool {
    text.len() <= LONGEST && {
        let first = text.split(MARKS).next().unwrap_or_default();
        HOMES.contains(&first.trim().to_lowercase().as_str())
    }
}

/// Returns the steps behind the home page in an element around it.
fn steps_of(around: &Node<'_>, home: &Node<'_>, url: &PageUrl) -> Option<Vec<String>> {
    let text = whole_text(around);
    if !begins_at_home(&text) {
        return None;
    }
    let mark = text.chars().find(|c| MARKS.contains(c))?;
    let is_in_menu = || chain(*home).any(|node| node.has_name("nav"));
    if mark == '/' && (is_in_menu() || has_siblings(around, url)) {
        return None;
    }

    let all = text.split(mark).map(|step| step.trim().to_owned());
    let steps: Vec<String> = all.filter(|step| !step.is_empty()).skip(1).collect();
    let (_, before) = steps.split_last()?;
    let is_short = before
        .iter()
        .all(|step| step.chars().count() <= LONGEST_STEP);
    (steps.len() < MOST_STEPS && is_short).then_some(steps)
}

/// Tells whether the links in an element lead to pages beside each other, as those of a menu. Each
/// step of a breadcrumb leads below the one before.
fn has_siblings(around: &Node<'_>, url: &PageUrl) -> bool {
    let links = around.descendants_it().filter(|node| node.has_name("a"));
    let paths: Vec<String> = links
        .filter_map(|link| own_target(&link, url))
        .map(|target| target.path().to_owned())
        .filter(|path| path != "/")
        .collect();
    paths.len() > 1 && !paths.windows(2).any(|pair| is_below(&pair[1], &pair[0]))
}

/// Returns the text of the link right above the headline that leads to a section: the link or its
/// box is named so, or the page's own address is below the link's (`/local`, of the text `Local`).
///
/// This is for papers that print the section in place of a breadcrumb. A link back to a list, a
/// writer, a button and a link to another host are refused, whatever their names are.
pub(super) fn above_headline(parts: &PageParts<'_>, url: &PageUrl) -> Option<Vec<String>> {
    let headline = parts.headline()?;
    let above: Vec<_> = parts
        .lines()
        .filter(|line| parts.place_of(line) == PagePlace::AboveHeadline)
        .collect();

    above
        .into_iter()
        .rev()
        .take(MOST_ABOVE)
        .filter(|line| Block::from(*line).is_linked())
        .filter(|line| line.text.chars().count() <= LONGEST_LABEL)
        .find_map(|line| {
            let inner = line.element.descendants_it();
            let mut links = inner.filter(|node| node.has_name("a") && node.id < headline.id);
            links.find(|link| text(link) == line.text && is_to_section(link, parts, url))
        })
        .map(|link| vec![text(&link)])
}

fn is_to_section(link: &Node<'_>, parts: &PageParts<'_>, url: &PageUrl) -> bool {
    let Some(target) = own_target(link, url) else {
        return false;
    };
    let is_button = class_words(link)
        .iter()
        .any(|word| BUTTONS.contains(&word.as_str()));
    if is_button || text(link).starts_with(BACK) || names_writers(link, parts) {
        return false;
    }

    let is_named = |node: &Node<'_>| parts.kinds(node).has(ClassKind::Section);
    let has_rel = link.attr("rel").is_some_and(|rel| rel.contains("category"));
    let around = link
        .parent()
        .filter(|around| text(around) == text(link) && is_named(around));
    is_named(link) || has_rel || around.is_some() || is_above(link, &target, url)
}

/// Tells whether a page's address is below that of a link, which names the link's text. A link back
/// to a blog has another text, and one to its writer's stories a query.
fn is_above(link: &Node<'_>, target: &Url, url: &PageUrl) -> bool {
    let path = target.path().trim_end_matches('/');
    let bare = |text: &str| letters(text).collect::<String>();
    let last = bare(path.rsplit('/').next().unwrap_or_default());

    let is_of_paper = target.host() == url.as_url().host() && target.query().is_none();
    is_of_paper
        && !last.is_empty()
        && last.starts_with(&bare(&text(link)))
        && is_below(url.as_url().path(), path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str =
        "한빛시 작은 책방에서 일하는 사서는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.";

    /// What is found of a page that has something above its headline.
    fn found<T>(above: &str, read: impl Fn(&Tree, &PageParts<'_>) -> T) -> T {
        let html = format!("<div>{above}<h1>책방의 아침</h1><p>{STORY}</p></div>");
        let tree = Tree::parse(&html).unwrap();
        let mut parts = PageParts::new(&tree, &[STORY.to_owned()]);
        let headline = parts.elements().find(|node| node.has_name("h1"));
        parts.set_headline(headline);
        read(&tree, &parts)
    }

    fn steps(above: &str) -> Vec<Vec<String>> {
        let url = PageUrl::parse("https://paper.example/local/2026/7").unwrap();
        found(above, |tree, parts| shaped(tree, parts, &url))
    }

    #[test]
    fn steps_with_marks_between_them_are_a_breadcrumb() {
        for above in [
            "<div class=location><a href=/>홈</a> &gt; <a href=/s>사회</a> &gt; <a>사건</a></div>",
            "<p>홈 &gt; 사회 &gt; 사건</p>",
            "<nav><ul><li><a href=/>Home</a> ›</li><li>사회 › </li><li>사건</li></ul></nav>",
            "<div><a href=/><span>Home</span></a> / <a href=/s>사회</a> / 사건</div>",
            "<div><a href=/>Home</a> / <a href=/s>사회</a> / <a href=/s/c>사건</a></div>",
            "<div><a href=/>Home</a> &gt; <a href=/s>사회</a> &gt; <a href=/c>사건</a></div>",
        ] {
            assert_eq!(steps(above), [["사회", "사건"]], "{above}");
        }
    }

    #[test]
    fn menus_are_no_breadcrumbs() {
        for above in [
            "<div><a href=/>홈</a> <a href=/s>사회</a> <a href=/c>문화</a></div>",
            "<div><a href=/>홈</a> | <a href=/s>사회</a> | <a href=/c>문화</a></div>",
            "<div><a href=/>홈</a> / <a href=/s>사회</a> / <a href=/c>문화</a></div>",
            "<nav><a href=/>홈</a> / <a href=/s>사회</a> / <a href=/c>문화</a></nav>",
            "<div>홈 &gt; 하나 &gt; 둘 &gt; 셋 &gt; 넷 &gt; 다섯 &gt; 여섯</div>",
            "<div>사회 &gt; 사건</div>",
            "<div>홈 &gt; 골목 책방이 이번 봄부터 밤 열두 시까지 문을 연다고 사서는 오늘 아침에 말했다 &gt; 일</div>",
            "<div><a href=/>홈</a></div>",
            "<p><a href=/>홈</a></p>&gt; 목록",
        ] {
            assert!(steps(above).is_empty(), "{above}");
        }
        let below = "<h1>책방의 아침</h1><p>홈 &gt; 사회</p>";
        assert!(steps(below).is_empty());
    }

    #[test]
    fn a_link_to_a_section_right_above_the_headline_is_the_section() {
        let url = PageUrl::parse("https://paper.example/local/2026/7").unwrap();
        for above in [
            "<a class=category href=/x>사회</a>",
            "<div class=article-section><a href=/x>사회</a></div>",
            "<a rel=category href=/x>사회</a>",
        ] {
            let label = found(above, |_, parts| above_headline(parts, &url));
            assert_eq!(label, Some(vec!["사회".to_owned()]), "{above}");
        }

        let by_address = "<a href=/local>Local</a><p>2026.03.07</p>";
        let label = found(by_address, |_, parts| above_headline(parts, &url));
        assert_eq!(label, Some(vec!["Local".to_owned()]));
    }

    #[test]
    fn other_links_above_the_headline_are_no_section() {
        let url = PageUrl::parse("https://paper.example/local/2026/7").unwrap();
        for above in [
            "<a href=/>한빛신문</a>",
            "<a href=/list>List</a>",
            "<a href=/local>Back to all stories</a>",
            "<a href=/local?author=7>Local</a>",
            "<a href=/author/kim>홍길동</a>",
            "<a class=category href=/author/kim>홍길동</a>",
            "<a class=category rel=author href=/x>홍길동</a>",
            "<a class='category reporter' href=/x>홍길동</a>",
            "<a class=category href=https://other.example/x>영상</a>",
            "<a class=category href='#x'>사회</a>",
            "<a class=category>사회</a>",
            "<a class=category href=/news>← 사회</a>",
            "<a class=section-back href=/news>사회</a>",
            "<a class=section-cta href=/abo>구독</a>",
            "<a href=https://other.example/local>Local</a>",
            "<span class=category>사회</span>",
            "<a class=category href=/x>사회</a><p>2026.03.07</p><p>서울</p>",
            "<a class=category href=/x>골목 책방이 이번 봄부터 밤 열두 시까지 문을 연다는 소식이다</a>",
            "<div class=section><a href=/list>목록으로</a><p>골목</p></div>",
        ] {
            let label = found(above, |_, parts| above_headline(parts, &url));
            assert_eq!(label, None, "{above}");
        }
    }
}
