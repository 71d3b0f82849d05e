-- Schema 2: what proves politeness (terms, digests, Retry-After), why hosts rest, opt-outs with their evidence; fewer
-- indexes on the way of every answer. Foreign keys are off while tables are made anew.

DROP VIEW articles;
DROP VIEW requests;
DROP VIEW runs;

ALTER TABLE host ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;   -- the moment that not_before counts from
ALTER TABLE host ADD COLUMN slowed INTEGER NOT NULL DEFAULT 0 CHECK (slowed >= 0);
ALTER TABLE host ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0 CHECK (refusals >= 0);
ALTER TABLE host ADD COLUMN rest TEXT CHECK (rest IN ('retry-after', 'busy', 'failing', 'refusing'));

-- The clock as it was at the run's start: which boot of the machine, and how long that had been up.
ALTER TABLE lease ADD COLUMN boot TEXT;
ALTER TABLE lease ADD COLUMN uptime INTEGER;

-- The last change before the run: what it brought is counted from there, also where it was killed.
ALTER TABLE run ADD COLUMN change_from INTEGER NOT NULL DEFAULT 0;

-- The request that brought a robots.txt: its ending in the ledger has the body's digest.
ALTER TABLE robots ADD COLUMN announced_id INTEGER REFERENCES ledger;

CREATE TABLE new_page (
    id            INTEGER PRIMARY KEY,
    site_id       INTEGER NOT NULL REFERENCES site,
    host          TEXT NOT NULL,
    url           TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('policy', 'home', 'feed', 'section', 'list', 'article')),
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
    -- of sections
    read_to_end_at INTEGER,
    read_since     INTEGER, -- that reading wanted nothing that was published before
    list_end       TEXT CHECK (list_end IN ('last', 'past', 'repeats', 'since', 'known')),
    -- of further list pages: where they stand in the reading
    section_id    INTEGER REFERENCES page,
    pass          TEXT CHECK (pass IN ('first', 'later')),
    began_at      INTEGER,
    previous      TEXT, -- marks of the last pages, as a JSON array
    promised      INTEGER NOT NULL DEFAULT 0 CHECK (promised IN (0, 1)),
    CHECK ((due_at IS NULL) = (verdict IS NOT NULL)),
    CHECK ((verdict IS NULL) = (settled_at IS NULL)),
    CHECK (role <> 'list' OR (section_id IS NOT NULL AND pass IS NOT NULL AND began_at IS NOT NULL))
) STRICT;
INSERT INTO new_page (id, site_id, host, url, role, number, priority, discovered_at, due_at, attempts, verdict, reason, settled_at, hops,
    etag, last_modified, read_to_end_at, list_end, section_id, pass, began_at, previous)
SELECT id, site_id, host, url, role, number, priority, discovered_at, due_at, attempts, verdict, reason, settled_at, hops,
    etag, last_modified, read_to_end_at, list_end, section_id, pass, began_at, CASE WHEN previous IS NOT NULL THEN json_array(previous) END FROM page;
DROP TABLE page;
ALTER TABLE new_page RENAME TO page;
CREATE INDEX page_due ON page (host, priority DESC, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX page_of_article ON page (site_id, number) WHERE number IS NOT NULL;
CREATE INDEX page_of_list ON page (section_id) WHERE section_id IS NOT NULL;

-- What was asked and how it ended. A run begins with its terms; a request is announced before it leaves, and ended
-- after. Append-only, hash-chained; `form` tells which fields the hash covers.
CREATE TABLE new_ledger (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('began', 'announced', 'ended')),
    form         INTEGER NOT NULL CHECK (form IN (1, 2)),
    at           INTEGER NOT NULL,
    run_id       INTEGER NOT NULL REFERENCES run,
    -- of a beginning: who asks, and the pace that was promised, as JSON
    terms        TEXT,
    -- of an announcement
    url          TEXT,
    host         TEXT,
    server       TEXT,
    robots_id    INTEGER REFERENCES robots,
    rule         TEXT,
    gap          INTEGER,
    -- of an ending
    announced_id INTEGER REFERENCES ledger,
    status       INTEGER,
    bytes        INTEGER,
    digest       BLOB CHECK (length(digest) = 32), -- SHA-256 of the decoded body
    retry_after  INTEGER, -- the moment that a Retry-After names
    trouble      TEXT,
    not_before   INTEGER,
    hash         BLOB NOT NULL CHECK (length(hash) = 32),
    CHECK ((kind = 'began') = (terms IS NOT NULL)),
    CHECK ((kind = 'announced') = (url IS NOT NULL AND host IS NOT NULL AND rule IS NOT NULL AND gap IS NOT NULL)),
    CHECK ((kind = 'ended') = (announced_id IS NOT NULL)),
    CHECK (kind <> 'ended' OR (status IS NULL) = (trouble IS NOT NULL))
) STRICT;
INSERT INTO new_ledger (id, kind, form, at, run_id, url, host, server, robots_id, rule, gap, announced_id, status, bytes, trouble, not_before, hash)
SELECT id, kind, 1, at, run_id, url, host, server, robots_id, rule, gap, announced_id, status, bytes, trouble, not_before, hash FROM ledger;
DROP TABLE ledger;
ALTER TABLE new_ledger RENAME TO ledger;
CREATE UNIQUE INDEX ledger_ending ON ledger (announced_id) WHERE announced_id IS NOT NULL;
CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_never_cut BEFORE DELETE ON ledger BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

-- An answer as it came. Where its paper forbids archives, the body is withheld and the reason stands in its place.
CREATE TABLE new_capture (
    id               INTEGER PRIMARY KEY,
    page_id          INTEGER NOT NULL REFERENCES page,
    announced_id     INTEGER NOT NULL REFERENCES ledger,
    fetched_at       INTEGER NOT NULL,
    status           INTEGER NOT NULL,
    headers          TEXT NOT NULL,
    body_id          INTEGER REFERENCES body,
    withheld         TEXT,
    charset_declared TEXT,
    charset_used     TEXT,
    charset_errors   INTEGER NOT NULL DEFAULT 0 CHECK (charset_errors IN (0, 1)),
    CHECK ((body_id IS NULL) = (withheld IS NOT NULL))
) STRICT;
INSERT INTO new_capture (id, page_id, announced_id, fetched_at, status, headers, body_id, charset_declared, charset_used, charset_errors)
SELECT id, page_id, announced_id, fetched_at, status, headers, body_id, charset_declared, charset_used, charset_errors FROM capture;
DROP TABLE capture;
ALTER TABLE new_capture RENAME TO capture;

-- What a paper says against uses of a page: the words themselves, where they stood, and what was done about them.
CREATE TABLE opt_out (
    id         INTEGER PRIMARY KEY,
    capture_id INTEGER NOT NULL REFERENCES capture,
    signal     TEXT NOT NULL,
    source     TEXT NOT NULL,
    evidence   TEXT NOT NULL,
    effect     TEXT NOT NULL CHECK (effect IN ('obeyed', 'recorded', 'ignored'))
) STRICT;
CREATE INDEX opt_out_of_capture ON opt_out (capture_id);

-- An article is known by its number; only one without is known by its address.
CREATE TABLE new_article (
    id            INTEGER PRIMARY KEY,
    site_id       INTEGER NOT NULL REFERENCES site,
    number        INTEGER,
    url           TEXT NOT NULL,
    access        TEXT NOT NULL CHECK (access IN ('open', 'members', 'gone')),
    first_seen_at INTEGER NOT NULL,
    UNIQUE (site_id, number)
) STRICT;
INSERT INTO new_article SELECT * FROM article;
DROP TABLE article;
ALTER TABLE new_article RENAME TO article;
CREATE UNIQUE INDEX article_of_url ON article (url) WHERE number IS NULL;

CREATE TABLE new_version (
    article_id       INTEGER NOT NULL REFERENCES article,
    n                INTEGER NOT NULL CHECK (n >= 1),
    capture_id       INTEGER NOT NULL REFERENCES capture,
    made_at          INTEGER NOT NULL,
    canonical_url    TEXT,
    title            TEXT,
    subtitle         TEXT,
    authors          TEXT NOT NULL CHECK (json_valid(authors)),
    byline           TEXT,
    published_at     TEXT,
    published_ms     INTEGER,
    modified_at      TEXT,
    published_source TEXT,
    section          TEXT,
    subsection       TEXT,
    language         TEXT,
    text             TEXT NOT NULL,
    images           TEXT NOT NULL CHECK (json_valid(images)),
    tags             TEXT NOT NULL CHECK (json_valid(tags)),
    rights           TEXT,
    opt_outs         TEXT NOT NULL CHECK (json_valid(opt_outs)),
    content_sha256   TEXT NOT NULL,
    extractor        TEXT NOT NULL,
    searchable       INTEGER NOT NULL DEFAULT 1 CHECK (searchable IN (0, 1)), -- 0 where the page says noindex
    PRIMARY KEY (article_id, n)
) STRICT, WITHOUT ROWID;
INSERT INTO new_version
SELECT article_id, n, capture_id, made_at, canonical_url, title, subtitle, authors, byline, published_at, published_ms, modified_at,
       published_source, section, subsection, language, text, images, tags, rights, opt_outs, content_sha256, extractor, 1 FROM version;
DROP TABLE version;
ALTER TABLE new_version RENAME TO version;

-- The views: what other programs may rely on.

-- Every article in its newest version. Moments of ours are RFC 3339 in UTC, the paper's in its own offset.
CREATE VIEW articles AS
SELECT site.name || '/' || coalesce(printf('%u', article.number), article.url) AS id,
       site.name AS site, article.url, version.canonical_url, article.number, version.title, version.subtitle,
       version.authors, version.byline, version.published_at, version.modified_at, version.published_source,
       version.section, version.subsection, version.language, version.text, version.images, version.tags,
       version.rights, article.access, version.opt_outs, version.n AS version, version.content_sha256,
       strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch') AS first_seen_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch') AS fetched_at,
       capture.status AS http_status, version.extractor, version.published_ms, version.searchable
FROM article
JOIN site ON site.id = article.site_id
JOIN version ON version.article_id = article.id
 AND version.n = (SELECT max(n) FROM version AS newest WHERE newest.article_id = article.id)
JOIN capture ON capture.id = version.capture_id;

-- Every request that was announced, with its ending where it had one.
CREATE VIEW requests AS
SELECT announced.id, announced.run_id AS run, announced.host, announced.url, announced.server,
       strftime('%Y-%m-%dT%H:%M:%fZ', announced.at / 1000.0, 'unixepoch') AS announced_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', ended.at / 1000.0, 'unixepoch') AS ended_at,
       announced.robots_id AS robots, announced.rule, announced.gap AS gap_ms,
       ended.status, ended.bytes, ended.trouble,
       strftime('%Y-%m-%dT%H:%M:%fZ', ended.retry_after / 1000.0, 'unixepoch') AS retry_after
FROM ledger AS announced
LEFT JOIN ledger AS ended ON ended.announced_id = announced.id
WHERE announced.kind = 'announced';

-- Every run; `how` is null while it runs and where it was killed.
CREATE VIEW runs AS
SELECT run.id, run.command,
       strftime('%Y-%m-%dT%H:%M:%SZ', run.started_at / 1000, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', run.ended_at / 1000, 'unixepoch') AS ended_at, run.how,
       (SELECT count(*) FROM ledger WHERE kind = 'announced' AND id > run.ledger_from AND id <= run.ledger_to) AS requests,
       (SELECT coalesce(sum(bytes), 0) FROM ledger WHERE kind = 'ended' AND id > run.ledger_from AND id <= run.ledger_to) AS bytes,
       CASE WHEN run.how IS NOT NULL THEN run.articles_new ELSE (SELECT count(*) FROM change WHERE kind = 'new' AND seq > run.change_from) END AS articles_new,
       CASE WHEN run.how IS NOT NULL THEN run.articles_changed ELSE (SELECT count(*) FROM change WHERE kind = 'changed' AND seq > run.change_from) END AS articles_changed,
       run.articles_gone, run.refused, run.failed
FROM (SELECT *, coalesce((SELECT min(ledger_from) FROM run AS next WHERE next.id > run.id), (SELECT max(id) FROM ledger)) AS ledger_to
      FROM run) AS run;
