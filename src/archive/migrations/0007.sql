-- Schema 7: a re-extraction that knows which page ended it.

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
