//! A text of a paper within a page of another language: its own direction, and its own language for
//! programs that read aloud and for fonts, as far as its letters tell.

use maud::{Markup, html};

pub(super) fn quoted(text: &str) -> Markup {
    html! { bdi lang=[language_of(text)] { (text) } }
}

/// Returns the language that the letters of a text tell: Hangul is Korean, and kana are Japanese.
/// Han and Latin letters are those of many languages.
pub(super) fn language_of(text: &str) -> Option<&'static str> {
    let is_hangul = |letter| matches!(letter, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}');
    let is_kana = |letter| matches!(letter, '\u{3041}'..='\u{30ff}');
    if text.contains(is_hangul) {
        Some("ko")
    } else if text.contains(is_kana) {
        Some("ja")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_the_language_where_only_one_has_them() {
        assert_eq!(language_of("新刊 안내"), Some("ko"));
        assert_eq!(language_of("ほんの話"), Some("ja"));
        assert_eq!(language_of("讀書新聞 Books"), None);
        let markup = quoted("책<b>").into_string();
        assert_eq!(markup, "<bdi lang=\"ko\">책&lt;b&gt;</bdi>");
    }
}
