//! A paper's own addresses, and the address by which each of its pages is requested.

use std::collections::BTreeSet;

use crate::discover::{Address, is_same_paper};
use crate::frontier::{Outcome, Page, Role};
use crate::page_url::PageUrl;
use crate::site_reader::SiteReader;

impl SiteReader {
    /// Judges a page's redirect by the paper's grammar: an article must stay an article and a list
    /// a list, and a redirect into a trap is refused. A photo may be anywhere: the grammar is not
    /// about it.
    pub fn judge_redirect(&self, page: &Page, to: PageUrl) -> Outcome {
        let Some(lists) = self.lists.as_ref().filter(|_| page.role() != Role::Photo) else {
            return Outcome::Redirected { to, key: None };
        };

        let is_article = page.role() == Role::Article;
        let has_its_key = page.key().is_some() && lists.grammar.key(&to).as_ref() == page.key();

        match lists.grammar.address(&to) {
            Address::Trap { why } => Outcome::Refused {
                why: format!("redirected to {to}: {why}"),
            },
            Address::Article { key, .. } if is_article => Outcome::Redirected { to, key },
            // The paper itself may have moved to another name; another article there is another
            // paper's.
            Address::Elsewhere if is_article && has_its_key => Outcome::Redirected {
                to,
                key: page.key().cloned(),
            },
            Address::Elsewhere if is_article => Outcome::Failed {
                why: format!("redirected to another paper: {to}"),
            },
            Address::List { .. } | Address::Other if is_article => Outcome::Failed {
                why: format!("redirected to what is no article: {to}"),
            },
            Address::Article { .. } => Outcome::Failed {
                why: format!("redirected to an article: {to}"),
            },
            Address::Other if page.role() == Role::ListPage => Outcome::Failed {
                why: format!("redirected to what is no list: {to}"),
            },
            Address::List { .. } | Address::Elsewhere | Address::Other => {
                Outcome::Redirected { to, key: None }
            }
        }
    }

    /// Returns the pages of the paper among links, each once; `next` is none of them.
    pub(super) fn own_links(&self, links: &[PageUrl], next: Option<&PageUrl>) -> Vec<PageUrl> {
        let own: BTreeSet<PageUrl> = links.iter().filter_map(|link| self.own(link)).collect();

        own.iter()
            .filter(|link| Some(*link) != next && !self.is_twin(link, &own))
            .cloned()
            .collect()
    }

    /// Tells whether a link leads to the mobile version of a page that is linked itself: both are
    /// one page.
    fn is_twin(&self, link: &PageUrl, own: &BTreeSet<PageUrl>) -> bool {
        link.at_host_of(&self.home)
            .is_some_and(|at_home| at_home != *link && own.contains(&at_home))
    }

    /// Tells whether an address is the paper's, by whichever of its names.
    pub fn is_of_paper(&self, url: &PageUrl) -> bool {
        is_same_paper(&self.home, url) || is_same_paper(&self.site.home, url)
    }

    /// Returns the address by which a page of the paper is requested: without a session id, and
    /// over https if the home page uses it. Returns `None` for other papers' pages and the home
    /// page.
    pub(super) fn own(&self, link: &PageUrl) -> Option<PageUrl> {
        let link = link.without_session();
        let is_here = is_same_paper(&self.home, &link);
        if !is_here && !is_same_paper(&self.site.home, &link) || link.repeats_itself() {
            return None;
        }

        let link = if is_here {
            self.at_its_origin(link)
        } else {
            link
        };

        (!is_home(&link, &self.home) && !is_home(&link, &self.site.home)).then_some(link)
    }

    /// `www.paper.example` and `paper.example` are one paper with one page at each path. Pages for
    /// phones may have paths of their own: they are asked for where they are.
    fn at_its_origin(&self, link: PageUrl) -> PageUrl {
        let link = self.over_https(link);

        if is_for_phones(&link) != is_for_phones(&self.home)
            || link.as_url().port() != self.home.as_url().port()
        {
            return link;
        }
        link.at_host_of(&self.home).unwrap_or(link)
    }

    fn over_https(&self, link: PageUrl) -> PageUrl {
        let is_upgrade = self.home.as_url().scheme() == "https" && link.as_url().scheme() == "http";
        if is_upgrade && link.as_url().port().is_none() {
            link.over_https().unwrap_or(link)
        } else {
            link
        }
    }
}

fn is_home(link: &PageUrl, home: &PageUrl) -> bool {
    link == home || *link == home.at_root()
}

fn is_for_phones(url: &PageUrl) -> bool {
    url.host().as_str().starts_with("m.")
}
