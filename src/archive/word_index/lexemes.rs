//! Words as the lexemes of a `tsvector`, with their positions.
//!
//! A lexeme of PostgreSQL has at most 2,046 bytes, a position is at most 16,383, and of a lexeme at
//! most 256 positions are kept. Where a text goes beyond, its vector has lexemes alone: it tells
//! which articles may have a phrase, and their texts tell which do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use crate::archive::word_index::tokens;

/// Positions between two fields in one vector, so that no phrase goes from one into the next.
pub(crate) const COLUMN_GAP: usize = 1;

/// The last position that is used: PostgreSQL puts all words behind 16,383 there.
const LAST_POSITION: usize = 16_382;

/// The most positions of a lexeme: PostgreSQL drops those behind 256.
const MOST_POSITIONS: usize = 255;

/// The longest word that is a lexeme as it is, in bytes. The server takes 2,046.
const LONGEST_LEXEME: usize = 2_000;

/// Stands behind the beginning of a longer word. No word has it: it is no letter.
const CUT_MARK: char = '+';

/// The most bytes of a vector. The server takes 1 MiB, with a few bytes for each lexeme.
const MOST_BYTES: usize = 1_000_000;

/// The lexemes of some fields.
#[derive(Default)]
pub(super) struct Lexemes<'w> {
    positions: BTreeMap<Cow<'w, str>, Vec<usize>>,
    is_exact: bool,
}

impl<'w> Lexemes<'w> {
    pub(super) fn of(fields: &[&'w str]) -> Self {
        let mut lexemes = Self {
            positions: BTreeMap::new(),
            is_exact: true,
        };
        let mut at = 0;
        for field in fields {
            for token in tokens(field) {
                at += 1;
                lexemes.add(token, at);
            }
            at += COLUMN_GAP;
        }
        lexemes
    }

    fn add(&mut self, token: &'w str, at: usize) {
        let lexeme = lexeme(token);
        self.is_exact &= at <= LAST_POSITION && matches!(lexeme, Cow::Borrowed(_));
        let positions = self.positions.entry(lexeme).or_default();
        if positions.len() < MOST_POSITIONS {
            positions.push(at);
        } else {
            self.is_exact = false;
        }
    }

    /// Tells whether the vector has all words at their positions.
    pub(super) fn are_exact(&self) -> bool {
        self.is_exact
    }

    /// Returns the text of the vector, with positions; `None` where the server takes none so large.
    pub(super) fn with_positions(&self) -> Option<String> {
        let bytes = |lexeme: &str, positions: &[usize]| lexeme.len() + 3 + 2 * positions.len();
        let all = self.positions.iter();
        let size: usize = all.map(|(it, positions)| bytes(it, positions)).sum();
        (size <= MOST_BYTES).then(|| self.written(Positions::Kept))
    }

    /// Returns the text of the vector, without positions; `None` where the server takes none so
    /// large.
    pub(super) fn without_positions(&self) -> Option<String> {
        let size: usize = self.positions.keys().map(|lexeme| lexeme.len()).sum();
        (size <= MOST_BYTES).then(|| self.written(Positions::LeftOut))
    }

    fn written(&self, kept: Positions) -> String {
        let mut text = String::new();
        for (lexeme, positions) in &self.positions {
            // A word is letters and digits: nothing in it ends the quotes.
            text.push_str(if text.is_empty() { "'" } else { " '" });
            text.push_str(lexeme);
            text.push('\'');
            if kept == Positions::Kept {
                for (count, at) in positions.iter().enumerate() {
                    let mark = if count == 0 { ':' } else { ',' };
                    write!(text, "{mark}{at}").expect("a text takes all that is written to it");
                }
            }
        }
        text
    }
}

/// Whether a vector has positions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Positions {
    Kept,
    LeftOut,
}

/// Returns a word as a lexeme: of a very long one the beginning, with a mark.
pub(crate) fn lexeme(token: &str) -> Cow<'_, str> {
    if token.len() <= LONGEST_LEXEME {
        return Cow::Borrowed(token);
    }
    let begin = &token[..token.floor_char_boundary(LONGEST_LEXEME)];
    Cow::Owned(format!("{begin}{CUT_MARK}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_has_each_word_at_its_places_and_a_gap_between_fields() {
        let lexemes = Lexemes::of(&["작은 은 책방", "", "책방 방 책방"]);
        let written = "'방':7 '은':2 '작은':1 '책방':3,6,8";
        assert_eq!(lexemes.with_positions().as_deref(), Some(written));
        assert!(lexemes.are_exact());
    }

    #[test]
    fn a_text_beyond_the_limits_of_the_server_is_told() {
        assert!(Lexemes::of(&[&"가 ".repeat(255)]).are_exact());
        assert!(!Lexemes::of(&[&"가 ".repeat(256)]).are_exact());

        let numbers = |count: usize| (0..count).map(|n| format!("{n} ")).collect::<String>();
        assert!(Lexemes::of(&[&numbers(16_382)]).are_exact());
        assert!(!Lexemes::of(&[&numbers(16_383)]).are_exact());
        assert!(
            Lexemes::of(&[&numbers(300_000)])
                .without_positions()
                .is_none()
        );

        let long = "가".repeat(1_000);
        let lexemes = Lexemes::of(&[&long]);
        assert!(!lexemes.are_exact());
        assert!(lexemes.without_positions().unwrap().len() < 2_046);
    }
}
