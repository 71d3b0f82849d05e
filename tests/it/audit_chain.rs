//! The audit of the ledger itself: rows that were changed, removed, or never made sense.

use std::fs;

use saseo::archive::{FILE, Reader};
use saseo::audit::{AuditReport, AuditScope, ViolationKind, audit};
use tempfile::TempDir;

use crate::archive_desk::{Desk, later_ms};
use crate::handwritten_ledger::{article_request, polite_ledger, rehash, terms, unguarded};

/// A change of every column of the ledger, and three of its hash and digest.
fn changes() -> Vec<String> {
    let numbers = [
        "form",
        "at",
        "run_id",
        "robots_id",
        "gap",
        "announced_id",
        "status",
        "bytes",
        "retry_after",
        "not_before",
    ];
    let texts = ["kind", "terms", "url", "host", "server", "rule", "trouble"];
    let bytes = [
        "digest = zeroblob(32)",
        "hash = zeroblob(32)",
        "hash = x'00'",
    ];

    let numbers = numbers.map(|column| format!("{column} = coalesce({column}, 0) + 1"));
    let texts = texts.map(|column| format!("{column} = coalesce({column}, '') || 'x'"));
    let bytes = bytes.map(str::to_owned);
    numbers.into_iter().chain(texts).chain(bytes).collect()
}

/// Audits a copy of the archive with a change of one row.
fn audit_with(desk: &Desk, change: &str, row: u64) -> AuditReport {
    let copy = TempDir::new().unwrap();
    let file = copy.path().join(FILE);
    fs::copy(desk.folder.path().join(FILE), &file).unwrap();

    let sql = unguarded(&file);
    let changed = sql.execute(&format!("UPDATE ledger SET {change} WHERE id = {row}"), []);
    assert_eq!(changed, Ok(1), "{change} of row {row}");

    audit(&Reader::open(copy.path()).unwrap(), AuditScope::Everything).unwrap()
}

#[test]
fn no_column_of_any_row_can_be_changed_unseen() {
    let (desk, _) = polite_ledger(2);
    desk.tamper()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();

    for row in 1..=desk.audit().rows {
        for change in changes() {
            let violations = audit_with(&desk, &change, row).violations;
            let is_reported = violations.iter().any(|violation| {
                violation.kind == ViolationKind::Chain && violation.rows.contains(&(row as i64))
            });
            assert!(is_reported, "{change} of row {row}: {violations:?}");
        }
    }
}

#[test]
fn a_removed_row_is_reported_wherever_it_stood() {
    for (row, reported) in [(1, 2), (4, 5), (5, 6)] {
        let (desk, _) = polite_ledger(3);
        let head = desk.audit().head;
        desk.tamper()
            .execute("DELETE FROM ledger WHERE id = ?1", [row])
            .unwrap();

        desk.assert_violation(ViolationKind::Chain, &[reported]);
        assert_eq!(desk.audit().head, head);
    }
}

#[test]
fn rows_that_were_cut_off_the_end_show_in_the_head() {
    let (desk, _) = polite_ledger(3);
    let head = desk.audit().head;
    desk.tamper()
        .execute("DELETE FROM ledger WHERE id > 6", [])
        .unwrap();

    assert_eq!(desk.violations(), []);
    assert_ne!(desk.audit().head, head);
}

#[test]
fn a_request_that_ended_twice_or_never_began_is_reported() {
    let (desk, _) = polite_ledger(2);
    let sql = desk.tamper();
    sql.execute_batch("DROP INDEX ledger_ending; UPDATE ledger SET announced_id = 4 WHERE id = 7")
        .unwrap();
    rehash(&sql);
    desk.assert_violation(ViolationKind::Chain, &[4, 7]);
}

#[test]
fn an_end_before_its_request_is_reported() {
    let (desk, _) = polite_ledger(2);
    let sql = desk.tamper();
    let too_early = later_ms(19_999).millis();
    sql.execute("UPDATE ledger SET at = ?1 WHERE id = 7", [too_early])
        .unwrap();
    rehash(&sql);
    assert_eq!(desk.violations(), [(ViolationKind::Chain, vec![6, 7])]);
}

#[test]
fn a_run_without_its_terms_is_reported_once() {
    let (desk, _) = polite_ledger(3);
    let sql = desk.tamper();
    sql.execute_batch("UPDATE ledger SET run_id = 9 WHERE id > 3")
        .unwrap();
    rehash(&sql);
    assert_eq!(desk.violations(), [(ViolationKind::Chain, vec![4])]);
}

#[test]
fn a_request_that_is_counted_at_another_host_is_reported() {
    let (desk, _) = polite_ledger(2);
    let sql = desk.tamper();
    sql.execute("UPDATE ledger SET host = 'own.example' WHERE id = 6", [])
        .unwrap();
    rehash(&sql);
    desk.assert_violation(ViolationKind::Chain, &[6]);
}

/// The ledger of a run of schema 1, and the first request of another one, which a kill cut short.
fn rows_of_schema_1() -> String {
    let row = |at: u64, run: u64, fields: &str, values: &str| {
        let at = later_ms(at).millis();
        format!(
            "INSERT INTO ledger (form, at, run_id, hash, {fields})
             VALUES (1, {at}, {run}, zeroblob(32), {values});"
        )
    };
    let announced = |at, run, path: &str, robots: &str, rule: &str| {
        row(
            at,
            run,
            "kind, url, host, robots_id, rule, gap",
            &format!(
                "'announced', 'https://paper.example{path}', 'paper.example', {robots}, '{rule}',
                 2000"
            ),
        )
    };
    let page = |at, run, path| announced(at, run, path, "1", "no rule against it");
    let ended = |at, request: u64| {
        row(
            at,
            1,
            "kind, announced_id, status, bytes, not_before",
            &format!("'ended', {request}, 200, 5, 0"),
        )
    };

    [
        announced(0, 1, "/robots.txt", "NULL", "robots.txt itself"),
        ended(100, 1),
        page(2_100, 1, "/a"),
        ended(2_200, 3),
        page(5_000, 1, "/b"),
        page(9_000, 2, "/b"),
    ]
    .concat()
}

#[test]
fn rows_of_schema_1_are_checked_against_their_own_fields() {
    let (mut desk, robots) = polite_ledger(0);
    let sql = desk.tamper();
    sql.execute_batch("DELETE FROM ledger; UPDATE robots SET announced_id = NULL")
        .unwrap();
    sql.execute_batch(&rows_of_schema_1()).unwrap();
    rehash(&sql);

    desk.begin_run(&terms(), later_ms(10_000));
    desk.visit(article_request(1, later_ms(20_000), robots));
    assert_eq!(desk.violations(), []);

    sql.execute("UPDATE ledger SET at = at - 1 WHERE id = 3", [])
        .unwrap();
    rehash(&sql);
    assert_eq!(desk.violations(), [(ViolationKind::Gap, vec![2, 3])]);
}
