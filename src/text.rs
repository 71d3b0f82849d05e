//! Text in its stored form: NFC, one kind of space, no invisible characters.

pub mod decode;
pub mod search_tokens;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The Hangul filler. It has no width, and CMSs use it as a space, but Unicode calls it a letter.
const HANGUL_FILLER: char = '\u{3164}';

/// Returns `raw` in NFC and trimmed. Each run of white space, hard spaces included, is one space.
/// Zero-width characters, stray byte-order marks and control characters are gone.
pub fn clean(raw: &str) -> String {
    let mut kept = String::with_capacity(raw.len());
    let (mut after_space, mut is_plain) = (false, true);

    for c in raw.chars() {
        is_plain &= is_always_nfc(c);
        if c.is_whitespace() || c == HANGUL_FILLER {
            after_space = true;
        } else if !is_invisible(c) {
            if after_space && !kept.is_empty() {
                kept.push(' ');
            }
            after_space = false;
            kept.push(c);
        }
    }

    if is_plain || is_nfc(&kept) {
        kept
    } else {
        kept.nfc().collect()
    }
}

/// Returns a text's length, where a Latin letter counts one and a Korean syllable two.
pub(crate) fn weight(text: &str) -> usize {
    text.chars()
        .map(|c| if c >= '\u{1100}' { 2 } else { 1 })
        .sum()
}

/// Appends a text in NFC and without its white space, which is how texts are compared.
pub fn push_without_spaces(compared: &mut String, text: &str) {
    let (before, mut word) = (compared.len(), 0);
    for (at, c) in text.char_indices() {
        if !is_always_nfc(c) {
            // What follows may compose with what stands before it.
            compared.truncate(before);
            compared.extend(text.nfc().filter(|c| !c.is_whitespace()));
            return;
        }
        if c.is_whitespace() {
            compared.push_str(&text[word..at]);
            word = at + c.len_utf8();
        }
    }
    compared.push_str(&text[word..]);
}

/// Tells whether any text of such characters is in NFC. Nearly all characters of a Korean page are
/// such, so most texts need no look into the Unicode tables.
fn is_always_nfc(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{2ff}'
            | '\u{2010}'..='\u{2027}'
            | '\u{3000}'..='\u{3029}'
            | '\u{4e00}'..='\u{9fff}'
            | '가'..='힣'
    )
}

/// Like [`clean`], but returns `None` if nothing is left.
pub fn clean_some(raw: &str) -> Option<String> {
    Some(clean(raw)).filter(|text| !text.is_empty())
}

/// Tells whether a character is a mark of direction (Unicode's Bidi_Control): a text with one may
/// show what stands behind it elsewhere.
pub fn is_direction_mark(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Returns the letters and digits of a text in lower case. They are the same in two papers whose
/// quotes, spaces and marks differ.
pub fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| is_syllable(*c) || c.is_alphanumeric())
        .flat_map(char::to_lowercase)
}

/// Tells whether a character is a syllable of Hangul. It is a letter without a look into the tables
/// of Unicode.
fn is_syllable(c: char) -> bool {
    matches!(c, '가'..='힣')
}

/// Tells whether a character is a zero-width character, byte-order mark, soft hyphen, direction
/// mark or control character. U+200D (joiner) is kept, since emoji need it.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'
            | '\u{200c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2060}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{202a}'..='\u{202e}'
    ) || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_spaces_and_line_ends_become_one_space() {
        assert_eq!(clean("\u{a0} 책 \r\n\t방\u{3000}"), "책 방");
    }

    #[test]
    fn invisible_characters_are_dropped() {
        assert_eq!(clean("\u{feff}사\u{200b}서\u{0}"), "사서");
    }

    #[test]
    fn characters_of_the_fast_path_are_in_nfc_beside_any_other() {
        let fast: Vec<char> = ('\0'..=char::MAX).filter(|c| is_always_nfc(*c)).collect();

        for c in &fast {
            for text in [
                format!("{c}"),
                format!("a{c}a"),
                format!("가{c}각"),
                format!("{c}{c}"),
            ] {
                assert!(is_nfc(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn compared_texts_are_composed_and_have_no_spaces() {
        for text in [
            "시 \u{a0}인\t1\u{3000}",
            "\u{1109}\u{1175} 인\u{2003}\u{1}1",
        ] {
            let mut compared = "앞".to_owned();
            push_without_spaces(&mut compared, text);
            let expected: String = text.nfc().filter(|c| !c.is_whitespace()).collect();
            assert_eq!(compared, format!("앞{expected}"));
        }
    }

    #[test]
    fn conjoining_jamo_are_composed() {
        assert_eq!(clean("\u{1112}\u{1161}\u{11ab}"), "한");
    }
}
