//! The pieces of a query's text: words, phrases, operators and brackets.

use crate::search::query::QueryError;
use crate::search::query::node::{QueryWords, SearchField, WordForm};
use crate::text::search_tokens::phrase_tokens;

/// A field that chooses articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chooser {
    Site,
    After,
    Before,
}

impl Chooser {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Site => "site:",
            Self::After => "after:",
            Self::Before => "before:",
        }
    }
}

/// A piece of a query's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum QueryPiece {
    Open,
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
    while let Some(first) = rest.chars().next() {
        match first {
            '(' => pieces.push(QueryPiece::Open),
            ')' => pieces.push(QueryPiece::Close),
            _ => {
                let (piece, behind) = word(rest)?;
                pieces.extend(piece);
                rest = behind.trim_start();
                continue;
            }
        }
        rest = rest[first.len_utf8()..].trim_start();
    }
    Ok(pieces)
}

/// Reads a word, a phrase or an operator at the beginning of a text.
fn word(text: &str) -> Result<(Option<QueryPiece>, &str), QueryError> {
    let (field, value) = field_of(text);
    if let Some(phrase) = value.strip_prefix(['"', '“', '”']) {
        let Some((inside, behind)) = phrase.split_once(['"', '“', '”']) else {
            return Err(QueryError::OpenQuote(phrase.to_owned()));
        };
        return Ok((piece(field, inside, WordForm::Quoted)?, behind));
    }

    let end = value
        .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
        .unwrap_or(value.len());
    let (bare, behind) = value.split_at(end);
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

/// A field of a query, with its colon.
#[derive(Clone, Copy)]
enum NamedField {
    Searched(SearchField),
    Chosen(Chooser),
}

impl NamedField {
    const ALL: [(&str, Self); 6] = [
        ("title:", Self::Searched(SearchField::Title)),
        ("author:", Self::Searched(SearchField::Author)),
        ("section:", Self::Searched(SearchField::Section)),
        ("site:", Self::Chosen(Chooser::Site)),
        ("after:", Self::Chosen(Chooser::After)),
        ("before:", Self::Chosen(Chooser::Before)),
    ];
}

/// Splits the name of a field from what stands behind it. Other words with a colon are words.
fn field_of(text: &str) -> (Option<(&'static str, NamedField)>, &str) {
    for (name, field) in NamedField::ALL {
        let begins = text
            .get(..name.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(name));
        if begins {
            return (Some((name, field)), &text[name.len()..]);
        }
    }
    (None, text)
}

fn piece(
    field: Option<(&'static str, NamedField)>,
    text: &str,
    form: WordForm,
) -> Result<Option<QueryPiece>, QueryError> {
    let field = match field {
        Some((name, _)) if text.is_empty() => return Err(QueryError::NoValue(name)),
        Some((_, NamedField::Chosen(chooser))) => {
            return Ok(Some(QueryPiece::Chosen(chooser, text.to_owned())));
        }
        Some((_, NamedField::Searched(field))) => field,
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
