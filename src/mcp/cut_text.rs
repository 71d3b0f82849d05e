//! Texts of papers as an assistant gets them: short enough, and without characters that hide or
//! reorder what stands there.

use crate::text::is_direction_mark;

/// What stands for a character that is not shown.
const HIDDEN: char = '\u{fffd}';

/// Returns the beginning of a text, at most so many letters, with `…` where it was cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(most).map(shown).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// Returns the beginning of a text that may be missing.
pub(super) fn cut_some(text: Option<&str>, most: usize) -> Option<String> {
    text.map(|text| cut(text, most))
}

/// Cuts a text into pieces of so many letters. An empty text is no piece.
pub(super) fn pieces(text: &str, letters: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for (n, letter) in text.chars().enumerate() {
        match pieces.last_mut() {
            Some(piece) if n % letters != 0 => piece.push(shown(letter)),
            Some(_) | None => pieces.push(shown(letter).to_string()),
        }
    }
    pieces
}

/// Returns a letter as it is shown. Control characters, marks of direction and tags (U+E0000 to
/// U+E007F) are seen by a model, and not by its user.
fn shown(letter: char) -> char {
    let is_hidden = is_direction_mark(letter)
        || (letter.is_control() && !matches!(letter, '\n' | '\t'))
        || matches!(letter, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || matches!(letter, '\u{e0000}'..='\u{e007f}');
    if is_hidden { HIDDEN } else { letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_a_short_one_stays() {
        assert_eq!(cut("작은 책방", 5), "작은 책방");
        assert_eq!(cut("작은 책방", 4), "작은 책…");
    }

    #[test]
    fn what_a_reader_does_not_see_is_shown() {
        assert_eq!(cut("책\u{202e}방\u{e0041}\0\n끝", 9), "책�방��\n끝");
        assert_eq!(cut("👩\u{200d}🚀", 9), "👩\u{200d}🚀");
    }

    #[test]
    fn pieces_are_the_text() {
        assert_eq!(pieces("가나다라마", 2), ["가나", "다라", "마"]);
        assert_eq!(pieces("", 2), Vec::<String>::new());
    }
}
