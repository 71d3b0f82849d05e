//! Drafts the profile of an unknown CMS, and tries it on the pages that were seen. Pure.

mod toml_text;

use crate::config::Profile;
use crate::discover::{Grammar, ListReader};
use crate::survey::knowledge::Knowledge;
use crate::survey::menu::{self, ListPlaces};
use crate::survey::pager;
use crate::survey::row_selectors::{self, Rows};
use crate::survey::shape::Shape;
use crate::survey::story;
use crate::survey::surveyed_page::SurveyedPage;
use crate::time::Timestamp;

/// The rules that a profile needs for a CMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CmsRules {
    pub(super) articles: ArticleNumbers,
    pub(super) lists: ListPlaces,
    pub(super) keep: Vec<String>,
    /// Parameters that make a list a search.
    pub searches: Vec<String>,
    /// The parameter that counts a list's pages; `None` where no second page was seen.
    pub(super) page: Option<String>,
    pub(super) traps: Vec<String>,
    /// A selector of the menu's links.
    pub menu: Option<String>,
    pub(super) row: String,
    pub(super) link: String,
    pub(super) dated: Option<(&'static str, String)>,
    pub(super) frame: String,
    pub(super) per_page: usize,
    pub(super) pager: Option<String>,
    pub(super) body: Option<String>,
    /// A selector of the line with the date, where no better source gives it.
    pub date_line: Option<String>,
    /// `og:title` tells the title better than the page's own data.
    pub(super) has_other_titles: bool,
    /// Patterns of the lines that stand in every story.
    pub(super) noise: Vec<String>,
}

/// How a CMS numbers its articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ArticleNumbers {
    /// By a parameter of one path.
    ByParameter { path: String, number: String },
    /// By the path, between these two parts.
    InPath { before: String, behind: String },
}

impl ArticleNumbers {
    /// Returns the numbering of a shape, or `None` where no number, or more than one, identifies
    /// articles.
    fn of(shape: &Shape) -> Option<Self> {
        match shape {
            Shape::Numbered { path, number } => Some(Self::ByParameter {
                path: path.clone(),
                number: number.clone(),
            }),
            Shape::Path(path) => {
                let (before, behind) = path.split_once('#').filter(|_| !path.contains('*'))?;
                (!behind.contains('#')).then(|| Self::InPath {
                    before: before.to_owned(),
                    behind: behind.to_owned(),
                })
            }
        }
    }
}

/// Drafts the rules of a CMS whose articles have this shape.
///
/// # Errors
///
/// Where no profile can be drafted: the error says why.
pub(super) fn rules(known: &Knowledge, shape: &Shape) -> Result<CmsRules, String> {
    let articles = ArticleNumbers::of(shape).ok_or_else(|| without_number(shape))?;
    let home = &known.pages[0];
    let found = known.lists(shape);
    let (page, rows) =
        best(home, &found).ok_or("no list of articles was found behind the home page's links")?;
    let stories: Vec<&SurveyedPage> = known.articles(shape).collect();

    let lists = ListPlaces::of(&page.url, home);
    let counted_by = page_counter(known, shape, rows, &found);
    let counter = counted_by.as_deref();
    let parameters = menu::parameters(home, &known.pages, &lists, counter.unwrap_or_default());
    let sections = menu::sections(home, &lists, &parameters.searches);
    let longest = found.iter().map(|(_, rows)| rows.keys.len()).max();

    let mut rules = CmsRules {
        articles,
        keep: parameters.keep,
        searches: parameters.searches,
        traps: menu::traps(&known.pages),
        menu: menu::selector(home, &sections),
        lists,
        row: rows.row.clone(),
        link: rows.link.clone(),
        dated: rows.dated.clone(),
        frame: rows.list.clone(),
        per_page: longest.unwrap_or_default(),
        pager: counter.and_then(|counter| pager::pager(page, counter)),
        page: counted_by,
        body: story::container(&stories),
        date_line: story::date_line(&stories),
        has_other_titles: story::has_other_titles(&stories),
        noise: Vec::new(),
    };
    try_out(&mut rules, known, &stories, page, rows)?;
    Ok(rules)
}

fn without_number(shape: &Shape) -> String {
    format!(
        "its articles ({shape}) are told apart by no number, or by more than one, so that a \
         survey cannot tell which; `article_patterns` in docs/profiles.md says it"
    )
}

/// Returns the list whose kind is most frequent in the menu, and that has most rows.
fn best<'a, 'l>(
    home: &SurveyedPage,
    lists: &'l [(&'a SurveyedPage, Rows)],
) -> Option<(&'a SurveyedPage, &'l Rows)> {
    let best = lists
        .iter()
        .max_by_key(|(page, rows)| (sections_alike(home, page), rows.keys.len()))?;
    Some((best.0, &best.1))
}

/// Returns how many sections of the home page may be lists of the same kind as a page.
fn sections_alike(home: &SurveyedPage, page: &SurveyedPage) -> usize {
    let lists = ListPlaces::of(&page.url, home);
    menu::sections(home, &lists, &[]).len()
}

/// Returns the parameter that counts a list's pages, where the second page has other rows.
fn page_counter(
    known: &Knowledge,
    shape: &Shape,
    first: &Rows,
    lists: &[(&SurveyedPage, Rows)],
) -> Option<String> {
    let (page, parameter) = known.second.as_ref()?;
    let second = row_selectors::rows(page, &known.home, shape, &known.boxes(shape))?;

    let of_first = lists
        .iter()
        .find(|(page, _)| second_of(page, &known.second));
    let keys = of_first.map_or(&first.keys, |(_, rows)| &rows.keys);

    second
        .keys
        .iter()
        .any(|key| !keys.contains(key))
        .then(|| parameter.clone())
}

/// Tells whether the second page belongs to this list: their addresses differ only in the page.
fn second_of(page: &SurveyedPage, second: &Option<(SurveyedPage, String)>) -> bool {
    let Some((second, parameter)) = second else {
        return false;
    };
    page.url.as_url().path() == second.url.as_url().path()
        && other_parameters(page, parameter) == other_parameters(second, parameter)
}

fn other_parameters(page: &SurveyedPage, parameter: &str) -> Vec<(String, String)> {
    let pairs = page.url.as_url().query_pairs().into_owned();
    pairs.filter(|(name, _)| name != parameter).collect()
}

/// Reads the seen pages with the draft. Leaves out a menu that the draft does not find.
///
/// # Errors
///
/// Where the draft does not read most rows of the list.
fn try_out(
    rules: &mut CmsRules,
    known: &Knowledge,
    stories: &[&SurveyedPage],
    page: &SurveyedPage,
    rows: &Rows,
) -> Result<(), String> {
    let written = rules.written("draft");
    let profile = Profile::parse("the draft", &written).map_err(|error| error.to_string())?;
    let grammar = Grammar::new(Some(&profile), known.home.clone());

    if known.pages[0].sections_read(&profile.menu, &grammar) == 0 {
        rules.menu = None;
    }

    rules.noise = story::repeated(&profile, stories);

    let reader = ListReader::new(&profile, grammar, profile.timezone.clone());
    let read = reader
        .read(&page.url, &page.html, Timestamp::EPOCH)
        .rows
        .len();
    if read * 5 < rows.keys.len() * 4 {
        return Err(format!(
            "of the {} rows at {} a draft would read {read}",
            rows.keys.len(),
            page.url
        ));
    }
    Ok(())
}

pub(super) use toml_text::quoted;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article_key::ArticleKey;

    #[test]
    fn a_draft_puts_what_it_knows_before_the_generic_rules() {
        let rules = CmsRules {
            articles: ArticleNumbers::InPath {
                before: "/a.b/".to_owned(),
                behind: String::new(),
            },
            lists: ListPlaces::Each(vec!["/culture".to_owned()]),
            keep: Vec::new(),
            searches: Vec::new(),
            page: None,
            traps: Vec::new(),
            menu: None,
            row: "li".to_owned(),
            link: "a".to_owned(),
            dated: Some(("info", "em".to_owned())),
            frame: "ul".to_owned(),
            per_page: 5,
            pager: None,
            body: Some("div.\"story\"".to_owned()),
            date_line: Some("p.day".to_owned()),
            has_other_titles: true,
            noise: vec!["^Share$".to_owned()],
        };
        // A quote in a selector is no end of the text that it stands in.
        assert!(
            rules
                .article_rules()
                .contains("body = [\n    'div.\"story\"',")
        );
        let text = CmsRules {
            body: Some("div.story".to_owned()),
            ..rules
        }
        .written("draft");
        for told in [
            "title = [\n    { meta =",
            "published = [\n    { select = \"p.day\" },",
            "noise = [\n    \"^Share$\",",
        ] {
            assert!(text.contains(told), "{told} is not in\n{text}");
        }
        let profile = Profile::parse("draft", &text).unwrap();
        let article = crate::page_url::PageUrl::parse("https://a.example/a.b/12").unwrap();
        assert_eq!(profile.url.article_key(&article), Some(12.into()));
        assert_eq!(
            profile
                .url
                .article_url("https://a.example", &(&ArticleKey::Number(12)).into()),
            Some(article)
        );
        assert_eq!(profile.url.list_path("/culture"), Some("/culture"));
        assert_eq!(profile.url.list_path("/about"), None);
    }

    #[test]
    fn articles_that_no_single_number_tells_apart_are_not_drafted() {
        let of = |path: &str| ArticleNumbers::of(&Shape::Path(path.to_owned()));
        assert_eq!(
            (of("/#/#/story"), of("/story/*"), of("/#/a-*")),
            (None, None, None)
        );
        let found = ArticleNumbers::InPath {
            before: "/story/".to_owned(),
            behind: ".html".to_owned(),
        };
        assert_eq!(of("/story/#.html"), Some(found));
    }
}
