//! Counts in English: the singular for one, the plural for more or none.

/// Returns a count with its noun: `article(s)` or `cop(y|ies)`. Of the ending in parentheses, the
/// first form is the singular, and the other the plural.
pub(crate) fn count(count: u64, noun: &str) -> String {
    let mut parts = noun.split('(');
    let mut words = format!("{count} {}", parts.next().unwrap_or_default());

    for part in parts {
        let (ending, behind) = part.split_once(')').unwrap_or(("", part));
        let (one, many) = ending.split_once('|').unwrap_or(("", ending));
        words.push_str(if count == 1 { one } else { many });
        words.push_str(behind);
    }
    words
}

/// Joins counts with their nouns, as [`count`] writes them. Counts of zero are left out.
pub(crate) fn in_words(counts: &[(u64, &str)]) -> String {
    counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(*number, noun))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Returns a number of requests: `no requests`, `1 request`, `829 requests`.
pub(crate) fn requests(requests: u64) -> String {
    match requests {
        0 => "no requests".to_owned(),
        some => count(some, "request(s)"),
    }
}

/// Returns a number of bytes in megabytes, behind a comma: `, 1.5 MB`. Returns nothing for no
/// bytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    if bytes == 0 {
        String::new()
    } else {
        format!(", {}", size(bytes))
    }
}

/// Returns a number of bytes in megabytes: `1.5 MB`.
pub(crate) fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// The noun of pages that robots.txt or the server refuses. Runs and sites are told with the same
/// noun, so that people recognise it.
pub(crate) const REFUSED: &str = "page(s) refused or forbidden";

/// The noun of pages that failed, or that hold no article. Runs and sites are told with the same
/// noun, so that people recognise it.
pub(crate) const FAILED: &str = "page(s) failed or without an article";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_zero_are_left_out() {
        assert_eq!(
            in_words(&[(3, "new article(s)"), (0, "gone"), (2, "changed")]),
            "3 new articles, 2 changed"
        );
        assert_eq!(
            in_words(&[(1, "new article(s)"), (1, FAILED)]),
            "1 new article, 1 page failed or without an article"
        );
        assert_eq!(in_words(&[(0, "gone")]), "");
    }

    #[test]
    fn one_is_singular_and_everything_else_plural() {
        assert_eq!(
            [1, 2].map(|copies| count(copies, "cop(y|ies)")),
            ["1 copy", "2 copies"]
        );
        assert_eq!(
            [1, 2].map(|things| count(things, "thing(s) (is|are) damaged")),
            ["1 thing is damaged", "2 things are damaged"]
        );
        assert_eq!(
            [0, 1, 2].map(requests),
            ["no requests", "1 request", "2 requests"]
        );
        assert_eq!([0, 1_500_000].map(megabytes), ["", ", 1.5 MB"]);
    }
}
