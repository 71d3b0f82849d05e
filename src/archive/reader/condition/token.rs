//! The tokens of a condition: words, texts, numbers and signs, each with its place.

use crate::archive::reader::condition::ConditionError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A column or a keyword.
    Word(String),
    /// A text in single quotes.
    Quoted(String),
    Number(String),
    /// An operator, a parenthesis or a comma.
    Sign(&'static str),
}

/// A token, and the byte at which it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlacedToken {
    pub at: usize,
    pub token: Token,
}

/// The longest sign that fits is taken.
const SIGNS: [&str; 10] = ["!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ","];

/// Returns the tokens of a text.
pub(super) fn tokens(text: &str) -> Result<Vec<PlacedToken>, ConditionError> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            return Ok(tokens);
        };

        let (token, length) = if first == '\'' {
            quoted(text, at)?
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), sign.len())
        } else if first.is_ascii_digit() || first == '-' {
            let length = end_of(rest, |c| c.is_ascii_digit() || matches!(c, '-' | '.'));
            (Token::Number(rest[..length].to_owned()), length)
        } else if first.is_alphabetic() || first == '_' {
            let length = end_of(rest, |c| c.is_alphanumeric() || c == '_');
            (Token::Word(rest[..length].to_owned()), length)
        } else {
            let why = if first == '"' {
                "write texts in single quotes, like '문화'"
            } else {
                "here a column, a comparison, a text in single quotes or a number is expected"
            };
            return Err(ConditionError::new(text, at, why));
        };
        tokens.push(PlacedToken { at, token });
        at += length;
    }
}

/// Reads a text in single quotes; two of them are one within it.
fn quoted(text: &str, at: usize) -> Result<(Token, usize), ConditionError> {
    let (mut value, mut from) = (String::new(), at + 1);
    while let Some(length) = text[from..].find('\'') {
        value.push_str(&text[from..from + length]);
        from += length + 1;

        if !text[from..].starts_with('\'') {
            return Ok((Token::Quoted(value), from - at));
        }
        value.push('\'');
        from += 1;
    }

    let why = "the text has no end: write ' behind it, and '' for each ' within it";
    Err(ConditionError::new(text, at, why))
}

fn end_of(text: &str, is_inside: fn(char) -> bool) -> usize {
    text.find(|c| !is_inside(c)).unwrap_or(text.len())
}
