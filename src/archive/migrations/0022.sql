-- Schema 22: an article keeps its key where a later profile reads another one in its page.

-- The further keys of articles, as they are printed. An id of exports stays what it was: it is the article's first key.
CREATE TABLE other_key (
    site_id    INTEGER NOT NULL REFERENCES site,
    key        TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES article,
    PRIMARY KEY (site_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX other_key_of_article ON other_key (article_id);

-- An article whose key only its page tells is found by its address.
CREATE INDEX article_at_url ON article (url) WHERE number IS NOT NULL OR text_id IS NOT NULL;
