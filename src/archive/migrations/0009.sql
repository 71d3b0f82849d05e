-- Schema 9: every page has a moment from which on it is asked for again, and every run a site.
-- From when on a page is asked for again is kept for every page, and not only for articles.
DROP INDEX page_again;
ALTER TABLE page RENAME COLUMN again_at TO next_at;
CREATE INDEX page_next ON page (site_id, next_at) WHERE next_at IS NOT NULL;

-- The policy that these moments were planned by. Where it is another one, they are planned anew.
ALTER TABLE site ADD COLUMN planned_by TEXT;

-- A run is one start of one site. Runs before had several, and those of other commands have none.
ALTER TABLE run ADD COLUMN site_id INTEGER REFERENCES site;
CREATE INDEX run_of_site ON run (site_id);
CREATE INDEX run_open ON run (id) WHERE how IS NULL;
DROP VIEW runs;
CREATE VIEW runs AS
SELECT run.id, site.name AS site, command, strftime('%Y-%m-%dT%H:%M:%SZ', started_at / 1000, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', ended_at / 1000, 'unixepoch') AS ended_at, how,
       requests, not_modified, bytes, articles_new, articles_changed, articles_gone, refused, failed, skipped, why
FROM run LEFT JOIN site ON site.id = run.site_id;

-- A start of one site looks at that site's pages alone, however many others the archive has.
CREATE INDEX page_of_site ON page (site_id, role);
CREATE INDEX page_queued ON page (site_id, host, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX page_cut ON page (site_id) WHERE cut_rows IS NOT NULL;
