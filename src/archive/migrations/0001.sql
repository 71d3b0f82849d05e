-- Schema 1. Moments are INTEGER milliseconds since 1970-01-01T00:00:00Z; what programs may rely on are the views.

CREATE TABLE site (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    title    TEXT NOT NULL,
    home     TEXT NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

-- One host's pace, so that a restart cannot hurry it.
CREATE TABLE host (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    not_before INTEGER NOT NULL,
    gap        INTEGER NOT NULL CHECK (gap >= 0),
    strikes    INTEGER NOT NULL CHECK (strikes >= 0)
) STRICT;

-- Every robots.txt ever fetched, or found missing or unreachable.
CREATE TABLE robots (
    id         INTEGER PRIMARY KEY,
    origin     TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    status     INTEGER,
    ruling     TEXT NOT NULL CHECK (ruling IN ('rules', 'allow all', 'forbid all')),
    why        TEXT NOT NULL,
    body       BLOB,
    CHECK ((ruling = 'rules') = (body IS NOT NULL))
) STRICT;
CREATE INDEX robots_of_origin ON robots (origin, id);

-- One run of crawl or resume. `how` is null while it runs, and stays so when the process was killed.
CREATE TABLE run (
    id               INTEGER PRIMARY KEY,
    command          TEXT NOT NULL,
    epoch            INTEGER NOT NULL,
    ledger_from      INTEGER NOT NULL, -- the ledger's last row before it
    started_at       INTEGER NOT NULL,
    ended_at         INTEGER,
    how              TEXT CHECK (how IN ('finished', 'interrupted', 'stopped', 'failed')),
    articles_new     INTEGER NOT NULL DEFAULT 0,
    articles_changed INTEGER NOT NULL DEFAULT 0,
    articles_gone    INTEGER NOT NULL DEFAULT 0,
    refused          INTEGER NOT NULL DEFAULT 0,
    failed           INTEGER NOT NULL DEFAULT 0,
    CHECK ((ended_at IS NULL) = (how IS NULL))
) STRICT;

-- An address that is wanted: queued while due_at is set, settled while verdict is.
CREATE TABLE page (
    id            INTEGER PRIMARY KEY,
    site_id       INTEGER NOT NULL REFERENCES site,
    host          TEXT NOT NULL,
    url           TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL CHECK (role IN ('home', 'feed', 'section', 'list', 'article')),
    number        INTEGER, -- an article's number, an unsigned 64-bit value in SQLite's signed one
    priority      INTEGER NOT NULL,
    discovered_at INTEGER NOT NULL,
    due_at        INTEGER,
    attempts      INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    verdict       TEXT CHECK (verdict IN ('stored', 'read', 'moved', 'members', 'gone', 'unextracted', 'disallowed', 'refused', 'failed')),
    reason        TEXT,
    settled_at    INTEGER,
    hops          INTEGER NOT NULL DEFAULT 0 CHECK (hops >= 0),
    etag          TEXT,
    last_modified TEXT,
    -- of sections
    read_to_end_at INTEGER,
    list_end       TEXT CHECK (list_end IN ('last', 'past', 'repeats', 'since', 'known')),
    -- of further list pages: where they stand in the reading
    section_id    INTEGER REFERENCES page,
    pass          TEXT CHECK (pass IN ('first', 'later')),
    began_at      INTEGER,
    previous      INTEGER,
    CHECK ((due_at IS NULL) = (verdict IS NOT NULL)),
    CHECK ((verdict IS NULL) = (settled_at IS NULL)),
    CHECK (role <> 'list' OR (section_id IS NOT NULL AND pass IS NOT NULL AND began_at IS NOT NULL))
) STRICT;
CREATE INDEX page_due ON page (host, priority DESC, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX page_of_article ON page (site_id, number) WHERE number IS NOT NULL;
CREATE INDEX page_of_list ON page (section_id) WHERE section_id IS NOT NULL;

-- What was asked and how it ended: announced before the request leaves, ended after. Append-only, hash-chained.
CREATE TABLE ledger (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('announced', 'ended')),
    at           INTEGER NOT NULL,
    run_id       INTEGER NOT NULL REFERENCES run,
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
    trouble      TEXT,
    not_before   INTEGER,
    hash         BLOB NOT NULL CHECK (length(hash) = 32),
    CHECK ((kind = 'announced') = (url IS NOT NULL AND host IS NOT NULL AND rule IS NOT NULL AND gap IS NOT NULL)),
    CHECK ((kind = 'ended') = (announced_id IS NOT NULL)),
    CHECK (kind = 'announced' OR (status IS NULL) = (trouble IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX ledger_ending ON ledger (announced_id) WHERE announced_id IS NOT NULL;
CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_never_cut BEFORE DELETE ON ledger BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

-- Bodies as they came, by content.
CREATE TABLE body (
    id     INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    bytes  INTEGER NOT NULL,
    zstd   BLOB NOT NULL
) STRICT;

CREATE TABLE capture (
    id               INTEGER PRIMARY KEY,
    page_id          INTEGER NOT NULL REFERENCES page,
    announced_id     INTEGER NOT NULL REFERENCES ledger,
    fetched_at       INTEGER NOT NULL,
    status           INTEGER NOT NULL,
    headers          TEXT NOT NULL,
    body_id          INTEGER NOT NULL REFERENCES body,
    charset_declared TEXT,
    charset_used     TEXT,
    charset_errors   INTEGER NOT NULL DEFAULT 0 CHECK (charset_errors IN (0, 1))
) STRICT;

CREATE TABLE article (
    id            INTEGER PRIMARY KEY,
    site_id       INTEGER NOT NULL REFERENCES site,
    number        INTEGER,
    url           TEXT NOT NULL UNIQUE,
    access        TEXT NOT NULL CHECK (access IN ('open', 'members', 'gone')),
    first_seen_at INTEGER NOT NULL,
    UNIQUE (site_id, number)
) STRICT;

CREATE TABLE version (
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
    PRIMARY KEY (article_id, n)
) STRICT;

-- One growing sequence of what happened to articles: the cursor of incremental exports.
CREATE TABLE change (
    seq        INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES article,
    kind       TEXT NOT NULL CHECK (kind IN ('new', 'changed', 'gone')),
    n          INTEGER,
    at         INTEGER NOT NULL
) STRICT;

-- Who may write: every commit names the epoch of its lease, and an older one is refused.
CREATE TABLE lease (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    epoch    INTEGER NOT NULL,
    holder   TEXT NOT NULL,
    taken_at INTEGER NOT NULL
) STRICT;
INSERT INTO lease (only, epoch, holder, taken_at) VALUES (1, 0, 'nobody', 0);

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
       capture.status AS http_status, version.extractor, version.published_ms
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
       ended.status, ended.bytes, ended.trouble
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
       run.articles_new, run.articles_changed, run.articles_gone, run.refused, run.failed
FROM (SELECT *, coalesce((SELECT min(ledger_from) FROM run AS next WHERE next.id > run.id), (SELECT max(id) FROM ledger)) AS ledger_to
      FROM run) AS run;
