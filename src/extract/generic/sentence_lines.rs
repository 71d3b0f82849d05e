//! Parts a story into paragraphs whose only breaks are single `<br>`.
//!
//! A single `<br>` is a space for the libraries, and in most pages it is one: it breaks the lines of
//! a poem, of an address, or of a text that an editor wrapped. Some papers, of Korea and Japan
//! above all, write one paragraph a line and nothing else between them.

use crate::extract::generic::prose::is_prose;
use crate::extract::generic::text_weight;
use crate::markup::blocks::{Block, lined_blocks};
use crate::markup::{Node, Tree};
use crate::text::{letters, weight};

/// Fewest lines of whole sentences that are paragraphs.
const FEWEST: usize = 3;

/// The share of a text, in tenths, that stands in such lines, and of a story that stands in such a
/// text. The rest is a signature, a subhead, or a lead in an element of its own.
const MOST: usize = 8;

/// Returns the blocks of a story that was found in a page, with its only block parted at its lines.
///
/// Refused are: a story in more blocks, which have their own marks; lines that end without a stop,
/// as those of addresses, lists and wrapped texts; and lines too short for prose, as those of verse.
pub(super) fn parted(tree: &Tree, blocks: Vec<Block>) -> Vec<Block> {
    let Some(at) = main_block(&blocks) else {
        return blocks;
    };

    let whole: String = letters(&blocks[at].text).collect();
    let of_page = lined_blocks(&tree.root(), |_| false).into_iter();
    let mut of_page = of_page.filter(|lines| lines.len() >= FEWEST && are_paragraphs(lines));
    let lines = of_page.find(|lines| {
        let all = lines.iter().flat_map(|line| letters(&line.text));
        all.eq(whole.chars())
    });

    match lines {
        Some(lines) => spliced(blocks, at, lines),
        None => blocks,
    }
}

/// Returns the blocks of an element that has a story and nothing else, with its only block parted
/// at its lines.
pub(super) fn parted_blocks(story: &Node<'_>) -> Vec<Block> {
    let mut lined = lined_blocks(story, |_| false);
    let blocks: Vec<Block> = lined.iter().map(|lines| Block::of_lines(lines)).collect();
    match main_block(&blocks) {
        Some(at) if are_paragraphs(&lined[at]) => spliced(blocks, at, lined.swap_remove(at)),
        _ => blocks,
    }
}

/// Returns the place of the block that has nearly all of a story, and more than one line may have.
fn main_block(blocks: &[Block]) -> Option<usize> {
    let all = text_weight(blocks);
    blocks
        .iter()
        .position(|block| 10 * weight(&block.text) > MOST * all)
}

/// Tells whether nearly all of some lines is prose, in several of them.
fn are_paragraphs(lines: &[Block]) -> bool {
    let prose: Vec<&Block> = lines.iter().filter(|line| is_prose(line)).collect();
    let in_prose: usize = prose.iter().map(|line| weight(&line.text)).sum();
    prose.len() >= FEWEST && 10 * in_prose >= MOST * text_weight(lines)
}

fn spliced(mut blocks: Vec<Block>, at: usize, lines: Vec<Block>) -> Vec<Block> {
    blocks.splice(at..=at, lines);
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::blocks::linked_blocks;

    const LINES: [&str; 4] = [
        "산마을 우체국은 올해 들어 편지를 대신 써 주는 창구를 하나 더 열었다고 밝혔다.",
        "첫날 창구를 찾은 이는 열두 명이었고, 그 가운데 아홉 명이 손주에게 보냈다.",
        "“글씨를 다시 배우는 기분”이라고 창구를 맡은 직원은 웃으며 말했다고 한다.",
        "창구는 겨울에도 열며, 눈이 오는 날에는 집배원이 마을을 돌며 받아 적는다.",
    ];

    /// The number of paragraphs of a story that a library returned in its blocks.
    fn count(html: &str) -> usize {
        let tree = Tree::parse(html).unwrap();
        let found = linked_blocks(&tree.root(), |_| false);
        let parted = parted(&tree, found);
        assert_eq!(parted, parted_blocks(&tree.root()), "{html}");
        parted.len()
    }

    #[test]
    fn single_breaks_between_sentences_part_paragraphs_where_there_are_no_others() {
        let body = LINES.join("<br>");
        assert_eq!(count(&body), 4);
        assert_eq!(
            count(&format!("{body}<br><br>홍길동 기자 hong@paper.example")),
            5
        );
        assert_eq!(
            count(&format!("<h2>편지를 대신 쓰는 창구</h2><div>{body}</div>")),
            5
        );
    }

    #[test]
    fn single_breaks_within_paragraphs_are_spaces() {
        let [one, two, three, four] = LINES;
        let paragraphs = format!("{one}<br>{two}<br>{three}<br><br>{four}<br>{one}<br>{two}");
        assert_eq!(count(&paragraphs), 2);
        let elements = format!("<p>{one}<br>{two}<br>{three}</p><p>{four}<br>{one}<br>{two}</p>");
        assert_eq!(count(&elements), 2);
        assert_eq!(
            count(&format!("{one}<br>{two}")),
            1,
            "two lines tell nothing"
        );
    }

    #[test]
    fn lines_of_verse_addresses_and_wrapped_texts_are_no_paragraphs() {
        let verse = "불을 켠다.<br>책을 꺼낸다.<br>비가 온다.<br>문을 닫는다.<br>잠이 든다.";
        assert_eq!(count(verse), 1);
        let address = "산마을 우체국 편지 대신 쓰는 창구 담당자 앞<br>한빛시 산마을면 우체국길 삼십이번지 \
             일층 왼쪽 첫째 창구<br>전화는 아침 아홉 시부터 저녁 여섯 시까지 받으며 점심에는 쉰다<br>";
        assert_eq!(count(&address.repeat(2)), 1);
        let words: Vec<&str> = LINES.iter().flat_map(|line| line.split(' ')).collect();
        let wrapped: Vec<String> = words.chunks(9).map(|line| line.join(" ")).collect();
        assert_eq!(count(&wrapped.join("<br>")), 1);

        let [one, two, three, _] = LINES;
        let names =
            "홍길동 임꺽정 장길산 전우치 심청이 성춘향 이몽룡 변학도 놀부와 흥부와 제비".repeat(2);
        let mixed = format!("{one}<br>{names}<br>{two}<br>{names}<br>{three}<br>{names}");
        assert_eq!(count(&mixed), 1);
    }

    #[test]
    fn lines_of_another_text_in_the_page_do_not_part_the_story() {
        let tree = Tree::parse(&LINES.join("<br>")).unwrap();
        let story = vec![Block {
            text: LINES[..3].join(" "),
            ..Block::default()
        }];
        assert_eq!(parted(&tree, story.clone()), story);
    }
}
