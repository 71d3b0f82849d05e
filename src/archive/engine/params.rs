//! The values of a statement's places.

use rusqlite::ToSql;
#[cfg(feature = "postgres")]
use rusqlite::types::{ToSqlOutput, Value};

#[cfg(feature = "postgres")]
use crate::archive::engine::error::{Error, Result};

/// Values for all places of a statement, in their order: `[]`, an array, `params![…]`, or
/// [`params_from_iter`].
pub(crate) trait Params {
    /// The same values as SQLite takes them.
    type Sqlite: rusqlite::Params;

    /// Returns the values as SQLite takes them.
    fn into_sqlite(self) -> Self::Sqlite;

    /// Returns each value.
    #[cfg(feature = "postgres")]
    fn into_values(self) -> Result<Vec<Value>>;
}

/// Returns a value as another engine takes it.
#[cfg(feature = "postgres")]
pub(super) fn value_of(value: &(impl ToSql + ?Sized)) -> Result<Value> {
    match value.to_sql()? {
        ToSqlOutput::Owned(value) => Ok(value),
        ToSqlOutput::Borrowed(value) => Ok(Value::try_from(value)?),
        ToSqlOutput::Arg(_) | _ => Err(Error::Sqlite(rusqlite::Error::ToSqlConversionFailure(
            "a value that only SQLite takes".into(),
        ))),
    }
}

impl Params for [&(dyn ToSql + Send + Sync); 0] {
    type Sqlite = Self;

    fn into_sqlite(self) -> Self {
        self
    }

    #[cfg(feature = "postgres")]
    fn into_values(self) -> Result<Vec<Value>> {
        Ok(Vec::new())
    }
}

impl<'p> Params for &'p [&'p dyn ToSql] {
    type Sqlite = Self;

    fn into_sqlite(self) -> Self {
        self
    }

    #[cfg(feature = "postgres")]
    fn into_values(self) -> Result<Vec<Value>> {
        self.iter().map(|value| value_of(*value)).collect()
    }
}

impl<A: ToSql, B: ToSql> Params for (A, B) {
    type Sqlite = Self;

    fn into_sqlite(self) -> Self {
        self
    }

    #[cfg(feature = "postgres")]
    fn into_values(self) -> Result<Vec<Value>> {
        Ok(vec![value_of(&self.0)?, value_of(&self.1)?])
    }
}

/// Values that an iterator gives.
#[derive(Debug)]
pub(crate) struct ParamsFromIter<I>(I);

/// Makes the values of an iterator those of a statement's places.
pub(crate) fn params_from_iter<I>(values: I) -> ParamsFromIter<I>
where
    I: IntoIterator<Item: ToSql>,
{
    ParamsFromIter(values)
}

impl<I> Params for ParamsFromIter<I>
where
    I: IntoIterator<Item: ToSql>,
{
    type Sqlite = rusqlite::ParamsFromIter<I>;

    fn into_sqlite(self) -> Self::Sqlite {
        rusqlite::params_from_iter(self.0)
    }

    #[cfg(feature = "postgres")]
    fn into_values(self) -> Result<Vec<Value>> {
        self.0.into_iter().map(|value| value_of(&value)).collect()
    }
}

/// An array without a type, `[]`, has to mean one of them: there is none for all lengths.
macro_rules! arrays {
    ($($length:literal)+) => {
        $(
            impl<T: ToSql> Params for [T; $length] {
                type Sqlite = Self;

                fn into_sqlite(self) -> Self {
                    self
                }

                #[cfg(feature = "postgres")]
                fn into_values(self) -> Result<Vec<Value>> {
                    self.iter().map(value_of).collect()
                }
            }

            impl<'p> Params for &'p [&'p dyn ToSql; $length] {
                type Sqlite = &'p [&'p dyn ToSql];

                fn into_sqlite(self) -> Self::Sqlite {
                    self
                }

                #[cfg(feature = "postgres")]
                fn into_values(self) -> Result<Vec<Value>> {
                    self.iter().map(|value| value_of(*value)).collect()
                }
            }
        )+
    };
}

arrays! { 1 2 3 4 5 6 7 8 9 10 11 12 }
