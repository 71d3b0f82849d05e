-- Schema 24: of very many articles that have a word, the newest are found without a look at their rows.

-- When the article was published, as the indexed version has it.
ALTER TABLE indexed_version ADD COLUMN published_ms INTEGER;
UPDATE indexed_version
SET published_ms = (SELECT published_ms FROM version WHERE version.id = indexed_version.version_id);
