//! Lists: groups of links to articles that repeat one structure, and how a list goes on.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::TimeZone;

use crate::markup::{Node, NodeId, Selector, Tree, attribute, text, within};
use crate::page_url::PageUrl;
use crate::survey::selector::{classes, name, own, path, with_classes};
use crate::survey::shape::{Shape, is_number};
use crate::survey::surveyed_page::{SurveyedPage, target};
use crate::time::printed::{Zulu, find_year_first, is_date};

/// Fewer rows are a box.
const LEAST: usize = 3;
/// A title has so many characters.
const TITLE: usize = 8;
/// What tells a day, and perhaps who wrote, is no longer.
const DATED: usize = 40;
/// The page parameter that is tried where no pager links one.
pub(super) const USUAL_PAGE: &str = "page";

/// The rows of a list, and the selectors that find them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    pub row: String,
    /// Within the row.
    pub link: String,
    /// Where most rows tell a day, within the row: the key of a profile's list, and the selector for it.
    pub dated: Option<(&'static str, String)>,
    /// What the list has even without rows.
    pub list: String,
    /// What tells the articles apart.
    pub keys: Vec<String>,
}

/// Rows that look alike.
struct RowGroup<'t> {
    container: Node<'t>,
    rows: Vec<(Node<'t>, String)>,
}

/// Returns the rows of the page's list; `boxes` are groups that stand on every page.
pub(super) fn rows(
    page: &SurveyedPage,
    home: &PageUrl,
    shape: &Shape,
    boxes: &HashSet<String>,
) -> Option<Rows> {
    let tree = page.tree()?;
    let groups = grouped(&tree, &page.url, home, shape);
    let own = groups
        .iter()
        .filter(|(selector, group)| !boxes.contains(*selector) && group.rows.len() >= LEAST);
    let titled = |group: &RowGroup<'_>| {
        group
            .rows
            .iter()
            .filter(|(row, _)| text(row).chars().count() >= TITLE)
            .count()
    };
    let (_, best) = own.max_by_key(|(_, group)| titled(group))?;
    let list = path(&best.container);
    let common = best
        .rows
        .iter()
        .map(|(row, _)| classes(row))
        .reduce(|mut common, other| {
            common.retain(|class| other.contains(class));
            common
        });
    let row = with_classes(&name(&best.rows[0].0), &common.unwrap_or_default());
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

/// Returns the groups of links to articles in a page, as selectors.
pub(super) fn groups(page: &SurveyedPage, home: &PageUrl, shape: &Shape) -> Vec<String> {
    let Some(tree) = page.tree() else {
        return Vec::new();
    };
    grouped(&tree, &page.url, home, shape).into_keys().collect()
}

fn anchors(tree: &Tree) -> impl Iterator<Item = Node<'_>> {
    tree.all(&Selector::compile("a[href]").expect("it is a selector"))
}

/// Groups the largest elements that link one article each, by where they stand.
fn grouped<'t>(
    tree: &'t Tree,
    url: &PageUrl,
    home: &PageUrl,
    shape: &Shape,
) -> BTreeMap<String, RowGroup<'t>> {
    let key = |node: &Node<'t>| target(node, url, home).and_then(|to| shape.key(&to));
    let links: Vec<(Node<'t>, String)> = anchors(tree)
        .filter_map(|node| Some((node, key(&node)?)))
        .collect();
    // Of every element, the one article that is linked in it; `None` where there are more.
    let mut linked: HashMap<NodeId, Option<&str>> = HashMap::new();
    for (node, key) in &links {
        for ancestor in std::iter::once(*node).chain(node.ancestors_it(None)) {
            let known = linked.entry(ancestor.id).or_insert(Some(key));
            if *known != Some(key) {
                *known = None;
            }
        }
    }
    let mut groups: BTreeMap<String, RowGroup<'t>> = BTreeMap::new();
    let mut taken: HashSet<(String, String)> = HashSet::new();
    for (node, key) in &links {
        let single = |node: &Node<'_>| linked.get(&node.id).is_some_and(Option::is_some);
        let mut row = *node;
        while let Some(parent) = row.parent().filter(single) {
            row = parent;
        }
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

/// Returns a selector of the link with the longest text in a row, where it leads to the row's article.
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
    let leads = |node: &Node<'_>| {
        target(node, url, home)
            .and_then(|to| shape.key(&to))
            .as_deref()
            == Some(key)
    };
    let any = Selector::compile("a[href]").expect("it is a selector");
    let titled = within(*row, &any).filter(leads).max_by_key(|link| {
        let length = text(link).chars().count();
        // Of title and summary, the title: a heading, or the first that is long enough.
        (
            in_heading(link, row),
            length.min(TITLE),
            std::cmp::Reverse(link.id),
        )
    })?;
    let is_first = |written: &String| {
        let found = Selector::compile(written)
            .ok()
            .and_then(|selector| within(*row, &selector).next());
        found.is_some_and(|found| found.id == titled.id)
    };
    selectors_within(row, &titled).into_iter().find(is_first)
}

/// Returns the selectors of the innermost element of a row that tells a day and little more.
fn date_within(row: &Node<'_>) -> Option<Vec<String>> {
    let any = Selector::compile("time, span, em, i, small, p, dd, li, td, div")
        .expect("it is a selector");
    let dated = within(*row, &any).filter(|node| is_dated(&text(node)));
    let innermost =
        dated.min_by_key(|node| (text(node).chars().count(), std::cmp::Reverse(node.id)))?;
    Some(selectors_within(row, &innermost))
}

fn is_dated(line: &str) -> bool {
    let is_read = || is_date(line) || find_year_first(line, &TimeZone::UTC, Zulu::Local).is_some();
    line.chars().count() <= DATED && is_read()
}

/// Returns the selector whose first element in most rows tells the day (`date`), or one of whose elements is it (`info`).
fn dated(group: &RowGroup<'_>, selectors: Vec<String>) -> Option<(&'static str, String)> {
    let in_most = |written: &str, is_told: &dyn Fn(&[String]) -> bool| {
        let Ok(selector) = Selector::compile(written) else {
            return false;
        };
        let texts = |row: &Node<'_>| {
            within(*row, &selector)
                .map(|node| text(&node))
                .collect::<Vec<_>>()
        };
        let told = group
            .rows
            .iter()
            .filter(|(row, _)| is_told(&texts(row)))
            .count();
        told * 5 >= group.rows.len() * 4
    };
    let is_first = |texts: &[String]| texts.first().is_some_and(|text| is_dated(text));
    let is_among = |texts: &[String]| texts.iter().any(|text| is_date(text));
    let first = selectors
        .iter()
        .find(|written| in_most(written, &is_first))
        .map(|written| ("date", written.clone()));
    first.or_else(|| {
        Some((
            "info",
            selectors
                .iter()
                .find(|written| in_most(written, &is_among))?
                .clone(),
        ))
    })
}

/// Returns what may select an element in its row, the surest first: its classes, what it stands in, its name.
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

fn in_heading(link: &Node<'_>, row: &Node<'_>) -> bool {
    let heading = |node: &Node<'_>| {
        let name = name(node);
        let named = node.attr("class").unwrap_or_default().to_ascii_lowercase();
        matches!(name.as_str(), "h1" | "h2" | "h3" | "h4" | "h5")
            || named.contains("tit")
            || named.contains("subject")
    };
    let within_row = link.ancestors_it(None).take_while(|node| node.id != row.id);
    std::iter::once(*link)
        .chain(within_row)
        .any(|node| heading(&node))
}

/// Returns the parameter that the links of a pager count by: their texts are its values.
pub(super) fn page_parameter(page: &SurveyedPage) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for link in page
        .links
        .iter()
        .filter(|link| link.url.as_url().path() == page.url.as_url().path())
    {
        for (name, value) in link.url.as_url().query_pairs() {
            if is_number(&value) && value == link.text.trim() {
                *counts.entry(name.into_owned()).or_default() += 1;
            }
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(name, _)| name)
}

/// Returns a selector of the pager's links: of what holds most of those that count by the parameter.
pub(super) fn pager(page: &SurveyedPage, parameter: &str) -> Option<String> {
    let tree = page.tree()?;
    let mut counts: HashMap<NodeId, (usize, Node<'_>)> = HashMap::new();
    let counts_by = |node: &Node<'_>| {
        let to = attribute(node, "href").and_then(|href| page.url.join(&href).ok());
        let told = to.filter(|to| to.as_url().path() == page.url.as_url().path());
        told.and_then(|to| to.parameter(parameter))
            .is_some_and(|value| value == text(node))
    };
    for link in anchors(&tree).filter(counts_by) {
        for (depth, ancestor) in link.ancestors_it(Some(3)).enumerate() {
            if depth > 0 || own(&ancestor).is_some() {
                counts.entry(ancestor.id).or_insert((0, ancestor)).0 += 1;
            }
        }
    }
    let most = counts.values().map(|(count, _)| *count).max()?;
    let holders = counts
        .into_values()
        .filter(|(count, node)| *count == most && own(node).is_some());
    // The innermost: nodes are numbered as the parser meets them.
    let (_, holder) = holders.max_by_key(|(_, node)| node.id)?;
    Some(format!("{} a[href]", path(&holder)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Answer;

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
                "<li class=\"row r{k}\"><a href=\"/view?no={k}\"><img></a><h4 class=\"t\"><a href=\"/view?no={k}\">책방 소식 이야기 {k}</a></h4>\
                 <p><a href=\"/view?no={k}\">책방에서 있었던 일을 길게 적은 요약입니다</a></p><p class=\"by\"><em>홍길동</em><em>11.{k} 09:30</em></p></li>"
            )
        };
        let side = |k: u32| format!("<p><a href=\"/view?no={k}\">많이 본 뉴스의 제목 {k}</a></p>");
        let html = format!(
            "<div id=\"side\">{}</div><ul class=\"news\">{}</ul><div class=\"pages\"><a href=\"/list?sec=1&page=2\">2</a>\
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
