-- Schema 26: a photo that several articles show is kept while one of them allows it.

-- The newest answer for the article asks that its photos are not kept.
ALTER TABLE article ADD COLUMN photos_withheld INTEGER NOT NULL DEFAULT 0 CHECK (photos_withheld IN (0, 1));

-- Of a photo: the ids of the articles for which it was queued, in JSON; null of a photo that was queued before schema 26.
ALTER TABLE page ADD COLUMN shown_by TEXT;
