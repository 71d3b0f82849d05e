-- Schema 9: from when on a page is asked for again is kept for every page, and not only for articles.
DROP INDEX page_again;
ALTER TABLE page RENAME COLUMN again_at TO next_at;
CREATE INDEX page_next ON page (site_id, next_at) WHERE next_at IS NOT NULL;

-- The policy that these moments were planned by. Where it is another one, they are planned anew.
ALTER TABLE site ADD COLUMN planned_by TEXT;
