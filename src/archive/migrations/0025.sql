-- Schema 25: a flipped bit is found in every table.

-- Checksums of rows, by the number of their table and their key (docs/archive.md). Whoever writes a row writes its checksum in the
-- same transaction. A row without one was written by another program, and is not checked.
CREATE TABLE checksum (
    of_table INTEGER NOT NULL,
    key      INTEGER NOT NULL,
    sum      INTEGER NOT NULL,
    PRIMARY KEY (of_table, key)
) STRICT, WITHOUT ROWID;
