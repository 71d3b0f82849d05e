//! Doubts about missing articles: an article may be gone, or its server may be out of order.

use crate::archive::ArchiveError;
use crate::crawl::{Crawl, ROUND};
use crate::extract;
use crate::fetch::Web;
use crate::frontier::{Outcome, Page, ParsedPage, Plausibility, Role};
use crate::page_url::PageUrl;
use crate::revisit::GONE_RECHECK;

impl<W: Web> Crawl<'_, W> {
    /// Returns the outcome of an article, as gone where its redirect leads to no article. A server
    /// that redirects every missing article to its home page does not tell where an article is.
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

    /// Returns whether an answer without an article is plausible. Only the second such answer of an
    /// address is checked, since it decides.
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
            // Error pages look alike everywhere. Only the number of missing articles tells.
            Outcome::Gone { .. }
            | Outcome::Read(ParsedPage::Article(extract::Extraction::Gone { .. })) => {
                self.is_mass_deletion(&page.site)?
            }
            Outcome::Read(
                ParsedPage::NoArticle { .. }
                | ParsedPage::Unreadable { .. }
                | ParsedPage::Article(extract::Extraction::NotAnArticle { .. }),
            ) => self.archive.is_body_of_other_article(page, digest)?,
            Outcome::Read(_)
            | Outcome::Redirected { .. }
            | Outcome::Refused { .. }
            | Outcome::Busy
            | Outcome::HostDown
            | Outcome::Failed { .. }
            | Outcome::Permanent { .. }
            | Outcome::Unchanged
            | Outcome::AskAgain => false,
        };
        Ok(if is_suspected {
            Plausibility::Suspected
        } else {
            Plausibility::Plausible
        })
    }

    /// Returns whether over half of the articles that were revisited in the last day are missing.
    /// Counting scans all pages of the site, so that the answer is kept for a round of the loop.
    fn is_mass_deletion(&mut self, site: &str) -> Result<bool, ArchiveError> {
        let now = self.clock.now();
        let counted = self.papers[site].mass_deletion;
        if let Some((_, is_suspected)) = counted.filter(|(at, _)| now < *at + ROUND) {
            return Ok(is_suspected);
        }

        let is_suspected = !self
            .archive
            .revisit_counts(site, now - GONE_RECHECK)?
            .is_plausible();
        self.papers.get_mut(site).mass_deletion = Some((now, is_suspected));
        Ok(is_suspected)
    }
}

/// Returns whether an address is that of the home page or the host's root, with any query. Some
/// papers identify articles by a query of that path (`/?p=123`): between two such addresses, the
/// query counts.
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
