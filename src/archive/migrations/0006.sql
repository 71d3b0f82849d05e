-- Schema 6: what makes an archive right on every server, and lets it look after itself.

-- Why a queued page waits: what its last try came to.
ALTER TABLE page ADD COLUMN trouble TEXT;

-- Announcements in a row of the page that were never ended: the process died each time.
ALTER TABLE page ADD COLUMN unended INTEGER NOT NULL DEFAULT 0 CHECK (unended >= 0);

-- One body that answers for several addresses, and one address that several pages moved to, are found without a look at all.
CREATE INDEX capture_of_body ON capture (body_id) WHERE body_id IS NOT NULL;
CREATE INDEX page_moved ON page (reason) WHERE verdict = 'moved';

-- Bodies that `verify --repair` found damaged: the same bytes take their place when they come again.
CREATE TABLE damage (
    body_id  INTEGER PRIMARY KEY, -- no reference: the row itself may be what cannot be read
    found_at INTEGER NOT NULL
) STRICT;

-- A run's counts, as the program counts them: stored with each commit of what they count. Earlier runs keep the numbers that the view
-- `runs` worked out from the ledger, and one that was killed keeps what it is known to have brought.
ALTER TABLE run ADD COLUMN requests INTEGER NOT NULL DEFAULT 0 CHECK (requests >= 0);
ALTER TABLE run ADD COLUMN not_modified INTEGER NOT NULL DEFAULT 0 CHECK (not_modified >= 0);
ALTER TABLE run ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0);
UPDATE run SET requests = told.requests, not_modified = told.not_modified, bytes = told.bytes
FROM (SELECT span.id AS id, count(*) FILTER (WHERE kind = 'announced') AS requests,
             count(*) FILTER (WHERE kind = 'ended' AND status = 304) AS not_modified,
             coalesce(sum(bytes) FILTER (WHERE kind = 'ended'), 0) AS bytes
      FROM (SELECT id, ledger_from, lead(ledger_from) OVER (ORDER BY id) AS ledger_to FROM run) AS span
      JOIN ledger ON ledger.id > span.ledger_from AND ledger.id <= coalesce(span.ledger_to, 9223372036854775807)
      GROUP BY span.id) AS told
WHERE told.id = run.id;
UPDATE run SET
    articles_new = (SELECT count(*) FROM change WHERE seq > run.change_from AND kind = 'new'),
    articles_changed = (SELECT count(*) FROM change WHERE seq > run.change_from AND kind = 'changed'),
    articles_gone = (SELECT count(*) FROM page WHERE settled_at >= run.started_at AND verdict = 'gone' AND role = 'article'),
    refused = (SELECT count(*) FROM page WHERE settled_at >= run.started_at AND verdict IN ('refused', 'disallowed')),
    failed = (SELECT count(*) FROM page WHERE settled_at >= run.started_at AND verdict IN ('failed', 'unextracted'))
WHERE how IS NULL;
DROP VIEW runs;
CREATE VIEW runs AS
SELECT id, command, strftime('%Y-%m-%dT%H:%M:%SZ', started_at / 1000, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', ended_at / 1000, 'unixepoch') AS ended_at, how,
       requests, not_modified, bytes, articles_new, articles_changed, articles_gone, refused, failed, skipped
FROM run;
