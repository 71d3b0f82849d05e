-- What the tables of 0027_tables.sql have beside their rows, added when all rows are there. It
-- finds what does not fit: a reference without its row fails here.
--
-- No index has a text of a page that may have any length, such as a section's name: PostgreSQL
-- refuses rows whose indexed values have some 2,700 bytes. Addresses have 2,048 at most.

ALTER TABLE site ADD UNIQUE (name);
ALTER TABLE host ADD UNIQUE (name);
ALTER TABLE body ADD UNIQUE (sha256);
ALTER TABLE page ADD UNIQUE (url);
ALTER TABLE article ADD UNIQUE (site_id, number);
ALTER TABLE version ADD UNIQUE (article_id, n);

ALTER TABLE run ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE dictionary ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE body ADD FOREIGN KEY (dictionary_id) REFERENCES dictionary;
ALTER TABLE robots ADD FOREIGN KEY (announced_id) REFERENCES ledger;
ALTER TABLE ledger ADD FOREIGN KEY (run_id) REFERENCES run;
ALTER TABLE ledger ADD FOREIGN KEY (robots_id) REFERENCES robots;
ALTER TABLE ledger ADD FOREIGN KEY (announced_id) REFERENCES ledger;
ALTER TABLE page ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE page ADD FOREIGN KEY (capture_id) REFERENCES capture;
ALTER TABLE page ADD FOREIGN KEY (section_id) REFERENCES page;
ALTER TABLE capture ADD FOREIGN KEY (page_id) REFERENCES page;
ALTER TABLE capture ADD FOREIGN KEY (announced_id) REFERENCES ledger;
ALTER TABLE capture ADD FOREIGN KEY (body_id) REFERENCES body;
ALTER TABLE opt_out ADD FOREIGN KEY (capture_id) REFERENCES capture;
ALTER TABLE article ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE article ADD FOREIGN KEY (first_copy) REFERENCES article;
ALTER TABLE canonical ADD FOREIGN KEY (article_id) REFERENCES article ON DELETE CASCADE;
ALTER TABLE other_key ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE other_key ADD FOREIGN KEY (article_id) REFERENCES article;
ALTER TABLE fingerprint ADD FOREIGN KEY (article_id) REFERENCES article;
ALTER TABLE fingerprint ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE version ADD FOREIGN KEY (article_id) REFERENCES article;
ALTER TABLE version ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE version ADD FOREIGN KEY (capture_id) REFERENCES capture;
ALTER TABLE change ADD FOREIGN KEY (article_id) REFERENCES article;
ALTER TABLE article_declared ADD FOREIGN KEY (article_id) REFERENCES article;
ALTER TABLE article_declared ADD FOREIGN KEY (declared_id) REFERENCES declared;
ALTER TABLE tombstone ADD FOREIGN KEY (article_id) REFERENCES article;
ALTER TABLE tombstone ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE taken_down_address ADD FOREIGN KEY (article_id) REFERENCES tombstone;
ALTER TABLE hold ADD FOREIGN KEY (article_id) REFERENCES article;
ALTER TABLE backfill ADD FOREIGN KEY (site_id) REFERENCES site;
ALTER TABLE deadly_capture ADD FOREIGN KEY (capture_id) REFERENCES capture ON DELETE CASCADE;

CREATE INDEX article_at_url ON article (url) WHERE number IS NOT NULL OR text_id IS NOT NULL;
CREATE INDEX article_copies ON article (first_copy) WHERE first_copy IS NOT NULL;
CREATE INDEX article_copy ON article (id, first_copy) WHERE first_copy IS NOT NULL;
CREATE INDEX article_members ON article (site_id, access) WHERE access = 'members';
CREATE UNIQUE INDEX article_of_text ON article (site_id, text_id) WHERE text_id IS NOT NULL;
CREATE UNIQUE INDEX article_of_url ON article (url) WHERE number IS NULL AND text_id IS NULL;
CREATE INDEX article_seen ON article (site_id, first_seen_at);
CREATE INDEX body_of_dictionary ON body (dictionary_id) WHERE dictionary_id IS NOT NULL;
CREATE INDEX canonical_of_article ON canonical (article_id);
CREATE INDEX capture_of_body ON capture (body_id) WHERE body_id IS NOT NULL;
CREATE INDEX capture_of_page ON capture (page_id);
CREATE INDEX change_article ON change (article_id);
CREATE INDEX dictionary_of ON dictionary (site_id, shape);
CREATE INDEX fingerprint_by_day ON fingerprint (at, site_id, simhash);
CREATE UNIQUE INDEX ledger_ending ON ledger (announced_id) WHERE announced_id IS NOT NULL;
CREATE INDEX opt_out_of_capture ON opt_out (capture_id);
CREATE INDEX other_key_of_article ON other_key (article_id);
CREATE INDEX page_cut ON page (site_id) WHERE cut_rows IS NOT NULL;
CREATE INDEX page_due ON page (host, priority DESC, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX page_moved ON page (reason) WHERE verdict = 'moved';
CREATE INDEX page_next ON page (site_id, next_at, role, verdict) WHERE next_at IS NOT NULL;
CREATE INDEX page_of_article ON page (site_id, number) WHERE number IS NOT NULL;
CREATE INDEX page_of_list ON page (section_id) WHERE section_id IS NOT NULL;
CREATE INDEX page_of_site ON page (site_id, role);
CREATE INDEX page_of_text ON page (site_id, text_id) WHERE text_id IS NOT NULL;
CREATE INDEX page_photo ON page (site_id, verdict) WHERE role = 'photo';
CREATE INDEX page_queued ON page (site_id, host, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX page_unended ON page (unended) WHERE unended > 0;
CREATE INDEX page_unkept ON page (site_id, verdict, role)
    WHERE verdict IN ('gone', 'unextracted', 'withheld', 'disallowed', 'refused', 'failed');
CREATE INDEX robots_of_origin ON robots (origin, id);
CREATE INDEX run_of_site ON run (site_id);
CREATE INDEX run_open ON run (id) WHERE how IS NULL;
CREATE INDEX tombstone_of_site ON tombstone (site_id);
CREATE INDEX version_later ON version (site_id, n) WHERE n > 1;
CREATE INDEX version_of_capture ON version (capture_id);
CREATE INDEX version_published ON version (site_id, published_ms) WHERE n = 1;
CREATE INDEX declared_of_statements ON declared (md5(statements));

CREATE VIEW articles AS
SELECT site.name || '/' || article.name AS id,
       site.name AS site, article.url, version.canonical_url, article.number, version.title,
       version.subtitle, version.authors, version.byline, version.published_at,
       version.published_precision, version.modified_at, version.published_source, version.section,
       version.subsection, version.language, version.text,
       array_to_json(string_to_array(version.text, E'\n\n'))::text AS paragraphs,
       version.images, version.tags, version.rights, article.access, version.opt_outs,
       coalesce(
           declared.uses,
           '{"search":"unsaid","ai_input":"unsaid","ai_train":"unsaid","tdm":"unsaid"}'
       ) AS uses,
       declared.use_level,
       coalesce(declared.licences, '[]') AS licences, version.n AS version, version.content_sha256,
       to_char(to_timestamp(article.first_seen_at / 1000) AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS first_seen_at,
       to_char(to_timestamp(capture.fetched_at / 1000) AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS fetched_at,
       capture.status AS http_status, version.extractor, version.confidence, version.published_ms,
       version.searchable,
       (SELECT s.name || '/' || a.name
        FROM article AS a JOIN site AS s ON s.id = a.site_id
        WHERE a.id = article.first_copy) AS first_copy,
       article.text_id AS article_id
FROM article
JOIN site ON site.id = article.site_id
JOIN version ON version.id = (SELECT id FROM version AS newest
                              WHERE newest.article_id = article.id
                              ORDER BY capture_id DESC, n DESC LIMIT 1)
JOIN capture ON capture.id = version.capture_id
LEFT JOIN article_declared ON article_declared.article_id = article.id
    AND article_declared.at = (SELECT max(at) FROM article_declared AS newest
                               WHERE newest.article_id = article.id)
LEFT JOIN declared ON declared.id = article_declared.declared_id;

CREATE VIEW requests AS
SELECT announced.id, announced.run_id AS run, announced.host, announced.url, announced.server,
       to_char(to_timestamp(announced.at / 1000.0) AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS announced_at,
       to_char(to_timestamp(ended.at / 1000.0) AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ended_at,
       announced.robots_id AS robots, announced.rule, announced.gap AS gap_ms,
       ended.status, ended.bytes, ended.trouble,
       to_char(to_timestamp(ended.retry_after / 1000.0) AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS retry_after
FROM ledger AS announced
LEFT JOIN ledger AS ended ON ended.announced_id = announced.id
WHERE announced.kind = 'announced';

CREATE VIEW runs AS
SELECT run.id, site.name AS site, command,
       to_char(to_timestamp(started_at / 1000) AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
       to_char(to_timestamp(ended_at / 1000) AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ended_at,
       how, requests, not_modified, bytes, articles_new, articles_changed, articles_gone, refused,
       failed, skipped, why
FROM run LEFT JOIN site ON site.id = run.site_id;

CREATE OR REPLACE FUNCTION refuse_change_of_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only';
END $$;

CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_ledger();
