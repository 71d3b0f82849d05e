//! An archive of articles that were all fetched, of one version each: page, requests, capture,
//! body, article, version, change and fingerprint.

use rusqlite::{Connection, params};
use saseo::clock::Clock;
use saseo::extract::Article;
use saseo::time::{LocalTime, Precision, Timestamp};
use sha2::{Digest, Sha256};

use crate::ledger::{Ledger, Request};
use crate::lively::Vocabulary;
use crate::{BEGAN, HOME, ROWS_AT_ONCE};

/// The time from one request to the next, in ms, and from one article to the one that was published
/// before it: a paper of 144 articles a day.
const STEP: i64 = 1_120;
const PUBLISHED_EVERY: i64 = 600_000;

const SECTIONS: [&str; 8] = [
    "정치", "경제", "사회", "문화", "국제", "과학", "체육", "의견",
];

/// Sentences of which texts are made: 30 of them are as long as a usual article, 2.3 kB.
const SENTENCES: [&str; 6] = [
    "시는 내년부터 도서관의 문을 밤 열 시까지 연다고 밝혔다.",
    "주민들은 새 다리가 놓이기를 오래 기다려 왔다.",
    "올해 수확은 지난해보다 조금 늘어날 것으로 보인다.",
    "위원회는 다음 달에 다시 모여 결정하기로 했다.",
    "전문가들은 서두를 일이 아니라고 입을 모은다.",
    "학교는 학생들이 스스로 고른 책을 들여놓는다.",
];
const SENTENCES_OF_A_TEXT: usize = 32;

/// What texts are made of.
pub enum Texts {
    /// Few different sentences.
    Few,
    /// Many different words.
    Lively(Vocabulary),
}

impl Texts {
    fn paragraphs(&self, number: u64) -> Vec<String> {
        match self {
            Self::Few => sentences(number),
            Self::Lively(vocabulary) => vocabulary.paragraphs(number),
        }
    }
}

/// Writes entry pages that were read just now, and so many articles, the newest first as a crawl of
/// a whole paper finds them.
pub fn write(sql: &Connection, texts: &Texts, count: u64) {
    write_entries(sql);
    sql.execute(
        "INSERT INTO robots (id, origin, fetched_at, expires_at, status, ruling, why, body)
         VALUES (1, ?1, ?2, ?2 + 86400000, 200, 'rules', 'fetched', x'')",
        params![HOME, BEGAN.millis()],
    )
    .expect("a robots.txt can be written");

    let mut ledger = Ledger::after_beginning(sql);
    let mut written = 0;
    while written < count {
        sql.execute_batch("BEGIN").expect("a transaction can begin");
        let last = count.min(written + ROWS_AT_ONCE);
        for index in written..last {
            write_article(sql, &mut ledger, texts, (index, count - index));
        }
        sql.execute_batch("COMMIT").expect("it can be saved");
        written = last;
    }

    sql.execute(
        "UPDATE run SET ended_at = ?1, how = 'finished', requests = ?2, articles_new = ?2",
        params![BEGAN.millis(), count],
    )
    .expect("the run can end");
    // Rows that other programs write have no checksums: the next opening makes them.
    sql.execute("DELETE FROM checksum", [])
        .expect("they can be removed");
}

fn write_entries(sql: &Connection) {
    let now = Clock::system().now().millis();
    for (path, role) in [
        ("/", "home"),
        ("/list", "section"),
        ("/ai.txt", "policy"),
        ("/.well-known/tdmrep.json", "policy"),
    ] {
        sql.execute(
            "INSERT INTO page (site_id, host, url, role, priority, discovered_at, verdict,
                               settled_at, news_at, deep_at, read_to_end_at)
             VALUES (1, '127.0.0.1:9', ?1, ?2, 40, ?3, 'read', ?3, ?4, ?3, ?3)",
            params![format!("{HOME}{path}"), role, now, BEGAN.millis()],
        )
        .expect("an entry page can be written");
    }
}

fn write_article(
    sql: &Connection,
    ledger: &mut Ledger<'_>,
    texts: &Texts,
    (index, number): (u64, u64),
) {
    let index = i64::try_from(index).expect("it is small");
    let at = BEGAN.millis() + index * STEP;
    let url = format!("{HOME}/news/articleView.html?idxno={number}");
    let mut article = article(number, BEGAN.millis() - index * PUBLISHED_EVERY);
    article.paragraphs = texts.paragraphs(number);
    let page = page(&article);
    let sha256 = Sha256::digest(&page);
    let announced = ledger.request(&Request {
        at,
        url: &url,
        host: "127.0.0.1:9",
        bytes: i64::try_from(page.len()).expect("it is small"),
        digest: &sha256,
    });

    let id = index + 1;
    let run = |insert: &str, values: &[&dyn rusqlite::ToSql]| {
        sql.prepare_cached(insert)
            .and_then(|mut insert| insert.execute(values))
            .expect("a row can be written");
    };
    run(
        "INSERT INTO page (id, site_id, host, url, role, number, priority, discovered_at, verdict,
                           settled_at, etag, capture_id)
         VALUES (?1 + 4, 1, '127.0.0.1:9', ?2, 'article', ?3, 10, ?4, 'stored', ?4, ?5, ?1)",
        params![id, url, number, at, format!("\"{number:x}-5f1\"")],
    );
    run(
        "INSERT INTO body (id, sha256, bytes, zstd) VALUES (?1, ?2, ?3, ?4)",
        params![
            id,
            sha256.as_slice(),
            page.len(),
            zstd::bulk::compress(page.as_bytes(), 1).expect("it can be compressed")
        ],
    );
    run(
        "INSERT INTO capture (id, page_id, announced_id, fetched_at, status, headers, body_id,
                              charset_declared, charset_used, charset_errors)
         VALUES (?1, ?1 + 4, ?2, ?3, 200, ?4, ?1, 'utf-8', 'UTF-8', 0)",
        params![id, announced, at, HEADERS],
    );
    run(
        "INSERT INTO article (id, site_id, number, url, access, first_seen_at)
         VALUES (?1, 1, ?2, ?3, 'open', ?4)",
        params![id, number, url, at],
    );
    write_version(sql, &article, (id, at));
    run(
        "INSERT INTO change (article_id, kind, n, at) VALUES (?1, 'new', 1, ?2)",
        params![id, at],
    );
    run(
        "INSERT INTO fingerprint (article_id, site_id, at, simhash) VALUES (?1, 1, ?2, ?3)",
        params![
            id,
            article.published_at.map(|time| time.at.millis()),
            i64::from_be_bytes(sha256[..8].try_into().expect("a digest has eight bytes"))
        ],
    );
}

/// The headers that are kept of a usual answer.
const HEADERS: &str = "content-type: text/html; charset=utf-8\nserver: nginx\n\
                       date: Tue, 24 Nov 2026 11:42:30 GMT\ncache-control: no-cache\n";

/// Returns one of the sentences.
fn pick(number: u64, at: usize) -> &'static str {
    SENTENCES[(number as usize * 7 + at * at + at) % SENTENCES.len()]
}

fn sentences(number: u64) -> Vec<String> {
    let sentences: Vec<String> = (0..SENTENCES_OF_A_TEXT)
        .map(|at| format!("{} ({})", pick(number, at), number + at as u64))
        .collect();
    sentences.chunks(4).map(|chunk| chunk.join(" ")).collect()
}

fn article(number: u64, published: i64) -> Article {
    let seoul = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));

    Article {
        key: Some(number.into()),
        canonical_url: Some(format!("{HOME}/news/articleView.html?idxno={number}")),
        title: Some(format!("{} {number}", pick(number, 3))),
        subtitle: Some(pick(number, 5).to_owned()),
        authors: vec!["홍길동 기자".to_owned()],
        byline: Some("홍길동 기자 hong@made.example".to_owned()),
        published_at: Some(LocalTime::in_zone(
            Timestamp::from_millis(published),
            &seoul,
        )),
        published_precision: Some(Precision::Second),
        published_source: Some("meta".to_owned()),
        section: Some(SECTIONS[number as usize % SECTIONS.len()].to_owned()),
        language: Some("ko".to_owned()),
        tags: vec!["시".to_owned(), "도서관".to_owned()],
        extractor: "ndsoft/G4".to_owned(),
        ..Article::default()
    }
}

fn page(article: &Article) -> String {
    let title = article.title.as_deref().unwrap_or_default();
    let paragraphs: Vec<String> = article
        .paragraphs
        .iter()
        .map(|text| format!("<p>{text}</p>"))
        .collect();
    format!(
        "<!doctype html><title>{title}</title><h1>{title}</h1>{}",
        paragraphs.join("\n")
    )
}

fn write_version(sql: &Connection, article: &Article, (id, at): (i64, i64)) {
    let published = article.published_at.as_ref();
    sql.prepare_cached(
        "INSERT INTO version (article_id, n, site_id, capture_id, made_at, canonical_url, title,
           subtitle, authors, byline, published_at, published_ms, published_precision,
           published_source, section, language, text, images, tags, opt_outs, content_sha256, extractor)
         VALUES (?1, 1, 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'second', ?10, ?11, ?12, ?13, '[]',
           ?14, '[]', ?15, ?16)",
    )
    .and_then(|mut insert| {
        insert.execute(params![
            id,
            at,
            article.canonical_url,
            article.title,
            article.subtitle,
            serde_json::json!(article.authors).to_string(),
            article.byline,
            published.map(ToString::to_string),
            published.map(|time| time.at.millis()),
            article.published_source,
            article.section,
            article.language,
            article.text(),
            serde_json::json!(article.tags).to_string(),
            article.content_sha256(),
            article.extractor,
        ])
    })
    .expect("a version can be written");
}
