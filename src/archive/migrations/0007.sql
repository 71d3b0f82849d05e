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

-- Addresses: what the pages of an article without a number name as its address, where that is not the one it was read at.
CREATE TABLE canonical (
    url        TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    PRIMARY KEY (url, article_id)
) STRICT, WITHOUT ROWID;
INSERT INTO canonical (url, article_id)
SELECT DISTINCT version.canonical_url, article.id FROM version JOIN article ON article.id = version.article_id
WHERE article.number IS NULL AND version.canonical_url IS NOT NULL AND version.canonical_url <> article.url;
