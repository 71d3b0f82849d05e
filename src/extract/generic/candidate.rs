//! A text that may be the story of a page, and what is left of it when the sieve is done.

use crate::extract::generic::claims::{declared, described, description};
use crate::extract::generic::confidence::{self, Evidence, LEAST};
use crate::extract::generic::coverage::coverage;
use crate::extract::generic::listed::listed;
use crate::extract::generic::sieve::Sieve;
use crate::extract::generic::union::Method;
use crate::extract::generic::{PageHints, script_story, short_news};
use crate::extract::scan::PageScan;
use crate::markup::blocks::Block;
use crate::page_url::PageUrl;

/// The agreement of a story in a script that does not stand beside the page's title.
const UNTITLED: f64 = 0.5;

/// A text that may be the story.
pub(super) struct StoryCandidate {
    pub blocks: Vec<Block>,
    pub method: Method,
    pub agreement: f64,
    pub date: Option<(String, &'static str)>,
}

/// A text without what is no story in it.
pub(super) struct SiftedText {
    pub blocks: Vec<Block>,
    pub method: Method,
    pub confidence: f64,
    pub signature: Option<String>,
    pub date: Option<(String, &'static str)>,
}

impl StoryCandidate {
    /// Sifts the text, and measures how likely what is left is the article.
    pub(super) fn sifted(
        self,
        page: &PageScan<'_>,
        title: Option<&str>,
        known: PageHints<'_>,
    ) -> SiftedText {
        let PageHints { rules, article, .. } = known;
        let headlines = [title, article.subtitle.as_deref()];
        let sieve = Sieve::new(page.tree, rules, headlines, &self.blocks);
        let (blocks, signature) = sieve.sift(self.blocks.clone());
        let listed = listed(page.tree, known.url, &blocks);
        let evidence = Evidence {
            agreement: self.agreement,
            prose: confidence::prose(&blocks),
            kept: confidence::kept(&self.blocks, &blocks),
            declared: declared(page, article),
            described: described(page, title, &blocks),
            length: confidence::length(&blocks),
            covered: coverage(page.tree, &blocks),
            listed: listed.all,
            listed_at_end: listed.at_end,
        };

        let confidence = evidence.confidence();
        let short = (confidence < LEAST).then(|| short_news::sentence(page, title, &blocks));
        let (blocks, confidence) = match short.flatten() {
            Some(sentence) => (vec![sentence], short_news::CONFIDENCE),
            None => (blocks, confidence),
        };

        SiftedText {
            blocks,
            method: self.method,
            confidence,
            signature,
            date: self.date,
        }
    }
}

/// Returns the story in the data of the page's scripts. It has no second library to agree with it;
/// the page's title beside it stands for that.
pub(super) fn in_scripts(
    page: &PageScan<'_>,
    url: &PageUrl,
    title: Option<&str>,
) -> Option<StoryCandidate> {
    let story = script_story::find(page.tree, url, title, description(page, title))?;
    Some(StoryCandidate {
        blocks: story.blocks,
        method: Method::Script,
        agreement: if story.titled { 1.0 } else { UNTITLED },
        date: story.date.map(|date| (date, "script")),
    })
}
