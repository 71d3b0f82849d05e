-- Schema 12: versions are rows of a table with a rowid, and what `status` counts stands in indexes.

-- A row of some 2.3 kB spilled to a page of its own as long as the table was a b-tree by its key, which keeps a quarter
-- of a page at most. `id` stays as long as its version does: other tables may name it. The long columns stand last, so
-- that the others are read without them. Foreign keys are off while the table is made anew.
DROP VIEW articles;
CREATE TABLE new_version (
    id               INTEGER PRIMARY KEY,
    article_id       INTEGER NOT NULL REFERENCES article,
    n                INTEGER NOT NULL CHECK (n >= 1),
    site_id          INTEGER NOT NULL REFERENCES site, -- that of the article
    capture_id       INTEGER NOT NULL REFERENCES capture,
    made_at          INTEGER NOT NULL,
    published_ms     INTEGER,
    published_at     TEXT,
    published_precision TEXT CHECK (published_precision IN ('day', 'minute', 'second')),
    published_source TEXT,
    modified_at      TEXT,
    section          TEXT,
    subsection       TEXT,
    language         TEXT,
    canonical_url    TEXT,
    title            TEXT,
    subtitle         TEXT,
    authors          TEXT NOT NULL CHECK (json_valid(authors)),
    byline           TEXT,
    tags             TEXT NOT NULL CHECK (json_valid(tags)),
    rights           TEXT,
    opt_outs         TEXT NOT NULL CHECK (json_valid(opt_outs)),
    content_sha256   TEXT NOT NULL,
    extractor        TEXT NOT NULL,
    searchable       INTEGER NOT NULL DEFAULT 1 CHECK (searchable IN (0, 1)), -- 0 where the page says noindex
    confidence       REAL CHECK (confidence BETWEEN 0 AND 1), -- of a reading without a profile
    images           TEXT NOT NULL CHECK (json_valid(images)),
    text             TEXT NOT NULL,
    UNIQUE (article_id, n)
) STRICT;
INSERT INTO new_version (article_id, n, site_id, capture_id, made_at, published_ms, published_at, published_precision,
    published_source, modified_at, section, subsection, language, canonical_url, title, subtitle, authors, byline, tags,
    rights, opt_outs, content_sha256, extractor, searchable, confidence, images, text)
SELECT article_id, n, article.site_id, capture_id, made_at, published_ms, published_at, published_precision,
    published_source, modified_at, section, subsection, language, canonical_url, title, subtitle, authors, byline, tags,
    rights, opt_outs, content_sha256, extractor, searchable, confidence, images, text
FROM version CROSS JOIN article ON article.id = version.article_id ORDER BY article_id, n;
DROP TABLE version;
ALTER TABLE new_version RENAME TO version;
CREATE INDEX version_published ON version (site_id, published_ms) WHERE n = 1;
CREATE INDEX version_later ON version (site_id, n) WHERE n > 1;

CREATE VIEW articles AS
SELECT site.name || '/' || iif(article.number IS NULL, article.url, printf('%u', article.number)) AS id,
       site.name AS site, article.url, version.canonical_url, article.number, version.title, version.subtitle,
       version.authors, version.byline, version.published_at, version.published_precision, version.modified_at,
       version.published_source, version.section, version.subsection, version.language, version.text, version.images,
       version.tags, version.rights, article.access, version.opt_outs, version.n AS version, version.content_sha256,
       strftime('%Y-%m-%dT%H:%M:%SZ', article.first_seen_at / 1000, 'unixepoch') AS first_seen_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', capture.fetched_at / 1000, 'unixepoch') AS fetched_at,
       capture.status AS http_status, version.extractor, version.confidence, version.published_ms, version.searchable,
       (SELECT s.name || '/' || iif(a.number IS NULL, a.url, printf('%u', a.number))
        FROM article AS a JOIN site AS s ON s.id = a.site_id WHERE a.id = article.first_copy) AS first_copy
FROM article
JOIN site ON site.id = article.site_id
JOIN version ON version.id = (SELECT id FROM version AS newest WHERE newest.article_id = article.id
                              ORDER BY capture_id DESC, n DESC LIMIT 1)
JOIN capture ON capture.id = version.capture_id;

-- Articles of a site that few are looked for among many: those that were first seen lately, and those for members.
CREATE INDEX article_seen ON article (site_id, first_seen_at);
CREATE INDEX article_members ON article (site_id, access) WHERE access = 'members';

-- Pages that `status` counts by their verdict, of which a paper has few.
CREATE INDEX page_unkept ON page (site_id, verdict, role)
    WHERE verdict IN ('gone', 'unextracted', 'withheld', 'disallowed', 'refused', 'failed');

-- Revisits are counted without a look at their pages.
DROP INDEX page_next;
CREATE INDEX page_next ON page (site_id, next_at, role, verdict) WHERE next_at IS NOT NULL;

-- Pages that a killed process asked for are found without a look at the whole queue.
CREATE INDEX page_unended ON page (unended) WHERE unended > 0;

-- `page_of_site` has the sitemaps as well.
DROP INDEX page_sitemap;
