-- Schema 16: changes tell also that an article is back, and that it was taken out of the archive.

-- The numbers of rows stay: incremental exports go on after them. Foreign keys are off while the table is made anew.
CREATE TABLE new_change (
    seq        INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES article,
    kind       TEXT NOT NULL CHECK (kind IN ('new', 'changed', 'gone', 'back', 'taken_down')),
    n          INTEGER, -- the newest version at that time
    at         INTEGER NOT NULL
) STRICT;
INSERT INTO new_change (seq, article_id, kind, n, at) SELECT seq, article_id, kind, n, at FROM change ORDER BY seq;
DROP TABLE change;
ALTER TABLE new_change RENAME TO change;
