//! Finds the story's container in article pages, the line with its date, and lines that are no
//! story.

use jiff::tz::TimeZone;

use crate::config::Profile;
use crate::markup::{Selector, Tree, text};
use crate::survey::densest::container_in;
use crate::survey::selector::path;
use crate::survey::surveyed_page::{SurveyedPage, meta};
use crate::time::printed::{Zulu, find_year_first};

/// Longest line with a date, and longest repeated line, in characters: a longer one is a sentence.
const LINE: usize = 80;
/// Most repeated lines that a draft names as noise: more of them are no buttons, but one story that
/// was read twice.
const MOST_LINES: usize = 20;

/// Returns a selector of the story's container that every one of these pages has.
pub(super) fn container(articles: &[&SurveyedPage]) -> Option<String> {
    agreed(articles, container_in)
}

/// Returns a selector of the line with the date that every one of these pages has. Returns `None`
/// where the dates of all pages were understood without it.
pub(super) fn date_line(articles: &[&SurveyedPage]) -> Option<String> {
    if articles.iter().all(|page| has_date(page)) {
        return None;
    }

    agreed(articles, |tree| {
        let any =
            Selector::compile("li, span, p, div, td, em, time, dd").expect("it is a selector");
        let line = tree.all(&any).find(|node| {
            let line = text(node);
            line.chars().count() <= LINE && is_dated(&line)
        })?;
        Some(path(&line)).filter(|path| path.contains(['#', '.']))
    })
}

/// Returns patterns of the lines that a draft reads in the story of every one of these pages, such
/// as buttons and advertisements.
pub(super) fn repeated(draft: &Profile, articles: &[&SurveyedPage]) -> Vec<String> {
    let read = articles.iter().filter_map(|page| page.read_by(draft));
    let stories: Vec<Vec<String>> = read.map(|article| article.paragraphs).collect();
    let Some((first, others)) = stories
        .split_first()
        .filter(|(_, others)| !others.is_empty())
    else {
        return Vec::new();
    };

    let everywhere = first
        .iter()
        .filter(|line| line.chars().count() <= LINE)
        .filter(|line| others.iter().all(|story| story.contains(line)));

    everywhere
        .take(MOST_LINES)
        .map(|line| format!("^{}$", regex::escape(line)))
        .collect()
}

/// Tells whether no page's title agrees with its `og:title`.
pub(super) fn has_other_titles(articles: &[&SurveyedPage]) -> bool {
    !articles.is_empty() && articles.iter().all(|page| has_other_title(page))
}

/// Tells whether a page has a title and an `og:title`, and neither contains the other.
fn has_other_title(page: &SurveyedPage) -> bool {
    let told = page.tree().and_then(|tree| meta(&tree, &["og:title"]));
    let read = page
        .article
        .as_ref()
        .and_then(|article| article.title.as_ref());

    told.zip(read)
        .is_some_and(|(told, read)| !told.contains(read.as_str()) && !read.contains(told.as_str()))
}

/// Tells whether the generic extraction understood when an article was published.
fn has_date(page: &SurveyedPage) -> bool {
    page.article
        .as_ref()
        .is_some_and(|article| article.published_at.is_some())
}

/// Tells whether a line has a date with a time.
fn is_dated(line: &str) -> bool {
    line.contains(':') && find_year_first(line, &TimeZone::UTC, Zulu::Utc).is_some()
}

/// Returns the selector on which all pages agree, and which finds something in each.
fn agreed(articles: &[&SurveyedPage], find: impl Fn(&Tree) -> Option<String>) -> Option<String> {
    let mut agreed: Option<String> = None;
    for page in articles {
        let tree = page.tree()?;
        let found = find(&tree)?;

        if agreed.as_ref().is_some_and(|known| *known != found) {
            return None;
        }

        let selector = Selector::compile(&found).ok()?;
        if tree.all(&selector).count() == 0 {
            return None;
        }
        agreed = Some(found);
    }
    agreed
}
