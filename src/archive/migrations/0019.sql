-- Schema 19: articles that were taken down, articles that are held, and what is still to be cleaned after a takedown.

-- Only the condition on `verdict` changes, as that on `role` did in schema 18: no row is copied.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'CHECK (verdict IN (''stored'', ', 'CHECK (verdict IN (''taken_down'', ''stored'', ')
WHERE type = 'table' AND name = 'page';
PRAGMA writable_schema = RESET;

-- Articles of which nothing is kept but their keys and addresses, so that no crawl asks for them again.
CREATE TABLE tombstone (
    article_id INTEGER PRIMARY KEY REFERENCES article,
    site_id    INTEGER NOT NULL REFERENCES site,
    at         INTEGER NOT NULL,
    why        TEXT NOT NULL
) STRICT;
CREATE INDEX tombstone_of_site ON tombstone (site_id);

-- The addresses under which they were known.
CREATE TABLE taken_down_address (
    url        TEXT PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES tombstone
) STRICT, WITHOUT ROWID;

-- Articles that neither a takedown nor the retention of their site removes.
CREATE TABLE hold (
    article_id INTEGER PRIMARY KEY REFERENCES article,
    at         INTEGER NOT NULL,
    why        TEXT
) STRICT;

-- What takedowns have left to do. Each step can be done again.
CREATE TABLE cleaning (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    words INTEGER NOT NULL CHECK (words IN (0, 1)), -- deleted words are in parts of the full-text index
    log   INTEGER NOT NULL CHECK (log IN (0, 1)),   -- deleted rows are in SQLite's log
    whole INTEGER NOT NULL CHECK (whole IN (0, 1))  -- the file is to be written anew
) STRICT;
INSERT INTO cleaning (only, words, log, whole) VALUES (1, 0, 0, 0);

-- 1 of a dictionary whose page was removed: bodies that need it are compressed anew, and then it is deleted.
ALTER TABLE dictionary ADD COLUMN doomed INTEGER NOT NULL DEFAULT 0 CHECK (doomed IN (0, 1));

-- When the retention of the site was last applied.
ALTER TABLE site ADD COLUMN retained_at INTEGER;
