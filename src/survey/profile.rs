//! The draft of an unknown CMS's profile, and its trial on the pages that were seen. Pure.

use std::fmt::Write;

use crate::config::read_profile;
use crate::config::shipped::GENERIC;
use crate::discover::{Grammar, ListReader};
use crate::survey::knowledge::Knowledge;
use crate::survey::menu::{self, ListPlaces};
use crate::survey::pager;
use crate::survey::row_selectors::{self, Rows};
use crate::survey::shape::Shape;
use crate::survey::story;
use crate::survey::surveyed_page::SurveyedPage;
use crate::time::Timestamp;

/// What a profile needs to know of a CMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CmsRules {
    pub(super) articles: ArticleNumbers,
    pub(super) lists: ListPlaces,
    pub(super) keep: Vec<String>,
    /// Parameters that make a list a search.
    pub searches: Vec<String>,
    /// `None` where no list was seen to go on.
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
    /// Where the date is printed, where nothing better tells it.
    pub date_line: Option<String>,
    /// `og:title` tells the title better than the page's own data.
    pub(super) has_other_titles: bool,
    /// Lines that stand in every story.
    pub(super) noise: Vec<String>,
}

/// How a CMS numbers its articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ArticleNumbers {
    /// By a parameter of one path.
    ByParameter { path: String, number: String },
    /// In the path, before and behind which this stands.
    InPath { before: String, behind: String },
}

impl ArticleNumbers {
    /// `None` where no number, or more than one, tells articles apart.
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

/// Drafts the rules of a CMS that numbers its articles so, or tells why that cannot be done.
pub(super) fn rules(known: &Knowledge, shape: &Shape) -> Result<CmsRules, String> {
    let articles = ArticleNumbers::of(shape).ok_or_else(|| {
        format!(
            "its articles ({shape}) are told apart by no number, or by more than one, so that a survey cannot tell which; \
             `article_patterns` in docs/profiles.md says it"
        )
    })?;
    let home = &known.pages[0];
    let found = known.lists(shape);
    let (page, rows) =
        best(home, &found).ok_or("no list of articles was found behind the home page's links")?;
    let lists = ListPlaces::of(&page.url, home);
    let goes_on = goes_on(known, shape, rows, &found);
    let counted_by = goes_on.clone().unwrap_or_default();
    let parameters = menu::parameters(home, &known.pages, &lists, &counted_by);
    let sections = menu::sections(home, &lists, &parameters.searches);
    let stories: Vec<&SurveyedPage> = known.articles(shape).collect();
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
        per_page: found
            .iter()
            .map(|(_, rows)| rows.keys.len())
            .max()
            .unwrap_or_default(),
        pager: goes_on
            .as_ref()
            .and_then(|page_parameter| pager::pager(page, page_parameter)),
        page: goes_on,
        body: story::container(&stories),
        date_line: story::date_line(&stories),
        has_other_titles: story::has_other_titles(&stories),
        noise: Vec::new(),
    };
    try_out(&mut rules, known, &stories, page, rows)?;
    Ok(rules)
}

/// The list of whose kind the menu has most, and that shows most.
fn best<'a, 'l>(
    home: &SurveyedPage,
    lists: &'l [(&'a SurveyedPage, Rows)],
) -> Option<(&'a SurveyedPage, &'l Rows)> {
    let alike =
        |page: &SurveyedPage| menu::sections(home, &ListPlaces::of(&page.url, home), &[]).len();
    let best = lists
        .iter()
        .max_by_key(|(page, rows)| (alike(page), rows.keys.len()))?;
    Some((best.0, &best.1))
}

/// The parameter that a list's pages are counted by, where the second page showed other rows.
fn goes_on(
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

fn second_of(page: &SurveyedPage, second: &Option<(SurveyedPage, String)>) -> bool {
    let Some((second, parameter)) = second else {
        return false;
    };
    let others = |page: &SurveyedPage| -> Vec<(String, String)> {
        page.url
            .as_url()
            .query_pairs()
            .into_owned()
            .filter(|(name, _)| name != parameter)
            .collect()
    };
    page.url.as_url().path() == second.url.as_url().path() && others(page) == others(second)
}

/// Reads the seen pages with the draft: a menu that it does not find is left out, a list that it does not read ends it.
fn try_out(
    rules: &mut CmsRules,
    known: &Knowledge,
    stories: &[&SurveyedPage],
    page: &SurveyedPage,
    rows: &Rows,
) -> Result<(), String> {
    let written = rules.written("draft");
    let profile = read_profile("the draft", &written).map_err(|error| error.to_string())?;
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

impl CmsRules {
    /// Writes the rules as a profile.
    pub(super) fn written(&self, name: &str) -> String {
        let mut text = format!(
            "# A draft, made by `saseo survey` from a few pages of one paper. Look it over: what it does not know is not archived.\n\n\
             name = {}\n\n[url]\n{}{}# The parameters that decide what a list shows. All others are dropped.\nkeep = {}\n",
            quoted(name),
            self.article_addresses(),
            self.list_addresses(),
            listed(&self.keep),
        );
        match &self.page {
            Some(page) => put(
                &mut text,
                &format!(
                    "# The parameter that numbers a list's pages.\npage = {}",
                    quoted(page)
                ),
            ),
            None => put(
                &mut text,
                "# No list was seen to go on: if lists have more pages, name the parameter here.\n# page = \"page\"",
            ),
        }
        put(&mut text, "# Never asked for.");
        put(&mut text, &format!("traps = {}", listed(&self.traps)));
        put(
            &mut text,
            "# Filled, these make a list a search, of which there is no end.",
        );
        put(
            &mut text,
            &format!("trap_parameters = {}", listed(&self.searches)),
        );
        if let Some(menu) = &self.menu {
            put(
                &mut text,
                &format!(
                    "\n[menu]\n# The links to sections on the home page.\nsections = {}",
                    quoted(menu)
                ),
            );
        }
        let (frame, row, link) = (quoted(&self.frame), quoted(&self.row), quoted(&self.link));
        put(
            &mut text,
            &format!("\n[[lists]]\nname = \"draft\"\nlist = {frame}\nrow = {row}\nlink = {link}"),
        );
        if let Some((key, selector)) = &self.dated {
            put(&mut text, &format!("{key} = {}", quoted(selector)));
        }
        text.push_str(&self.pager());
        text.push_str(&self.article_rules());
        text
    }

    fn article_addresses(&self) -> String {
        match &self.articles {
            ArticleNumbers::ByParameter { path, number } => format!(
                "# Paths of articles; the first is canonical.\narticle = [{}]\n# The parameter that numbers articles.\nnumber = {}\n",
                quoted(path),
                quoted(number)
            ),
            ArticleNumbers::InPath { before, behind } => format!(
                "# Paths of articles, with their number.\narticle_patterns = [{}]\ncanonical = {}\n",
                quoted(&format!(
                    "^{}(\\d+){}$",
                    regex::escape(before),
                    regex::escape(behind)
                )),
                quoted(&format!("{before}{{number}}{behind}"))
            ),
        }
    }

    fn list_addresses(&self) -> String {
        let each = |path: &String| format!("^{}$", regex::escape(path));
        let patterns = match &self.lists {
            ListPlaces::At(path) => {
                return format!("# The path of lists.\nlist = [{}]\n", quoted(path));
            }
            ListPlaces::Under(folder) => vec![format!("^{}[^/]+/?$", regex::escape(folder))],
            ListPlaces::Each(paths) => paths.iter().map(each).collect(),
        };
        format!("# Paths of lists.\nlist_patterns = {}\n", listed(&patterns))
    }

    fn pager(&self) -> String {
        let mut text = "\n[pager]\n".to_owned();
        if let Some(links) = &self.pager {
            put(&mut text, &format!("links = {}", quoted(links)));
        }
        match self.page {
            Some(_) => put(&mut text, &format!("usual_per_page = {}", self.per_page)),
            None => put(&mut text, "usual_last_page = 1"),
        }
        text
    }

    /// The generic rules, with what is known of this CMS before what they name.
    fn article_rules(&self) -> String {
        let (_, rules) = GENERIC
            .split_once("\n[article]\n")
            .expect("the generic profile tells how articles are read");
        let mut text = format!(
            "\n# The sources of an article's fields; of each list the first that tells something counts.\n[article]\n{rules}"
        );
        let title = self
            .has_other_titles
            .then(|| "{ meta = \"og:title\", suffix = \" - {og:site_name}\" }".to_owned());
        let line = self
            .date_line
            .as_ref()
            .map(|line| format!("{{ select = {} }}", quoted(line)));
        put_first(&mut text, "title", title);
        put_first(&mut text, "published", line);
        put_first(&mut text, "body", self.body.as_deref().map(quoted));
        put_first(
            &mut text,
            "noise",
            self.noise.iter().map(|line| quoted(line)),
        );
        text
    }
}

/// Puts entries before those that a list of the generic rules has.
fn put_first(text: &mut String, key: &str, entries: impl IntoIterator<Item = String>) {
    let list = format!("\n{key} = [");
    let at = text
        .find(&list)
        .expect("the generic profile has every list that a draft adds to")
        + list.len();
    let entries: String = entries
        .into_iter()
        .map(|entry| format!("\n    {entry},"))
        .collect();
    text.insert_str(at, &entries);
}

fn put(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes everything");
}

/// A text as TOML has it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn listed(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let profile = read_profile("draft", &text).unwrap();
        let article = crate::page_url::PageUrl::parse("https://a.example/a.b/12").unwrap();
        assert_eq!(profile.url.article_number(&article), Some(12));
        assert_eq!(
            profile.url.article_url("https://a.example", "12"),
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
