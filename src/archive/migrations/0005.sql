-- Schema 5: sitemaps, sources that rest while they bring no news and retire when they are dead, and starts that
-- schedules skipped. Foreign keys are off while the table is made anew.

CREATE TABLE new_page (
    id            INTEGER PRIMARY KEY,
    site_id       INTEGER NOT NULL REFERENCES site,
    host          TEXT NOT NULL,
    url           TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('policy', 'home', 'feed', 'section', 'sitemap', 'window', 'list', 'article')),
    number        INTEGER, -- an article's number, an unsigned 64-bit value in SQLite's signed one
    priority      INTEGER NOT NULL,
    discovered_at INTEGER NOT NULL,
    due_at        INTEGER,
    attempts      INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    verdict       TEXT CHECK (verdict IN ('stored', 'read', 'moved', 'members', 'withheld', 'gone', 'unextracted', 'disallowed', 'refused', 'failed')),
    reason        TEXT,
    settled_at    INTEGER,
    hops          INTEGER NOT NULL DEFAULT 0 CHECK (hops >= 0),
    etag          TEXT,
    last_modified TEXT,
    -- The newest answer that tells whether there is such a page (2xx, 404, 410): found without a look at all captures.
    capture_id    INTEGER REFERENCES capture,
    -- of articles that are kept: `due_at` is set beside the verdict while one waits for another look
    again_at      INTEGER,
    gone_looks    INTEGER NOT NULL DEFAULT 0 CHECK (gone_looks >= 0), -- looks in a row that found nothing
    -- of sections, feeds and sitemaps
    news_at       INTEGER, -- when it last told of a page that was not known
    failures      INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0), -- of feeds and sitemaps: answers in a row that were none
    -- of sections and windows
    read_to_end_at INTEGER,
    read_since     INTEGER, -- that reading wanted nothing that was published before
    deep_at        INTEGER, -- the last reading to its end, or as far back as deep checks look
    list_end       TEXT CHECK (list_end IN ('last', 'past', 'repeats', 'since', 'known')),
    -- of further list pages: where they stand in the reading
    section_id    INTEGER REFERENCES page,
    pass          TEXT CHECK (pass IN ('first', 'deep', 'window', 'later')),
    began_at      INTEGER,
    previous      TEXT, -- marks of the last pages, as a JSON array
    promised      INTEGER NOT NULL DEFAULT 0 CHECK (promised IN (0, 1)),
    -- of sections, where the last complete reading began; of further list pages, that of their own reading and how much of the last
    -- one it has met: {"head": [marks], "newest": ms, "met": count}
    joint         TEXT,
    CHECK (due_at IS NOT NULL OR verdict IS NOT NULL),
    CHECK (role = 'article' OR due_at IS NULL OR verdict IS NULL),
    CHECK ((verdict IS NULL) = (settled_at IS NULL)),
    CHECK (role <> 'list' OR (section_id IS NOT NULL AND pass IS NOT NULL AND began_at IS NOT NULL))
) STRICT;
INSERT INTO new_page (id, site_id, host, url, role, number, priority, discovered_at, due_at, attempts, verdict, reason, settled_at, hops,
    etag, last_modified, capture_id, again_at, gone_looks, news_at, read_to_end_at, read_since, deep_at, list_end, section_id, pass,
    began_at, previous, promised, joint)
SELECT id, site_id, host, url, role, number, priority, discovered_at, due_at, attempts, verdict, reason, settled_at, hops,
    etag, last_modified, capture_id, again_at, gone_looks, CASE WHEN role IN ('section', 'feed') THEN settled_at END, read_to_end_at,
    read_since, deep_at, list_end, section_id, pass, began_at, previous, promised, joint
FROM page;
DROP TABLE page;
ALTER TABLE new_page RENAME TO page;
CREATE INDEX page_due ON page (host, priority DESC, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX page_of_article ON page (site_id, number) WHERE number IS NOT NULL;
CREATE INDEX page_of_list ON page (section_id) WHERE section_id IS NOT NULL;
CREATE INDEX page_again ON page (site_id, again_at) WHERE again_at IS NOT NULL;
CREATE INDEX page_sitemap ON page (site_id) WHERE role = 'sitemap';

CREATE INDEX version_published ON version (published_ms) WHERE n = 1;
CREATE INDEX version_later ON version (article_id) WHERE n > 1;

ALTER TABLE site ADD COLUMN validators_vary INTEGER NOT NULL DEFAULT 0 CHECK (validators_vary >= 0); -- same pages in a row with other validators

ALTER TABLE run ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0 CHECK (skipped >= 0); -- scheduled starts that it made up for
DROP VIEW runs;
CREATE VIEW runs AS
SELECT run.id, run.command,
       strftime('%Y-%m-%dT%H:%M:%SZ', run.started_at / 1000, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', run.ended_at / 1000, 'unixepoch') AS ended_at, run.how,
       (SELECT count(*) FROM ledger WHERE kind = 'announced' AND id > run.ledger_from AND id <= run.ledger_to) AS requests,
       (SELECT coalesce(sum(bytes), 0) FROM ledger WHERE kind = 'ended' AND id > run.ledger_from AND id <= run.ledger_to) AS bytes,
       CASE WHEN run.how IS NOT NULL THEN run.articles_new ELSE (SELECT count(*) FROM change WHERE kind = 'new' AND seq > run.change_from) END AS articles_new,
       CASE WHEN run.how IS NOT NULL THEN run.articles_changed ELSE (SELECT count(*) FROM change WHERE kind = 'changed' AND seq > run.change_from) END AS articles_changed,
       run.articles_gone, run.refused, run.failed, run.skipped
FROM (SELECT *, coalesce((SELECT min(ledger_from) FROM run AS next WHERE next.id > run.id), (SELECT max(id) FROM ledger)) AS ledger_to
      FROM run) AS run;
