//! Finds the rows of lists: links to articles in one repeated structure, and their selectors.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::TimeZone;

use crate::markup::{Node, NodeId, Selector, Tree, text, within};
use crate::page_url::PageUrl;
use crate::survey::selector::{classes, name, own, path, with_classes};
use crate::survey::shape::Shape;
use crate::survey::surveyed_page::{SurveyedPage, target};
use crate::time::printed::{Zulu, find_year_first, is_date};

/// Fewest rows of a list: a smaller group is a box beside a story.
const LEAST: usize = 3;
/// Fewest characters of a title: the texts of menus, pagers and dates are shorter.
const TITLE: usize = 8;
/// Longest text of a date in a row, in characters: it holds the day, and perhaps the reporter.
const DATED: usize = 40;

/// The rows of a list, and the selectors that find them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    pub row: String,
    /// Within the row.
    pub link: String,
    /// Where most rows give a day: the key in a profile's list, and its selector within the row.
    pub dated: Option<(&'static str, String)>,
    /// The element around the rows, which an empty list has, too.
    pub list: String,
    /// The numbers or paths that identify the articles.
    pub keys: Vec<String>,
}

/// Rows of one structure in one container.
struct RowGroup<'t> {
    container: Node<'t>,
    rows: Vec<(Node<'t>, String)>,
}

/// Returns the rows of the page's list. `boxes` are groups that stand on every page, and so are no
/// list.
pub(super) fn rows(
    page: &SurveyedPage,
    home: &PageUrl,
    shape: &Shape,
    boxes: &HashSet<String>,
) -> Option<Rows> {
    let tree = page.tree()?;
    let groups = grouped(&tree, &page.url, home, shape);

    let (_, best) = groups
        .iter()
        .filter(|(selector, group)| !boxes.contains(*selector) && group.rows.len() >= LEAST)
        .max_by_key(|(_, group)| titled_rows(group))?;
    let list = path(&best.container);
    let row = with_classes(&name(&best.rows[0].0), &common_classes(best));
    let link = best
        .rows
        .iter()
        .find_map(|(row, key)| link_within(row, key, &page.url, home, shape));
    let dated = best
        .rows
        .iter()
        .find_map(|(row, _)| date_within(row))
        .and_then(|selectors| dated(best, selectors));

    let keys = best.rows.iter().map(|(_, key)| key.clone()).collect();
    Some(Rows {
        row: format!("{list} > {row}"),
        link: link?,
        dated,
        list,
        keys,
    })
}

/// Returns how many rows have a text that is long enough for a title.
fn titled_rows(group: &RowGroup<'_>) -> usize {
    let texts = group.rows.iter().map(|(row, _)| text(row));
    texts.filter(|text| text.chars().count() >= TITLE).count()
}

/// Returns the classes that all rows of a group have.
fn common_classes(group: &RowGroup<'_>) -> Vec<String> {
    let classes = group.rows.iter().map(|(row, _)| classes(row));
    let common = classes.reduce(|mut common, other| {
        common.retain(|class| other.contains(class));
        common
    });
    common.unwrap_or_default()
}

/// Returns the groups of links to articles in a page, as selectors.
pub(super) fn groups(page: &SurveyedPage, home: &PageUrl, shape: &Shape) -> Vec<String> {
    let Some(tree) = page.tree() else {
        return Vec::new();
    };
    grouped(&tree, &page.url, home, shape).into_keys().collect()
}

/// Returns the links of a page.
pub(super) fn anchors(tree: &Tree) -> impl Iterator<Item = Node<'_>> {
    tree.all(&Selector::compile("a[href]").expect("it is a selector"))
}

/// Groups the largest elements that link only one article each, by their place in the page.
fn grouped<'t>(
    tree: &'t Tree,
    url: &PageUrl,
    home: &PageUrl,
    shape: &Shape,
) -> BTreeMap<String, RowGroup<'t>> {
    let links: Vec<(Node<'t>, String)> = anchors(tree)
        .filter_map(|node| Some((node, article_key(&node, url, home, shape)?)))
        .collect();
    let linked = linked_articles(&links);

    let mut groups: BTreeMap<String, RowGroup<'t>> = BTreeMap::new();
    let mut taken: HashSet<(String, String)> = HashSet::new();
    for (node, key) in &links {
        let row = row_around(*node, &linked);
        let Some(container) = row.parent().filter(Node::is_element) else {
            continue;
        };

        let selector = format!("{} > {}", path(&container), name(&row));
        if taken.insert((selector.clone(), key.clone())) {
            let group = groups.entry(selector).or_insert(RowGroup {
                container,
                rows: Vec::new(),
            });
            group.rows.push((row, key.clone()));
        }
    }
    groups
}

/// Returns the largest element around a link that links no other article.
fn row_around<'t>(link: Node<'t>, linked: &HashMap<NodeId, Option<&str>>) -> Node<'t> {
    let mut row = link;
    while let Some(parent) = row.parent()
        && linked.get(&parent.id).is_some_and(Option::is_some)
    {
        row = parent;
    }
    row
}

/// Returns the key of the article that a link leads to.
fn article_key(link: &Node<'_>, url: &PageUrl, home: &PageUrl, shape: &Shape) -> Option<String> {
    shape.key(&target(link, url, home)?)
}

/// Returns the one article that is linked in each element; `None` where there are more.
fn linked_articles<'k>(links: &'k [(Node<'_>, String)]) -> HashMap<NodeId, Option<&'k str>> {
    let mut linked: HashMap<NodeId, Option<&str>> = HashMap::new();
    for (node, key) in links {
        for ancestor in std::iter::once(*node).chain(node.ancestors_it(None)) {
            let known = linked.entry(ancestor.id).or_insert(Some(key));
            if *known != Some(key) {
                *known = None;
            }
        }
    }
    linked
}

/// Returns a selector of the link with the longest text in a row, if it leads to the row's article.
fn link_within(
    row: &Node<'_>,
    key: &str,
    url: &PageUrl,
    home: &PageUrl,
    shape: &Shape,
) -> Option<String> {
    if row.has_name("a") {
        return None;
    }

    let any = Selector::compile("a[href]").expect("it is a selector");
    let links = within(*row, &any)
        .filter(|link| article_key(link, url, home, shape).as_deref() == Some(key));
    let titled = links.max_by_key(|link| {
        let length = text(link).chars().count();
        // A heading comes before other links; else the first link that is long enough.
        (
            in_heading(link, row),
            length.min(TITLE),
            std::cmp::Reverse(link.id),
        )
    })?;

    selectors_within(row, &titled)
        .into_iter()
        .find(|written| finds_first(written, row, &titled))
}

/// Tells whether an element is the first in its row that a selector finds.
fn finds_first(written: &str, row: &Node<'_>, wanted: &Node<'_>) -> bool {
    let found = Selector::compile(written)
        .ok()
        .and_then(|selector| within(*row, &selector).next());
    found.is_some_and(|found| found.id == wanted.id)
}

/// Returns selectors of the innermost element of a row that gives a day and little more.
fn date_within(row: &Node<'_>) -> Option<Vec<String>> {
    let any = Selector::compile("time, span, em, i, small, p, dd, li, td, div")
        .expect("it is a selector");
    let dated = within(*row, &any).filter(|node| is_dated(&text(node)));
    let innermost =
        dated.min_by_key(|node| (text(node).chars().count(), std::cmp::Reverse(node.id)))?;
    Some(selectors_within(row, &innermost))
}

/// Tells whether a line is short and has a day.
fn is_dated(line: &str) -> bool {
    line.chars().count() <= DATED
        && (is_date(line) || find_year_first(line, &TimeZone::UTC, Zulu::Local).is_some())
}

/// Returns a selector for the dates of most rows. Under the key `date` its first element gives the
/// day, under `info` any of its elements.
fn dated(group: &RowGroup<'_>, selectors: Vec<String>) -> Option<(&'static str, String)> {
    let mut written = selectors.iter();
    if let Some(first) = written.find(|written| in_most(group, written, first_is_dated)) {
        return Some(("date", first.clone()));
    }

    let mut written = selectors.into_iter();
    let among = written.find(|written| in_most(group, written, any_is_date))?;
    Some(("info", among))
}

fn first_is_dated(texts: &[String]) -> bool {
    texts.first().is_some_and(|text| is_dated(text))
}

fn any_is_date(texts: &[String]) -> bool {
    texts.iter().any(|text| is_date(text))
}

/// Tells whether the texts that a selector finds pass a test in four fifths of the rows.
fn in_most(group: &RowGroup<'_>, written: &str, is_told: impl Fn(&[String]) -> bool) -> bool {
    let Ok(selector) = Selector::compile(written) else {
        return false;
    };

    let texts = group.rows.iter().map(|(row, _)| {
        let found = within(*row, &selector);
        found.map(|node| text(&node)).collect::<Vec<_>>()
    });
    let told = texts.filter(|texts| is_told(texts)).count();
    told * 5 >= group.rows.len() * 4
}

/// Returns selectors of an element in its row, the most reliable first: by its classes, by its
/// parent, by its name.
fn selectors_within(row: &Node<'_>, wanted: &Node<'_>) -> Vec<String> {
    let (classes, name_of) = (classes(wanted), name(wanted));
    let parent = wanted.parent().filter(|parent| parent.id != row.id);
    let by_parent = parent.map(|parent| {
        format!(
            "{} {name_of}",
            own(&parent).unwrap_or_else(|| name(&parent))
        )
    });
    let by_class = (!classes.is_empty()).then(|| with_classes(&name_of, &classes));
    [by_class, by_parent, Some(name_of)]
        .into_iter()
        .flatten()
        .collect()
}

/// Tells whether a link stands in a heading, or is one by its name or class.
fn in_heading(link: &Node<'_>, row: &Node<'_>) -> bool {
    let within_row = link.ancestors_it(None).take_while(|node| node.id != row.id);
    std::iter::once(*link)
        .chain(within_row)
        .any(|node| is_heading(&node))
}

fn is_heading(node: &Node<'_>) -> bool {
    let named = node.attr("class").unwrap_or_default().to_ascii_lowercase();
    matches!(name(node).as_str(), "h1" | "h2" | "h3" | "h4" | "h5")
        || named.contains("tit")
        || named.contains("subject")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Answer;
    use crate::survey::pager::{page_parameter, pager};

    fn page(html: &str) -> SurveyedPage {
        let url = PageUrl::parse("https://a.example/list?sec=1").unwrap();
        let answer = Answer {
            status: 200,
            headers: Vec::new(),
            body: html.as_bytes().to_vec(),
        };
        SurveyedPage::read(&url, &url, &answer)
    }

    fn shape() -> Shape {
        Shape::Numbered {
            path: "/view".to_owned(),
            number: "no".to_owned(),
        }
    }

    #[test]
    fn rows_are_what_repeats_beside_the_boxes_of_every_page() {
        let row = |k: u32| {
            format!(
                "<li class=\"row r{k}\"><a href=\"/view?no={k}\"><img></a>\
                 <h4 class=\"t\"><a href=\"/view?no={k}\">책방 소식 이야기 {k}</a></h4>\
                 <p><a href=\"/view?no={k}\">책방에서 있었던 일을 길게 적은 요약입니다</a></p>\
                 <p class=\"by\"><em>홍길동</em><em>11.{k} 09:30</em></p></li>"
            )
        };
        let side = |k: u32| format!("<p><a href=\"/view?no={k}\">많이 본 뉴스의 제목 {k}</a></p>");
        let html = format!(
            "<div id=\"side\">{}</div><ul class=\"news\">{}</ul>\
             <div class=\"pages\"><a href=\"/list?sec=1&page=2\">2</a>\
             <a href=\"/list?sec=1&page=3\">3</a></div>",
            (1..9).map(side).collect::<String>(),
            (11..15).map(row).collect::<String>()
        );
        let page = page(&html);
        let boxes = HashSet::from(["#side > p".to_owned()]);

        let found = rows(&page, &page.url, &shape(), &boxes).unwrap();

        assert_eq!(
            (found.row.as_str(), found.link.as_str()),
            ("ul.news > li.row", "h4.t a")
        );
        assert_eq!(
            found.dated,
            Some(("info", "p.by em".to_owned())),
            "the first is the writer"
        );
        assert_eq!(found.keys, ["11", "12", "13", "14"]);
        assert_eq!(page_parameter(&page).as_deref(), Some("page"));
        assert_eq!(pager(&page, "page").as_deref(), Some("div.pages a[href]"));
    }
}
