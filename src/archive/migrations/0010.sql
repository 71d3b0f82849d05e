-- Schema 10: a site knows which of its lists has every article, as its last seeding said; unknown until then.
ALTER TABLE site ADD COLUMN whole_list TEXT;
