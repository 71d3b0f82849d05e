-- Schema 28: bodies may stand in object storage. Many of them make one object, a bundle.

-- Where the objects are, and the last body that was looked at for a bundle.
CREATE TABLE object_storage (
    "only"     INTEGER PRIMARY KEY CHECK ("only" = 1),
    location   TEXT NOT NULL,
    -- The id of the archive among those that keep objects at one place.
    archive    TEXT NOT NULL,
    bundled_to INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The objects. One that is announced may not have been written yet. Of a stale one something is not
-- needed any more, and the next compaction replaces it. A doomed one has something that was
-- removed: it is deleted as soon as its last body stands elsewhere.
CREATE TABLE object (
    id            INTEGER PRIMARY KEY,
    -- The dictionary that it has; null for a bundle.
    dictionary_id INTEGER,
    sha256        BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    bytes         INTEGER NOT NULL CHECK (bytes > 0),
    -- The bytes of its bodies, without what stands before them.
    frames        INTEGER NOT NULL,
    made_at       INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('announced', 'kept', 'stale', 'doomed'))
) STRICT;
CREATE INDEX object_unsettled ON object (id) WHERE state <> 'kept';
CREATE INDEX object_of_dictionary ON object (dictionary_id) WHERE dictionary_id IS NOT NULL;

-- The bodies in bundles, each as the column body.zstd would have it. That column is empty then.
CREATE TABLE bundled_body (
    body_id   INTEGER PRIMARY KEY REFERENCES body,
    object_id INTEGER NOT NULL REFERENCES object,
    start     INTEGER NOT NULL CHECK (start >= 0),
    bytes     INTEGER NOT NULL CHECK (bytes > 0),
    sha256    BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT;
CREATE INDEX bundled_body_of ON bundled_body (object_id);
