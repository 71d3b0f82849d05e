//! Path patterns with `*` and a final `$`, matched without backtracking over more than one star.

/// Returns whether `pattern` matches a prefix of `path`, or all of it where it ends in `$` (RFC
/// 9309 §2.2.3).
///
/// The parts between stars are found leftmost first, which is right because a later part only gains
/// room by an earlier one ending sooner; so the work is one search a part, not a tree of choices.
pub(super) fn matches(path: &str, pattern: &str) -> bool {
    let (pattern, is_anchored) = match pattern.strip_suffix('$') {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };

    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };

    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some(at) = rest.find(part) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
    }

    match (last, is_anchored) {
        (None, true) => rest.is_empty(),
        (None, false) => true,
        (Some(part), true) => rest.ends_with(part),
        (Some(part), false) => rest.contains(part),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, slow and obvious.
    fn slow(path: &[u8], pattern: &[u8]) -> bool {
        match pattern {
            [] => true,
            b"$" => path.is_empty(),
            [b'*', rest @ ..] => (0..=path.len()).any(|at| slow(&path[at..], rest)),
            [byte, rest @ ..] => path.first() == Some(byte) && slow(&path[1..], rest),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]
        #[test]
        fn it_agrees_with_the_definition(path in "/[ab/$]{0,8}", pattern in "/?[ab*/$]{0,6}\\$?") {
            prop_assert_eq!(matches(&path, &pattern), slow(path.as_bytes(), pattern.as_bytes()), "{} {}", path, pattern);
        }
    }
}
