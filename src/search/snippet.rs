//! The place of a text where the words of a query stand.

use std::ops::Range;

use crate::archive::FoundText;
use crate::search::query::{QueryWords, SearchField};
use crate::text::search_tokens::{PhraseTokens, TextToken, placed_tokens};

/// Letters of a snippet: two lines of a terminal, where a Korean letter takes two columns.
const LENGTH: usize = 90;

/// Letters before the first word that was found.
const BEFORE: usize = 25;

/// A piece of a text, with the words that were found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet(pub Vec<SnippetPart>);

/// A part of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnippetPart {
    Plain(String),
    /// A word of the query.
    Word(String),
}

impl Snippet {
    /// Cuts the piece of an article's text where most words stand close together. Where none stands
    /// in the text, it is the beginning.
    pub(super) fn of(found: &FoundText, words: &[QueryWords]) -> Self {
        let text = &found.text;
        let phrases: Vec<PhraseTokens> = words
            .iter()
            .filter(|words| words.field == SearchField::Everywhere)
            .map(QueryWords::phrase)
            .collect();
        let places = places(text, &phrases);
        let from = begin(text, &places);
        let end = after(text, from, LENGTH);

        let mut parts = Vec::new();
        if from > 0 {
            parts.push(SnippetPart::Plain("…".to_owned()));
        }
        let mut at = from;
        let shown = places.iter().filter(|place| place.start >= from);
        for place in shown.take_while(|place| place.start < end) {
            push_plain(&mut parts, &text[at..place.start]);
            // Between two words of a phrase, any number of marks may stand.
            at = place.end.min(end);
            parts.push(SnippetPart::Word(in_line(&text[place.start..at])));
        }
        push_plain(&mut parts, &text[at..end]);
        if end < text.len() {
            parts.push(SnippetPart::Plain("…".to_owned()));
        }
        Self(parts)
    }
}

fn push_plain(parts: &mut Vec<SnippetPart>, text: &str) {
    if !text.is_empty() {
        parts.push(SnippetPart::Plain(in_line(text)));
    }
}

/// Returns a text in one line, as a snippet is.
fn in_line(text: &str) -> String {
    text.replace("\n\n", " ").replace('\n', " ")
}

/// Returns where phrases stand in a text by the rules of the index, in its order. Where two of them
/// overlap, they are one place.
fn places(text: &str, phrases: &[PhraseTokens]) -> Vec<Range<usize>> {
    let tokens = placed_tokens(text);
    let mut places: Vec<Range<usize>> = phrases
        .iter()
        .flat_map(|phrase| places_of(&tokens, phrase))
        .collect();

    places.sort_by_key(|place| (place.start, place.end));
    places.dedup_by(|next, before| {
        let overlaps = next.start < before.end;
        if overlaps {
            before.end = before.end.max(next.end);
        }
        overlaps
    });
    places
}

/// Returns where a phrase stands: its tokens side by side, as the index finds them.
fn places_of(tokens: &[TextToken], phrase: &PhraseTokens) -> Vec<Range<usize>> {
    let wanted: Vec<&str> = phrase.tokens.split(' ').collect();
    let Some((last_wanted, wanted)) = wanted.split_last() else {
        return Vec::new();
    };

    let windows = tokens.windows(wanted.len() + 1);
    windows
        .filter_map(|window| {
            let (last, before) = window.split_last()?;
            let is_here = before.iter().map(|it| &it.token).eq(wanted);
            let end = if last.token == *last_wanted {
                last.place.end
            } else if phrase.is_open && last.token.starts_with(last_wanted) {
                // A single letter is the beginning of a pair: the letter behind it was not found.
                last.first_letter_end
            } else {
                return None;
            };
            is_here.then(|| window[0].place.start..end)
        })
        .collect()
}

/// Places that a snippet may begin at: the words of a story stand together near its beginning.
const MOST_TRIED: usize = 200;

/// Returns where the snippet begins: a little before the place behind which most words stand within
/// its length.
fn begin(text: &str, places: &[Range<usize>]) -> usize {
    let within = |at: &usize| {
        let end = after(text, places[*at].start, LENGTH - BEFORE);
        let from_here = places[*at..].iter();
        from_here.take_while(|other| other.end <= end).count()
    };

    // The earliest of equals: `max_by_key` would return the last.
    let best = (0..places.len().min(MOST_TRIED)).rev().max_by_key(within);
    best.map_or(0, |at| before(text, places[at].start, BEFORE))
}

/// Returns the position some letters after another one.
fn after(text: &str, at: usize, letters: usize) -> usize {
    text[at..]
        .char_indices()
        .nth(letters)
        .map_or(text.len(), |(further, _)| at + further)
}

/// Returns the position some letters before another one, in the same paragraph.
fn before(text: &str, at: usize, letters: usize) -> usize {
    let paragraph = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let from_here = text[paragraph..at].char_indices().rev().take(letters);
    from_here
        .last()
        .map_or(at, |(offset, _)| paragraph + offset)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::query::Query;
    use crate::time::Timestamp;

    fn snippet(text: &str, query: &str) -> String {
        let words = Query::parse(query).map_or(vec![], |query| query.wanted_words());
        let found = FoundText {
            id: String::new(),
            site: String::new(),
            url: String::new(),
            title: None,
            subtitle: None,
            authors: vec![],
            section: None,
            published_at: None,
            text: text.to_owned(),
            fetched_at: Timestamp::EPOCH,
        };
        let parts = Snippet::of(&found, &words).0.into_iter();
        parts
            .map(|part| match part {
                SnippetPart::Plain(text) => text,
                SnippetPart::Word(word) => format!("[{word}]"),
            })
            .collect()
    }

    #[test]
    fn the_words_are_marked_where_they_stand() {
        assert_eq!(
            snippet("작은 책방이 문을 열었다.", "책방 문"),
            "작은 [책방]이 [문]을 열었다."
        );
        assert_eq!(snippet("A Café in İzmir", "CAFÉ"), "A [Café] in İzmir");
        assert_eq!(snippet("ＫＢＳ 뉴스", "kbs"), "[ＫＢＳ] 뉴스");
        assert_eq!(snippet("KBS 뉴스", "ｋｂｓ"), "[KBS] 뉴스");
        let variant = "葛\u{e0100}飾区";
        assert_eq!(snippet(variant, "葛飾"), "[葛\u{e0100}飾]区");
        assert_eq!(snippet("첫 문단\n\n둘째", "둘째"), "…[둘째]");
        assert_eq!(snippet("책방은\n\n열었다", "책방"), "[책방]은 열었다");
        assert_eq!(snippet("아무 말도 없다", "책방"), "아무 말도 없다");
        assert_eq!(
            snippet("큰 책방과 서점", "책방 NOT 서점"),
            "큰 [책방]과 서점"
        );
        assert_eq!(
            snippet("큰 책방과 서점", "title:책방 서점"),
            "큰 책방과 [서점]"
        );
    }

    #[test]
    fn what_is_marked_is_what_the_index_finds() {
        // Marks, spaces and paragraphs between words do not count.
        assert_eq!(
            snippet("오늘 3·1운동, 그날", "3.1운동"),
            "오늘 [3·1운동], 그날"
        );
        assert_eq!(
            snippet("헌 책방.\n\n서점도", "\"책방 서점\""),
            "헌 [책방. 서점]도"
        );
        // A word of another script is found whole, or by its beginning.
        assert_eq!(snippet("AIDS와 AI를", "ai"), "AIDS와 [AI]를");
        assert_eq!(snippet("the library is", "librar*"), "the [library] is");
        assert_eq!(snippet("KBSN과 KBS", "KBS"), "KBSN과 [KBS]");
        // A single letter is found within words, and no letter behind it is marked.
        assert_eq!(snippet("짬퐁과 퐁당", "퐁"), "짬[퐁]과 [퐁]당");
        assert_eq!(snippet("그 책방에", "\"그 책\""), "[그 책]방에");
        // Words that overlap are one.
        assert_eq!(snippet("도서관에", "도서 서관"), "[도서관]에");
        assert_eq!(snippet("독서신문", "독서 신문"), "[독서][신문]");
    }

    #[test]
    fn a_phrase_that_is_longer_than_the_snippet_is_marked_as_far_as_it_goes() {
        let cut = snippet(&format!("작은{}책방", "-".repeat(200)), "\"작은 책방\"");
        assert!(cut.starts_with("[작은-") && cut.ends_with("-]…"), "{cut}");
    }

    #[test]
    fn the_place_with_most_words_is_cut_out() {
        let text = format!(
            "책방. {} 책방 앞 골목길. {}",
            "가 ".repeat(200),
            "나 ".repeat(200)
        );
        let cut = snippet(&text, "책방 골목");
        assert!(cut.contains("[책방] 앞 [골목]길"), "{cut}");
        assert!(cut.starts_with('…') && cut.ends_with('…'), "{cut}");
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(
            text in "\\PC{0,300}",
            query in "\\PC{0,4}( \\PC{0,4}){0,3}",
        ) {
            let cut = snippet(&text, &query);
            prop_assert!(cut.chars().count() <= LENGTH * 3 + 2);
        }

        /// Letters whose lower case is longer or shorter do not move the marks.
        #[test]
        fn marks_stand_around_the_word(before in "[İȺa책]{0,20}", behind in "[İȺa책]{0,20}") {
            let cut = snippet(&format!("{before}골목{behind}"), "골목");
            prop_assert!(cut.contains("[골목]"), "{}", cut);
        }

        /// Every text that has the words has a mark, whatever stands between them.
        #[test]
        fn words_that_are_found_are_marked(
            before in "[가나 ]{0,5}",
            between in "[ .,·\n「」-]{1,4}",
            behind in "([ ,][가나 ]{0,5})?",
        ) {
            let cut = snippet(&format!("{before}책방{between}KBS{behind}"), "\"책방 kbs\"");
            prop_assert!(cut.contains("[책방") && cut.contains("KBS]"), "{}", cut);
        }
    }
}
