//! Doubts: whether what is not found at an address is missing there for good, or a server is out of order.

use crate::archive::ArchiveError;
use crate::crawl::{Crawl, ROUND};
use crate::extract;
use crate::fetch::Web;
use crate::frontier::{Belief, Outcome, Page, Reading, Role};
use crate::page_url::PageUrl;
use crate::revisit::GONE_AGAIN;

impl<W: Web> Crawl<'_, W> {
    /// Judges where an article is said to have moved. A server that sends every address to its home page, or to a place that has
    /// no article, does not tell where the article is.
    pub(super) fn without_false_moves(&self, page: &Page, outcome: Outcome) -> Result<Outcome, ArchiveError> {
        let Outcome::Redirected { to, .. } = &outcome else { return Ok(outcome) };
        if page.role != Role::Article || page.kept.is_some() {
            return Ok(outcome);
        }

        if is_same_place(to, &self.sites[&page.site].site.home) {
            return Ok(Outcome::Gone { why: "redirected to the home page".to_owned() });
        }
        if self.archive.has_nothing(to)? {
            return Ok(Outcome::Gone { why: format!("redirected to {to}, where no article is") });
        }
        Ok(outcome)
    }

    /// Tells whether an answer that has no article is to be believed. It is asked only where belief decides: an address that was
    /// looked at before.
    pub(super) fn belief(&mut self, page: &Page, outcome: &Outcome, digest: &[u8; 32]) -> Result<Belief, ArchiveError> {
        if page.role != Role::Article || page.kept.is_some() || page.misses == 0 {
            return Ok(Belief::Believed);
        }

        let is_suspected = match outcome {
            // Pages that are not there look alike: only their number tells.
            Outcome::Gone { .. } | Outcome::Read(Reading::Article(extract::Reading::Gone { .. })) => {
                self.is_too_much_gone(&page.site)?
            }
            Outcome::Read(
                Reading::NoArticle { .. }
                | Reading::Unreadable { .. }
                | Reading::Article(extract::Reading::NotAnArticle { .. }),
            ) => self.archive.is_answer_of_others(page, digest)?,
            _ => false,
        };
        Ok(if is_suspected { Belief::Suspected } else { Belief::Believed })
    }

    /// Tells whether over half of what was looked at in the last day was not there. Counting takes a look at all pages of the
    /// site, so that the answer holds for a round of the loop.
    fn is_too_much_gone(&mut self, site: &str) -> Result<bool, ArchiveError> {
        let now = self.clock.now();
        if let Some((at, is_too_much)) = self.too_much_gone.get(site).filter(|(at, _)| now < *at + ROUND) {
            tracing::trace!(%site, %at, "counted already");
            return Ok(*is_too_much);
        }

        let is_too_much = !self.archive.looks(site, now - GONE_AGAIN)?.are_believed();
        self.too_much_gone.insert(site.to_owned(), (now, is_too_much));
        Ok(is_too_much)
    }
}

/// Whether an address is the home page's, whatever its query, or the host's root.
fn is_same_place(to: &PageUrl, home: &PageUrl) -> bool {
    let path = to.as_url().path();
    to.host() == home.host() && (path == "/" || path == home.as_url().path())
}
