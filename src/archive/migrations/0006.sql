-- Schema 6: what makes an archive right on every server, and lets it look after itself.

-- Bodies that `verify --repair` found damaged: the same bytes take their place when they come again.
CREATE TABLE damage (
    body_id  INTEGER PRIMARY KEY, -- no reference: the row itself may be what cannot be read
    found_at INTEGER NOT NULL
) STRICT;
