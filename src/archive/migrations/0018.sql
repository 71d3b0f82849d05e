-- Schema 18: photos of stored articles are pages of their own.

-- Only the condition on `role` changes. SQLite's documentation ("Making Other Kinds Of Table Schema Changes") allows to
-- write it into the schema: no row is copied, so that an archive of a million pages is ready at once.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'CHECK (role IN (''policy'', ', 'CHECK (role IN (''photo'', ''policy'', ')
WHERE type = 'table' AND name = 'page';
PRAGMA writable_schema = RESET;

-- The photos of a site, and what became of them. The new index also makes other connections read the schema anew.
CREATE INDEX page_photo ON page (site_id, verdict) WHERE role = 'photo';
