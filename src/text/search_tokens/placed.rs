//! Tokens with their places in the text, for snippets.

use std::ops::Range;

use crate::text::search_tokens::{Script, TokenRun, TokenRuns, WordEnd, indexed_part};

/// A token of a text, and where it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextToken {
    pub token: String,
    /// The bytes of the text that it comes from.
    pub place: Range<usize>,
    /// The end of its first letter; a word that stays whole is one letter.
    pub first_letter_end: usize,
}

/// Returns the tokens of [`super::index_tokens`], each with its place in the text.
pub(crate) fn placed_tokens(text: &str) -> Vec<TextToken> {
    let text = indexed_part(text);
    let mut tokens = Vec::new();
    let mut runs = TokenRuns(text);
    while let Some(run) = runs.next() {
        let end = text.len() - runs.0.len();
        run.place_in(&mut tokens, end - run.text.len());
    }
    tokens
}

impl TokenRun<'_> {
    /// Adds the tokens of a run that begins at this byte of its text.
    fn place_in(&self, tokens: &mut Vec<TextToken>, begin: usize) {
        let mut written = String::new();
        self.push_to(&mut written, WordEnd::Closed);

        let mut end = begin;
        let ends: Vec<usize> = match self.script {
            Script::Spaced => vec![begin + self.text.len()],
            Script::Joined => {
                let lengths = self.letters().map(str::len);
                lengths
                    .map(|length| {
                        end += length;
                        end
                    })
                    .collect()
            }
        };
        // There are as many tokens as letters: the pairs, and the last letter alone.
        let mut start = begin;
        for (at, (token, letter_end)) in written.split(' ').zip(&ends).enumerate() {
            tokens.push(TextToken {
                token: token.to_owned(),
                place: start..*ends.get(at + 1).unwrap_or(letter_end),
                first_letter_end: *letter_end,
            });
            start = *letter_end;
        }
    }
}
