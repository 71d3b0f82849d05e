//! Moments, as people read them.

/// Returns a moment without its seconds, as people read it.
pub(super) fn moment(at: &str) -> String {
    at.replacen('T', " ", 1)
        .chars()
        .take("2026-03-07 16:50".len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_minutes_and_a_day_none() {
        assert_eq!(moment("2026-03-07T16:50:11+09:00"), "2026-03-07 16:50");
        assert_eq!(moment("2026-03-07"), "2026-03-07");
    }
}
