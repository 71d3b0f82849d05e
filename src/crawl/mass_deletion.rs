//! Doubts about missing articles: an article may be gone, or its server may be out of order.

use crate::archive::ArchiveError;
use crate::crawl::{Crawl, ROUND};
use crate::extract;
use crate::fetch::Web;
use crate::frontier::{Outcome, Page, ParsedPage, Plausibility, Role};
use crate::revisit::GONE_RECHECK;

impl<W: Web> Crawl<'_, W> {
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
                self.suspects_mass_deletion(&page.site)?
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
    fn suspects_mass_deletion(&mut self, site: &str) -> Result<bool, ArchiveError> {
        let now = self.clock.now();
        let counted = self.papers[site].mass_deletion;
        if let Some((_, is_suspected)) = counted.filter(|(at, _)| now < *at + ROUND) {
            return Ok(is_suspected);
        }

        let is_suspected = self
            .archive
            .revisit_counts(site, now - GONE_RECHECK)?
            .suggest_mass_deletion();
        self.papers.get_mut(site).mass_deletion = Some((now, is_suspected));
        Ok(is_suspected)
    }
}
