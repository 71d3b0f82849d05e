//! What rows of tables without a hash have in common with other rows.

/// A condition that all rows of a table meet.
pub(super) struct TableRule {
    pub table: &'static str,
    pub key: &'static str,
    /// The row's address, in SQL.
    pub url: &'static str,
    /// In SQL. A row for which this is unknown breaks the rule no more than one for which it is
    /// true.
    pub holds: &'static str,
    /// What is wrong with a row that breaks it.
    pub why: &'static str,
}

const fn rule(
    table: &'static str,
    key: &'static str,
    holds: &'static str,
    why: &'static str,
) -> TableRule {
    TableRule {
        table,
        key,
        url: "NULL",
        holds,
        why,
    }
}

/// The rules, each of what the archive's writer writes together. Moments of one answer are at most
/// a second apart, those of a robots.txt behind redirects an hour.
pub(super) const RULES: [TableRule; 11] = [
    rule(
        "version",
        "version.id",
        "site_id = (SELECT site_id FROM article WHERE article.id = version.article_id)",
        "`site_id` is another than that of its article",
    ),
    rule(
        "fingerprint",
        "fingerprint.article_id",
        "site_id = (SELECT site_id FROM article WHERE article.id = fingerprint.article_id)",
        "`site_id` is another than that of its article",
    ),
    rule(
        "capture",
        "capture.id",
        "(SELECT url FROM page WHERE page.id = capture.page_id)
         IS NOT DISTINCT FROM (SELECT url FROM ledger WHERE ledger.id = capture.announced_id)",
        "the ledger announced another address than that of its page",
    ),
    rule(
        "capture",
        "capture.id",
        "abs(fetched_at - (SELECT at FROM ledger AS ended
                           WHERE ended.announced_id = capture.announced_id)) <= 1000",
        "the ledger has another moment of its answer than `fetched_at`",
    ),
    rule(
        "robots",
        "robots.id",
        "abs(fetched_at - (SELECT at FROM ledger AS ended
                           WHERE ended.announced_id = robots.announced_id)) <= 3600000",
        "the ledger has another moment of its answer than `fetched_at`",
    ),
    TableRule {
        url: "url",
        ..rule(
            "page",
            "page.id",
            "substr(url, instr(url, '://') + 3, length(host) + 1) IN (host, host || '/')",
            "`host` is not that of its address",
        )
    },
    TableRule {
        url: "url",
        ..rule(
            "page",
            "page.id",
            "capture_id IS NULL
             OR (SELECT page_id FROM capture WHERE capture.id = page.capture_id)
                IS NOT DISTINCT FROM page.id",
            "its newest answer, `capture_id`, is of another page",
        )
    },
    rule(
        "tombstone",
        "tombstone.article_id",
        // A restored archive tells a takedown again, after it happened.
        "EXISTS (SELECT 1 FROM change WHERE change.article_id = tombstone.article_id
                 AND kind = 'taken_down' AND change.at >= tombstone.at)",
        "no takedown of its article is told since `at`",
    ),
    rule(
        "change",
        "change.seq",
        "seq = 1 OR EXISTS (SELECT 1 FROM change AS before WHERE before.seq = change.seq - 1)",
        "the change before it is missing",
    ),
    rule(
        "lease",
        "lease.only",
        "epoch >= (SELECT max(epoch) FROM run)",
        "`epoch` is smaller than that of a run",
    ),
    rule(
        "word_index",
        "word_index.rowid",
        "seq <= (SELECT coalesce(max(seq), 0) FROM change)",
        "`seq` is larger than that of any change",
    ),
];
