-- Schema 26: a photo that several articles show is kept while one of them allows it, and the view `articles` cuts a text
-- into paragraphs whatever characters stand in it.

-- The newest answer for the article asks that its photos are not kept.
ALTER TABLE article ADD COLUMN photos_withheld INTEGER NOT NULL DEFAULT 0 CHECK (photos_withheld IN (0, 1));

-- Of a photo: the ids of the articles for which it was queued, in JSON; null of a photo that was queued before schema 26.
ALTER TABLE page ADD COLUMN shown_by TEXT;

-- A text is cut at its blank lines, which JSON writes as \n\n. The escaped backslashes stand aside meanwhile: one before an n
-- is no end of a line. JSON has no control character, so that U+0001 stands for nothing else.
DROP VIEW articles;
CREATE VIEW articles AS
SELECT site.name || '/' || article.name AS id,
       site.name AS site, article.url, version.canonical_url, article.number, version.title, version.subtitle,
       version.authors, version.byline, version.published_at, version.published_precision, version.modified_at,
       version.published_source, version.section, version.subsection, version.language, version.text,
       iif(version.text = '', '[]', '[' || replace(replace(replace(json_quote(version.text), '\\', char(1)),
                                                           '\n\n', '","'), char(1), '\\') || ']') AS paragraphs,
       version.images, version.tags, version.rights, article.access, version.opt_outs,
       coalesce(declared.uses, '{"search":"unsaid","ai_input":"unsaid","ai_train":"unsaid","tdm":"unsaid"}') AS uses,
       declared.use_level,
       coalesce(declared.licences, '[]') AS licences, version.n AS version, version.content_sha256,
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
JOIN capture ON capture.id = version.capture_id
LEFT JOIN article_declared ON article_declared.article_id = article.id AND article_declared.at =
  (SELECT max(at) FROM article_declared AS newest WHERE newest.article_id = article.id)
LEFT JOIN declared ON declared.id = article_declared.declared_id;
