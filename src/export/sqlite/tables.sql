-- The authors of each article, in the order of the page.
CREATE TABLE article_authors (
  article_id TEXT NOT NULL REFERENCES articles (id),
  position   INTEGER NOT NULL, -- from 1 on
  author     TEXT NOT NULL,
  PRIMARY KEY (article_id, position)
) STRICT;

-- The tags of each article, in the order of the page.
CREATE TABLE article_tags (
  article_id TEXT NOT NULL REFERENCES articles (id),
  position   INTEGER NOT NULL, -- from 1 on
  tag        TEXT NOT NULL,
  PRIMARY KEY (article_id, position)
) STRICT;

-- The photos in each article, in the order of the page.
CREATE TABLE article_images (
  article_id TEXT NOT NULL REFERENCES articles (id),
  position   INTEGER NOT NULL, -- from 1 on
  url        TEXT NOT NULL,
  caption    TEXT, -- the line under it
  credit     TEXT, -- who made it, as printed
  PRIMARY KEY (article_id, position)
) STRICT;

-- Every version of each article, also the one that stands in `articles`.
CREATE TABLE versions (
  article_id     TEXT NOT NULL REFERENCES articles (id),
  version        INTEGER NOT NULL, -- from 1 on
  title          TEXT,
  subtitle       TEXT,
  text           TEXT, -- NULL of the version that stands in `articles`
  published_at   TEXT,
  modified_at    TEXT,
  content_sha256 TEXT NOT NULL,
  fetched_at     TEXT NOT NULL,
  http_status    INTEGER NOT NULL,
  extractor      TEXT NOT NULL,
  PRIMARY KEY (article_id, version)
) STRICT;

-- What happened to articles, in one growing sequence.
CREATE TABLE changes (
  seq        INTEGER PRIMARY KEY, -- the archive's own number of the change
  article_id TEXT NOT NULL REFERENCES articles (id),
  kind       TEXT NOT NULL, -- new, changed, gone, back, taken_down or rights
  version    INTEGER NOT NULL, -- the newest one at that time
  at         TEXT NOT NULL -- RFC 3339 in UTC
) STRICT;

-- The full-text index: all substrings of 1 to 8 syllables of each Korean word, so that a word is
-- found within longer ones. Its rows are those of `articles` by rowid; it cannot be rebuilt from
-- them by SQLite alone.
CREATE VIRTUAL TABLE articles_fts USING fts5 (
  title, subtitle, text,
  content="articles",
  detail=none
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 67108864);
