//! What is known of the paper so far, and which page is worth asking for next. Pure: the same pages
//! give the same plan.

mod next_page;

use std::collections::{HashMap, HashSet};

use crate::config::Profile;
use crate::discover::{Address, Grammar};
use crate::page_url::PageUrl;
use crate::survey::row_selectors::{self, Rows};
use crate::survey::shape::{Shape, candidates};
use crate::survey::surveyed_page::{PageLink, SurveyedPage, trap};

/// Shapes of addresses that are tried for articles: the likeliest are the first, and a survey has
/// few requests.
const SHAPES: usize = 4;
/// Links of one shape that one page adds to the walk: more of them would never be asked for.
const ALIKE: usize = 6;

/// Everything that a survey has seen.
#[derive(Debug)]
pub(super) struct Knowledge {
    pub home: PageUrl,
    /// The home page first, then the others in the order of their answers.
    pub pages: Vec<SurveyedPage>,
    /// The CMS, where it is known.
    pub profile: Option<Profile>,
    /// The CMS whose marks the home page has, but not its menu: other CMSs may use the same
    /// addresses.
    candidate: Option<Profile>,
    /// The second page of a list, and the parameter that pages are counted by.
    pub second: Option<(SurveyedPage, String)>,
    /// The feeds that the home page names, with the number of entries in the one that was read.
    pub feeds: Vec<(PageUrl, Option<usize>)>,
    /// The sitemaps that robots.txt names, with the number of addresses in the one that was read.
    pub sitemaps: Vec<(PageUrl, Option<usize>)>,
    /// The addresses that were asked for, with or without an answer.
    asked: HashSet<PageUrl>,
}

impl Knowledge {
    pub(super) fn new(home: SurveyedPage, profiles: Vec<Profile>) -> Self {
        let (profile, candidate) = match recognised(&home, profiles) {
            Some(profile) if has_menu(&home, &profile) => (Some(profile), None),
            candidate => (None, candidate),
        };

        let mut known = Self {
            home: home.url.clone(),
            pages: Vec::new(),
            profile,
            candidate,
            second: None,
            feeds: Vec::new(),
            sitemaps: Vec::new(),
            asked: HashSet::new(),
        };
        known.note_asked(&home.url.clone());
        known.pages.push(home);
        known
    }

    /// Decides about the profile by the articles that were seen: a profile that reads none of them
    /// is not the paper's, whatever its marks.
    pub(super) fn judge_profile(&mut self) {
        let Some(profile) = self.profile.take().or(self.candidate.take()) else {
            return;
        };

        let grammar = Grammar::new(Some(&profile), self.home.clone());
        let asked: Vec<&SurveyedPage> = self
            .pages
            .iter()
            .skip(1)
            .filter(|page| is_article(&grammar, &page.url))
            .collect();
        let mut read = asked.iter().map(|page| page.read_by(&profile));
        let is_read = asked.is_empty() || read.any(|article| article.is_some());
        self.profile = is_read.then_some(profile);
    }

    /// Returns the addresses below the home page that were asked for, with or without an answer.
    pub(super) fn asked(&self) -> impl Iterator<Item = &PageUrl> {
        self.asked.iter().filter(|url| **url != self.home)
    }

    pub(super) fn note_asked(&mut self, url: &PageUrl) {
        self.asked.insert(url.clone());
    }

    /// Returns the grammar of the known CMS.
    pub(super) fn grammar(&self) -> Grammar {
        Grammar::new(self.profile.as_ref(), self.home.clone())
    }

    fn links(&self) -> impl Iterator<Item = &PageLink> {
        self.pages.iter().flat_map(|page| &page.links)
    }

    /// Returns the shape of the paper's articles: the likeliest shape that a seen article has.
    pub(super) fn article_shape(&self) -> Option<Shape> {
        let likely = candidates(self.links()).into_iter().take(SHAPES);
        likely
            .map(|candidate| candidate.shape)
            .find(|shape| self.articles(shape).next().is_some())
    }

    /// Returns the pages of a shape that are articles.
    pub(super) fn articles<'a>(
        &'a self,
        shape: &'a Shape,
    ) -> impl Iterator<Item = &'a SurveyedPage> {
        self.pages
            .iter()
            .skip(1)
            .filter(move |page| shape.matches(&page.url) && page.article.is_some())
    }

    /// Returns the pages with rows of articles, and those rows. Boxes of every page do not count.
    pub(super) fn lists(&self, shape: &Shape) -> Vec<(&SurveyedPage, Rows)> {
        let boxes = self.boxes(shape);
        let others = self
            .pages
            .iter()
            .skip(1)
            .filter(|page| !shape.matches(&page.url));
        others
            .filter_map(|page| Some((page, row_selectors::rows(page, &self.home, shape, &boxes)?)))
            .collect()
    }

    /// Returns the groups of links that stand beside articles, and so on every page.
    pub(super) fn boxes(&self, shape: &Shape) -> HashSet<String> {
        self.articles(shape)
            .flat_map(|page| row_selectors::groups(page, &self.home, shape))
            .collect()
    }

    /// Returns the links of a page that the walk may follow. Of one shape it returns no more than
    /// could be asked for.
    pub(super) fn worth_walking<'a>(&self, page: &'a SurveyedPage) -> Vec<&'a PageUrl> {
        let likely = candidates(page.links.iter());
        let links = page
            .links
            .iter()
            .filter(|link| trap(&link.url).is_none() && !link.url.repeats_itself());

        let mut worth = Vec::new();
        let mut alike: HashMap<usize, usize> = HashMap::new();
        for link in links {
            let shape = likely
                .iter()
                .position(|candidate| candidate.shape.matches(&link.url));
            let is_worth = match shape {
                Some(shape) => {
                    let count = alike.entry(shape).or_default();
                    *count += 1;
                    *count <= ALIKE
                }
                None => link.is_of_menu(),
            };

            if is_worth {
                worth.push(&link.url);
            }
        }
        worth
    }

    /// Returns the best of the candidates, or `None` where none is worth a request.
    pub(super) fn choose(&self, wishes: &[PageUrl]) -> Option<PageUrl> {
        let wished: HashSet<&PageUrl> = wishes
            .iter()
            .filter(|url| !self.asked.contains(url))
            .collect();

        let links: Vec<&PageLink> = self
            .links()
            .filter(|link| wished.contains(&link.url))
            .collect();

        match &self.profile {
            Some(_) => self.choose_by_grammar(&links),
            None => self.choose_by_shape(&links),
        }
    }
}

fn is_article(grammar: &Grammar, url: &PageUrl) -> bool {
    matches!(grammar.address(url), Address::Article { .. })
}

fn is_list(grammar: &Grammar, url: &PageUrl) -> bool {
    matches!(grammar.address(url), Address::List { .. })
}

/// Tells whether a profile finds sections in the menu of the home page.
fn has_menu(home: &SurveyedPage, profile: &Profile) -> bool {
    let grammar = Grammar::new(Some(profile), home.url.clone());
    home.sections_read(&profile.menu, &grammar) > 0
}

/// Returns the profile whose marks the home page has, or which names its host, and which knows most
/// of its links as articles.
fn recognised(home: &SurveyedPage, profiles: Vec<Profile>) -> Option<Profile> {
    let tree = home.tree()?;
    let marked = profiles.into_iter().filter(|profile| {
        let marks = profile.marks.as_ref();
        profile.names_host_of(&home.url) || marks.is_some_and(|marks| tree.first(marks).is_some())
    });

    let counted = marked.map(|profile| (articles_linked(home, &profile), profile));
    counted
        .filter(|(articles, _)| *articles > 0)
        .max_by_key(|(articles, _)| *articles)
        .map(|(_, profile)| profile)
}

/// Returns how many links of the home page are articles by a profile.
fn articles_linked(home: &SurveyedPage, profile: &Profile) -> usize {
    let grammar = Grammar::new(Some(profile), home.url.clone());
    let links = home.links.iter();
    links.filter(|link| is_article(&grammar, &link.url)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use crate::fetch::Answer;

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("https://a.example{path}")).unwrap()
    }

    fn page(path: &str, html: &str) -> SurveyedPage {
        SurveyedPage::read(
            &url(path),
            &url("/"),
            &Answer {
                status: 200,
                headers: Vec::new(),
                body: html.as_bytes().to_vec(),
            },
        )
    }

    /// The front page of a paper with a menu, and links to articles at a path.
    fn front(article: &str) -> String {
        let menu = "<nav id=\"gnb\"><a href=\"/list?sec=1\">문화</a><a href=\"/list?sec=2\">사람</a></nav>";
        let teaser = |k: u32| {
            format!("<p><a href=\"{article}{k}\">책방에 봄이 왔다고 하는 소식 {k}</a></p>")
        };
        format!(
            "<html><body>{menu}{}</body></html>",
            (11..20).map(teaser).collect::<String>()
        )
    }

    fn story(k: u32) -> String {
        let line = format!(
            "<p>{k}번째 서가에는 오래된 사전과 그것을 아끼던 사람의 쪽지가 함께 꽂혀 있었다고 한다.</p>"
        );
        format!(
            "<html><body><article><h1>책방에 봄이 왔다고 하는 소식 {k}</h1>{}</article></body></html>",
            line.repeat(4)
        )
    }

    fn wished(known: &Knowledge) -> Vec<PageUrl> {
        known
            .pages
            .iter()
            .flat_map(|page| known.worth_walking(page))
            .cloned()
            .collect()
    }

    #[test]
    fn a_section_is_asked_for_first_then_articles_then_no_more_of_them_than_show_their_kind() {
        let mut known = Knowledge::new(page("/", &front("/view?no=")), Vec::new());
        let mut asked = Vec::new();
        while let Some(next) = known.choose(&wished(&known)) {
            known.note_asked(&next);
            let html = match next.parameter("no") {
                Some(number) => story(number.parse().unwrap()),
                None => "<p>빈 목록</p>".to_owned(),
            };
            asked.push(next.path_and_query().to_owned());
            known.pages.push(page(next.path_and_query(), &html));
        }
        assert_eq!(
            asked,
            [
                "/list?sec=1",
                "/view?no=11",
                "/view?no=12",
                "/view?no=13",
                "/list?sec=2"
            ]
        );
    }

    #[test]
    fn nothing_is_asked_for_twice() {
        let mut known = Knowledge::new(page("/", &front("/view?no=")), Vec::new());
        let first = known.choose(&wished(&known)).unwrap();
        known.note_asked(&first);
        assert_ne!(known.choose(std::slice::from_ref(&first)), Some(first));
    }

    #[test]
    fn a_cms_is_recognised_by_the_host_that_its_profile_names() {
        let links = (10..30).map(|k| format!("<a href=\"/article/977/00000412{k}\">편지 {k}</a>"));
        let front = links.collect::<String>();
        let story = "<h2 id=\"title_area\">편지</h2><div id=\"newsct_article\">\
                     <article id=\"dic_area\">오늘 창구가 하나 더 문을 열었다.</article></div>";

        let recognised = |home: &str, profile: &str| {
            let home = PageUrl::parse(home).unwrap();
            let read = |path: &str, html: &str| {
                let answer = Answer {
                    status: 200,
                    headers: Vec::new(),
                    body: html.as_bytes().to_vec(),
                };
                SurveyedPage::read(&home.join(path).unwrap(), &home, &answer)
            };
            let profiles = vec![Profile::shipped(profile).unwrap()];
            let mut known = Knowledge::new(read("/", &front), profiles);
            known.pages.push(read("/article/977/0000041210", story));
            known.judge_profile();
            known.profile.map(|profile| profile.name)
        };

        let naver = recognised("https://n.news.naver.com/", "naver-news");
        assert_eq!(naver.as_deref(), Some("naver-news"));
        assert_eq!(recognised("https://news.example/", "naver-news"), None);
        // A host alone makes no CMS: its addresses must be there, too.
        assert_eq!(recognised("https://www.donga.com/", "donga"), None);
    }

    #[test]
    fn a_profile_that_reads_none_of_the_articles_is_not_the_papers() {
        let front =
            front("/news/articleView.html?idxno=").replace("id=\"gnb\"", "id=\"user-menu\"");
        let front = front.replace("/list?sec=", "/news/articleList.html?sc_section_code=S1N");
        let judged = |html: &str| {
            let mut profile = Profile::shipped("ndsoft").unwrap();
            profile.marks = Some(std::sync::Arc::new(
                crate::markup::Selector::compile("#user-menu").unwrap(),
            ));
            let mut known = Knowledge::new(page("/", &front), vec![profile]);
            known
                .pages
                .push(page("/news/articleView.html?idxno=11", html));
            known.judge_profile();
            known.profile.map(|profile| profile.name)
        };
        assert_eq!(judged("<p>아무것도 아닌 쪽</p>"), None);
        let read = "<header class=\"article-view-header\"><h1 class=\"heading\">책</h1></header>\
                    <article id=\"article-view-content-div\"><p>오늘 책방이 문을 열었다.</p></article>";
        assert_eq!(judged(read).as_deref(), Some("ndsoft"));
    }
}
