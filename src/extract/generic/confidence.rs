//! Measures how likely a text is the article of its page.

use crate::extract::generic::prose::is_prose;
use crate::markup::blocks::Block;
use crate::text::weight;

/// Least confidence of an article. Lists, home pages, searches and forms have less.
///
/// Of 161 article pages one, a table of links, had less than this (0.39); the others had 0.5 to 1,
/// nine in ten over 0.7. Two section pages had 0.25 and 0.33. A text that is only long and in
/// whole sentences has 0.35.
pub(crate) const LEAST: f64 = 0.45;

/// A text of less confidence is probably not the whole story. Nine in ten stories have more.
pub(super) const CERTAIN: f64 = 0.6;

/// With a smaller share of the page's prose the text is probably a part of the story. Of 125 pages
/// that were read right, one had less; of 7 that were read wrong, three.
const HALF: f64 = 0.5;

/// With a larger share of paragraphs under linked titles of their own the text is a list. Of 155
/// article pages six had .53 to .67, guides whose items are links, and none had more.
const LISTED: f64 = 0.75;

/// With a larger share of such paragraphs at its end the text goes on into the cards of other
/// stories. Of 155 article pages one had some at its end at all: .5, and it was read wrong.
const LISTED_AT_END: f64 = 0.25;

/// With less agreement, one of the libraries read something else.
const RELATED: f64 = 0.4;

/// A text of this weight (in Latin letters, a Korean syllable counts twice) is long enough: more
/// length adds no confidence.
const ENOUGH: f64 = 300.0;

/// The evidence that a text is the article, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    /// How much two libraries found the same.
    pub agreement: f64,
    /// The share of the text in blocks that read like sentences.
    pub prose: f64,
    /// The share of the found text that is left without links, notices and buttons.
    pub kept: f64,
    /// The page calls itself an article (1), or gives at least its publication date (0.5).
    pub declared: f64,
    /// The share of the page's description (without one, of its title) that stands in the text.
    pub described: f64,
    /// The text's weight, as a share of a weight that is long enough.
    pub length: f64,
    /// The share of the page's prose that the text has.
    pub covered: f64,
    /// The share of the text's paragraphs that stand under linked titles of their own.
    pub listed: f64,
    /// The share of the text's paragraphs that stand so at its end, in a row.
    pub listed_at_end: f64,
}

impl Evidence {
    /// Returns the weighted mean of the evidence, scaled down for a short text; less so where the
    /// page calls itself an article, since there are short articles.
    ///
    /// Where the text has less than half of the page's prose, or the libraries agree in less than
    /// two fifths, the text is probably a part of the story or too much. Where more than three
    /// quarters of its paragraphs have linked titles of their own, it is a list, and where more than
    /// a quarter at its end have, the cards of other stories follow it. The confidence is
    /// under [`CERTAIN`] then, whatever the rest says. Such a doubt alone makes no text too uncertain to
    /// be an article: a digest has such titles, too.
    pub(super) fn confidence(&self) -> f64 {
        let sum = 0.35 * self.prose
            + 0.2 * self.agreement
            + 0.15 * self.kept
            + 0.15 * self.declared
            + 0.15 * self.described;
        let length = if self.declared < 1.0 {
            self.length
        } else {
            self.length.sqrt()
        };
        let certain = sum * length;

        let doubt = (self.covered / HALF)
            .min(self.agreement / RELATED)
            .min((1.0 - self.listed) / (1.0 - LISTED))
            .min((1.0 - self.listed_at_end) / (1.0 - LISTED_AT_END));
        let most = if doubt < 1.0 {
            LEAST + (CERTAIN - LEAST) * doubt
        } else {
            1.0
        };
        (100.0 * certain.min(most)).floor() / 100.0
    }
}

/// Returns the share of a text's weight that reads like sentences.
pub(super) fn prose(blocks: &[Block]) -> f64 {
    share(
        total(blocks.iter().filter(|block| is_prose(block))),
        total(blocks.iter()),
    )
}

/// Returns the share of the found text that was kept and is in no link.
pub(super) fn kept(found: &[Block], kept: &[Block]) -> f64 {
    share(
        total(kept.iter().filter(|block| !block.is_linked())),
        total(found.iter()),
    )
}

/// Returns the text's weight as a share of [`ENOUGH`], at most 1.
pub(super) fn length(blocks: &[Block]) -> f64 {
    (total(blocks.iter()) as f64 / ENOUGH).min(1.0)
}

fn total<'b>(blocks: impl Iterator<Item = &'b Block>) -> usize {
    blocks.map(|block| weight(&block.text)).sum()
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        (part as f64 / whole as f64).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURE: Evidence = Evidence {
        agreement: 1.0,
        prose: 1.0,
        kept: 1.0,
        declared: 1.0,
        described: 1.0,
        length: 1.0,
        covered: 1.0,
        listed: 0.0,
        listed_at_end: 0.0,
    };

    #[test]
    fn a_text_that_lacks_half_of_the_pages_prose_is_uncertain_and_an_article() {
        for covered in [0.0, 0.2, 0.49] {
            let doubtful = Evidence { covered, ..SURE }.confidence();
            assert!((LEAST..CERTAIN).contains(&doubtful), "{doubtful}");
        }
        assert_eq!(
            Evidence {
                covered: 0.5,
                ..SURE
            }
            .confidence(),
            1.0
        );
    }

    #[test]
    fn paragraphs_under_linked_titles_of_their_own_make_it_uncertain() {
        for listed in [0.76, 0.9, 1.0] {
            let list = Evidence { listed, ..SURE }.confidence();
            assert!((LEAST..CERTAIN).contains(&list), "{list}");
        }
        let story = Evidence {
            listed: LISTED,
            ..SURE
        };
        assert_eq!(story.confidence(), 1.0);
    }

    #[test]
    fn paragraphs_under_linked_titles_at_the_end_make_it_uncertain() {
        for listed_at_end in [0.26, 0.5, 0.9] {
            let ending = Evidence {
                listed_at_end,
                ..SURE
            };
            assert!(
                (LEAST..CERTAIN).contains(&ending.confidence()),
                "{listed_at_end}"
            );
        }
        let story = Evidence {
            listed_at_end: LISTED_AT_END,
            ..SURE
        };
        assert_eq!(story.confidence(), 1.0);
    }

    #[test]
    fn libraries_that_read_different_texts_make_it_uncertain() {
        let apart = Evidence {
            agreement: 0.3,
            ..SURE
        };
        let together = Evidence {
            agreement: 0.5,
            ..SURE
        };
        assert!(apart.confidence() < CERTAIN && together.confidence() > 0.8);
    }

    #[test]
    fn a_short_text_is_less_certain_and_less_so_where_the_page_calls_it_an_article() {
        let short = Evidence {
            length: 0.4,
            ..SURE
        };
        let undeclared = Evidence {
            declared: 0.0,
            ..short
        };
        assert!(short.confidence() > CERTAIN && undeclared.confidence() < LEAST);
    }

    #[test]
    fn a_doubt_makes_no_text_more_certain() {
        let list = Evidence {
            prose: 0.0,
            declared: 0.0,
            described: 0.0,
            ..SURE
        };
        let doubtful = Evidence {
            covered: 0.4,
            ..list
        };
        assert!(list.confidence() < LEAST && doubtful.confidence() <= list.confidence());
    }
}
