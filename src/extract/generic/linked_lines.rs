//! Tells the lines between paragraphs that do nothing but link another story.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::generic::prose::is_prose;
use crate::markup::blocks::{Block, BlockKind};

/// A label before the title of another story: `READ: …`, `More on the port | …`. A sentence may
/// begin so, too, so the rest has to be a link.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let english = "read|more|watch|see|listen|related|also|explore|video|photos|gallery";
    let others = "lesen|mehr|lire|voir|lee|leer|más|leia|veja|mais|leggi|lees|läs|les|læs|lue";
    Regex::new(&format!(
        r"(?i)^[\s\[(>»▶•*]*(?:{english}|{others})(?:\s+\p{{L}}+){{0,4}}\s*[:：|»>]\s*"
    ))
    .expect("a test compiles it")
});

/// Fewest words of a title in capitals: the name of a thing has fewer.
const WORDS: usize = 6;

/// Tells of each block whether it links another story between two paragraphs: it is nothing but a
/// link behind a label, or one in capitals.
pub(super) fn are_linked_lines(blocks: &[Block]) -> Vec<bool> {
    let are_links: Vec<bool> = blocks.iter().map(links_another_story).collect();
    let is_other = |at: &usize| !are_links[*at];
    let is_prose_at = |at: Option<usize>| at.is_some_and(|at| is_prose(&blocks[at]));

    (0..blocks.len())
        .map(|at| {
            are_links[at]
                && is_prose_at((0..at).rev().find(is_other))
                && is_prose_at((at + 1..blocks.len()).find(is_other))
        })
        .collect()
}

fn links_another_story(block: &Block) -> bool {
    let text = block.text.as_str();
    let count = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let label = LABEL.find(text).map_or(0, |label| label.end());
    let is_link = block.linked >= count(&text[label..]) && block.linked > 0;
    block.kind == BlockKind::Text && is_link && (label > 0 || is_in_capitals(text))
}

fn is_in_capitals(text: &str) -> bool {
    let words = text.split_whitespace();
    words
        .filter(|word| word.contains(char::is_uppercase))
        .count()
        >= WORDS
        && !text.contains(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::generic::prose::PROSE;

    fn block(text: &str, link: &str) -> Block {
        Block {
            text: format!("{text}{link}"),
            linked: link.chars().filter(|c| !c.is_whitespace()).count(),
            ..Block::default()
        }
    }

    #[test]
    fn a_link_with_a_label_or_in_capitals_between_paragraphs_is_no_line_of_the_story() {
        let [one, two, ..] = PROSE.map(|text| block(text, ""));
        let are = |line: Block| are_linked_lines(&[one.clone(), line, two.clone()])[1];
        for line in [
            block("READ: ", "Lock keeper quits after a row over ice"),
            block("", "MORE: Lock keeper quits after a row over ice"),
            block("More on the canal | ", "Lock keeper quits"),
            block("", "LOCK KEEPER QUITS AFTER A ROW OVER ICE"),
        ] {
            let text = line.text.clone();
            assert!(are(line), "{text}");
        }
        for line in [
            block("READ: Lock keeper quits after a row over ice", ""),
            block("", "Lock keeper quits after a row over ice"),
            block("", "THE OLD LOCK INN"),
            block("Read: the report tells of ", "nine days"),
            block("LOCK KEEPER QUITS AFTER A ROW OVER ICE", ""),
        ] {
            let text = line.text.clone();
            assert!(!are(line), "{text}");
        }
        let line = block("READ: ", "Lock keeper quits after a row over ice");
        let all = [one.clone(), line.clone(), line.clone(), two];
        assert_eq!(are_linked_lines(&all), [false, true, true, false]);
        assert_eq!(are_linked_lines(&[one, line]), [false, false]);
    }
}
