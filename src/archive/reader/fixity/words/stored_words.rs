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

/// The words of a field, in their order.
pub(super) fn tokens(field: &str) -> impl Iterator<Item = &str> {
    field.split(' ').filter(|token| !token.is_empty())
}

/// Returns what FTS5 keeps of the lengths of the fields: a varint for each.
pub(super) fn sizes(fields: &[String; 5]) -> Vec<u8> {
    let mut sizes = Vec::new();
    for field in fields {
        let count = tokens(field).count();
        let groups = (1..=9).find(|groups| count >> (7 * groups) == 0);
        for group in (0..groups.unwrap_or(9)).rev() {
            let more = if group > 0 { 0x80 } else { 0 };
            sizes.push((count >> (7 * group)) as u8 & 0x7f | more);
        }
    }
    sizes
}
