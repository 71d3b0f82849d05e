//! Recognises news of one sentence, which is too little for the measures of a story.

use std::collections::HashSet;

use crate::extract::class_names::{ClassKind, kinds};
use crate::extract::generic::coverage::is_apart;
use crate::extract::generic::prose::{ends_like_a_sentence, is_prose};
use crate::extract::page_lines::is_hidden;
use crate::extract::scan::PageScan;
use crate::markup::Node;
use crate::markup::blocks::{Block, BlockKind, linked_blocks};
use crate::text::search_tokens::index_tokens;
use crate::text::{letters, weight};

/// The confidence of news of one sentence: enough for an article, and a warning.
pub(super) const CONFIDENCE: f64 = 0.5;

/// Least weight of the sentence: a shorter one is a button.
const LEAST: usize = 25;

/// Most blocks between the headline and the sentence: a writer, a date, buttons.
const MOST_BETWEEN: usize = 6;

/// Fewest headings that are links which are a list of stories.
const LIST: usize = 3;

/// Returns the sentence that is the whole story of a page.
///
/// This is for breaking news: the page calls itself an article, it prints its title as main
/// heading, and one sentence follows. Refused are pages that do not call themselves articles, a
/// text without a stop, pages with other prose, lists of stories, and notices: a sentence without a
/// word of the title.
pub(super) fn sentence(page: &PageScan<'_>, title: Option<&str>, found: &[Block]) -> Option<Block> {
    if !page.is_declared_article() {
        return None;
    }

    let blocks = linked_blocks(&page.tree.root(), is_out);
    let page_title = title?;
    let title: String = letters(page_title).collect();
    let at = blocks.iter().position(|block| {
        block.kind == BlockKind::Heading
            && !title.is_empty()
            && letters(&block.text).eq(title.chars())
    })?;
    let below = &blocks[at + 1..];

    let near = below.iter().take(MOST_BETWEEN + 1);
    let sentence = near.into_iter().find(|block| is_sentence(block))?;
    let is_found = found
        .iter()
        .any(|block| block.text.contains(&sentence.text));
    let mut others = blocks.iter().filter(|block| *block != sentence);
    let is_alone = !others.any(|block| is_prose(block) || is_sentence(block));
    let titles = below.iter().filter(|block| is_linked_heading(block));
    let is_of_title = shares_a_word(page_title, &sentence.text);
    (is_found && is_alone && is_of_title && titles.count() < LIST).then(|| sentence.clone())
}

/// Tells whether a sentence has a telling word of the title: one of four letters, or two letters
/// side by side of a script without spaces. A notice has none: it is the same under each title.
fn shares_a_word(title: &str, sentence: &str) -> bool {
    let least = |token: &str| if token.is_ascii() { 4 } else { 2 };
    let telling = |text: &str| -> HashSet<String> {
        let tokens = index_tokens(text);
        let tokens = tokens.split(' ');
        let telling = tokens.filter(|token| token.chars().count() >= least(token));
        telling.map(str::to_owned).collect()
    };
    !telling(title).is_disjoint(&telling(sentence))
}

fn is_sentence(block: &Block) -> bool {
    let is_text = block.kind == BlockKind::Text && !block.is_linked();
    is_text && weight(&block.text) >= LEAST && ends_like_a_sentence(&block.text)
}

fn is_linked_heading(block: &Block) -> bool {
    block.kind == BlockKind::Heading && block.is_linked()
}

/// Tells whether an element has no part in the story: menus, feet, comments, other stories.
fn is_out(node: &Node<'_>) -> bool {
    is_apart(node) || is_hidden(node) || kinds(node).has(ClassKind::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    const TITLE: &str = "Last ferry runs all winter";
    const STORY: &str = "The last ferry will run all winter.";

    const PROSE: &str = "The council will pay half of the fuel bill until the end of March.";

    /// The sentence of a page with this head and body, whose libraries found all of its text.
    fn read(head: &str, body: &str) -> Option<String> {
        let html = format!("<html><head>{head}</head><body>{body}</body></html>");
        let tree = Tree::parse(&html).unwrap();
        let found = linked_blocks(&tree.root(), |_| false);
        sentence(&PageScan::new(&tree), Some(TITLE), &found).map(|block| block.text)
    }

    const ARTICLE: &str = "<meta property='og:type' content='article'>";

    #[test]
    fn a_notice_has_no_word_of_the_title() {
        for notice in [
            "To view this content please enable targeting cookies.",
            "Dieser Artikel ist nur für Abonnenten verfügbar.",
            "이 기사는 유료회원만 볼 수 있습니다.",
        ] {
            let body = format!("<h1>{TITLE}</h1><p>{notice}</p>");
            assert_eq!(read(ARTICLE, &body), None, "{notice}");
        }
        assert!(shares_a_word(
            "마지막 여객선 겨울에도 뜬다",
            "여객선이 겨울에도 다닌다."
        ));
    }

    #[test]
    fn one_sentence_below_the_headline_of_an_article_is_its_story() {
        for body in [
            format!("<article><h1>{TITLE}</h1><p>{STORY}</p></article>"),
            format!(
                "<nav><a href=/>Home</a></nav><h1>{TITLE}</h1><time>7 March</time>\
                 <button>Share</button><p>{STORY}</p>\
                 <aside><p>{PROSE}</p></aside><div class=related><p>{PROSE}</p></div>"
            ),
        ] {
            assert_eq!(read(ARTICLE, &body).as_deref(), Some(STORY), "{body}");
            assert_eq!(read("", &body), None, "no article");
        }
    }

    #[test]
    fn a_sentence_that_no_library_found_is_no_story() {
        let html = format!("<head>{ARTICLE}</head><h1>{TITLE}</h1><p>{STORY}</p>");
        let tree = Tree::parse(&html).unwrap();
        assert_eq!(sentence(&PageScan::new(&tree), Some(TITLE), &[]), None);
    }

    #[test]
    fn notices_lists_and_texts_of_more_are_no_news_of_one_sentence() {
        let cards = "<h2><a href=/a>The bridge opens</a></h2>".repeat(3);
        for body in [
            "<p>Please switch on JavaScript to read this page.</p>".to_owned(),
            format!("<h1>The Shelf</h1><p>{STORY}</p>"),
            format!("<h1>{TITLE}</h1><p>The last ferry will run all winter</p>"),
            format!("<h1>{TITLE}</h1><p>The last ferry will run all...</p>"),
            format!("<h1>{TITLE}</h1><p>Share it.</p>"),
            format!("<h1>{TITLE}</h1><p><a href=/b>{STORY}</a></p>"),
            format!("<h1>{TITLE}</h1><p>{STORY}</p>{cards}"),
            format!("<h1>{TITLE}</h1><p>{STORY}</p><p>{PROSE}</p>"),
            format!("<h1>{TITLE}</h1>{}<p>{STORY}</p>", "<p>Share</p>".repeat(7)),
            format!("<p>{STORY}</p><h1>{TITLE}</h1>"),
        ] {
            assert_eq!(read(ARTICLE, &body), None, "{body}");
        }
    }
}
