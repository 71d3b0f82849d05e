//! Text as it is kept: NFC, one kind of space, nothing invisible.

pub mod decode;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Returns `raw` in NFC with every run of white space (hard spaces too) as one space, trimmed, and without zero-width
/// characters, stray byte-order marks and control characters.
pub fn clean(raw: &str) -> String {
    let mut kept = String::with_capacity(raw.len());
    let (mut gap, mut is_plain) = (false, true);
    for c in raw.chars() {
        is_plain &= stands_alone(c);
        if c.is_whitespace() || c == '\u{3164}' {
            gap = true;
        } else if !is_invisible(c) {
            if gap && !kept.is_empty() {
                kept.push(' ');
            }
            gap = false;
            kept.push(c);
        }
    }
    if is_plain || is_nfc(&kept) {
        kept
    } else {
        kept.nfc().collect()
    }
}

/// Characters that are in NFC whatever stands beside them, unless that is one which is not of them: nearly all of a Korean
/// page, which is spared the look into the tables.
fn stands_alone(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3029}' | '\u{4e00}'..='\u{9fff}' | '가'..='힣')
}

/// Like [`clean`], but `None` where nothing is left.
pub fn clean_some(raw: &str) -> Option<String> {
    Some(clean(raw)).filter(|text| !text.is_empty())
}

/// Returns letters and digits in lower case: what stays the same where quotes, spaces and marks differ from paper to paper.
pub fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
}

/// Zero-width characters, byte-order marks, soft hyphens, direction marks and control characters. U+200D (joiner) is
/// kept: emoji need it.
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
    fn invisible_characters_go() {
        assert_eq!(clean("\u{feff}사\u{200b}서\u{0}"), "사서");
    }

    #[test]
    fn what_stands_alone_is_composed_whatever_stands_beside_it() {
        let alone: Vec<char> = ('\0'..=char::MAX).filter(|c| stands_alone(*c)).collect();
        for c in &alone {
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
    fn conjoining_jamo_are_composed() {
        assert_eq!(clean("\u{1112}\u{1161}\u{11ab}"), "한");
    }
}
