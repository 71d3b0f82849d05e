//! An archive of queued articles that were never fetched, on many hosts.

use rusqlite::{Connection, params};

use crate::{BEGAN, ROWS_AT_ONCE};

/// Writes so many pages, one host after the other: their indexes grow at one place at a time.
pub fn write(sql: &Connection, count: u64, hosts: u64) {
    let mut written = 0;
    while written < count {
        sql.execute_batch("BEGIN").expect("a transaction can begin");
        let last = count.min(written + ROWS_AT_ONCE);
        for index in written..last {
            write_page(sql, index, &host(index * hosts / count));
        }
        sql.execute_batch("COMMIT").expect("it can be saved");
        written = last;
    }
}

/// The name of a host.
pub fn host(index: u64) -> String {
    format!("paper{index:06}.example")
}

fn write_page(sql: &Connection, index: u64, host: &str) {
    let url = format!("https://{host}/news/articleView.html?idxno={index}");
    sql.prepare_cached(
        "INSERT INTO page (site_id, host, url, role, number, priority, discovered_at, due_at)
         VALUES (1, ?1, ?2, 'article', ?3, 10, ?4, ?4)",
    )
    .and_then(|mut insert| insert.execute(params![host, url, index, BEGAN.millis()]))
    .expect("a page can be written");
}
