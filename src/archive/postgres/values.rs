//! Values of an archive's rows as PostgreSQL takes and gives them.

use std::borrow::Cow;
use std::error::Error;

use rusqlite::types::Value;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::archive::copying::StorageClass;

/// Begins what stands for a character that PostgreSQL has not in texts, and for itself. Unicode
/// gives it to nobody.
const ESCAPE: char = '\u{10ffff}';

/// A value that is sent.
#[derive(Debug)]
pub(super) struct Sent<'a>(pub(super) &'a Value);

impl ToSql for Sent<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql_checked(of, out),
            Value::Real(number) => number.to_sql_checked(of, out),
            Value::Text(text) => with_escapes(text).to_sql_checked(of, out),
            Value::Blob(bytes) => bytes.to_sql_checked(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // The value's own type looks at that.
        true
    }

    to_sql_checked!();
}

/// Returns the type of a column.
pub(super) fn type_of(class: StorageClass) -> Type {
    match class {
        StorageClass::Integer => Type::INT8,
        StorageClass::Real => Type::FLOAT8,
        StorageClass::Text => Type::TEXT,
        StorageClass::Blob => Type::BYTEA,
    }
}

/// Returns the value of a column of a row.
pub(super) fn value_of(row: &Row, column: usize) -> Result<Value, tokio_postgres::Error> {
    let value = match *row.columns()[column].type_() {
        Type::INT4 => row
            .try_get::<_, Option<i32>>(column)?
            .map(|n| Value::Integer(n.into())),
        Type::INT8 => row.try_get::<_, Option<i64>>(column)?.map(Value::Integer),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(column)?.map(Value::Real),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column)?.map(Value::Blob),
        _ => {
            let text = row.try_get::<_, Option<&str>>(column)?;
            text.map(|text| Value::Text(without_escapes(text)))
        }
    };
    Ok(value.unwrap_or(Value::Null))
}

/// Returns a text as it is sent, without U+0000.
fn with_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => escaped.extend([ESCAPE, '0']),
            ESCAPE => escaped.extend([ESCAPE, '1']),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// Returns the text that was sent so.
fn without_escapes(text: &str) -> String {
    if !text.contains(ESCAPE) {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let meant = match character {
            ESCAPE => characters.next(),
            other => Some(other),
        };
        plain.extend(match (character, meant) {
            (ESCAPE, Some('0')) => Some('\0'),
            (ESCAPE, Some('1')) => Some(ESCAPE),
            (_, other) => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_text_comes_back(text in "[\0\u{10ffff}01가a]{0,12}|\\PC{0,20}") {
            let sent = with_escapes(&text);
            prop_assert!(!sent.contains('\0'));
            prop_assert_eq!(without_escapes(&sent), text);
        }
    }
}
