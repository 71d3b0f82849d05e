-- Schema 11: bodies are compressed with an earlier page of their site, where that helps.
CREATE TABLE dictionary (
    id      INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES site,
    shape   TEXT NOT NULL CHECK (shape IN ('home', 'feed', 'list', 'article')), -- the pages that it is for
    sha256  BLOB NOT NULL CHECK (length(sha256) = 32),
    bytes   INTEGER NOT NULL CHECK (bytes > 0),
    zstd    BLOB NOT NULL,    -- its content, compressed without a dictionary
    made_at INTEGER NOT NULL,
    poor    INTEGER NOT NULL DEFAULT 0 CHECK (poor >= 0) -- pages in a row that it did not help
) STRICT;
-- The newest of a site and shape is in use. Older ones are kept, since bodies need them.
CREATE INDEX dictionary_of ON dictionary (site_id, shape);

ALTER TABLE body ADD COLUMN dictionary_id INTEGER REFERENCES dictionary; -- that it is compressed with

-- The last capture whose body `compact` looked at.
CREATE TABLE compaction (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    capture_id INTEGER NOT NULL
) STRICT;
INSERT INTO compaction (only, capture_id) VALUES (1, 0);
