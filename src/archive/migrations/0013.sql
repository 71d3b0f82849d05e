-- Schema 13: an article may be named by a text, and not only by a number or its address.
ALTER TABLE page ADD COLUMN text_id TEXT;
CREATE INDEX page_of_text ON page (site_id, text_id) WHERE text_id IS NOT NULL;

ALTER TABLE article ADD COLUMN text_id TEXT CHECK (text_id IS NULL OR number IS NULL);
CREATE UNIQUE INDEX article_of_text ON article (site_id, text_id) WHERE text_id IS NOT NULL;

-- What names an article within its paper: the one rule for the ids of exports.
ALTER TABLE article ADD COLUMN name TEXT
    AS (CASE WHEN number IS NULL THEN coalesce(text_id, url) ELSE printf('%u', number) END) VIRTUAL;

-- An article is known by its number or its text; only one without both is known by its address.
DROP INDEX article_of_url;
CREATE UNIQUE INDEX article_of_url ON article (url) WHERE number IS NULL AND text_id IS NULL;

DROP VIEW articles;
CREATE VIEW articles AS
SELECT site.name || '/' || article.name AS id,
       site.name AS site, article.url, version.canonical_url, article.number, version.title, version.subtitle,
       version.authors, version.byline, version.published_at, version.published_precision, version.modified_at,
       version.published_source, version.section, version.subsection, version.language, version.text, version.images,
       version.tags, version.rights, article.access, version.opt_outs, version.n AS version, version.content_sha256,
       strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch') AS first_seen_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch') AS fetched_at,
       capture.status AS http_status, version.extractor, version.confidence, version.published_ms, version.searchable,
       (SELECT s.name || '/' || a.name
        FROM article AS a JOIN site AS s ON s.id = a.site_id WHERE a.id = article.first_copy) AS first_copy,
       article.text_id AS article_id
FROM article
JOIN site ON site.id = article.site_id
JOIN version ON version.id = (SELECT id FROM version AS newest WHERE newest.article_id = article.id
                              ORDER BY capture_id DESC, n DESC LIMIT 1)
JOIN capture ON capture.id = version.capture_id;
