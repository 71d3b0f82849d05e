-- Schema 27: what story an article tells is found without a look at its row.

CREATE INDEX article_copy ON article (id, first_copy) WHERE first_copy IS NOT NULL;
