//! Character references, by name and by number.

use std::sync::LazyLock;

use html_escape::decode_html_entities;
use regex::{Captures, Regex};

/// References by number that stand together: two of them may be one character.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:&#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});)+").expect("it is tested")
});

/// Decodes the character references of a text.
pub(super) fn decoded(text: &str) -> String {
    let text = NUMBERED.replace_all(text, |found: &Captures<'_>| characters(&found[0]));
    decode_html_entities(&text).into_owned()
}

/// Decodes references by number that stand together. Two of them may be one character, written as
/// UTF-16. A number that is no character is left out.
fn characters(references: &str) -> String {
    let mut units = Vec::new();
    for code in references.split_terminator(';').filter_map(code) {
        match (u16::try_from(code), char::from_u32(code)) {
            (Ok(unit), _) => units.push(unit),
            (Err(_), Some(character)) => units.extend(character.encode_utf16(&mut [0; 2]).iter()),
            (Err(_), None) => {}
        }
    }

    let decoded = char::decode_utf16(units).filter_map(Result::ok);
    let mut text = String::new();
    for character in decoded.filter(|c| !c.is_control() || c.is_whitespace()) {
        // An escaped character stays escaped until the value is read as text.
        html_escape::encode_text_to_string(character.encode_utf8(&mut [0; 4]), &mut text);
    }
    text
}

/// Returns the number of one reference, without its `;`.
fn code(reference: &str) -> Option<u32> {
    let number = reference.trim_start_matches("&#");
    match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => number.parse().ok(),
    }
}
