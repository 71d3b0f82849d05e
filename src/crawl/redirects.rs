//! Doubts about redirects: some lead in a circle, or to no article.

use crate::archive::ArchiveError;
use crate::crawl::Crawl;
use crate::fetch::Web;
use crate::frontier::{Outcome, Page, Role};
use crate::page_url::PageUrl;

impl<W: Web> Crawl<'_, W> {
    /// Returns a failure for a redirect to a page that redirects back here.
    pub(super) fn without_loops(
        &self,
        page: &Page,
        outcome: Outcome,
    ) -> Result<Outcome, ArchiveError> {
        if let Outcome::Redirected { to, .. } = &outcome
            && self.archive.redirects_to(to, &page.url)?
        {
            return Ok(Outcome::Failed {
                why: format!("redirected in a circle, by {to}"),
            });
        }
        Ok(outcome)
    }

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
