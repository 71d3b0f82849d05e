//! A site with everything that reading its pages needs: its profile's readers and its crawl scope.

mod address;
mod not_modified;
mod obey;
mod photo;
mod response;
mod saved_page;
mod sources;

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::archive::Window;
use crate::config::profile::Menu;
use crate::config::site::{OptOutPolicy, Sections};
use crate::config::{Profile, Settings, Site};

use crate::discover::{Grammar, ListReader};
use crate::extract::{ArticleReader, KnownPaper};
use crate::frontier::CrawlScope;

use crate::markup::Wanted;
use crate::opt_out::{AI_TXT, Reservations, TDMREP};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

pub use not_modified::NotModified;
pub use response::{Read, Response};
pub use saved_page::SavedAnswer;

/// Everything that reading one site's pages needs. Shared by the tasks.
#[derive(Clone, Debug)]
pub struct SiteReader {
    pub site: Arc<Site>,
    pub scope: CrawlScope,
    /// The sections that the site file lists; empty where the menu names them.
    pub sections: Vec<PageUrl>,
    agent: String,
    articles: ArticleReader,
    /// The address of the home page: that of the site file, or the address it moved to.
    home: PageUrl,
    /// Without a profile there are no lists: every link of an entry page may be an article.
    lists: Option<CmsLists>,
}

/// How the lists of a known CMS are read.
#[derive(Clone, Debug)]
struct CmsLists {
    menu: Arc<Menu>,
    grammar: Grammar,
    reader: ListReader,
}

/// The reason why a site cannot be crawled as its file says.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("site {site}: section {path:?} is no path of {home}")]
pub struct SiteError {
    pub site: String,
    pub path: String,
    pub home: String,
}

impl SiteReader {
    /// Prepares a site's readers.
    ///
    /// # Errors
    ///
    /// Returns an error if a section of the site file is no path of its home page.
    pub fn new(
        site: impl Into<Arc<Site>>,
        profile: Option<&Profile>,
        settings: &Settings,
    ) -> Result<Self, SiteError> {
        let site = site.into();
        let paper = KnownPaper::from(&*site);
        let profile_or_generic = profile.cloned().unwrap_or_else(Profile::generic);

        let mut reader = Self {
            scope: scope(&site, settings),
            sections: listed_sections(&site)?,
            agent: settings.identity.agent.clone(),
            articles: ArticleReader::new(profile_or_generic, paper),
            home: site.home.clone(),
            lists: profile.map(|profile| CmsLists::new(profile, &site)),
            site,
        };

        // Any day will do: only whether windows exist is asked.
        reader.scope.has_windows = reader.windows(Date::ZERO, Date::ZERO).is_some();
        Ok(reader)
    }

    /// Returns a reader for a paper whose home page moved. Pages at the new address are the paper's
    /// as well, and its articles are requested there.
    pub fn at_home(&self, home: PageUrl) -> Self {
        let lists = self.lists.as_ref();
        Self {
            lists: lists.map(|lists| lists.at_home(home.clone())),
            home,
            ..self.clone()
        }
    }

    /// Returns where the paper's home page is.
    pub fn home(&self) -> &PageUrl {
        &self.home
    }

    /// Tells whether the site has no profile that says which pages are articles: any link may be
    /// one.
    pub fn lists_nothing(&self) -> bool {
        self.lists.is_none()
    }

    /// Returns the list of every article of the paper, if its CMS has one.
    pub fn everything(&self) -> Option<PageUrl> {
        self.lists.as_ref()?.grammar.everything()
    }

    /// Returns the site's lists week by week, each limited to a week's days (from Monday to Sunday)
    /// within `first..=last`, the newest first; `None` where its CMS cannot limit lists to days. A
    /// week of a busy paper is far from the 200 pages that a list may have.
    pub fn windows(&self, first: Date, last: Date) -> Option<Vec<Window>> {
        let grammar = &self.lists.as_ref()?.grammar;

        let lists = if self.sections.is_empty() {
            vec![grammar.everything()?]
        } else {
            self.sections.clone()
        };

        let mut windows = Vec::new();
        let mut until = last;
        while until >= first {
            let days = i64::from(until.weekday().to_monday_zero_offset());
            let monday = until.checked_sub(days.days()).ok()?;

            for list in &lists {
                let first = monday.max(first);
                windows.push(Window {
                    url: grammar.list_window(list, first, until)?,
                    first,
                });
            }
            until = monday.yesterday().ok()?;
        }

        Some(windows)
    }

    /// Returns what a list is read from, if the CMS is known.
    fn wanted_of_lists(&self) -> Option<&Wanted> {
        Some(self.lists.as_ref()?.reader.wanted())
    }

    /// Tells whether articles are found without the words of a profile.
    pub fn is_generic(&self) -> bool {
        self.articles.is_generic()
    }

    /// Reads a file in which the host declares opt-outs for all its pages.
    pub fn take_in(&self, url: &PageUrl, file: &[u8], files: &mut Reservations) {
        files.read(url, file, &self.agent);
    }

    /// Returns the addresses of those files, without the files that the site file ignores.
    pub fn policies(&self) -> Vec<PageUrl> {
        let rules = &self.site.opt_outs;
        let effects = [rules.tdm, rules.ai_txt];
        let files = self.well_known().into_iter().zip(effects);
        files
            .filter(|(_, effect)| *effect != OptOutPolicy::Ignore)
            .map(|(file, _)| file)
            .collect()
    }

    /// Returns the addresses of those files, also of files that the site file ignores.
    pub(crate) fn well_known(&self) -> [PageUrl; 2] {
        let home = &self.site.home;
        [TDMREP, AI_TXT].map(|path| home.join(path).expect("a root path joins to an address"))
    }
}

impl CmsLists {
    fn new(profile: &Profile, site: &Site) -> Self {
        let grammar = Grammar::new(Some(profile), site.home.clone());
        let reader = ListReader::new(profile, grammar.clone(), site.timezone.clone());
        Self {
            menu: profile.menu.clone(),
            grammar,
            reader,
        }
    }

    fn at_home(&self, home: PageUrl) -> Self {
        let grammar = self.grammar.at_home(home);
        Self {
            menu: self.menu.clone(),
            reader: self.reader.with_grammar(grammar.clone()),
            grammar,
        }
    }
}

/// Returns the scope that a site file and the settings give a crawl. Whether the CMS can limit its
/// lists to days is not known yet.
fn scope(site: &Site, settings: &Settings) -> CrawlScope {
    let discover = &site.discover;
    CrawlScope {
        since: discover.since.and_then(|day| midnight(day, site)),
        feeds: discover.feeds,
        sitemaps: discover.sitemaps,
        photos: site.keep.photos,
        menu: discover.sections == Sections::Menu,
        deep: discover.deep.0,
        revisit_schedule: discover.revisit.iter().map(|span| span.0).collect(),
        redirects: settings.limits.redirects,
        has_windows: false,
    }
}

/// Returns the sections that a site file lists; none where it leaves them to the menu.
fn listed_sections(site: &Site) -> Result<Vec<PageUrl>, SiteError> {
    match &site.discover.sections {
        Sections::Menu => Ok(Vec::new()),
        Sections::Listed(paths) => paths.iter().map(|path| section(site, path)).collect(),
    }
}

fn section(site: &Site, path: &str) -> Result<PageUrl, SiteError> {
    site.home.join(path).map_err(|_| SiteError {
        site: site.name.clone(),
        path: path.to_owned(),
        home: site.home.to_string(),
    })
}

/// Returns the moment when a day begins in the paper's time zone.
fn midnight(day: Date, site: &Site) -> Option<Timestamp> {
    Some(site.timezone.to_timestamp(day.at(0, 0, 0, 0)).ok()?.into())
}

/// Tells whether a content type may be a page. Newspapers send text, XML or XHTML; a page without a
/// type is read as well.
fn is_text(content_type: &str) -> bool {
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind.is_empty() || kind.starts_with("text/") || kind.contains("xml") || kind.contains("html")
}
