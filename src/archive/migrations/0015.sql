-- Schema 15: the view `articles` has what schemas 13 and 14 brought, and the paragraphs of each text.

-- A text is cut at its blank lines. They become U+10FFFF, which is no character and so stands in no text; within the
-- JSON of the whole text it is the border of two elements.
DROP VIEW articles;
CREATE VIEW articles AS
SELECT site.name || '/' || article.name AS id,
       site.name AS site, article.url, version.canonical_url, article.number, version.title, version.subtitle,
       version.authors, version.byline, version.published_at, version.published_precision, version.modified_at,
       version.published_source, version.section, version.subsection, version.language, version.text,
       iif(version.text = '', '[]', '[' || replace(json_quote(replace(version.text, char(10, 10), char(1114111))),
                                                   char(1114111), '","') || ']') AS paragraphs,
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
