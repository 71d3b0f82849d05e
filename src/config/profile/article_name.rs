//! The name of an article in an address.

use crate::article_key::ArticleKey;

/// The name of an article in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArticleName {
    /// The digits of its number, without leading zeros. They may be too many for 64 bits.
    Digits(String),
    /// Its id of text.
    Id(ArticleKey),
}

impl ArticleName {
    /// Returns the key; `None` of digits that are too many for 64 bits, which name the article in
    /// its address alone.
    pub fn key(&self) -> Option<ArticleKey> {
        match self {
            Self::Digits(digits) => digits.parse().ok().map(ArticleKey::Number),
            Self::Id(key) => Some(key.clone()),
        }
    }
}

impl From<&ArticleKey> for ArticleName {
    fn from(key: &ArticleKey) -> Self {
        match key {
            ArticleKey::Number(number) => Self::Digits(number.to_string()),
            ArticleKey::Text(_) => Self::Id(key.clone()),
        }
    }
}
