-- Schema 21: changes tell also that a paper declares other rights for an article.

-- Only the condition on `kind` changes, as that on `role` did in schema 18.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, '''taken_down'')', '''taken_down'', ''rights'')')
WHERE type = 'table' AND name = 'change';
PRAGMA writable_schema = RESET;

-- The changes of an article. The new index also makes other connections read the schema anew.
CREATE INDEX change_article ON change (article_id);
