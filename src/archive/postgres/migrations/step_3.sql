-- Each discovered address stands in an index that keeps it unique. A hash takes a quarter of a
-- B-tree's room, and less time; no statement reads addresses in their order.
ALTER TABLE page DROP CONSTRAINT page_url_key;
ALTER TABLE page ADD CONSTRAINT page_url_excl EXCLUDE USING hash (url WITH =);

-- Counts that no page drives far: they stand in each row.
ALTER TABLE page
    ALTER attempts TYPE smallint, ALTER hops TYPE smallint, ALTER gone_looks TYPE smallint,
    ALTER failures TYPE smallint, ALTER promised TYPE smallint, ALTER unended TYPE smallint;
