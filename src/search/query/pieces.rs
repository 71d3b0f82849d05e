//! The pieces of a query's text: words, phrases, operators and brackets.

use crate::search::query::QueryError;
use crate::search::query::named_field::{Chooser, NamedField};
use crate::search::query::node::{QueryWords, SearchField, WordForm};
use crate::text::search_tokens::{is_of_word, is_syllable, phrase_tokens};

/// The hyphens, dashes and signs that people type for a minus.
const MINUS: [char; 5] = ['-', '\u{2010}', '\u{2013}', '\u{2212}', '\u{fe63}'];

/// A piece of a query's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum QueryPiece {
    /// A bracket, and the field that it is looked in.
    Open(SearchField),
    Close,
    And,
    Or,
    Not,
    Words(QueryWords),
    Chosen(Chooser, String),
}

/// Cuts a query into its pieces. What has no letter or digit is left out.
pub(super) fn pieces(written: &str) -> Result<Vec<QueryPiece>, QueryError> {
    let (mut pieces, mut rest) = (Vec::new(), written.trim_start());
    let mut former = None;
    while let Some(first) = rest.chars().next() {
        let (piece, behind) = match first {
            '(' => (Some(QueryPiece::Open(SearchField::Everywhere)), &rest[1..]),
            ')' => (Some(QueryPiece::Close), &rest[1..]),
            '|' => (Some(QueryPiece::Or), rest.trim_start_matches('|')),
            _ if MINUS.contains(&first) && begins_a_piece(former) && leaves_out(rest) => {
                (Some(QueryPiece::Not), &rest[first.len_utf8()..])
            }
            _ => word(rest)?,
        };
        pieces.extend(piece);

        let read = &rest[..rest.len() - behind.len()];
        rest = behind.trim_start();
        former = match behind.len() - rest.len() {
            0 => read.chars().next_back(),
            _ => None,
        };
    }
    Ok(pieces)
}

/// Tells by the character right before it whether a minus is no part of a word.
fn begins_a_piece(former: Option<char>) -> bool {
    matches!(former, None | Some('(' | '|'))
}

/// Tells whether something stands right behind a minus that can be left out: a word, whatever marks
/// are around it, a bracket or a phrase. A number with a minus is a number.
fn leaves_out(text: &str) -> bool {
    let mut behind = text.chars().skip(1).take_while(|c| !c.is_whitespace());
    let first = behind.find(|c| is_of_word(*c) || *c == '(' || closing(*c).is_some());
    first.is_some_and(|c| !is_of_word(c) || c.is_alphabetic())
}

/// Returns the marks that end a phrase, for the mark that begins it.
fn closing(open: char) -> Option<&'static [char]> {
    Some(match open {
        '"' => &['"'],
        '“' | '”' | '„' => &['“', '”'],
        '「' => &['」'],
        '『' => &['』'],
        '｢' => &['｣'],
        '《' => &['》'],
        '〈' => &['〉'],
        '«' => &['»'],
        '»' => &['«'],
        _ => return None,
    })
}

/// Reads a word, a phrase or an operator at the beginning of a text.
fn word(text: &str) -> Result<(Option<QueryPiece>, &str), QueryError> {
    let (field, value) = NamedField::split(text);
    if let (Some(NamedField::Searched(field)), Some(inside)) = (field, value.strip_prefix('(')) {
        return Ok((Some(QueryPiece::Open(field)), inside));
    }
    if let Some(field) = field
        && value.starts_with(MINUS)
        && leaves_out(value)
    {
        return Err(QueryError::MinusWithin(field.name()));
    }
    if let Some((inside, behind)) = quoted(value)? {
        if !behind.starts_with(is_syllable) {
            return Ok((piece(field, inside, WordForm::Quoted)?, behind));
        }
        // A particle stands behind the phrase: 「책방」에서는.
        let end = value.len() - behind.len() + end_of_word(behind);
        let (bare, behind) = value.split_at(end);
        return Ok((piece(field, bare, WordForm::Bare)?, behind));
    }

    let (bare, behind) = value.split_at(end_of_word(value));
    let operator = match (field, bare) {
        (None, "AND") => Some(QueryPiece::And),
        (None, "OR") => Some(QueryPiece::Or),
        (None, "NOT") => Some(QueryPiece::Not),
        _ => None,
    };
    if operator.is_some() {
        return Ok((operator, behind));
    }

    let read = match bare.strip_suffix('*') {
        Some(beginning) => piece(field, beginning, WordForm::Beginning)?,
        None => piece(field, bare, WordForm::Bare)?,
    };
    Ok((read, behind))
}

/// Returns what stands in the quotes at the beginning of a text, and behind them; `None` where the
/// text begins without one.
fn quoted(text: &str) -> Result<Option<(&str, &str)>, QueryError> {
    let first = text.chars().next();
    let Some((open, closing)) = first.and_then(|open| Some((open, closing(open)?))) else {
        return Ok(None);
    };

    let phrase = &text[open.len_utf8()..];
    match phrase.split_once(closing) {
        Some(parts) => Ok(Some(parts)),
        None => Err(QueryError::OpenQuote(phrase.to_owned())),
    }
}

/// Returns where a word at the beginning of a text ends: also where a title in quotes of its own
/// follows (소설『아홉 번째 계단』).
fn end_of_word(text: &str) -> usize {
    let mut letters = text.char_indices();
    let end = letters.find(|(at, c)| {
        let is_end = c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"');
        is_end || *at > 0 && begins_a_phrase(&text[*at..])
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// Tells whether a text begins with the first mark of a phrase, and has its last one.
fn begins_a_phrase(text: &str) -> bool {
    let first = text.chars().next().unwrap_or_default();
    let is_opening = !matches!(first, '”' | '»') && closing(first).is_some();
    is_opening && matches!(quoted(text), Ok(Some(_)))
}

fn piece(
    field: Option<NamedField>,
    text: &str,
    form: WordForm,
) -> Result<Option<QueryPiece>, QueryError> {
    let field = match field {
        Some(field) if text.is_empty() => return Err(QueryError::NoValue(field.name())),
        Some(NamedField::Chosen(chooser)) => {
            return Ok(Some(QueryPiece::Chosen(chooser, text.to_owned())));
        }
        Some(NamedField::Searched(field)) => field,
        None => SearchField::Everywhere,
    };

    Ok(phrase_tokens(text).map(|_| {
        QueryPiece::Words(QueryWords {
            field,
            text: text.to_owned(),
            form,
        })
    }))
}
