-- Schema 3: readings made again from what was kept, how sure a generic reading is, and stories that several papers carry.

DROP VIEW articles;

ALTER TABLE version ADD COLUMN confidence REAL CHECK (confidence BETWEEN 0 AND 1); -- of a reading without a profile

-- The article of another paper that printed the same story first.
ALTER TABLE article ADD COLUMN first_copy INTEGER REFERENCES article;
CREATE INDEX article_copies ON article (first_copy) WHERE first_copy IS NOT NULL;

-- The newest answer that tells whether there is such a page (2xx, 404, 410): found without a look at all captures.
ALTER TABLE page ADD COLUMN capture_id INTEGER REFERENCES capture;
UPDATE page SET capture_id = newest.id
FROM (SELECT page_id, max(id) AS id FROM capture WHERE status BETWEEN 200 AND 299 OR status IN (404, 410) GROUP BY page_id) AS newest
WHERE newest.page_id = page.id;

-- Texts long enough to be told apart by 64 bits: what another paper's story of the same days is compared with.
CREATE TABLE fingerprint (
    article_id INTEGER PRIMARY KEY REFERENCES article,
    site_id    INTEGER NOT NULL REFERENCES site,
    at         INTEGER NOT NULL, -- when it was published; an article without a date has no row
    simhash    INTEGER NOT NULL  -- an unsigned 64-bit value in SQLite's signed one
) STRICT;
CREATE INDEX fingerprint_by_day ON fingerprint (at, site_id, simhash);

-- How far a re-extraction that was broken off has come. One row while there is one.
CREATE TABLE reextraction (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    what  TEXT NOT NULL,    -- the readers and the selection: another re-extraction begins anew
    after INTEGER NOT NULL  -- the last capture that was read
) STRICT;

-- Every article in its newest version: of the newest capture that made one, the newest reading.
CREATE VIEW articles AS
SELECT site.name || '/' || coalesce(printf('%u', article.number), article.url) AS id,
       site.name AS site, article.url, version.canonical_url, article.number, version.title, version.subtitle,
       version.authors, version.byline, version.published_at, version.modified_at, version.published_source,
       version.section, version.subsection, version.language, version.text, version.images, version.tags,
       version.rights, article.access, version.opt_outs, version.n AS version, version.content_sha256,
       strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch') AS first_seen_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch') AS fetched_at,
       capture.status AS http_status, version.extractor, version.confidence, version.published_ms, version.searchable,
       (SELECT s.name || '/' || coalesce(printf('%u', a.number), a.url) FROM article AS a JOIN site AS s ON s.id = a.site_id
        WHERE a.id = article.first_copy) AS first_copy
FROM article
JOIN site ON site.id = article.site_id
JOIN version ON version.article_id = article.id
 AND version.n = (SELECT n FROM version AS newest WHERE newest.article_id = article.id ORDER BY capture_id DESC, n DESC LIMIT 1)
JOIN capture ON capture.id = version.capture_id;
