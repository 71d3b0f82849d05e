//! A page that was saved, extracted again: the reader of its day, and the opt-outs in its words.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::archive::KeptCapture;
use crate::deadline::{BUDGET, Undone, room_as_weighed_now, room_now, within_now};
use crate::extract::{Article, Extraction, decode};
use crate::markup::{Tree, Wanted, Weight};
use crate::opt_out::{Declared, Judgement, Metas, Reservations};
use crate::page_url::PageUrl;
use crate::rights::Statement;
use crate::robots::Robots;
use crate::site_reader::{SiteReader, is_text};
use crate::time::Timestamp;

/// A kept answer.
#[derive(Clone, Copy, Debug)]
pub struct SavedAnswer<'a> {
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

/// What is known of a kept page beside its text.
struct SavedContext<'a> {
    url: &'a PageUrl,
    headers: &'a [(String, String)],
    metas: Metas,
    moment: Timestamp,
}

impl SavedAnswer<'_> {
    fn content_type(&self) -> &str {
        let mut types = self
            .headers
            .iter()
            .filter(|(name, _)| name == "content-type");
        types.next().map_or("", |(_, value)| value)
    }
}

impl SiteReader {
    /// Returns the reader of a site's page that was fetched at `moment`: the one with the profile
    /// of that day. Outside the days of all profiles, the last profile reads what it can. Returns
    /// `None` where the site has no reader.
    pub(crate) fn of_day<'r>(
        readers: &'r [Arc<Self>],
        site: &str,
        moment: Timestamp,
    ) -> Option<&'r Self> {
        let mut of_site = readers.iter().filter(|reader| reader.site.name == site);
        let of_day = of_site.clone().find(|reader| reader.is_for(moment));
        of_day.or_else(|| of_site.next_back()).map(Arc::as_ref)
    }

    /// Tells whether pages that were fetched at `moment` are read by this profile.
    pub fn is_for(&self, moment: Timestamp) -> bool {
        self.articles.profile().is_valid_at(moment)
    }

    /// Extracts an article again from a page that was fetched at `moment`. Opt-outs in its words
    /// are judged now, by the site file; all other signals were judged when the page came.
    pub fn read_again(
        &self,
        url: &PageUrl,
        answer: SavedAnswer<'_>,
        moment: Timestamp,
    ) -> Extraction {
        let context = SavedContext {
            url,
            headers: answer.headers,
            metas: self.metas_of(url, answer),
            moment,
        };
        match self.reread(url, answer.content_type(), answer.body) {
            Extraction::Article(article) => Extraction::Article(self.judged(&context, article)),
            Extraction::Members(article) => Extraction::Members(self.judged(&context, article)),
            other @ (Extraction::Gone { .. }
            | Extraction::Refused { .. }
            | Extraction::NotAnArticle { .. }) => other,
        }
    }

    /// Extracts an article again from a capture with its bytes.
    ///
    /// # Errors
    ///
    /// Fails where the extraction panics, so that other captures are still read.
    pub(crate) fn read_capture(
        &self,
        capture: &KeptCapture,
        body: &[u8],
    ) -> Result<Extraction, Undone> {
        let headers = capture.header_pairs();
        let answer = SavedAnswer {
            headers: &headers,
            body,
        };
        let reading =
            AssertUnwindSafe(|| self.read_again(&capture.page.url, answer, capture.fetched_at));
        catch_unwind(reading).map_err(|_| Undone::Panicked)
    }

    /// Applies the opt-outs in an article's words: a withheld article loses its text.
    fn judged(&self, context: &SavedContext<'_>, mut article: Box<Article>) -> Box<Article> {
        let (metas, files) = (Metas::default(), Reservations::default());
        let declared = Declared {
            url: context.url,
            headers: &[],
            metas: &metas,
            words: &article.words,
            files: &files,
            robots: &Robots::allow_all(),
        };
        let opt_outs = declared.opt_outs(&self.agent);
        let judgement = Judgement::of(opt_outs, &self.site.opt_outs, context.moment);
        article.declared_rights = Declared {
            headers: context.headers,
            metas: &context.metas,
            ..declared
        }
        .judged(&self.agent, &self.site.opt_outs, context.moment)
        .rights;

        article.opt_outs = judgement.in_export();
        if judgement.withholds().is_some() {
            (article.paragraphs, article.images) = (Vec::new(), Vec::new());
        }
        article
    }

    /// Reads the meta tags of a kept page, wherever they stand in it, as a crawl does.
    fn metas_of(&self, url: &PageUrl, answer: SavedAnswer<'_>) -> Metas {
        if !is_text(answer.content_type()) {
            return Metas::default();
        }
        let html = decode(answer.body, answer.content_type(), url.last_label()).text;
        // Meta tags and links are in what every reader needs.
        Tree::parse_wanted(&html, &Wanted::of([], []))
            .map(|page| Metas::read(&page, &self.agent))
            .unwrap_or_default()
    }

    /// Returns what a robots.txt says about uses of a page.
    pub(crate) fn robots_rights(&self, file: &[u8], url: &PageUrl) -> Vec<Statement> {
        Robots::parse(file, &self.agent).rights(url)
    }

    fn reread(&self, url: &PageUrl, content_type: &str, body: &[u8]) -> Extraction {
        if !is_text(content_type) {
            return Extraction::NotAnArticle {
                why: format!("its content type is {content_type}"),
            };
        }

        let html = decode(body, content_type, url.last_label()).text;
        let most = Weight::most_of(html.len());

        let read = if self.articles.is_generic() {
            let room = room_as_weighed_now(most, || self.articles.memory(&html));
            let (reader, url, html) = (self.articles.clone(), url.clone(), html.into_owned());
            room.and_then(|room| within_now(BUDGET, room, move || reader.read(&url, &html)))
        } else {
            room_now(most).map(|_room| self.articles.read(url, &html))
        };

        read.unwrap_or_else(|why| Extraction::NotAnArticle {
            why: why.to_string(),
        })
    }
}
