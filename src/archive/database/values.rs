//! Values of an archive's rows as PostgreSQL takes and gives them.

use std::borrow::Cow;
use std::error::Error;

use rusqlite::types::Value;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// Begins what stands for a character that PostgreSQL has not in texts, and for itself. Unicode
/// gives it to nobody.
const ESCAPE: char = '\u{10ffff}';

/// A value that is sent.
#[derive(Debug)]
pub(crate) struct Sent<'a>(pub(crate) &'a Value);

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

/// A value for a place of a statement: a number becomes what the server takes there.
#[derive(Debug)]
pub(super) struct Placed<'a>(pub(super) &'a Value);

impl ToSql for Placed<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self.0, of) {
            (Value::Integer(number), &Type::BOOL) => (*number != 0).to_sql_checked(of, out),
            (Value::Integer(number), &Type::INT2) => {
                i16::try_from(*number)?.to_sql_checked(of, out)
            }
            (Value::Integer(number), &Type::INT4) => {
                i32::try_from(*number)?.to_sql_checked(of, out)
            }
            (Value::Integer(number), &Type::FLOAT8) => (*number as f64).to_sql_checked(of, out),
            (Value::Integer(number), &Type::TEXT) => number.to_string().to_sql_checked(of, out),
            (Value::Real(number), &Type::FLOAT4) => (*number as f32).to_sql_checked(of, out),
            (value, _) => Sent(value).to_sql_checked(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // The value's own type looks at that.
        true
    }

    to_sql_checked!();
}

/// Returns the value of a column of a row.
pub(crate) fn value_of(row: &Row, column: usize) -> Result<Value, tokio_postgres::Error> {
    let value = match *row.columns()[column].type_() {
        Type::BOOL => row
            .try_get::<_, Option<bool>>(column)?
            .map(|is_so| Value::Integer(is_so.into())),
        Type::INT2 => row
            .try_get::<_, Option<i16>>(column)?
            .map(|n| Value::Integer(n.into())),
        Type::FLOAT4 => row
            .try_get::<_, Option<f32>>(column)?
            .map(|n| Value::Real(n.into())),
        Type::NUMERIC => row
            .try_get::<_, Option<Numeric>>(column)?
            .map(|Numeric(value)| value),
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

/// A number of any size, such as a sum of integers: an integer where it is one.
struct Numeric(Value);

impl<'r> FromSql<'r> for Numeric {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        // How many groups of four digits there are, the power of 10,000 of the first one, a sign, a
        // scale, and the groups, each of two bytes (PostgreSQL, numeric_send).
        let mut words = raw
            .chunks_exact(2)
            .map(|two| u16::from_be_bytes([two[0], two[1]]));
        let mut word = || words.next().ok_or("a numeric without its head");
        let (count, weight, sign) = (word()?, word()?.cast_signed(), word()?);
        word()?;

        let (mut whole, mut part) = (0_i128, 0_f64);
        for place in 0..count.cast_signed() {
            let digits = word()?;
            let power = i32::from(weight) - i32::from(place);
            if power >= 0 {
                let unit = 10_000_i128.checked_pow(power.unsigned_abs());
                let digits = unit.and_then(|unit| unit.checked_mul(digits.into()));
                whole = digits
                    .and_then(|digits| whole.checked_add(digits))
                    .ok_or("too large")?;
            } else {
                part += f64::from(digits) * 10_000_f64.powi(power);
            }
        }
        let is_negative = sign == 0x4000;
        if part == 0.0 {
            let whole = if is_negative { -whole } else { whole };
            return Ok(Self(Value::Integer(i64::try_from(whole)?)));
        }
        let number = whole as f64 + part;
        Ok(Self(Value::Real(if is_negative {
            -number
        } else {
            number
        })))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::NUMERIC
    }
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
