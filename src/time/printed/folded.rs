//! Texts whose digits and marks are written as ASCII ones, in which dates are looked for.

use std::borrow::Cow;
use std::ops::Range;

/// A text with ASCII digits, brackets and marks in place of wide and Thai ones: Japanese and
/// Chinese papers print `２０２６年３月７日（土）［１６：５０］`, Thai ones `๗ มีนาคม ๒๕๖๙`.
pub(super) struct FoldedText<'t> {
    pub text: Cow<'t, str>,
    /// The place of each byte in the text as it was printed; empty where nothing was folded.
    places: Vec<usize>,
}

impl<'t> FoldedText<'t> {
    pub(super) fn of(printed: &'t str) -> Self {
        if !printed.chars().any(|c| folded(c).is_some()) {
            return Self {
                text: Cow::Borrowed(printed),
                places: Vec::new(),
            };
        }

        let (mut text, mut places) = (String::new(), Vec::new());
        for (place, c) in printed.char_indices() {
            text.push(folded(c).unwrap_or(c));
            places.resize(text.len(), place);
        }
        places.push(printed.len());
        Self {
            text: Cow::Owned(text),
            places,
        }
    }

    /// Returns the range of the printed text for a range of the folded one.
    pub(super) fn printed(&self, range: Range<usize>) -> Range<usize> {
        if self.places.is_empty() {
            range
        } else {
            self.places[range.start]..self.places[range.end]
        }
    }
}

/// Returns the ASCII character in place of a wide or Thai one.
fn folded(c: char) -> Option<char> {
    let digit = |zero: char| char::from_digit(c as u32 - zero as u32, 10);
    match c {
        '\0'..='\u{e4f}' => None,
        '๐'..='๙' => digit('๐'),
        '０'..='９' => digit('０'),
        '（' | '［' | '【' | '〔' | '〈' => Some('('),
        '）' | '］' | '】' | '〕' | '〉' => Some(')'),
        '：' => Some(':'),
        '．' => Some('.'),
        '／' => Some('/'),
        '－' => Some('-'),
        '，' => Some(','),
        '｜' => Some('|'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_the_folded_text_is_found_in_the_printed_one() {
        let printed = "公開：２０２６年【土】";
        let folded = FoldedText::of(printed);
        assert_eq!(folded.text, "公開:2026年(土)");
        let year = folded.text.find("2026").unwrap();
        assert_eq!(&printed[folded.printed(year..year + 4)], "２０２６");
        assert_eq!(
            &printed[folded.printed(year..folded.text.len())],
            "２０２６年【土】"
        );
    }

    #[test]
    fn other_letters_stay_as_they_are() {
        let printed = "2026년 3월 7일 Ａ";
        let folded = FoldedText::of(printed);
        assert!(matches!(folded.text, Cow::Borrowed(_)));
        assert_eq!(folded.printed(0..4), 0..4);
    }
}
