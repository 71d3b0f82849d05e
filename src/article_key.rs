//! The key of an article within its paper: the number or the text by which its CMS names it.

use std::fmt;

use crate::page_url::unescaped_letters;

/// The longest key of text, in bytes. A slug of 170 Korean syllables fits; the SQL index of a
/// longer one would cost more than it finds.
const MAX_TEXT: usize = 512;

/// The number or text by which a CMS names an article, unique within the paper.
///
/// Two keys are equal where they are written alike: a text keeps its leading zeros and its letters'
/// case, and a text that is printed as a number is that number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArticleKey {
    /// A number without its leading zeros.
    Number(u64),
    /// A text, with escaped letters beyond ASCII as letters.
    Text(String),
}

impl ArticleKey {
    /// Returns the key that a text is: the number where it is one as numbers are printed, since the
    /// ids of exports show no difference. `None` where it can name no article: it is empty, longer
    /// than 512 bytes, or has white space, control characters, or the `://` of an address.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::ArticleKey;
    ///
    /// let slug = ArticleKey::text("%EC%B1%85-Room").expect("it names an article");
    /// assert_eq!(slug.to_string(), "책-Room");
    /// assert_eq!(ArticleKey::Number(81193).to_string(), "81193");
    /// ```
    pub fn text(written: &str) -> Option<Self> {
        let text = unescaped_letters(written.trim());
        let is_unfit = |letter: char| letter.is_whitespace() || letter.is_control();
        let is_name = !text.is_empty()
            && text.len() <= MAX_TEXT
            && !text.contains("://")
            && !text.contains(is_unfit);

        let number = Self::printed_number(&text);
        is_name.then(|| number.map_or(Self::Text(text), Self::Number))
    }

    /// Returns the number of a text that is printed as a number: without leading zeros or a sign.
    fn printed_number(text: &str) -> Option<u64> {
        let number: u64 = text.parse().ok()?;
        (number.to_string() == text).then_some(number)
    }

    /// Returns the number, of a key that is one.
    pub fn as_number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }

    /// Returns the text, of a key that is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Number(_) => None,
            Self::Text(text) => Some(text),
        }
    }
}

impl From<u64> for ArticleKey {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// The key as addresses and ids of exports have it.
impl fmt::Display for ArticleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page_url::PageUrl;

    fn text(written: &str) -> Option<String> {
        ArticleKey::text(written).map(|key| key.to_string())
    }

    #[test]
    fn a_text_keeps_its_zeros_and_its_case() {
        assert_eq!(text("0012345678").as_deref(), Some("0012345678"));
        assert_ne!(text("0012345678"), text("12345678"));
        assert_ne!(text("AbC"), text("abc"));
        assert_eq!(text("001/0012345678").as_deref(), Some("001/0012345678"));
        // Both would be `paper/7` in an export.
        assert_eq!(ArticleKey::text("7"), Some(ArticleKey::Number(7)));
        assert_ne!(ArticleKey::text("07"), Some(ArticleKey::Number(7)));
        assert_ne!(ArticleKey::text("+7"), Some(ArticleKey::Number(7)));
    }

    #[test]
    fn escaped_letters_are_letters_and_other_escapes_stay() {
        assert_eq!(text("%EC%B1%85%EB%B0%A9").as_deref(), Some("책방"));
        assert_eq!(text("a%2Fb"), Some("a%2Fb".to_owned()));
        assert_ne!(text("a%2Fb"), text("a/b"));
        // An encoding that is not UTF-8 stays escaped, and so does half a letter.
        assert_eq!(text("%C3%A5%C6").as_deref(), Some("å%C6"));
        assert_eq!(text("%EC%B1").as_deref(), Some("%EC%B1"));
        // A letter that is no letter on paper stays escaped: a no-break space, a line separator.
        assert_eq!(text("a%C2%A0b").as_deref(), Some("a%C2%A0b"));
        assert_eq!(text("a%E2%80%A8b").as_deref(), Some("a%E2%80%A8b"));
    }

    #[test]
    fn a_text_that_can_name_nothing_is_no_key() {
        for unfit in ["", " ", "a b", "a\u{0}b", "a\nb", "https://paper.example/1"] {
            assert_eq!(text(unfit), None, "{unfit:?}");
        }
        assert!(text(&"책".repeat(170)).is_some());
        assert_eq!(text(&"책".repeat(171)), None);
    }

    proptest! {
        /// Whoever writes a key into an address finds the same key in it.
        #[test]
        fn a_key_in_an_address_is_read_again(slug in "[a-zA-Z0-9가-힣é_.-]{1,40}") {
            let key = ArticleKey::text(&slug).unwrap();
            let url = PageUrl::parse(&format!("https://p.example/article/x{key}")).unwrap();
            let written = url.as_url().path().strip_prefix("/article/x").unwrap();
            prop_assert_eq!(ArticleKey::text(written), Some(key));
        }

        #[test]
        fn no_text_breaks_it(written in "\\PC{0,80}|(%[0-9A-F]{2}){0,20}") {
            let once = ArticleKey::text(&written);
            if let Some(key) = &once {
                let again = ArticleKey::text(&key.to_string());
                prop_assert_eq!(again.as_ref(), Some(key));
            }
        }
    }
}
