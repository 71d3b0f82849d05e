//! The words of one article, as the index has them.

/// The words of an article in the full-text index, compared with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWords {
    /// The article's row.
    pub article: i64,
    /// The article's id, as exports name it.
    pub id: String,
    pub url: Option<String>,
    /// What is wrong with them.
    pub fault: Option<String>,
}

/// The articles that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordCoverage {
    /// All that the index has. One that is left over in the end should not be there.
    All,
    Some,
}

impl StoredWords {
    /// Words of an article that is not indexed.
    pub(super) fn of_no_article(article: i64) -> Self {
        Self {
            article,
            id: format!("of row {article}"),
            url: None,
            fault: Some("the index has words of an article that is not indexed".to_owned()),
        }
    }
}
