-- Schema 6: what makes an archive right on every server, and lets it look after itself.

-- Why a queued page waits: what its last try came to.
ALTER TABLE page ADD COLUMN trouble TEXT;
