-- Schema 13: an article may be named by a text, and not only by a number or its address.
ALTER TABLE page ADD COLUMN text_id TEXT;
CREATE INDEX page_of_text ON page (site_id, text_id) WHERE text_id IS NOT NULL;

ALTER TABLE article ADD COLUMN text_id TEXT CHECK (text_id IS NULL OR number IS NULL);
CREATE UNIQUE INDEX article_of_text ON article (site_id, text_id) WHERE text_id IS NOT NULL;

-- What names an article within its paper: the one rule for the ids of exports.
ALTER TABLE article ADD COLUMN name TEXT
    AS (CASE WHEN number IS NULL THEN coalesce(text_id, url) ELSE printf('%u', number) END) VIRTUAL;

-- An article is known by its number or its text; only one without both is known by its address.
DROP INDEX article_of_url;
CREATE UNIQUE INDEX article_of_url ON article (url) WHERE number IS NULL AND text_id IS NULL;
