//! The place of a text where the words of a query stand.

use std::ops::Range;

use crate::archive::FoundText;
use crate::text::search_tokens::folded as folded_char;

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
    pub(super) fn of(found: &FoundText, words: &[String]) -> Self {
        let text = &found.text;
        let places = places(text, words);
        let from = begin(text, &places);
        let end = after(text, from, LENGTH);

        let mut parts = Vec::new();
        if from > 0 {
            parts.push(SnippetPart::Plain("…".to_owned()));
        }
        let mut at = from;
        for place in places
            .iter()
            .filter(|place| place.start >= from && place.end <= end)
        {
            push_plain(&mut parts, &text[at..place.start]);
            parts.push(SnippetPart::Word(text[place.clone()].to_owned()));
            at = place.end;
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
        // A snippet is one line.
        let text = text.replace("\n\n", " ").replace('\n', " ");
        parts.push(SnippetPart::Plain(text));
    }
}

/// Returns where the words stand in a text, in its order and without overlaps. Case and
/// width do not count.
fn places(text: &str, words: &[String]) -> Vec<Range<usize>> {
    let folded = Folded::of(text);
    let mut places: Vec<Range<usize>> = Vec::new();
    for word in words {
        let word: String = word.chars().filter_map(folded_char).collect();
        let word = word.to_lowercase();
        if word.is_empty() {
            continue;
        }
        for (at, _) in folded.text.match_indices(&word) {
            places.push(folded.in_text(at)..folded.in_text(at + word.len()));
        }
    }

    places.sort_by_key(|place| (place.start, place.end));
    let mut end = 0;
    places.retain(|place| {
        let is_apart = place.start >= end && place.start < place.end;
        if is_apart {
            end = place.end;
        }
        is_apart
    });
    places
}

/// A text in lower case, and where its letters stand in the text itself.
struct Folded<'t> {
    source: &'t str,
    text: String,
    /// The positions in lower case where a letter begins, and the same in the text; only where they
    /// part.
    parted: Vec<(usize, usize)>,
}

impl<'t> Folded<'t> {
    fn of(text: &'t str) -> Self {
        let (mut folded, mut parted) = (String::with_capacity(text.len()), Vec::new());
        let mut apart = 0;
        for (at, c) in text.char_indices() {
            let now = folded.len().wrapping_sub(at);
            if now != apart {
                parted.push((folded.len(), at));
                apart = now;
            }
            folded.extend(folded_char(c).into_iter().flat_map(char::to_lowercase));
        }
        parted.push((folded.len(), text.len()));
        Self {
            source: text,
            text: folded,
            parted,
        }
    }

    /// Returns the position in the text of one in lower case; within a letter, that of its
    /// beginning.
    fn in_text(&self, at: usize) -> usize {
        let behind = self.parted.partition_point(|(folded, _)| *folded <= at);
        let (folded, text) = behind
            .checked_sub(1)
            .map_or((0, 0), |known| self.parted[known]);
        let next = self.parted.get(behind);
        let end = next.map_or(self.source.len(), |(_, text)| *text);
        self.source
            .floor_char_boundary((text + (at - folded)).min(end))
    }
}

/// Returns where the snippet begins: a little before the place behind which most words stand within
/// its length.
fn begin(text: &str, places: &[Range<usize>]) -> usize {
    let within = |place: &Range<usize>| {
        let end = after(text, place.start, LENGTH - BEFORE);
        let from_here = places.iter().filter(|other| other.start >= place.start);
        from_here.take_while(|other| other.end <= end).count()
    };

    // The earliest of equals: `max_by_key` would return the last.
    let best = places
        .iter()
        .take(200)
        .rev()
        .max_by_key(|place| within(place));
    best.map_or(0, |place| before(text, place.start, BEFORE))
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

    fn snippet(text: &str, words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
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
            snippet("작은 책방이 문을 열었다.", &["책방", "문"]),
            "작은 [책방]이 [문]을 열었다."
        );
        assert_eq!(snippet("A Café in İzmir", &["CAFÉ"]), "A [Café] in İzmir");
        assert_eq!(snippet("ＫＢＳ 뉴스", &["kbs"]), "[ＫＢＳ] 뉴스");
        assert_eq!(snippet("KBS 뉴스", &["ｋｂｓ"]), "[KBS] 뉴스");
        let variant = "葛\u{e0100}飾区";
        assert_eq!(snippet(variant, &["葛飾"]), "[葛\u{e0100}飾]区");
        assert_eq!(snippet("첫 문단\n\n둘째", &["둘째"]), "…[둘째]");
        assert_eq!(snippet("책방은\n\n열었다", &["책방"]), "[책방]은 열었다");
        assert_eq!(snippet("아무 말도 없다", &["책방"]), "아무 말도 없다");
    }

    #[test]
    fn the_place_with_most_words_is_cut_out() {
        let text = format!(
            "책방. {} 책방 앞 골목길. {}",
            "가 ".repeat(200),
            "나 ".repeat(200)
        );
        let cut = snippet(&text, &["책방", "골목"]);
        assert!(cut.contains("[책방] 앞 [골목]길"), "{cut}");
        assert!(cut.starts_with('…') && cut.ends_with('…'), "{cut}");
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(
            text in "\\PC{0,300}",
            words in prop::collection::vec("\\PC{0,4}", 0..4),
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let cut = snippet(&text, &words);
            prop_assert!(cut.chars().count() <= LENGTH * 3 + 2);
        }

        /// Letters whose lower case is longer or shorter do not move the marks.
        #[test]
        fn marks_stand_around_the_word(before in "[İȺa책]{0,20}", behind in "[İȺa책]{0,20}") {
            let cut = snippet(&format!("{before}골목{behind}"), &["골목"]);
            prop_assert!(cut.contains("[골목]"), "{}", cut);
        }
    }
}
