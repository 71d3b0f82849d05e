-- The tables of an archive in PostgreSQL, with the names and columns that schema 27 has in SQLite.
-- Left out is what belongs to SQLite alone: its full-text index, checksums, and what is to be
-- cleaned in its file.
--
-- Numbers are bigint as in SQLite, moments are milliseconds since 1970, flags are 0 and 1, and
-- texts are compared by bytes. PostgreSQL keeps no U+0000 in a text: U+10FFFF and "0" stand for it,
-- and U+10FFFF and "1" for U+10FFFF.
--
-- There are primary keys alone here. Rows come in any order while an archive is copied; then
-- 0027_indexes.sql adds the rest.

-- What the tables have: an archive of this schema, whole where `copied_from` is null.
CREATE TABLE archive_state (
    "only"      bigint PRIMARY KEY CHECK ("only" = 1),
    schema      bigint NOT NULL,
    copied_from text -- what an unfinished copy is of
);

CREATE TABLE site (
    id              bigint PRIMARY KEY,
    name            text COLLATE "C" NOT NULL,
    title           text COLLATE "C" NOT NULL,
    home            text COLLATE "C" NOT NULL,
    added_at        bigint NOT NULL,
    validators_lie  bigint NOT NULL DEFAULT 0 CHECK (validators_lie IN (0, 1)),
    crawled_at      bigint,
    unchanged       bigint NOT NULL DEFAULT 0 CHECK (unchanged >= 0),
    validators_vary bigint NOT NULL DEFAULT 0 CHECK (validators_vary >= 0),
    planned_by      text COLLATE "C",
    whole_list      text COLLATE "C",
    retained_at     bigint
);

CREATE TABLE host (
    id         bigint PRIMARY KEY,
    name       text COLLATE "C" NOT NULL,
    not_before bigint NOT NULL,
    gap        bigint NOT NULL CHECK (gap >= 0),
    strikes    bigint NOT NULL CHECK (strikes >= 0),
    last_at    bigint NOT NULL DEFAULT 0,
    slowed     bigint NOT NULL DEFAULT 0 CHECK (slowed >= 0),
    refusals   bigint NOT NULL DEFAULT 0 CHECK (refusals >= 0),
    rest       text COLLATE "C" CHECK (rest IN ('retry-after', 'busy', 'failing', 'refusing'))
);

CREATE TABLE run (
    id               bigint PRIMARY KEY,
    command          text COLLATE "C" NOT NULL,
    epoch            bigint NOT NULL,
    ledger_from      bigint NOT NULL,
    started_at       bigint NOT NULL,
    ended_at         bigint,
    how              text COLLATE "C"
        CHECK (how IN ('finished', 'interrupted', 'stopped', 'failed')),
    articles_new     bigint NOT NULL DEFAULT 0,
    articles_changed bigint NOT NULL DEFAULT 0,
    articles_gone    bigint NOT NULL DEFAULT 0,
    refused          bigint NOT NULL DEFAULT 0,
    failed           bigint NOT NULL DEFAULT 0,
    change_from      bigint NOT NULL DEFAULT 0,
    skipped          bigint NOT NULL DEFAULT 0 CHECK (skipped >= 0),
    requests         bigint NOT NULL DEFAULT 0 CHECK (requests >= 0),
    not_modified     bigint NOT NULL DEFAULT 0 CHECK (not_modified >= 0),
    bytes            bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    why              text COLLATE "C",
    site_id          bigint,
    CHECK ((ended_at IS NULL) = (how IS NULL))
);

CREATE TABLE dictionary (
    id      bigint PRIMARY KEY,
    site_id bigint NOT NULL,
    shape   text COLLATE "C" NOT NULL CHECK (shape IN ('home', 'feed', 'list', 'article')),
    sha256  bytea NOT NULL CHECK (octet_length(sha256) = 32),
    bytes   bigint NOT NULL CHECK (bytes > 0),
    zstd    bytea NOT NULL,
    made_at bigint NOT NULL,
    poor    bigint NOT NULL DEFAULT 0 CHECK (poor >= 0),
    doomed  bigint NOT NULL DEFAULT 0 CHECK (doomed IN (0, 1))
);

CREATE TABLE body (
    id            bigint PRIMARY KEY,
    sha256        bytea NOT NULL CHECK (octet_length(sha256) = 32),
    bytes         bigint NOT NULL,
    zstd          bytea NOT NULL,
    dictionary_id bigint
);

CREATE TABLE robots (
    id           bigint PRIMARY KEY,
    origin       text COLLATE "C" NOT NULL,
    fetched_at   bigint NOT NULL,
    expires_at   bigint NOT NULL,
    status       bigint,
    ruling       text COLLATE "C" NOT NULL CHECK (ruling IN ('rules', 'allow all', 'forbid all')),
    why          text COLLATE "C" NOT NULL,
    body         bytea,
    announced_id bigint,
    CHECK ((ruling = 'rules') = (body IS NOT NULL))
);

CREATE TABLE ledger (
    id           bigint PRIMARY KEY,
    kind         text COLLATE "C" NOT NULL CHECK (kind IN ('began', 'announced', 'ended')),
    form         bigint NOT NULL CHECK (form IN (1, 2)),
    at           bigint NOT NULL,
    run_id       bigint NOT NULL,
    terms        text COLLATE "C",
    url          text COLLATE "C",
    host         text COLLATE "C",
    server       text COLLATE "C",
    robots_id    bigint,
    rule         text COLLATE "C",
    gap          bigint,
    announced_id bigint,
    status       bigint,
    bytes        bigint,
    digest       bytea CHECK (octet_length(digest) = 32),
    retry_after  bigint,
    trouble      text COLLATE "C",
    not_before   bigint,
    hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
    CHECK ((kind = 'began') = (terms IS NOT NULL)),
    CHECK ((kind = 'announced') = (url IS NOT NULL AND host IS NOT NULL AND rule IS NOT NULL
           AND gap IS NOT NULL)),
    CHECK ((kind = 'ended') = (announced_id IS NOT NULL)),
    CHECK (kind <> 'ended' OR (status IS NULL) = (trouble IS NOT NULL))
);

CREATE TABLE page (
    id             bigint PRIMARY KEY,
    site_id        bigint NOT NULL,
    host           text COLLATE "C" NOT NULL,
    url            text COLLATE "C" NOT NULL,
    role           text COLLATE "C" NOT NULL
        CHECK (role IN ('photo', 'policy', 'home', 'feed', 'section', 'sitemap', 'window', 'list',
            'article')),
    number         bigint,
    priority       bigint NOT NULL,
    discovered_at  bigint NOT NULL,
    due_at         bigint,
    attempts       bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    verdict        text COLLATE "C"
        CHECK (verdict IN ('taken_down', 'stored', 'read', 'moved', 'members', 'withheld', 'gone',
            'unextracted', 'disallowed', 'refused', 'failed')),
    reason         text COLLATE "C",
    settled_at     bigint,
    hops           bigint NOT NULL DEFAULT 0 CHECK (hops >= 0),
    etag           text COLLATE "C",
    last_modified  text COLLATE "C",
    capture_id     bigint,
    next_at        bigint,
    gone_looks     bigint NOT NULL DEFAULT 0 CHECK (gone_looks >= 0),
    news_at        bigint,
    failures       bigint NOT NULL DEFAULT 0 CHECK (failures >= 0),
    read_to_end_at bigint,
    read_since     bigint,
    deep_at        bigint,
    list_end       text COLLATE "C"
        CHECK (list_end IN ('last', 'past', 'repeats', 'since', 'known')),
    section_id     bigint,
    pass           text COLLATE "C" CHECK (pass IN ('first', 'deep', 'window', 'later')),
    began_at       bigint,
    previous       text COLLATE "C",
    promised       bigint NOT NULL DEFAULT 0 CHECK (promised IN (0, 1)),
    joint          text COLLATE "C",
    trouble        text COLLATE "C",
    unended        bigint NOT NULL DEFAULT 0 CHECK (unended >= 0),
    met            bytea,
    cut_rows       bigint CHECK (cut_rows > 0),
    cut_day        text COLLATE "C",
    first_day      text COLLATE "C",
    had_rows       bigint CHECK (had_rows IN (0, 1)),
    text_id        text COLLATE "C",
    shown_by       text COLLATE "C",
    CHECK (due_at IS NOT NULL OR verdict IS NOT NULL),
    CHECK (role = 'article' OR due_at IS NULL OR verdict IS NULL),
    CHECK ((verdict IS NULL) = (settled_at IS NULL)),
    CHECK (role <> 'list' OR (section_id IS NOT NULL AND pass IS NOT NULL AND began_at IS NOT NULL))
);

CREATE TABLE capture (
    id               bigint PRIMARY KEY,
    page_id          bigint NOT NULL,
    announced_id     bigint NOT NULL,
    fetched_at       bigint NOT NULL,
    status           bigint NOT NULL,
    headers          text COLLATE "C" NOT NULL,
    body_id          bigint,
    withheld         text COLLATE "C",
    charset_declared text COLLATE "C",
    charset_used     text COLLATE "C",
    charset_errors   bigint NOT NULL DEFAULT 0 CHECK (charset_errors IN (0, 1)),
    CHECK ((body_id IS NULL) = (withheld IS NOT NULL))
);

CREATE TABLE opt_out (
    id         bigint PRIMARY KEY,
    capture_id bigint NOT NULL,
    signal     text COLLATE "C" NOT NULL,
    source     text COLLATE "C" NOT NULL,
    evidence   text COLLATE "C" NOT NULL,
    effect     text COLLATE "C" NOT NULL CHECK (effect IN ('obeyed', 'recorded', 'ignored'))
);

CREATE TABLE article (
    id              bigint PRIMARY KEY,
    site_id         bigint NOT NULL,
    number          bigint,
    url             text COLLATE "C" NOT NULL,
    access          text COLLATE "C" NOT NULL CHECK (access IN ('open', 'members', 'gone')),
    first_seen_at   bigint NOT NULL,
    first_copy      bigint,
    text_id         text COLLATE "C" CHECK (text_id IS NULL OR number IS NULL),
    name            text COLLATE "C" GENERATED ALWAYS AS (
        CASE WHEN number IS NULL THEN coalesce(text_id, url)
             WHEN number < 0 THEN (number::numeric + 18446744073709551616)::text
             ELSE number::text END) STORED,
    photos_withheld bigint NOT NULL DEFAULT 0 CHECK (photos_withheld IN (0, 1))
);

CREATE TABLE canonical (
    url        text COLLATE "C" NOT NULL,
    article_id bigint NOT NULL,
    PRIMARY KEY (url, article_id)
);

CREATE TABLE other_key (
    site_id    bigint NOT NULL,
    key        text COLLATE "C" NOT NULL,
    article_id bigint NOT NULL,
    PRIMARY KEY (site_id, key)
);

CREATE TABLE fingerprint (
    article_id bigint PRIMARY KEY,
    site_id    bigint NOT NULL,
    at         bigint NOT NULL,
    simhash    bigint NOT NULL
);

CREATE TABLE version (
    id                  bigint PRIMARY KEY,
    article_id          bigint NOT NULL,
    n                   bigint NOT NULL CHECK (n >= 1),
    site_id             bigint NOT NULL,
    capture_id          bigint NOT NULL,
    made_at             bigint NOT NULL,
    published_ms        bigint,
    published_at        text COLLATE "C",
    published_precision text COLLATE "C" CHECK (published_precision IN ('day', 'minute', 'second')),
    published_source    text COLLATE "C",
    modified_at         text COLLATE "C",
    section             text COLLATE "C",
    subsection          text COLLATE "C",
    language            text COLLATE "C",
    canonical_url       text COLLATE "C",
    title               text COLLATE "C",
    subtitle            text COLLATE "C",
    authors             text COLLATE "C" NOT NULL CHECK (authors::json IS NOT NULL),
    byline              text COLLATE "C",
    tags                text COLLATE "C" NOT NULL CHECK (tags::json IS NOT NULL),
    rights              text COLLATE "C",
    opt_outs            text COLLATE "C" NOT NULL CHECK (opt_outs::json IS NOT NULL),
    content_sha256      text COLLATE "C" NOT NULL,
    extractor           text COLLATE "C" NOT NULL,
    searchable          bigint NOT NULL DEFAULT 1 CHECK (searchable IN (0, 1)),
    confidence          double precision CHECK (confidence BETWEEN 0 AND 1),
    images              text COLLATE "C" NOT NULL CHECK (images::json IS NOT NULL),
    text                text COLLATE "C" NOT NULL
);

CREATE TABLE change (
    seq        bigint PRIMARY KEY,
    article_id bigint NOT NULL,
    kind       text COLLATE "C" NOT NULL
        CHECK (kind IN ('new', 'changed', 'gone', 'back', 'taken_down', 'rights')),
    n          bigint,
    at         bigint NOT NULL
);

CREATE TABLE declared (
    id         bigint PRIMARY KEY,
    uses       text COLLATE "C" NOT NULL CHECK (uses::json IS NOT NULL),
    use_level  text COLLATE "C" CHECK (use_level IN ('immediate', 'reference', 'full')),
    licences   text COLLATE "C" NOT NULL CHECK (licences::json IS NOT NULL),
    statements text COLLATE "C" NOT NULL CHECK (statements::json IS NOT NULL)
);

CREATE TABLE article_declared (
    article_id  bigint NOT NULL,
    at          bigint NOT NULL,
    declared_id bigint NOT NULL,
    PRIMARY KEY (article_id, at)
);

CREATE TABLE tombstone (
    article_id bigint PRIMARY KEY,
    site_id    bigint NOT NULL,
    at         bigint NOT NULL,
    why        text COLLATE "C" NOT NULL
);

CREATE TABLE taken_down_address (
    url        text COLLATE "C" PRIMARY KEY,
    article_id bigint NOT NULL
);

CREATE TABLE hold (
    article_id bigint PRIMARY KEY,
    at         bigint NOT NULL,
    why        text COLLATE "C"
);

CREATE TABLE backfill (
    site_id  bigint NOT NULL,
    last_day text COLLATE "C" NOT NULL,
    reach    text COLLATE "C" NOT NULL,
    PRIMARY KEY (site_id, last_day)
);

CREATE TABLE lease (
    "only"      bigint PRIMARY KEY CHECK ("only" = 1),
    epoch    bigint NOT NULL,
    holder   text COLLATE "C" NOT NULL,
    taken_at bigint NOT NULL,
    boot     text COLLATE "C",
    uptime   bigint
);

CREATE TABLE compaction (
    "only"      bigint PRIMARY KEY CHECK ("only" = 1),
    capture_id bigint NOT NULL
);

CREATE TABLE reextraction (
    id    bigint PRIMARY KEY CHECK (id = 1),
    what  text COLLATE "C" NOT NULL,
    after bigint NOT NULL
);

CREATE TABLE rereading (
    id    bigint PRIMARY KEY CHECK (id = 1),
    what  text COLLATE "C" NOT NULL,
    first bigint NOT NULL,
    last  bigint NOT NULL,
    CHECK (first <= last)
);

CREATE TABLE deadly_capture (
    capture_id bigint PRIMARY KEY,
    what       text COLLATE "C" NOT NULL,
    times      bigint NOT NULL CHECK (times > 0)
);

CREATE TABLE damage (
    body_id  bigint PRIMARY KEY,
    found_at bigint NOT NULL
);
