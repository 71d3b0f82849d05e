//! A site made ready to be read: its profile's readers, and what is wanted of it.

use jiff::civil::Date;

use crate::archive::Charset;
use crate::config::profile::Menu;
use crate::config::site::Sections;
use crate::config::{Profile, Site, shipped};
use crate::discover::{Grammar, ListReader, links, read_feed, read_home};
use crate::extract::{ArticleReader, Decoded, Paper, decode};
use crate::fetch::Answer;
use crate::frontier::{Page, Reading, Role, Wanted};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Everything that reading one site's pages needs. Shared by the tasks.
#[derive(Debug)]
pub struct SiteReader {
    pub site: Site,
    pub wanted: Wanted,
    /// The sections that the site file lists; empty where the menu names them.
    pub sections: Vec<PageUrl>,
    articles: ArticleReader,
    /// Without a profile there are no lists: every link of an entry page may be an article.
    lists: Option<Lists>,
}

/// How the lists of a known CMS are read.
#[derive(Debug)]
struct Lists {
    menu: Menu,
    grammar: Grammar,
    reader: ListReader,
}

/// Why a site cannot be crawled as its file says.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("site {site}: section {path:?} is no path of {home}")]
pub struct SiteError {
    pub site: String,
    pub path: String,
    pub home: String,
}

impl SiteReader {
    /// `redirects` is how many in a row are followed.
    pub fn new(site: Site, profile: Option<&Profile>, redirects: u32) -> Result<Self, SiteError> {
        let sections = match &site.discover.sections {
            Sections::Menu => Vec::new(),
            Sections::Listed(paths) => paths.iter().map(|path| section(&site, path)).collect::<Result<_, _>>()?,
        };
        let wanted = Wanted {
            since: site.discover.since.and_then(|day| midnight(day, &site)),
            feeds: site.discover.feeds,
            menu: site.discover.sections == Sections::Menu,
            redirects,
        };
        let paper = Paper::from(&site);
        let articles = ArticleReader::new(profile.cloned().unwrap_or_else(shipped::generic_profile), paper);
        let lists = profile.map(|profile| Lists::new(profile, &site));
        Ok(Self { site, wanted, sections, articles, lists })
    }

    /// Reads a good answer to the request for a page.
    pub fn read(&self, page: &Page, answer: &Answer, now: Timestamp) -> (Reading, Option<Charset>) {
        let content_type = answer.header("content-type").unwrap_or_default();
        if !is_text(content_type) {
            return (Reading::Unreadable { why: format!("its content type is {content_type}") }, None);
        }
        let name = page.url.as_url().host_str().unwrap_or_default();
        let decoded = decode(&answer.body, content_type, name.rsplit('.').next().unwrap_or_default());
        let reading = self.read_text(page, answer, &decoded.text, now);
        let Decoded { declared, used, had_errors, .. } = decoded;
        (reading, Some(Charset { declared, used: used.to_owned(), had_errors }))
    }

    fn read_text(&self, page: &Page, answer: &Answer, html: &str, now: Timestamp) -> Reading {
        match (page.role, &self.lists) {
            (Role::Article, _) => Reading::Article(self.articles.read(&page.url, html)),
            (Role::Home, Some(lists)) => Reading::Home(read_home(&lists.menu, &lists.grammar, &page.url, html)),
            (Role::Section | Role::ListPage, Some(lists)) => Reading::List(lists.reader.read(&page.url, html, now)),
            (Role::Feed, Some(lists)) => {
                match read_feed(&lists.grammar, &self.site.timezone, &page.url, &answer.body) {
                    Ok(listing) => Reading::List(listing),
                    Err(why) => Reading::Unreadable { why: why.to_string() },
                }
            }
            (Role::Home | Role::Section | Role::ListPage | Role::Feed, None) => {
                Reading::Links(self.own(links(&page.url, html)))
            }
        }
    }

    /// The links that stay with the paper, without its home page.
    fn own(&self, links: Vec<PageUrl>) -> Vec<PageUrl> {
        let (home, host) = (&self.site.home, self.site.home.host());
        links.into_iter().filter(|link| link.host() == host && link != home).collect()
    }
}

impl Lists {
    fn new(profile: &Profile, site: &Site) -> Self {
        let grammar = Grammar::new(Some(profile), site.home.clone());
        let reader = ListReader::new(profile, grammar.clone(), site.timezone.clone());
        Self { menu: profile.menu.clone(), grammar, reader }
    }
}

fn section(site: &Site, path: &str) -> Result<PageUrl, SiteError> {
    let fault = || SiteError { site: site.name.clone(), path: path.to_owned(), home: site.home.to_string() };
    site.home.join(path).map_err(|_| fault())
}

/// The moment a day begins in the paper's zone.
fn midnight(day: Date, site: &Site) -> Option<Timestamp> {
    Some(site.timezone.to_timestamp(day.at(0, 0, 0, 0)).ok()?.into())
}

/// Newspapers send pages and feeds as text, XML or XHTML; a missing type is looked into.
fn is_text(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.is_empty() || kind.starts_with("text/") || kind.contains("xml") || kind.contains("html")
}
