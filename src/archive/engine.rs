//! The engines of an archive behind one face: SQLite, and with the feature `postgres` PostgreSQL.
//!
//! Each statement of the archive is written once, in the SQL that both engines have. What differs
//! is told here: how parameters are written, which types values have, and how rows arrive. The
//! names and the behaviour are those of rusqlite.
//!
//! A server is some way off. `execute_later` does not wait for it, and `ask_row`, `ask_rows` and
//! `ask_execution` ask for answers that wait until somebody needs them: what was asked before one
//! wait is answered by it. SQLite does all of it at once.

mod asked;
mod connection;
mod error;
mod params;
mod rows;
mod statement;
#[cfg(feature = "postgres")]
mod translation;

pub(super) use asked::{AskedCount, AskedRow, AskedRows};
pub(super) use connection::{Connection, Transaction};
pub(super) use error::{Error, OptionalExtension, Result};
pub(super) use params::{Params, params_from_iter};
pub(super) use rows::{ColumnIndex, ResultRows, Row};
pub(super) use statement::PreparedStatement;
