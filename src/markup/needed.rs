//! What a regular expression needs in a text, so that most texts need no matching.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Most words that are searched for in place of a pattern: more take as long as matching.
const MOST: usize = 40;

/// Bytes of the shortest word worth searching: a shorter one stands in every second text.
const SHORT: usize = 2;

/// Whether a pattern tells upper from lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetterCase {
    Told,
    /// Words and texts are compared in lower case.
    Ignored,
}

/// The words of which each match has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NeededWords {
    Any(Vec<String>),
    /// None is known: every text may match.
    Unknown,
}

impl NeededWords {
    pub(super) fn of(hir: &Hir, case: LetterCase) -> Self {
        match hir.kind() {
            HirKind::Literal(literal) => match str::from_utf8(&literal.0) {
                Ok(text) if text.len() >= SHORT => Self::Any(vec![case.of(text)]),
                _ => Self::Unknown,
            },
            HirKind::Capture(capture) => Self::of(&capture.sub, case),
            HirKind::Repetition(repetition) if repetition.min > 0 => {
                Self::of(&repetition.sub, case)
            }
            HirKind::Concat(parts) => Self::of_parts(parts, case),
            HirKind::Alternation(parts) => Self::of_alternatives(parts, case),
            HirKind::Repetition(_) | HirKind::Class(_) | HirKind::Look(_) | HirKind::Empty => {
                Self::Unknown
            }
        }
    }

    /// Returns the rarest words of parts that all stand in a match: the longest ones.
    fn of_parts(parts: &[Hir], case: LetterCase) -> Self {
        let (mut best, mut word) = (Self::Unknown, String::new());

        for part in parts {
            match single(part, case) {
                Some(text) => word.push_str(&text),
                None => {
                    best = best.better(Self::word(&word)).better(Self::of(part, case));
                    word.clear();
                }
            }
        }
        best.better(Self::word(&word))
    }

    fn of_alternatives(parts: &[Hir], case: LetterCase) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match Self::of(part, case) {
                Self::Any(words) => all.extend(words),
                Self::Unknown => return Self::Unknown,
            }
        }

        if all.len() <= MOST {
            Self::Any(all)
        } else {
            Self::Unknown
        }
    }

    fn word(word: &str) -> Self {
        if word.len() >= SHORT {
            Self::Any(vec![word.to_owned()])
        } else {
            Self::Unknown
        }
    }

    /// Returns the words that are longer, as the rarer ones.
    fn better(self, other: Self) -> Self {
        if self.shortest() >= other.shortest() {
            self
        } else {
            other
        }
    }

    fn shortest(&self) -> usize {
        match self {
            Self::Any(words) => words.iter().map(String::len).min().unwrap_or(0),
            Self::Unknown => 0,
        }
    }

    /// Tells whether a text has one of the words.
    pub(super) fn are_in(&self, text: &str, case: LetterCase) -> bool {
        let Self::Any(words) = self else {
            return true;
        };

        match case {
            LetterCase::Told => words.iter().any(|word| text.contains(word.as_str())),
            LetterCase::Ignored => {
                let lower = folded(text);
                words.iter().any(|word| lower.contains(word.as_str()))
            }
        }
    }
}

impl LetterCase {
    /// Returns the case of a pattern as it is written.
    pub(super) fn in_pattern(written: &str) -> Self {
        if written.contains("(?i") {
            Self::Ignored
        } else {
            Self::Told
        }
    }

    /// Returns a text as it is compared.
    fn of(self, text: &str) -> String {
        match self {
            Self::Told => text.to_owned(),
            Self::Ignored => folded(text),
        }
    }
}

/// Returns a text without the difference of upper and lower case, character by character.
fn folded(text: &str) -> String {
    text.chars().flat_map(fold).collect()
}

/// Returns a character in lower case. The long s is an s (`(?i)s` matches both), as the sign of the
/// kelvin is a k.
fn fold(c: char) -> std::char::ToLowercase {
    if c == 'ſ' { 's' } else { c }.to_lowercase()
}

/// Returns the text of a part that matches one text only, as it is compared.
fn single(part: &Hir, case: LetterCase) -> Option<String> {
    match part.kind() {
        HirKind::Literal(literal) => str::from_utf8(&literal.0).ok().map(|text| case.of(text)),
        HirKind::Class(Class::Unicode(class)) if case == LetterCase::Ignored => {
            let mut lower = class
                .iter()
                .take(MOST)
                .flat_map(|range| range.start()..=range.end())
                .take(MOST)
                .flat_map(fold);
            let first = lower.next()?;
            lower.all(|c| c == first).then(|| first.to_string())
        }
        HirKind::Class(_)
        | HirKind::Empty
        | HirKind::Look(_)
        | HirKind::Repetition(_)
        | HirKind::Capture(_)
        | HirKind::Concat(_)
        | HirKind::Alternation(_) => None,
    }
}

/// Returns how many states of an automaton a pattern takes at most, by a rough count.
pub(super) fn states(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => 12 + 4 * class.iter().count(),
        HirKind::Class(Class::Bytes(_)) => 2,
        HirKind::Capture(capture) => 2 + states(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1));
            states(&repetition.sub).saturating_mul(times as usize + 1)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .map(states)
            .fold(parts.len(), usize::saturating_add),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(pattern: &str) -> NeededWords {
        let hir = regex_syntax::parse(pattern).unwrap();
        NeededWords::of(&hir, LetterCase::in_pattern(pattern))
    }

    fn may_match(pattern: &str, text: &str) -> bool {
        needed(pattern).are_in(text, LetterCase::in_pattern(pattern))
    }

    fn any(words: &[&str]) -> NeededWords {
        NeededWords::Any(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_pattern_needs_its_longest_word() {
        assert_eq!(
            needed(r"^.{0,100}무단\s*(?:전재|복제).{0,80}$"),
            any(&["무단"])
        );
        assert_eq!(needed("(?:하나)+ (셋|다섯)?"), any(&["하나"]));
        assert_eq!(needed("(?:입력|승인)[0-9]"), any(&["입력", "승인"]));
    }

    #[test]
    fn upper_and_lower_case_are_one_where_the_pattern_says_so() {
        assert_eq!(
            needed("(?i)all rights reserved"),
            any(&["all rights reserved"])
        );
        assert!(may_match("(?i)Kind", "a KIND of book") && !may_match("(?i)kind", "a book"));
        assert!(may_match("(?i)books", "booK\u{17f}"), "a long s is an s");
        assert!(!may_match("Kind", "a kind of book"));
    }

    #[test]
    fn a_pattern_without_words_may_match_anything() {
        for pattern in ["", "[0-9]+", "하나|[0-9]", "(?:하나)?", "^$"] {
            assert_eq!(needed(pattern), NeededWords::Unknown, "{pattern}");
        }
    }
}
