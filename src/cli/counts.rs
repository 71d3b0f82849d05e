//! Counts in words.

/// Tells how many there are of something, `article(s)` or `cop(y|ies)`: of the ending in
/// parentheses the first form is for one, and the other for more or none.
pub(super) fn count(count: u64, what: &str) -> String {
    let Some((stem, (ending, rest))) = what
        .split_once('(')
        .and_then(|(stem, behind)| Some((stem, behind.split_once(')')?)))
    else {
        return format!("{count} {what}");
    };
    let (one, many) = ending.split_once('|').unwrap_or(("", ending));
    format!(
        "{count} {stem}{}{rest}",
        if count == 1 { one } else { many }
    )
}

/// Joins counts, each with what it counts as [`count`] tells it, and leaves out what there is none
/// of.
pub(super) fn in_words(counts: &[(u64, &str)]) -> String {
    let told = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| count(*number, what));
    told.collect::<Vec<_>>().join(", ")
}

/// Tells how many requests: `no requests`, `1 request`, `829 requests`.
pub(super) fn requests(requests: u64) -> String {
    match requests {
        0 => "no requests".to_owned(),
        some => count(some, "request(s)"),
    }
}

/// Tells how many megabytes came, behind a comma; nothing where nothing came.
pub(super) fn megabytes(bytes: u64) -> String {
    if bytes == 0 {
        String::new()
    } else {
        format!(", {:.1} MB", bytes as f64 / 1e6)
    }
}

/// Pages that robots.txt or the server does not give, as a run and the state of a site call them.
pub(super) const REFUSED: &str = "page(s) refused or forbidden";

/// Pages that could not be had, or held no article, as a run and the state of a site call them.
pub(super) const FAILED: &str = "page(s) failed or without an article";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_none_of_is_left_out() {
        assert_eq!(
            in_words(&[(3, "new article(s)"), (0, "gone"), (2, "changed")]),
            "3 new articles, 2 changed"
        );
        assert_eq!(
            in_words(&[(1, "new article(s)"), (1, FAILED)]),
            "1 new article, 1 page failed or without an article"
        );
        assert_eq!(
            [1, 2].map(|copies| count(copies, "cop(y|ies)")),
            ["1 copy", "2 copies"]
        );
        assert_eq!(in_words(&[(0, "gone")]), "");
        assert_eq!(
            [0, 1, 2].map(requests),
            ["no requests", "1 request", "2 requests"]
        );
        assert_eq!([0, 1_500_000].map(megabytes), ["", ", 1.5 MB"]);
    }
}
