//! Finds how a list goes on: its second page, the parameter that counts its pages, and its pager.

use std::collections::{BTreeMap, HashMap};

use crate::markup::{Node, NodeId, attribute, text};
use crate::page_url::PageUrl;
use crate::survey::knowledge::Knowledge;
use crate::survey::row_selectors::anchors;
use crate::survey::selector::{own, path};
use crate::survey::shape::is_number;
use crate::survey::surveyed_page::SurveyedPage;

/// The page parameter that is tried where no pager links one: most CMSs use it.
const USUAL_PAGE: &str = "page";

/// Returns the address of a list's second page, and the parameter that pages are counted by.
pub(super) fn second_page(knowledge: &Knowledge) -> Option<(PageUrl, String)> {
    if knowledge.profile.is_some() {
        return None;
    }

    let shape = knowledge.article_shape()?;
    let lists = knowledge.lists(&shape);
    let (page, _) = lists
        .iter()
        .max_by_key(|(page, rows)| (page_parameter(page).is_some(), rows.keys.len()))?;
    let parameter = page_parameter(page).unwrap_or_else(|| USUAL_PAGE.to_owned());

    let mut url = page.url.as_url().clone();
    let others: Vec<(String, String)> = url
        .query_pairs()
        .into_owned()
        .filter(|(name, _)| *name != parameter)
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair(&parameter, "2");
    Some((PageUrl::parse(url.as_str()).ok()?, parameter))
}

/// Returns the parameter that the links of a pager count by: the texts of these links are its
/// values.
pub(super) fn page_parameter(page: &SurveyedPage) -> Option<String> {
    let own_path = page.url.as_url().path();

    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let links = page.links.iter();
    for link in links.filter(|link| link.url.as_url().path() == own_path) {
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

/// Returns a selector of the pager's links. It names the element that holds most of the links that
/// count by the parameter.
pub(super) fn pager(page: &SurveyedPage, parameter: &str) -> Option<String> {
    let tree = page.tree()?;

    let mut counts: HashMap<NodeId, (usize, Node<'_>)> = HashMap::new();
    for link in anchors(&tree).filter(|link| counts_by(page, parameter, link)) {
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
    // The innermost has the highest id: nodes are numbered as the parser meets them.
    let (_, holder) = holders.max_by_key(|(_, node)| node.id)?;
    Some(format!("{} a[href]", path(&holder)))
}

/// Tells whether a link leads to a page of this list whose number is the link's text.
fn counts_by(page: &SurveyedPage, parameter: &str, link: &Node<'_>) -> bool {
    let to = attribute(link, "href").and_then(|href| page.url.join(&href).ok());
    let own = to.filter(|to| to.as_url().path() == page.url.as_url().path());
    own.and_then(|to| to.parameter(parameter))
        .is_some_and(|value| value == text(link))
}
