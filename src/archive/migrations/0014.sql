-- Schema 14: what papers declare about uses of their articles.

-- Rights as they were declared. A paper says the same on most pages, so that equal rights are kept once.
CREATE TABLE declared (
    id         INTEGER PRIMARY KEY,
    uses       TEXT NOT NULL CHECK (json_valid(uses)),
    use_level  TEXT CHECK (use_level IN ('immediate', 'reference', 'full')),
    licences   TEXT NOT NULL CHECK (json_valid(licences)),
    statements TEXT NOT NULL UNIQUE CHECK (json_valid(statements)) -- each with source, claim and words
) STRICT;

-- The rights of an article from a fetch on. The newest row counts, and the earlier ones are its history.
CREATE TABLE article_declared (
    article_id  INTEGER NOT NULL REFERENCES article,
    at          INTEGER NOT NULL, -- when the page was fetched
    declared_id INTEGER NOT NULL REFERENCES declared,
    PRIMARY KEY (article_id, at)
) STRICT, WITHOUT ROWID;

-- Of kept articles, the opt-outs are known. All else is unsaid until `reextract` reads the pages again.
CREATE TABLE derived_rights AS
SELECT newest.article_id, newest.fetched_at AS at,
       json_object('search', iif(sum(told.use = 'search'), 'reserved', 'unsaid'), 'ai_input', 'unsaid',
                   'ai_train', iif(sum(told.use = 'ai_train'), 'reserved', 'unsaid'),
                   'tdm', iif(sum(told.use = 'tdm'), 'reserved', 'unsaid')) AS uses,
       json_group_array(json_object(
           'source', iif(told.signal IN ('ai.txt', 'words'), told.signal,
                         told.signal || ' ' || substr(one.value, length(told.signal) + 2)),
           'claim', iif(told.use = 'archive', json('"no_archive"'), json_object('use', json_array(told.use, 'reserved'))),
           'words', iif(told.signal IN ('ai.txt', 'words'), substr(one.value, length(told.signal) + 2), ''))) AS statements
FROM (SELECT version.article_id, version.opt_outs, capture.fetched_at
      FROM article
      JOIN version ON version.id = (SELECT id FROM version AS v WHERE v.article_id = article.id
                                    ORDER BY capture_id DESC, n DESC LIMIT 1)
      JOIN capture ON capture.id = version.capture_id) AS newest
JOIN json_each(newest.opt_outs) AS one
JOIN (SELECT 'tdm-reservation' AS signal, 'tdm' AS use UNION ALL SELECT 'tdm-reservation', 'ai_train'
      UNION ALL SELECT 'ai.txt', 'tdm' UNION ALL SELECT 'ai.txt', 'ai_train' UNION ALL SELECT 'words', 'ai_train'
      UNION ALL SELECT 'noindex', 'search' UNION ALL SELECT 'noarchive', 'archive') AS told
  ON one.value LIKE told.signal || ':%'
GROUP BY newest.article_id;
INSERT INTO declared (uses, use_level, licences, statements)
SELECT uses, NULL, '[]', statements FROM derived_rights GROUP BY statements;
INSERT INTO article_declared (article_id, at, declared_id)
SELECT article_id, at, declared.id FROM derived_rights JOIN declared USING (statements);
DROP TABLE derived_rights;
