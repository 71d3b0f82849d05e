//! Tells sentences of a story from headlines, captions and buttons.

use crate::markup::blocks::Block;

/// Least weight of prose: a shorter block is a headline, a caption or a button.
const LEAST: usize = 60;

/// Tells whether a block reads like sentences: it is long enough, ends like one, and is not mostly
/// links.
pub(super) fn is_prose(block: &Block) -> bool {
    weight(&block.text) >= LEAST && ends_like_a_sentence(&block.text) && !block.is_linked()
}

/// Returns a text's length, where a Latin letter counts one and a Korean syllable two.
pub(super) fn weight(text: &str) -> usize {
    text.chars()
        .map(|c| if c >= '\u{1100}' { 2 } else { 1 })
        .sum()
}

/// Tells whether a text ends with a stop. A closing quote or bracket may follow the stop. Dots end
/// truncated texts, as the summaries of a list.
fn ends_like_a_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches(['"', '\'', '”', '’', ')', ']', '」', '』', '》', ' ']);
    bare.ends_with(['.', '!', '?', '。', '！', '？']) && !bare.ends_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(text: &str, linked: usize) -> bool {
        is_prose(&Block {
            text: text.to_owned(),
            linked,
        })
    }

    #[test]
    fn sentences_are_prose_and_headlines_and_summaries_are_not() {
        let sentence = "사서는 아침마다 책방의 문을 열고 서가 사이를 오래 걸었다고 말했다.";
        assert!(prose(sentence, 0) && prose(&format!("“{sentence}”"), 0));
        assert!(!prose(sentence, 30), "a link");
        assert!(!prose("사서의 하루 “아침마다 문을 연다”", 0), "a headline");
        assert!(
            !prose(
                "사서는 아침마다 책방의 문을 열고 서가 사이를 오래 걸었다고 말했는데...",
                0
            ),
            "a summary"
        );
        assert!(!prose("댓글을 쓰세요.", 0), "a button");
    }
}
