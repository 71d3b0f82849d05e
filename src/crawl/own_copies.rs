//! Duplicates: pages that show an article under another of its addresses (RFC 6596).

use std::collections::HashSet;

use crate::archive::{ArchiveError, CandidateCopy};
use crate::crawl::Crawl;
use crate::extract::{self, Article};
use crate::fetch::Web;
use crate::frontier::{Outcome, Page, ParsedPage, Role};
use crate::page_url::PageUrl;
use crate::text::letters;

/// The least percentage of letters that two texts with one headline share, paragraph by paragraph,
/// of the shorter text. It is far from 100, since a page for printing leaves captions and boxes
/// out.
const SHARED: usize = 60;

/// The same percentage where the headlines differ. It is high, since a broken template names one
/// canonical address for different stories that share their imprint.
const SHARED_WITHOUT_HEADLINE: usize = 90;

impl<W: Web> Crawl<'_, W> {
    /// Returns the outcome of an article, as a redirect where the same story is kept already: from
    /// the canonical address that the page names, or from a page that names the same one. Only the
    /// texts decide, since a template may name one canonical address for all its pages.
    pub(super) fn redirect_own_copies(
        &self,
        page: &Page,
        outcome: Outcome,
    ) -> Result<Outcome, ArchiveError> {
        let Outcome::Read(ParsedPage::Article(extract::Extraction::Article(article))) = &outcome
        else {
            return Ok(outcome);
        };
        let is_known = page.key().is_some() || page.kept().is_some();
        if page.role() != Role::Article || is_known || article.key.is_some() {
            return Ok(outcome);
        }

        let named = article
            .canonical_url
            .as_deref()
            .and_then(|named| PageUrl::parse(named).ok());
        let own = named.filter(|named| self.papers[&page.site].reader.is_of_paper(named));
        let canonical = own.as_ref().unwrap_or(&page.url).as_str();

        let namesakes = self
            .archive
            .candidate_copies(&page.site, page.url.as_str(), canonical)?;
        let same = namesakes
            .into_iter()
            .find(|namesake| is_same_story(article, namesake));
        Ok(same.map_or(outcome, |same| Outcome::Redirected {
            to: same.url,
            key: None,
        }))
    }
}

fn is_same_story(article: &Article, kept: &CandidateCopy) -> bool {
    let title: String = letters(article.title.as_deref().unwrap_or_default()).collect();
    let kept_title: String = letters(&kept.title).collect();
    // A page for printing may have a word before the headline, or the paper's name behind it.
    let is_one_headline = !title.is_empty()
        && !kept_title.is_empty()
        && (title.contains(&kept_title) || kept_title.contains(&title));

    let paragraphs = article
        .paragraphs
        .iter()
        .map(|paragraph| letters(paragraph).collect::<String>());
    let (ours, theirs) = (
        set(paragraphs),
        set(kept.text.split("\n\n").map(|part| letters(part).collect())),
    );
    let shared = letter_count(ours.intersection(&theirs));
    let least = letter_count(ours.iter()).min(letter_count(theirs.iter()));

    let wanted = if is_one_headline {
        SHARED
    } else {
        SHARED_WITHOUT_HEADLINE
    };
    least > 0 && shared * 100 >= least * wanted
}

fn letter_count<'a>(paragraphs: impl Iterator<Item = &'a String>) -> usize {
    paragraphs.map(|part| part.chars().count()).sum()
}

fn set(paragraphs: impl Iterator<Item = String>) -> HashSet<String> {
    paragraphs
        .filter(|paragraph| !paragraph.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(title: &str, paragraphs: &[&str], kept_title: &str, kept: &[&str]) -> bool {
        let paragraphs = paragraphs.iter().map(|text| (*text).to_owned()).collect();
        let article = Article {
            title: Some(title.to_owned()),
            paragraphs,
            ..Article::default()
        };
        let url = PageUrl::parse("https://paper.example/1").unwrap();
        is_same_story(
            &article,
            &CandidateCopy {
                url,
                title: kept_title.to_owned(),
                text: kept.join("\n\n"),
            },
        )
    }

    #[test]
    fn a_story_is_recognised_by_its_words() {
        let story = [
            "책방이 아침에 문을 열었다.",
            "손님은 창가에 앉았다.",
            "저녁에 문을 닫았다.",
        ];
        assert!(is_same("책방의 하루", &story, "책방의 하루", &story));
        assert!(is_same(
            "책방의 하루",
            &story[..2],
            "[인쇄] 책방의 하루",
            &story
        ));
        assert!(
            is_same("책방의 하루", &story, "오늘의 책방", &story),
            "it was given another headline"
        );
        assert!(
            !is_same(
                "책방의 하루",
                &["전혀 다른 이야기가 여기 있다."],
                "책방의 하루",
                &story
            ),
            "a column of each day"
        );
        let imprint = ["이 기사의 저작권은 신문사에 있습니다."];
        let other = ["다른 날의 서가 이야기는 이러하다.", imprint[0]];
        assert!(!is_same(
            "서가",
            &other,
            "책방의 하루",
            &[&story[..], &imprint[..]].concat()
        ));
        assert!(!is_same("", &[], "", &[]) && !is_same("책", &[], "책", &story));
    }
}
