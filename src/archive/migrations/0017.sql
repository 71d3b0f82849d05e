-- Schema 17: a full-text index of the newest version of each article.

-- Its words are pairs of letters (src/text/search_tokens.rs), each with its position. The table keeps no text: what it
-- had of an article is taken out again with the text of the version that was indexed. `contentless_delete` would do
-- that without the text, and would keep SQLite before 3.43 from reading the whole file.
CREATE VIRTUAL TABLE article_words USING fts5 (title, subtitle, authors, section, text, content='', tokenize='ascii');
-- Words in memory before a part of the index is written, in bytes.
INSERT INTO article_words (article_words, rank) VALUES ('hashsize', 8000000);

-- The version of each article that is in the index.
CREATE TABLE indexed_version (
    article_id INTEGER PRIMARY KEY REFERENCES article,
    version_id INTEGER NOT NULL REFERENCES version
) STRICT;

-- How far the index follows the changes of articles, and by which rules its words were made.
CREATE TABLE word_index (
    seq   INTEGER NOT NULL, -- of the last change that is in it
    rules INTEGER NOT NULL
) STRICT;
INSERT INTO word_index (seq, rules) VALUES (0, 0);
