-- Schema 20: `status` reads when each section published from an index, and not from the rows of all articles.
CREATE INDEX version_section ON version (site_id, section, published_ms) WHERE n = 1;
