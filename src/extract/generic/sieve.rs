//! Removes what the libraries leave in a story though it is none of it: notices, buttons, lists of
//! other stories, captions, the title again.

use std::collections::{HashMap, HashSet};

use crate::config::profile::ArticleRules;
use crate::extract::generic::date_lines::DateLines;
use crate::extract::generic::elsewhere::Elsewhere;
use crate::extract::generic::linked_lines::are_linked_lines;
use crate::extract::generic::prose::is_prose;
use crate::extract::generic::words::run_hashes;
use crate::extract::printed_dates::is_date_with_verb;
use crate::extract::vocabulary::KOREAN_SIGNERS;
use crate::markup::Tree;
use crate::markup::blocks::{Block, BlockKind};
use crate::text::{clean, letters, weight};

/// How many first blocks may repeat the headline: title, subtitle, reporter and date stand there.
const HEAD: usize = 4;

/// Runs of words of a text that is not repeated by chance: some two sentences.
const LONG: usize = 24;

/// A text of whose runs this share was told before says nothing new.
const AGAIN: f64 = 0.95;

/// How often a label stands in a story.
const LABEL: usize = 3;

/// The texts of a page that are no part of its story.
pub(super) struct Sieve<'a> {
    rules: &'a ArticleRules,
    /// Title and subtitle, which the libraries take for the story's first lines.
    headlines: Vec<String>,
    /// Captions, boxes and removed elements.
    elsewhere: Elsewhere,
}

impl<'a> Sieve<'a> {
    /// Builds a sieve for the blocks that were `found` in a page.
    pub(super) fn new(
        tree: &Tree,
        rules: &'a ArticleRules,
        headlines: [Option<&str>; 2],
        found: &[Block],
    ) -> Self {
        let headlines = headlines
            .into_iter()
            .flatten()
            .map(|line| letters(line).collect())
            .collect();

        Self {
            rules,
            headlines,
            elsewhere: Elsewhere::of(tree, rules, found),
        }
    }

    /// Returns the blocks of the story, and the signature at its end.
    pub(super) fn sift(&self, blocks: Vec<Block>) -> (Vec<Block>, Option<String>) {
        let mut kept: Vec<(Block, Repeated)> = Vec::with_capacity(blocks.len());
        let mut is_in_list = false;
        let blocks = self.elsewhere.without_captions(blocks);
        let elsewhere = self.elsewhere.stand_there(&blocks);
        let labels = labels(&blocks);
        let links = are_linked_lines(&blocks);
        let dates = DateLines::of(&blocks, HEAD);
        let mut told = HashSet::new();

        for (at, block) in blocks.into_iter().enumerate() {
            let is_heading = self
                .rules
                .headings
                .iter()
                .any(|heading| heading.is_match(&block.text));
            is_in_list = is_heading || (is_in_list && !is_prose(&block));

            let is_noise = dates.have(at, &block.text) || self.is_noise(at, &block);
            if !is_in_list && !elsewhere[at] && !links[at] && !is_noise {
                let is_told = is_told_again(&block.text, &mut told);
                let repeated = match (labels.contains(&block.text), is_told) {
                    (true, _) => Repeated::Label,
                    (false, true) => Repeated::Told,
                    (false, false) => Repeated::No,
                };
                kept.push((block, repeated));
            }
        }

        let mut kept = without_repeated(kept);
        let signature = self.drop_end(&mut kept).or(self.drop_head(&mut kept));
        (kept, signature)
    }

    /// Tells whether a block repeats the headline or is noise.
    fn is_noise(&self, at: usize, block: &Block) -> bool {
        let Block { text, .. } = block;
        let is_headline = || self.headlines.contains(&letters(text).collect::<String>());
        at < HEAD && is_headline()
            || is_date_with_verb(text, &self.rules.printed)
            || self.rules.noise.iter().any(|noise| noise.is_match(text))
            || self.rules.calls.iter().any(|call| call.is_match(text))
    }

    /// Drops the signatures above the story, and returns the first one.
    fn drop_head(&self, blocks: &mut Vec<Block>) -> Option<String> {
        let is_signature = |block: &Block| {
            let trailers = &self.rules.trailers;
            trailers.iter().any(|trailer| trailer.is_match(&block.text))
        };
        let count = blocks
            .iter()
            .take_while(|block| is_signature(block))
            .count();
        let signature = blocks.drain(..count).next()?.text;
        Some(signed_name(&signature)).filter(|_| is_signed(&signature))
    }

    /// Drops the signature, which is returned, and links to other stories.
    fn drop_end(&self, blocks: &mut Vec<Block>) -> Option<String> {
        let ArticleRules {
            trailers,
            epilogues,
            ..
        } = self.rules;

        let (mut at, mut signature) = (blocks.len(), None);
        while at > 0 {
            at -= 1;
            let text = &blocks[at].text;
            let is_trailer = trailers.iter().any(|trailer| trailer.is_match(text));
            if blocks[at].is_linked() || is_trailer {
                let gone = blocks.remove(at).text;
                signature = Some(gone).filter(|text| is_signed(text)).or(signature);
            } else if !epilogues.iter().any(|epilogue| epilogue.is_match(text)) {
                break;
            }
        }

        signature.as_deref().map(signed_name)
    }
}

/// How a block comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeated {
    No,
    /// As one of the labels between paragraphs.
    Label,
    /// Within another block, or as one.
    Told,
}

/// Returns the blocks without the repeated ones. A story that has little but labels is one of
/// refrains, and keeps them.
fn without_repeated(blocks: Vec<(Block, Repeated)>) -> Vec<Block> {
    let weigh = |sought: Repeated| -> usize {
        let counted = blocks.iter().filter(|(_, repeated)| *repeated == sought);
        counted.map(|(block, _)| weight(&block.text)).sum()
    };
    let is_refrain = weigh(Repeated::Label) > weigh(Repeated::No);

    blocks
        .into_iter()
        .filter(|(_, repeated)| match repeated {
            Repeated::No => true,
            Repeated::Label => is_refrain,
            Repeated::Told => false,
        })
        .map(|(block, _)| block)
        .collect()
}

/// Tells whether a line names the title of somebody who signs stories.
fn is_signed(line: &str) -> bool {
    KOREAN_SIGNERS.iter().any(|title| line.contains(title))
}

/// Returns a signature without the marks around it.
fn signed_name(line: &str) -> String {
    clean(line.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// Tells whether the runs of words of a long text were `told` before, and adds them. trafilatura
/// returns some elements twice, by themselves and within the element around them.
fn is_told_again(text: &str, told: &mut HashSet<u64>) -> bool {
    let runs = run_hashes(text);
    let known = runs.iter().filter(|run| told.contains(run)).count();
    let is_told = runs.len() >= LONG && known as f64 >= AGAIN * runs.len() as f64;

    told.extend(runs);
    is_told
}

/// Returns the texts that stand in three or more blocks and are prose themselves, or stand between
/// two paragraphs of prose most times: labels and notices. A table may have a word in more cells,
/// and a heading may come again.
fn labels(blocks: &[Block]) -> HashSet<String> {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for block in blocks.iter().filter(|block| block.kind == BlockKind::Text) {
        let (all, between) = counts.entry(block.text.as_str()).or_default();
        *all += 1;
        *between += usize::from(is_prose(block));
    }
    for three in blocks.windows(3) {
        let is_between = is_prose(&three[0]) && !is_prose(&three[1]) && is_prose(&three[2]);
        if let Some((_, between)) = counts.get_mut(three[1].text.as_str()) {
            *between += usize::from(is_between);
        }
    }

    let labels = counts
        .into_iter()
        .filter(|(_, (all, between))| *all >= LABEL && 2 * between > *all);
    labels.map(|(text, _)| text.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use crate::extract::generic::prose::PROSE as LINES;

    /// The texts that are left of blocks, in a page that has nothing else.
    fn sifted(texts: &[&str]) -> Vec<String> {
        let tree = Tree::parse("<p>-</p>").unwrap();
        let rules = Profile::generic().article;
        let blocks: Vec<Block> = texts
            .iter()
            .map(|text| Block {
                text: (*text).to_owned(),
                ..Block::default()
            })
            .collect();
        let sieve = Sieve::new(&tree, &rules, [None, None], &blocks);
        let (kept, _) = sieve.sift(blocks);
        kept.into_iter().map(|block| block.text).collect()
    }

    #[test]
    fn a_line_between_all_paragraphs_is_a_label() {
        let [one, two, three, four] = LINES;
        let label = "From the shelf";
        assert_eq!(sifted(&[one, label, two, label, three, label, four]), LINES);
        assert_eq!(sifted(&[one, label, two, label, three]).len(), 5);
    }

    #[test]
    fn labels_of_other_stories_in_many_languages_go_with_their_titles() {
        let [one, two, ..] = LINES;
        for label in [
            "Related coverage",
            "À lire aussi",
            "Lire plus",
            "Voir aussi",
            "Más información",
            "Te puede interesar",
            "Lee además",
            "Noticias relacionadas",
            "Saiba mais",
            "Veja também",
            "Notícias relacionadas",
            "Mehr dazu",
            "Mehr zum Thema",
            "Läs mer",
            "Les mer",
            "Læs mere",
            "Lue myös",
            "İlgili Haberler",
            "延伸閱讀",
            "相关阅读",
            "推荐阅读",
            "اقرأ أيضا",
            "ข่าวที่เกี่ยวข้อง",
        ] {
            let line = format!("{label}: The old lock");
            assert_eq!(sifted(&[one, &line, two]), [one, two], "{label}");
            assert_eq!(
                sifted(&[one, label, "The old lock", two]),
                [one, two],
                "{label}"
            );
        }
        let told = "Más información sobre la esclusa";
        assert_eq!(sifted(&[one, told, two]), [one, told, two]);
    }

    #[test]
    fn a_date_alone_under_the_headline_is_no_line_of_the_story() {
        let [one, two, ..] = LINES;
        for date in [
            "March 7, 2026 4:50 p.m. EST",
            "2026.03.07 16:50",
            "7. März 2026",
            "3/7/2026 4:50 PM",
            "Last updated: 7 March 2026",
            "Samstag, 7. März 2026, 16:50 Uhr",
            "07/03/2026 16:50h",
            "Sat 7 Mar 2026 16.50 GMT",
            "7 марта 2026, 16:50 Автор: Анна Петрова",
        ] {
            assert_eq!(sifted(&[date, one, two]), [one, two], "{date}");
        }
        for told in [
            "March 7, 2026 was a Saturday",
            "7 March 2026, 16:50, by the old lock",
            "Published works of 2026. All of them were read",
            "Updates 2026",
            "7. März 2026: Von Seeheim aus fuhr am Samstag die erste Fähre, an Bord drei Boote",
            "7 March 2026: By Friday Captain Ruth Hale had seen nine boats in the old canal.",
        ] {
            assert_eq!(sifted(&[told, one]), [told, one]);
        }
    }

    #[test]
    fn the_dates_that_head_the_parts_of_a_diary_stay() {
        let [one, two, three, _] = LINES;
        let diary = ["Sat 7 March 2026", one, "Sun 15 March 2026", two];
        assert_eq!(sifted(&diary), diary);

        let short = [
            "7. März 2026",
            "Eis",
            "8. März 2026",
            "Regen",
            "9. Mai 2026",
            "Wind",
        ];
        assert_eq!(sifted(&short), short);
        // The date under the headline has another shape than those of the parts.
        let dated = [["Sat 7 March 2026, 16:50"].as_slice(), &diary].concat();
        assert_eq!(sifted(&dated), diary);
        let changed = ["7 March 2026", "8 March 2026", one, two, three];
        assert_eq!(sifted(&changed), [one, two, three]);
        let again = ["7 March 2026", one, two, three, "7 March 2026"];
        assert_eq!(sifted(&again)[0], one);
    }

    #[test]
    fn a_story_of_refrains_keeps_them() {
        let refrain = LINES[0];
        let song = [refrain, "Seven", refrain, "Eight", refrain, "Nine"];
        assert_eq!(sifted(&song), song);
    }

    #[test]
    fn a_story_that_came_twice_is_told_once() {
        let whole = LINES.join(" ");
        assert_eq!(sifted(&[&whole, &whole]), std::slice::from_ref(&whole));
    }
}
