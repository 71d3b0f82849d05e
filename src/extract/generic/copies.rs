//! Stories that a page holds several times: once for each width of a screen, or once for print.
//! A copy would double the text, and with a third one all of its paragraphs look like labels.

use std::collections::HashMap;

use crate::extract::generic::prose::is_prose;
use crate::markup::blocks::Block;

/// Blocks of prose in a row that nobody repeats by chance. A refrain has lines, and a notice one
/// paragraph.
const LEAST_PROSE: usize = 3;

/// Places of a text that are compared. Only a hostile page begins many copies with one text.
const MOST_PLACES: usize = 8;

/// Comparisons for each block of a page. A story with copies needs some two; a hostile page would
/// have each block compared with all others.
const MOST_COMPARED: usize = 64;

/// Returns the blocks without runs that stood before, block by block.
pub(super) fn told_once(blocks: Vec<Block>) -> Vec<Block> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut is_copy = vec![false; blocks.len()];
    let (mut at, mut room) = (0, MOST_COMPARED * blocks.len());

    while at < blocks.len() && room > 0 {
        let known = places.entry(blocks[at].text.as_str()).or_default();
        let runs = known.iter().map(|from| run_of(&blocks, *from, at));
        let run = runs
            .inspect(|run| room = room.saturating_sub(run + 1))
            .max();
        if known.len() < MOST_PLACES {
            known.push(at);
        }

        let run = run.unwrap_or_default();
        let prose = blocks[at..at + run].iter().filter(|block| is_prose(block));
        if prose.count() >= LEAST_PROSE {
            is_copy[at..at + run].fill(true);
            at += run;
        } else {
            at += 1;
        }
    }

    let with_mark = blocks.into_iter().zip(is_copy);
    with_mark
        .filter_map(|(block, is_copy)| (!is_copy).then_some(block))
        .collect()
}

/// Returns how many blocks from `at` on are those from `from` on, which end before `at`.
fn run_of(blocks: &[Block], from: usize, at: usize) -> usize {
    let pairs = blocks[from..at].iter().zip(&blocks[at..]);
    pairs
        .take_while(|(before, now)| before.text == now.text)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: [&str; 5] = [
        "The library by the river opened its doors again on Monday, after two years of work.",
        "What is new",
        "Its reading room has sixty seats now, and each of them has a window of its own.",
        "The city paid four million for it, which is a million less than the council had feared.",
        "Readers came in the first hour already, and most of them brought their children.",
    ];

    fn told(texts: &[&str]) -> Vec<String> {
        let block = |text: &&str| Block {
            text: (*text).to_owned(),
            ..Block::default()
        };
        let blocks = told_once(texts.iter().map(block).collect());
        blocks.into_iter().map(|block| block.text).collect()
    }

    #[test]
    fn copies_for_other_screens_go_whatever_stands_between_them() {
        let twice = [&STORY[..], &["Share"], &STORY[..]].concat();
        assert_eq!(told(&twice), [&STORY[..], &["Share"]].concat());

        let thrice = [&STORY[..], &["Related"], &STORY[..], &STORY[1..]].concat();
        assert_eq!(told(&thrice), [&STORY[..], &["Related"]].concat());
    }

    #[test]
    fn refrains_notices_and_quoted_paragraphs_stay() {
        let refrain = ["La la", "The river", "goes on", "and on", "Fine"];
        let song = [&refrain[..], &["Once we came"], &refrain[..]].concat();
        assert_eq!(told(&song), song);

        let quoted = [&STORY[..], &["He repeated:"], &STORY[2..4], &["The end."]].concat();
        assert_eq!(told(&quoted), quoted);
    }

    #[test]
    fn one_text_a_million_times_is_no_work() {
        let same = vec![STORY[0]; 200_000];
        assert!(told(&same).len() < same.len());
        assert_eq!(told(&vec!["x"; 200_000]).len(), 200_000);
    }
}
