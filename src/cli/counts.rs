//! Counts in words.

/// Joins counts, each with what it counts, and leaves out what there is none of.
pub(super) fn in_words(counts: &[(u64, &str)]) -> String {
    let told = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    told.collect::<Vec<_>>().join(", ")
}

/// Tells how many requests: `no requests`, `1 request`, `829 requests`.
pub(super) fn requests(count: u64) -> String {
    match count {
        0 => "no requests".to_owned(),
        1 => "1 request".to_owned(),
        count => format!("{count} requests"),
    }
}

/// Tells how many megabytes came, behind a comma; nothing where nothing came.
pub(super) fn megabytes(bytes: u64) -> String {
    if bytes == 0 { String::new() } else { format!(", {:.1} MB", bytes as f64 / 1e6) }
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
        assert_eq!([0, 1, 2].map(requests), ["no requests", "1 request", "2 requests"]);
        assert_eq!([0, 1_500_000].map(megabytes), ["", ", 1.5 MB"]);
    }
}
