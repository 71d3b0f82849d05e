-- Schema 6: what makes an archive right on every server, and lets it look after itself.

-- Why a queued page waits: what its last try came to.
ALTER TABLE page ADD COLUMN trouble TEXT;

-- Announcements in a row of the page that were never ended: the process died each time.
ALTER TABLE page ADD COLUMN unended INTEGER NOT NULL DEFAULT 0 CHECK (unended >= 0);

-- One body that answers for several addresses, and one address that several pages moved to, are found without a look at all.
CREATE INDEX capture_of_body ON capture (body_id) WHERE body_id IS NOT NULL;
CREATE INDEX page_moved ON page (reason) WHERE verdict = 'moved';

-- Bodies that `verify --repair` found damaged: the same bytes take their place when they come again.
CREATE TABLE damage (
    body_id  INTEGER PRIMARY KEY, -- no reference: the row itself may be what cannot be read
    found_at INTEGER NOT NULL
) STRICT;
