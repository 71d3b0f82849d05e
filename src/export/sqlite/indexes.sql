CREATE INDEX articles_site ON articles (site);
CREATE INDEX articles_section ON articles (section);
CREATE INDEX articles_access ON articles (access);
CREATE INDEX articles_year ON articles (year);
CREATE INDEX articles_published_at ON articles (published_at);
CREATE INDEX articles_first_copy ON articles (first_copy) WHERE first_copy IS NOT NULL;
CREATE INDEX article_authors_author ON article_authors (author);
CREATE INDEX article_tags_tag ON article_tags (tag);
CREATE INDEX changes_article_id ON changes (article_id);
ANALYZE
