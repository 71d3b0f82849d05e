//! The publication of an article, as lists and searches show it.

use crate::archive::engine::{self, Row};
use crate::archive::store::lossy;

/// The length of a day in RFC 3339.
const DAY: usize = "2026-03-07".len();

/// Returns when the article of a row was published: RFC 3339 in the paper's offset, or the day
/// alone where the paper tells no more. The row has `published_at` and `published_precision`.
pub(super) fn published_at(row: &Row<'_>) -> engine::Result<Option<String>> {
    let is_day = lossy(row.get_ref("published_precision")?).as_deref() == Some("day");
    let moment = lossy(row.get_ref("published_at")?);
    Ok(moment.map(|at| {
        let day = at.get(..DAY).filter(|_| is_day).map(str::to_owned);
        day.unwrap_or(at)
    }))
}
