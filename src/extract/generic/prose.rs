//! Tells sentences of a story from headlines, captions and buttons.

use crate::markup::blocks::Block;
use crate::text::weight;

/// Least weight of prose: a shorter block is a headline, a caption or a button.
const LEAST: usize = 60;

/// The marks that end sentences, of European scripts, Chinese, Arabic, Urdu, Indian scripts,
/// Burmese, Khmer, Tibetan, Ethiopic and Armenian.
const STOPS: [char; 15] = [
    '.', '!', '?', '。', '！', '？', '\u{61f}', '\u{6d4}', '\u{964}', '\u{965}', '\u{104b}',
    '\u{17d4}', '\u{f0d}', '\u{1362}', '\u{589}',
];

/// What may follow the mark that ends a sentence.
const CLOSING: [char; 15] = [
    '"', '\'', '”', '’', '“', '»', '«', '›', ')', ']', '」', '』', '》', '）', ' ',
];

/// Four paragraphs of a story, for tests.
#[cfg(test)]
pub(super) const PROSE: [&str; 4] = [
    "The small bookshop in the lane opens its doors at seven every morning of the year.",
    "The children of the neighbourhood chose the books on the shelf by the window.",
    "The town will pay half of the power bill of ten such shops from next spring on.",
    "Nobody asks the readers for silence, which is why some of them come twice a day.",
];

/// Tells whether a block reads like sentences: it is long enough, ends like one where its script
/// marks the end, and is not mostly links.
pub(super) fn is_prose(block: &Block) -> bool {
    let text = &block.text;
    let is_ended = ends_like_a_sentence(text) || (is_stopless(text) && !is_cut(text));
    weight(text) >= LEAST && is_ended && !block.is_linked()
}

/// Tells whether a text ends with a stop. A closing quote or bracket may follow the stop. Dots end
/// truncated texts, as the summaries of a list.
pub(super) fn ends_like_a_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches(CLOSING);
    bare.ends_with(STOPS) && !is_cut(text)
}

/// Tells whether a text ends with dots, as truncated ones do.
pub(super) fn is_cut(text: &str) -> bool {
    let bare = text.trim_end_matches(CLOSING);
    bare.ends_with('…') || bare.ends_with("..")
}

/// Tells whether most letters of a text are of a script that writes no mark at the end of a
/// sentence.
fn is_stopless(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (stopless, all) = letters.fold((0, 0), |(stopless, all), c| {
        (stopless + usize::from(has_no_stop(c)), all + 1)
    });
    2 * stopless > all
}

/// Tells whether a character is Thai, Lao or Khmer. Khmer has a stop, and papers leave it out
/// before the end of a paragraph.
fn has_no_stop(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1780}'..='\u{17ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(text: &str, linked: usize) -> bool {
        is_prose(&Block {
            text: text.to_owned(),
            linked,
            ..Block::default()
        })
    }

    #[test]
    fn scripts_without_stops_are_prose_where_they_are_long_enough() {
        let thai = "ร้านหนังสือเล็กๆ ริมคลองแห่งนี้เปิดประตูต้อนรับผู้อ่านทุกเช้าเวลาเจ็ดโมง";
        let khmer = "ហាងសៀវភៅតូចមួយនៅតាមផ្លូវបើកទ្វារជារៀងរាល់ព្រឹកនៅម៉ោងប្រាំពីរ";
        let lao = "ຮ້ານປຶ້ມນ້ອຍໃນຊອຍເປີດປະຕູທຸກໆເຊົ້າເວລາເຈັດໂມງເພື່ອຕ້ອນຮັບຜູ້ອ່ານ";
        for text in [thai, khmer, lao] {
            assert!(prose(text, 0), "{text}");
            assert!(
                !prose(&format!("{text}..."), 0) && !prose(text, 90),
                "{text}"
            );
        }
        assert!(!prose("ร้านหนังสือเล็กๆ", 0), "a headline");
        let german = "Die kleine Buchhandlung am Lindenplatz und ihre Kinder aus der Gasse";
        assert!(!prose(german, 0), "a script with stops");
    }

    #[test]
    fn the_stops_of_other_scripts_end_sentences() {
        for text in [
            "छोटी किताबों की दुकान हर सुबह सात बजे अपने दरवाज़े खोलती है और दीये जलाती है।",
            "چھوٹی کتابوں کی دکان ہر صبح سات بجے اپنے دروازے کھولتی ہے اور چراغ جلاتی ہے۔",
            "„Hier sagt uns wirklich niemand, dass wir leise sein sollen, und das ist schön.“",
            "« Ici, personne ne nous dit de nous taire, et nous en sommes tous heureux. »",
        ] {
            assert!(prose(text, 0), "{text}");
        }
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
