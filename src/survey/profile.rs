//! The draft of an unknown CMS's profile, and its trial on the pages that were seen. Pure.

use std::fmt::Write;

use crate::config::read_profile;
use crate::discover::{Grammar, ListReader};
use crate::survey::findings::sections_read;
use crate::survey::list::{self, Rows};
use crate::survey::menu;
use crate::survey::page::Page;
use crate::survey::plan::Knowledge;
use crate::survey::shape::Shape;
use crate::survey::story;
use crate::time::Timestamp;

/// How pages of no known CMS are read: the draft's article rules begin with it.
const GENERIC: &str = include_str!("../config/generic.toml");

/// What a profile needs to know of a CMS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub(in crate::survey) article: String,
    pub(in crate::survey) number: String,
    /// The path of lists.
    pub list: String,
    pub(in crate::survey) keep: Vec<String>,
    /// Parameters that make a list a search.
    pub searches: Vec<String>,
    /// `None` where no list was seen to go on.
    pub(in crate::survey) page: Option<String>,
    pub(in crate::survey) traps: Vec<String>,
    /// A selector of the menu's links.
    pub menu: Option<String>,
    pub(in crate::survey) row: String,
    pub(in crate::survey) link: String,
    pub(in crate::survey) frame: String,
    pub(in crate::survey) per_page: usize,
    pub(in crate::survey) pager: Option<String>,
    pub(in crate::survey) body: Option<String>,
    /// Where the date is printed, where nothing better tells it.
    pub date_line: Option<String>,
    /// `og:title` tells the title better than the page's own data.
    pub(in crate::survey) has_other_titles: bool,
    /// Lines that stand in every story.
    pub(in crate::survey) noise: Vec<String>,
}

/// Drafts the rules of a CMS that numbers its articles by a parameter, or tells why that cannot be done.
pub(in crate::survey) fn rules(known: &Knowledge, path: &str, number: &str) -> Result<Rules, String> {
    let shape = Shape::Numbered { path: path.to_owned(), number: number.to_owned() };
    let home = &known.pages[0];
    let lists = known.lists(&shape);
    let (page, rows) = best(home, &lists).ok_or("no list of articles was found behind the home page's links")?;
    let list = page.url.as_url().path().to_owned();
    let goes_on = goes_on(known, &shape, rows);
    let counted_by = goes_on.clone().unwrap_or_default();
    let pages: Vec<Page> = known.pages.clone();
    let parameters = menu::parameters(home, &pages, &list, &counted_by);
    let sections = menu::sections(home, &list, &parameters.searches);
    let articles: Vec<&Page> = known.articles(&shape).collect();
    let mut rules = Rules {
        article: path.to_owned(),
        number: number.to_owned(),
        list,
        keep: parameters.keep,
        searches: parameters.searches,
        traps: menu::traps(&pages),
        menu: menu::selector(home, &sections),
        row: rows.row.clone(),
        link: rows.link.clone(),
        frame: rows.list.clone(),
        per_page: lists.iter().map(|(_, rows)| rows.keys.len()).max().unwrap_or_default(),
        pager: goes_on.as_ref().and_then(|page_parameter| list::pager(page, page_parameter)),
        page: goes_on,
        body: story::container(&articles),
        date_line: story::date_line(&articles),
        has_other_titles: story::has_other_titles(&articles),
        noise: Vec::new(),
    };
    try_out(&mut rules, known, page, rows)?;
    Ok(rules)
}

/// The list of whose path the menu has most, and that shows most.
fn best<'a, 'l>(home: &Page, lists: &'l [(&'a Page, Rows)]) -> Option<(&'a Page, &'l Rows)> {
    let alike = |page: &Page| menu::sections(home, page.url.as_url().path(), &[]).len();
    let best = lists.iter().max_by_key(|(page, rows)| (alike(page), rows.keys.len()))?;
    Some((best.0, &best.1))
}

/// The parameter that a list's pages are counted by, where the second page showed other rows.
fn goes_on(known: &Knowledge, shape: &Shape, first: &Rows) -> Option<String> {
    let (page, parameter) = known.second.as_ref()?;
    let second = list::rows(page, &known.home, shape, &known.boxes(shape))?;
    let of_first = known.lists(shape).into_iter().find(|(page, _)| second_of(page, &known.second));
    let keys = of_first.map_or_else(|| first.keys.clone(), |(_, rows)| rows.keys);
    second.keys.iter().any(|key| !keys.contains(key)).then(|| parameter.clone())
}

fn second_of(page: &Page, second: &Option<(Page, String)>) -> bool {
    let Some((second, parameter)) = second else { return false };
    let others = |page: &Page| -> Vec<(String, String)> {
        page.url.as_url().query_pairs().into_owned().filter(|(name, _)| name != parameter).collect()
    };
    page.url.as_url().path() == second.url.as_url().path() && others(page) == others(second)
}

/// Reads the seen pages with the draft: a menu that it does not find is left out, a list that it does not read ends it.
fn try_out(rules: &mut Rules, known: &Knowledge, page: &Page, rows: &Rows) -> Result<(), String> {
    let written = rules.written("draft");
    let profile = read_profile("the draft", &written).map_err(|error| error.to_string())?;
    let grammar = Grammar::new(Some(&profile), known.home.clone());
    if sections_read(&profile.menu, &grammar, &known.pages[0]) == 0 {
        rules.menu = None;
    }
    rules.noise = story::repeated(&profile, &known.articles(&shape(rules)).collect::<Vec<_>>());
    let reader = ListReader::new(&profile, grammar, profile.timezone.clone());
    let read = reader.read(&page.url, &page.html, Timestamp::EPOCH).rows.len();
    if read * 5 < rows.keys.len() * 4 {
        return Err(format!("of the {} rows at {} a draft would read {read}", rows.keys.len(), page.url));
    }
    Ok(())
}

fn shape(rules: &Rules) -> Shape {
    Shape::Numbered { path: rules.article.clone(), number: rules.number.clone() }
}

impl Rules {
    /// Writes the rules as a profile.
    pub(in crate::survey) fn written(&self, name: &str) -> String {
        let mut text = format!(
            "# A draft, made by `saseo survey` from a few pages of one paper. Look it over: what it does not know is not archived.\n\n\
             name = {}\n\n[url]\n# Paths of articles; the first is canonical.\narticle = [{}]\n# The parameter that numbers articles.\nnumber = {}\n\
             # The path of lists.\nlist = [{}]\n# The parameters that decide what a list shows. All others are dropped.\nkeep = {}\n",
            quoted(name),
            quoted(&self.article),
            quoted(&self.number),
            quoted(&self.list),
            listed(&self.keep),
        );
        match &self.page {
            Some(page) => {
                put(&mut text, &format!("# The parameter that numbers a list's pages.\npage = {}", quoted(page)))
            }
            None => put(
                &mut text,
                "# No list was seen to go on: if lists have more pages, name the parameter here.\n# page = \"page\"",
            ),
        }
        put(&mut text, "# Never asked for.");
        put(&mut text, &format!("traps = {}", listed(&self.traps)));
        put(&mut text, "# Filled, these make a list a search, of which there is no end.");
        put(&mut text, &format!("trap_parameters = {}", listed(&self.searches)));
        if let Some(menu) = &self.menu {
            put(
                &mut text,
                &format!("\n[menu]\n# The links to sections on the home page.\nsections = {}", quoted(menu)),
            );
        }
        let (frame, row, link) = (quoted(&self.frame), quoted(&self.row), quoted(&self.link));
        put(&mut text, &format!("\n[[lists]]\nname = \"draft\"\nlist = {frame}\nrow = {row}\nlink = {link}"));
        text.push_str(&self.pager());
        text.push_str(&self.article_rules());
        text
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

    /// The generic rules, with the story's container and the date's line before what they name.
    fn article_rules(&self) -> String {
        let generic = GENERIC.find("[article]").map_or("[article]\n", |at| &GENERIC[at..]);
        let mut text = format!(
            "\n# The sources of an article's fields; of each list the first that tells something counts.\n{generic}"
        );
        if let Some(body) = &self.body {
            text = text.replacen("\nbody = [", &format!("\nbody = [{}, ", quoted(body)), 1);
        }
        if let Some(line) = &self.date_line {
            text =
                text.replacen("\npublished = [", &format!("\npublished = [\n    {{ select = {} }},", quoted(line)), 1);
        }
        if self.has_other_titles {
            let told = "{ meta = \"og:title\", suffix = \" - {og:site_name}\" }";
            text = text.replacen("\ntitle = [", &format!("\ntitle = [\n    {told},"), 1);
        }
        let noise: String = self.noise.iter().map(|line| format!("{}, ", quoted(line))).collect();
        text.replacen("\nnoise = [", &format!("\nnoise = [{noise}"), 1)
    }
}

fn put(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes everything");
}

/// A text as TOML has it.
pub(in crate::survey) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn listed(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}
