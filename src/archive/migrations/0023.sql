-- Schema 23: what belongs to an article that is taken down is found without reading whole tables.

-- The answers of a page. The indexes also make other connections read the schema anew.
CREATE INDEX capture_of_page ON capture (page_id);

-- The versions that were read from an answer.
CREATE INDEX version_of_capture ON version (capture_id);

-- The further addresses of an article.
CREATE INDEX canonical_of_article ON canonical (article_id);

-- The bodies that are compressed with a page.
CREATE INDEX body_of_dictionary ON body (dictionary_id) WHERE dictionary_id IS NOT NULL;
