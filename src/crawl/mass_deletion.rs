//! Doubts: whether what is not found at an address is missing there for good, or a server is out of order.

use crate::archive::ArchiveError;
use crate::crawl::{Crawl, ROUND};
use crate::extract;
use crate::fetch::Web;
use crate::frontier::{Outcome, Page, ParsedPage, Plausibility, Role};
use crate::page_url::PageUrl;
use crate::revisit::GONE_RECHECK;

impl<W: Web> Crawl<'_, W> {
    /// Judges where an article is said to have moved. A server that sends every address to its home page, or to a place that has
    /// no article, does not tell where the article is.
    pub(super) fn without_false_moves(
        &self,
        page: &Page,
        outcome: Outcome,
    ) -> Result<Outcome, ArchiveError> {
        let Outcome::Redirected { to, .. } = &outcome else {
            return Ok(outcome);
        };
        if page.role() != Role::Article || page.kept().is_some() {
            return Ok(outcome);
        }

        if is_home(to, &self.papers[&page.site].reader.site.home, &page.url) {
            return Ok(Outcome::Gone {
                why: "redirected to the home page".to_owned(),
            });
        }
        if self.archive.has_no_article(to)? {
            return Ok(Outcome::Gone {
                why: format!("redirected to {to}, where no article is"),
            });
        }
        Ok(outcome)
    }

    /// Tells whether an answer that has no article is to be believed. It is asked only where belief decides: an address that was
    /// looked at before.
    pub(super) fn plausibility(
        &mut self,
        page: &Page,
        outcome: &Outcome,
        digest: &[u8; 32],
    ) -> Result<Plausibility, ArchiveError> {
        if page.role() != Role::Article || page.kept().is_some() || page.misses() == 0 {
            return Ok(Plausibility::Plausible);
        }

        let is_suspected = match outcome {
            // Pages that are not there look alike: only their number tells.
            Outcome::Gone { .. }
            | Outcome::Read(ParsedPage::Article(extract::Extraction::Gone { .. })) => {
                self.is_too_much_gone(&page.site)?
            }
            Outcome::Read(
                ParsedPage::NoArticle { .. }
                | ParsedPage::Unreadable { .. }
                | ParsedPage::Article(extract::Extraction::NotAnArticle { .. }),
            ) => self.archive.is_body_of_other_article(page, digest)?,
            _ => false,
        };
        Ok(if is_suspected {
            Plausibility::Suspected
        } else {
            Plausibility::Plausible
        })
    }

    /// Tells whether over half of what was looked at in the last day was not there. Counting takes a look at all pages of the
    /// site, so that the answer holds for a round of the loop.
    fn is_too_much_gone(&mut self, site: &str) -> Result<bool, ArchiveError> {
        let now = self.clock.now();
        let counted = self.papers[site].too_much_gone;
        if let Some((_, is_too_much)) = counted.filter(|(at, _)| now < *at + ROUND) {
            return Ok(is_too_much);
        }

        let is_too_much = !self
            .archive
            .revisit_counts(site, now - GONE_RECHECK)?
            .is_plausible();
        self.papers.get_mut(site).too_much_gone = Some((now, is_too_much));
        Ok(is_too_much)
    }
}

/// Whether an address is the home page's or the host's root, whatever its query. Some papers name
/// their articles by a query of that path (`/?p=123`): between two such addresses the query counts.
fn is_home(to: &PageUrl, home: &PageUrl, from: &PageUrl) -> bool {
    let (path, query) = (to.as_url().path(), to.as_url().query());
    let is_at_home = path == "/" || path == home.as_url().path();
    let is_another_article = query.is_some() && from.as_url().path() == path;
    to.host() == home.host() && is_at_home && !is_another_article
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_page_is_known_by_its_path_unless_articles_stand_there() {
        let url = |path: &str| PageUrl::parse(&format!("https://paper.example{path}")).unwrap();
        let is_home = |from: &str, to: &str| is_home(&url(to), &url("/main"), &url(from));
        assert!(is_home("/a/1", "/") && is_home("/a/1", "/main") && is_home("/a/1", "/?from=a"));
        assert!(is_home("/?p=123", "/") && is_home("/?p=123", "/main"));
        assert!(!is_home("/?p=123", "/?p=123&lang=ko") && !is_home("/a/1", "/b/1"));
    }
}
