//! Where a further page of an answer begins.

use crate::mcp::tool_failure::ToolFailure;

/// Returns how many entries stand before a page: the cursor is their number.
pub(super) fn skipped(cursor: Option<&str>) -> Result<usize, ToolFailure> {
    let Some(cursor) = cursor else {
        return Ok(0);
    };
    let is_number = (1..=12).contains(&cursor.len()) && cursor.bytes().all(|b| b.is_ascii_digit());
    let skipped = cursor.parse().ok().filter(|_| is_number);
    skipped.ok_or_else(|| ToolFailure::cursor(cursor))
}

/// Returns the cursor of the page behind so many entries of all.
pub(super) fn next_cursor(behind: usize, all: usize) -> Option<String> {
    (behind < all).then(|| behind.to_string())
}

/// Returns how many entries from a place on have so many letters together: one at least, where one
/// is there.
pub(super) fn fitting<T>(entries: &[T], letters: impl Fn(&T) -> usize, most: usize) -> usize {
    let mut sum = 0;
    let fitting = entries.iter().take_while(|entry| {
        sum += letters(entry);
        sum <= most
    });
    fitting.count().max(entries.len().min(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_number_and_nothing_else() {
        assert_eq!(skipped(None).unwrap(), 0);
        assert_eq!(skipped(Some("20")).unwrap(), 20);
        for wrong in ["", "-1", "+1", "1.5", "99999999999999999999", "책", "../"] {
            assert!(skipped(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_page_has_one_entry_at_least() {
        let of = |entries: &[usize]| fitting(entries, |letters| *letters, 10);
        assert_eq!(of(&[4, 6, 1]), 2);
        assert_eq!(of(&[40, 1]), 1);
        assert_eq!(of(&[]), 0);
    }
}
