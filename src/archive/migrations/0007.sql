-- Schema 7: right on every paper: articles by all their addresses, lists that are cut, and readings that end the process.

-- What a re-extraction is about to read: noted before it is read, and forgotten once it is. A note that is found at the
-- beginning was left by a process that ended meanwhile.
CREATE TABLE rereading (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    what  TEXT NOT NULL,    -- the readers, as in reextraction
    first INTEGER NOT NULL, -- captures from this one on
    last  INTEGER NOT NULL, -- to this one; a single capture is its own first and last
    CHECK (first <= last)
) STRICT;

-- Captures whose reading ended the process, and how often. Other readers may read them.
CREATE TABLE deadly_capture (
    capture_id INTEGER PRIMARY KEY REFERENCES capture ON DELETE CASCADE,
    what       TEXT NOT NULL, -- the readers
    times      INTEGER NOT NULL CHECK (times > 0)
) STRICT;

-- Addresses: what the pages of an article without a number name as its address, where that is not the one it was read at.
CREATE TABLE canonical (
    url        TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    PRIMARY KEY (url, article_id)
) STRICT, WITHOUT ROWID;
INSERT INTO canonical (url, article_id)
SELECT DISTINCT version.canonical_url, article.id FROM version JOIN article ON article.id = version.article_id
WHERE article.number IS NULL AND version.canonical_url IS NOT NULL AND version.canonical_url <> article.url;

-- Lists: what one reading of a list has met, at the page that it goes on with (packed).
ALTER TABLE page ADD COLUMN met BLOB;

-- Lists that their server cuts: rows that a list counts and does not show, and the day of the last row that it showed.
ALTER TABLE page ADD COLUMN cut_rows INTEGER CHECK (cut_rows > 0);
ALTER TABLE page ADD COLUMN cut_day TEXT;

-- Of windows: the first of their days, and whether they had rows; unknown of those that were read before.
ALTER TABLE page ADD COLUMN first_day TEXT;
ALTER TABLE page ADD COLUMN had_rows INTEGER CHECK (had_rows IN (0, 1));

-- Backfills without a beginning: back from a day, as far as there are articles.
CREATE TABLE backfill (
    site_id  INTEGER NOT NULL REFERENCES site,
    last_day TEXT NOT NULL,
    reach    TEXT NOT NULL, -- the first day of its oldest window so far
    PRIMARY KEY (site_id, last_day)
) STRICT;

-- Runs: why one failed, or what it gave up.
ALTER TABLE run ADD COLUMN why TEXT;
DROP VIEW runs;
CREATE VIEW runs AS
SELECT id, command, strftime('%Y-%m-%dT%H:%M:%SZ', started_at / 1000, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', ended_at / 1000, 'unixepoch') AS ended_at, how,
       requests, not_modified, bytes, articles_new, articles_changed, articles_gone, refused, failed, skipped, why
FROM run;

-- The id of an article without a number is its site and address: printf makes 0 of a null, so that all of them were `site/0`.
DROP VIEW articles;
CREATE VIEW articles AS
SELECT site.name || '/' || iif(article.number IS NULL, article.url, printf('%u', article.number)) AS id,
       site.name AS site, article.url, version.canonical_url, article.number, version.title, version.subtitle,
       version.authors, version.byline, version.published_at, version.modified_at, version.published_source,
       version.section, version.subsection, version.language, version.text, version.images, version.tags,
       version.rights, article.access, version.opt_outs, version.n AS version, version.content_sha256,
       strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch') AS first_seen_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch') AS fetched_at,
       capture.status AS http_status, version.extractor, version.confidence, version.published_ms, version.searchable,
       (SELECT s.name || '/' || iif(a.number IS NULL, a.url, printf('%u', a.number)) FROM article AS a JOIN site AS s ON s.id = a.site_id
        WHERE a.id = article.first_copy) AS first_copy
FROM article
JOIN site ON site.id = article.site_id
JOIN version ON version.article_id = article.id
 AND version.n = (SELECT n FROM version AS newest WHERE newest.article_id = article.id ORDER BY capture_id DESC, n DESC LIMIT 1)
JOIN capture ON capture.id = version.capture_id;
