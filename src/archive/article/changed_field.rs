//! A field in which an extraction differs from a kept version, and where the difference begins.

/// The characters that stand before a difference: they show where in a story it is.
const LEAD: usize = 20;

/// The characters of a shown value: it and its twin fit on a line each.
const SHOWN: usize = 80;

/// A field in which an extraction differs from a kept version.
///
/// Of long values, the part around the first difference is shown, with `…` for what is cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedField {
    pub name: &'static str,
    /// The kept value; `None` where there was none.
    pub before: Option<String>,
    /// The value that was read now; `None` where there is none.
    pub after: Option<String>,
}

impl ChangedField {
    /// Compares two values of a field: texts, or lists in JSON as the archive keeps them.
    pub(super) fn of(name: &'static str, before: Option<&str>, after: Option<&str>) -> Self {
        let (before, after) = (in_one_line(before), in_one_line(after));
        let from = shared_beginning(&before, &after).saturating_sub(LEAD);

        Self {
            name,
            before: shown(&before, from),
            after: shown(&after, from),
        }
    }
}

/// Returns the characters of a value in one line; none of an empty list or text.
fn in_one_line(value: Option<&str>) -> Vec<char> {
    let value = value.filter(|value| *value != "[]").unwrap_or_default();

    let mut line = Vec::new();
    for word in value.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars());
    }
    line
}

fn shared_beginning(one: &[char], other: &[char]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// Returns the part of a value from a character on; `None` of an empty value.
fn shown(value: &[char], from: usize) -> Option<String> {
    if value.is_empty() {
        return None;
    }

    // A value that fits is shown whole.
    let from = if value.len() <= SHOWN { 0 } else { from };
    let until = value.len().min(from + SHOWN);
    let (start, end) = (
        if from > 0 { "…" } else { "" },
        if until < value.len() { "…" } else { "" },
    );
    let part: String = value[from..until].iter().collect();
    Some(format!("{start}{part}{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(before: &str, after: &str) -> (Option<String>, Option<String>) {
        let ChangedField { before, after, .. } =
            ChangedField::of("text", Some(before), Some(after));
        (before, after)
    }

    #[test]
    fn a_short_value_is_shown_whole_and_an_empty_one_is_none() {
        assert_eq!(
            compared("[]", "[\"책방\"]"),
            (None, Some("[\"책방\"]".into()))
        );
        assert_eq!(compared("하루", " \n"), (Some("하루".into()), None));
        assert_eq!(ChangedField::of("section", None, Some("문화")).before, None);
    }

    #[test]
    fn a_long_value_is_shown_from_shortly_before_the_difference() {
        let story = "책방 사서 ".repeat(100);
        let (before, after) = compared(&format!("{story}\n\n끝."), &format!("{story}\n\n처음."));
        let shared = format!("…서 {}", "책방 사서 ".repeat(3));
        assert_eq!(before, Some(format!("{shared}끝.")));
        assert_eq!(after, Some(format!("{shared}처음.")));
    }

    #[test]
    fn what_is_shown_is_short_whatever_came() {
        let huge = "가".repeat(100_000);
        for (before, after) in [
            compared(&huge, ""),
            compared("", &huge),
            compared("나", &huge),
        ] {
            for value in [before, after].into_iter().flatten() {
                assert!(value.chars().count() <= SHOWN + 2, "{value}");
            }
        }
        assert_eq!(compared("가", &huge).1.unwrap().chars().last(), Some('…'));
    }
}
