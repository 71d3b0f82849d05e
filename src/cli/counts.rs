//! Counts in words.

/// Joins counts, each with what it counts, and leaves out what there is none of.
pub(super) fn in_words(counts: &[(u64, &str)]) -> String {
    let told = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    told.collect::<Vec<_>>().join(", ")
}

/// Pages that robots.txt or the server does not give, as a run and the state of a site call them.
pub(super) const REFUSED: &str = "pages refused or forbidden";

/// Pages that could not be had, or held no article, as a run and the state of a site call them.
pub(super) const FAILED: &str = "pages failed or without an article";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_none_of_is_left_out() {
        assert_eq!(in_words(&[(3, "new articles"), (0, "gone"), (2, FAILED)]), format!("3 new articles, 2 {FAILED}"));
        assert_eq!(in_words(&[(0, "gone")]), "");
    }
}
