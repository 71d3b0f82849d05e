//! The contents of a paper's feeds and sitemaps, with a profile and without.

use crate::config::Site;
use crate::discover::{
    Address, FeedError, FeedOf, Grammar, ListRow, Listing, Sitemap, read_feed, read_sitemap,
};
use crate::extract::{self, decode};
use crate::fetch::Answer;
use crate::frontier::{Page, ParsedPage};
use crate::page_url::PageUrl;
use crate::site_reader::SiteReader;

impl SiteReader {
    /// Tells whether an address that robots.txt names as a sitemap may be one: at a host of the
    /// paper's house, and neither an article nor a list nor a trap.
    pub fn may_be_sitemap(&self, url: &PageUrl) -> bool {
        let grammar = self.grammar();
        grammar.is_of_house(url)
            && matches!(grammar.address(url), Address::Other | Address::Elsewhere)
    }

    fn grammar(&self) -> Grammar {
        match &self.lists {
            Some(lists) => lists.grammar.clone(),
            None => Grammar::new(None, self.home.clone()),
        }
    }

    /// Reads a feed.
    pub(super) fn feed(&self, url: &PageUrl, body: &[u8]) -> Result<Listing, FeedError> {
        let Site {
            timezone, language, ..
        } = &*self.site;

        let listing = read_feed(
            FeedOf {
                grammar: &self.grammar(),
                zone: timezone,
                language,
            },
            url,
            body,
        )?;

        Ok(Listing {
            rows: self.own_rows(listing.rows),
            ..listing
        })
    }

    /// Reads a sitemap, packed or not. Without a profile, any page that it names may be an article.
    pub(super) fn sitemap(&self, page: &Page, answer: &Answer) -> ParsedPage {
        let grammar = self.grammar();

        match read_sitemap(&grammar, &self.site.timezone, &page.url, &answer.body) {
            Ok(sitemap) => {
                if sitemap.is_cut {
                    let entries = sitemap.rows.len() + sitemap.maps.len();
                    tracing::warn!(url = %page.url, entries, "a part of the sitemap was read");
                }
                ParsedPage::Sitemap(Sitemap {
                    rows: self.own_rows(sitemap.rows),
                    ..sitemap
                })
            }
            Err(why) => match self.feed(&page.url, &answer.body) {
                // The protocol allows feeds.
                Ok(feed) => ParsedPage::Sitemap(Sitemap {
                    rows: feed.rows,
                    ..Sitemap::default()
                }),
                Err(_) => match self
                    .articles
                    .page_notice(&decode(&answer.body, "", "").text)
                {
                    Some(extract::Extraction::Refused { why }) => ParsedPage::Refused { why },
                    _ => ParsedPage::Unreadable {
                        why: why.to_string(),
                    },
                },
            },
        }
    }

    /// Returns the rows of a feed or sitemap, each with the address by which it is requested. With
    /// a profile, its grammar has set the address already; without one, rows of other papers are
    /// left out.
    fn own_rows(&self, rows: Vec<ListRow>) -> Vec<ListRow> {
        if self.lists.is_some() {
            return rows;
        }

        rows.into_iter()
            .filter_map(|row| {
                Some(ListRow {
                    url: self.own(&row.url)?,
                    ..row
                })
            })
            .collect()
    }
}
