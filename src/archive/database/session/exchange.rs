//! Questions to the server and their answers, with the values of places and columns.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::Value;
use tokio_postgres::types::ToSql;

use crate::archive::background::{BegunWork, WorkEnded};
use crate::archive::database::PostgresStore;
use crate::archive::database::values::{Placed, value_of};

/// Asks for all rows of a query.
pub(super) async fn rows_of(
    store: &Arc<PostgresStore>,
    prepared: &tokio_postgres::Statement,
    values: &[Value],
) -> Result<Vec<Vec<Value>>, tokio_postgres::Error> {
    let places: Vec<Placed<'_>> = values.iter().map(Placed).collect();
    let rows = store.client.query(prepared, &references(&places)).await?;
    rows.iter().map(decoded).collect()
}

/// Executes a statement, and returns how many rows it changed.
pub(super) async fn changed_by(
    store: Arc<PostgresStore>,
    prepared: tokio_postgres::Statement,
    values: Vec<Value>,
) -> Result<u64, tokio_postgres::Error> {
    let places: Vec<Placed<'_>> = values.iter().map(Placed).collect();
    store.client.execute(&prepared, &references(&places)).await
}

pub(super) fn references<'v>(places: &'v [Placed<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    places.iter().map(|place| place as _).collect()
}

/// Returns the values of a row.
fn decoded(row: &tokio_postgres::Row) -> Result<Vec<Value>, tokio_postgres::Error> {
    (0..row.len()).map(|column| value_of(row, column)).collect()
}

/// A process that was stopped for longer than its patience finds the answer as soon as the
/// session's thread has run again.
const AWAKENING: Duration = Duration::from_secs(1);

/// Waits for an answer; `None` where it does not come in time.
pub(super) fn answer_in_time<T>(answer: BegunWork<T>, patience: Option<Duration>) -> Option<T> {
    let answer = match answer {
        BegunWork::Done(answer) => return Some(answer),
        BegunWork::UnderWay(answer) => answer,
    };
    let Some(patience) = patience else {
        return answer.result().ok();
    };
    match answer.result_within(patience) {
        Ok(Some(result)) => Some(result),
        Ok(None) => answer.result_within(AWAKENING).ok().flatten(),
        Err(WorkEnded) => None,
    }
}
