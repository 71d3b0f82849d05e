//! The full-text index of both engines: each query finds the same articles, in the same order.

use std::path::Path;

use rusqlite::Connection;
use saseo::archive::{
    ArchiveLocation, ArticleChoice, CountKey, FILE, Lease, Lock, Reader, RemovalExtent, RowRead,
    RowSpan, Searcher, Writer,
};
use saseo::config::settings::Durability;
use saseo::extract::Article;
use saseo::search::{
    Query, SearchOrder, SearchPage, SearchResults, count_by, exact_hits, hits_in_other_versions,
    index_all, search,
};
use saseo::time::{LocalTime, Precision};
use tempfile::TempDir;

use crate::archive_desk::{Desk, NOW, PAPER, found, later, links, seed, story};
use crate::cluster::Cluster;
use crate::in_folder::program::{Crawler, said};

/// The stories whose snippets are compared.
const BEST: SearchPage = SearchPage {
    order: SearchOrder::Best,
    skipped: 0,
    most: 10,
};

/// Words of the articles. They have parts of one another, and letters of many scripts.
const WORDS: [&str; 40] = [
    "책방",
    "작은 책방",
    "책방이",
    "골목",
    "골목길",
    "도서관",
    "국립중앙도서관",
    "독서신문",
    "독서",
    "신문",
    "문화",
    "문화재청",
    "광고",
    "협찬",
    "인터뷰",
    "김하늘",
    "박바다",
    "소설",
    "아홉 번째",
    "시",
    "시집",
    "大韓民國",
    "韓國",
    "漢字",
    "KBS",
    "kbs뉴스",
    "Library",
    "librarian",
    "2026년",
    "3.1운동",
    "6ㆍ25",
    "ㅋㅋ",
    "カタカナ",
    "ﾎﾟｽﾄ",
    "Ａｐｐｌｅ",
    "école",
    "퐁당퐁당",
    "짬퐁",
    "은",
    "가가가가",
];

/// Articles whose words depend on their number alone.
fn article(number: usize) -> Article {
    let mut state = number as u64 * 2_654_435_761 + 12_345;
    let mut word = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        // Early words are in more articles than late ones.
        let (one, other) = ((state >> 33) as usize % 40, (state >> 45) as usize % 40);
        WORDS[one.min(other)]
    };
    let mut text = |words: usize| (0..words).map(|_| word()).collect::<Vec<_>>().join(" ");
    Article {
        title: Some(text(1 + number % 4)),
        subtitle: (number.is_multiple_of(3)).then(|| text(2)),
        authors: match number % 4 {
            0 => vec![],
            1 => vec!["김하늘".to_owned()],
            2 => vec!["박바다".to_owned(), "김하늘".to_owned()],
            _ => vec!["신문사 편집국".to_owned()],
        },
        section: (!number.is_multiple_of(5)).then(|| ["문화", "사회", "책"][number % 3].to_owned()),
        subsection: (number.is_multiple_of(7)).then(|| "독서".to_owned()),
        published_at: (!number.is_multiple_of(11))
            .then(|| {
                format!(
                    "2026-{:02}-{:02}T09:00:00+09:00",
                    1 + number % 9,
                    1 + number % 27
                )
            })
            .and_then(|written| LocalTime::from_rfc3339(&written)),
        published_precision: (!number.is_multiple_of(11)).then_some(Precision::Second),
        paragraphs: (0..1 + number % 4).map(|_| text(3 + number % 60)).collect(),
        extractor: "test".to_owned(),
        ..Article::default()
    }
}

/// An article of 20,000 words, whose phrases stand far behind.
fn long_article() -> Article {
    let numbers: Vec<String> = (0..20_000).map(|number| format!("n{number}")).collect();
    Article {
        title: Some("아주 긴 이야기".to_owned()),
        paragraphs: vec![format!("{} 맨끝에 책방이 있다", numbers.join(" "))],
        ..article(1)
    }
}

/// An article that says a word 300 times, and another one behind.
fn repeating_article() -> Article {
    Article {
        title: Some("메아리".to_owned()),
        paragraphs: vec![format!("{} 메아리 골짜기", "메아리 산 ".repeat(300))],
        ..article(2)
    }
}

/// An article with one word of many letters.
fn wide_article() -> Article {
    Article {
        title: Some("긴 낱말".to_owned()),
        paragraphs: vec![format!("begin {}x end", "abcdefghij".repeat(400))],
        ..article(3)
    }
}

/// An article with more words than a vector can have: nearly all of its pairs of letters differ.
fn huge_article() -> Article {
    let mut state = 1_u32;
    let letters = (0..190_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0xac00 + (state >> 8) % 11_172).unwrap()
    });
    Article {
        title: Some("너무 긴 이야기".to_owned()),
        paragraphs: vec![letters.collect(), "끝말잇기 놀이".to_owned()],
        ..article(4)
    }
}

/// Both engines with the same rows.
struct Both {
    cluster: Cluster,
    crawler: Crawler,
    folder: ArchiveLocation,
    database: ArchiveLocation,
    /// Of what belongs to this machine beside the database.
    _beside: TempDir,
}

impl Both {
    /// Copies a desk's archive into a database.
    fn of(desk: Desk) -> Self {
        let folder = desk.closed();
        spread_over_sites(folder.path());

        let (cluster, crawler) = (Cluster::start(), Crawler::empty());
        let address = cluster.address("papers");
        let from = folder.path().to_string_lossy().into_owned();
        // The answers of a desk have no bodies that fit them.
        let copy = [
            "archive",
            "copy",
            "--even-damaged",
            "--from",
            &from,
            "--to",
            &address,
        ];
        let out = crawler.run(&copy);
        assert!(out.status.success(), "{}", said(&out));

        let beside = TempDir::new().unwrap();
        Self {
            database: ArchiveLocation::parse(&address, beside.path()).unwrap(),
            folder: ArchiveLocation::folder(folder.keep()),
            cluster,
            crawler,
            _beside: beside,
        }
    }

    fn places(&self) -> [&ArchiveLocation; 2] {
        [&self.folder, &self.database]
    }

    fn readers(&self) -> [Reader; 2] {
        self.places().map(|place| Reader::of(place).unwrap())
    }

    /// Takes so many changes into both indexes.
    fn index(&self, changes: u32) {
        for place in self.places() {
            let (mut archive, lease) = writer(place);
            archive.index_words(lease, changes).unwrap();
            archive.save().unwrap();
        }
    }

    fn index_all(&self) {
        for place in self.places() {
            let (mut archive, lease) = writer(place);
            index_all(&mut archive, lease, |_| {}).unwrap();
        }
    }

    /// Asserts that each query finds the same in both, and returns how many articles each finds.
    fn assert_same(&self, queries: &[impl AsRef<str>]) -> Vec<u64> {
        let readers = self.readers();
        let searchers = readers.each_ref().map(|reader| reader.searcher().unwrap());
        let queries = queries.iter().map(AsRef::as_ref);
        queries
            .map(|query| assert_same(&searchers, query))
            .collect()
    }

    /// Asserts that each query finds the same earlier versions in both.
    fn assert_same_others(&self, queries: &[String]) {
        let readers = self.readers();
        let searchers = readers.each_ref().map(|reader| reader.searcher().unwrap());
        for written in queries {
            let query = Query::parse(written).unwrap();
            let [file, database] = searchers.each_ref().map(|searcher| {
                let mut others = hits_in_other_versions(searcher, &query).unwrap();
                others.sort_unstable();
                others
            });
            assert_eq!(file, database, "{written:.99}");
        }
    }

    /// Returns what `verify` says of the words of the database.
    fn faults(&self) -> Vec<String> {
        let reader = Reader::of(&self.database).unwrap();
        let mut faults = Vec::new();
        let all = ArticleChoice::OfSites(&[]);
        reader
            .stored_words(&all, RowSpan::After(0), |looked| match looked {
                RowRead::Row(words) => faults.extend(words.fault),
                RowRead::Lost(lost) => faults.push(format!("{lost:?}")),
            })
            .unwrap();
        faults
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        // Left to the system's own cleaning where it cannot be removed.
        let _ = std::fs::remove_dir_all(self.folder.data());
    }
}

/// Asserts that a query finds the same in both engines, and returns how many articles it finds.
fn assert_same(searchers: &[Searcher<'_>; 2], written: &str) -> u64 {
    let query = Query::parse(written).unwrap_or_else(|error| panic!("{written}: {error}"));
    let [file, database] = searchers.each_ref().map(|searcher| {
        let keys = [
            CountKey::Day,
            CountKey::Site,
            CountKey::Section,
            CountKey::Author,
        ];
        let counts = keys.map(|key| count_by(searcher, &query, key).unwrap());
        (
            search(searcher, &query, BEST).unwrap(),
            counts,
            exact_hits(searcher, &query).unwrap(),
        )
    });
    assert_eq!(file.1, database.1, "{written:.99}");
    assert_eq!(file.2, database.2, "{written:.99}");

    let (file, database) = (&file.0, &database.0);
    assert_eq!(file.articles, database.articles, "{written:.99}");
    assert_eq!(file.instead, database.instead, "{written:.99}");
    for (one, other) in file.stories.iter().zip(&database.stories) {
        let (one, other) = (one.score, other.score);
        let is_same = (one - other).abs() <= 1e-9 * one.abs().max(1.0);
        assert!(is_same, "{written:.99}: {one} {other}");
    }
    let shown = |results: &SearchResults| {
        let stories = results.stories.iter();
        let shown = stories.map(|story| (story.text.id.clone(), story.snippet.clone()));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(shown(file), shown(database), "{written:.99}");
    file.articles
}

fn writer(place: &ArchiveLocation) -> (Writer, Lease) {
    let lock = Lock::take(place.data(), "a test").unwrap();
    let mut archive = Writer::at(place, lock, Durability::Normal).unwrap();
    let lease = archive.take_lease("a test", later(99), None).unwrap();
    (archive, lease)
}

/// Gives every third article to another site.
fn spread_over_sites(folder: &Path) {
    let connection = Connection::open(folder.join(FILE)).unwrap();
    let spread = "UPDATE article SET site_id = (SELECT id FROM site WHERE name = 'other')
                      WHERE id % 3 = 0;
                  UPDATE version SET site_id = (SELECT id FROM site WHERE name = 'other')
                      WHERE article_id % 3 = 0;
                  DELETE FROM checksum;";
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    connection.execute_batch(spread).unwrap();
    connection.close().unwrap();
    drop(crate::open_archive::open_archive(folder).unwrap());
}

fn desk_with(articles: impl IntoIterator<Item = Article>) -> Desk {
    let articles: Vec<Article> = articles.into_iter().collect();
    let mut desk = Desk::new();
    desk.seed(seed("other", []), saseo::archive::SeedMode::Begin, NOW);
    let pages = (0..articles.len()).map(|at| found(&format!("/story/{at}")));
    desk.answer_at("/", links(pages.collect::<Vec<_>>()));
    for (at, article) in articles.into_iter().enumerate() {
        let page = desk.due(&format!("/story/{at}"));
        desk.answer(&page, story(article));
    }
    desk.archive.save().unwrap();
    desk
}

/// The same articles as [`article`], and those that go beyond the limits of a vector.
fn corpus() -> Vec<Article> {
    let mut articles: Vec<Article> = (0..200).map(article).collect();
    articles.insert(20, long_article());
    articles.insert(50, repeating_article());
    articles.insert(80, wide_article());
    articles
}

/// Queries of each kind.
fn queries() -> Vec<String> {
    let mut queries: Vec<String> = WORDS.iter().map(|word| (*word).to_owned()).collect();
    queries.extend(WORDS.iter().map(|word| format!("\"{word}\"")));
    queries.extend(
        WORDS
            .windows(2)
            .map(|pair| format!("{} {}", pair[0], pair[1])),
    );
    queries.extend(
        WORDS
            .windows(3)
            .step_by(2)
            .map(|three| format!("({} OR \"{}\") NOT {}", three[0], three[1], three[2])),
    );
    queries.extend(
        WORDS
            .iter()
            .step_by(3)
            .map(|word| format!("title:\"{word}\"")),
    );
    let kinds = [
        "author:김하늘",
        "author:\"바다 김하늘\"",
        "author:편집",
        "section:문화",
        "section:책",
        "section:(문화 OR 독서)",
        "\"문화 독서\"",
        "section:\"사회 독서\"",
        "title:책방 골목",
        "title:책방 NOT 골목",
        "title:(책방 -골목)",
        "책방 NOT title:책방",
        "책 NOT section:책",
        "책방 author:박바다 section:문화",
        "(title:책방 OR author:박바다) -광고",
        "책",
        "시",
        "퐁",
        "당",
        "가",
        "韓",
        "k",
        "k*",
        "lib*",
        "librar*",
        "책*",
        "도서*",
        "20*",
        "\"작은 책*\"",
        "ㅋ",
        "ﾎ",
        "タ",
        "책방 site:paper",
        "책방 site:other",
        "골목 site:paper site:other",
        "독서 after:2026-03",
        "독서 before:2026-03",
        "독서 after:2026-03-05 before:2026-07 site:other",
        "책 after:2027",
        "\"골목 책방\"",
        "\"책방 책방\"",
        "\"책방 골목 도서관\"",
        "가가",
        "가가가",
        "\"가가가가 가가\"",
        "책방에서는",
        "도서관에서",
        "맨끝에",
        "\"n19999 맨끝에 책방이\"",
        "\"n19999 책방이\"",
        "n16384",
        "\"n16381 n16382\"",
        "\"n16383 n16384\"",
        "책방 n300",
        "책방 NOT n300",
        "\"n300 n302\"",
        "n1999*",
        "메아리",
        "\"메아리 산 메아리 골짜기\"",
        "\"산 메아리 메아리\"",
        "\"산 산\"",
        "골짜기 -책방",
        "메아*",
        "title:메아리 -\"산 골짜기\"",
        "begin",
        "\"begin end\"",
        "abcdefghij*",
        "없는말",
        "책방 없는말",
        "책방 OR 없는말",
        "(책방 (골목 OR 광고)) OR (시집 NOT 독서)",
        "책방 NOT (골목 OR \"작은 책방\")",
    ];
    queries.extend(kinds.map(str::to_owned));
    let long = "abcdefghij".repeat(400);
    queries.extend([format!("{long}x"), long.clone(), format!("{long}*")]);
    queries.push(format!("\"{}\"", "메아리 산 ".repeat(260)));
    queries
}

#[test]
fn each_query_finds_the_same_in_both_engines() {
    let both = Both::of(desk_with(corpus()));
    let queries = queries();
    assert!(queries.len() > 200);

    // In memory, half of it in the index, and all of it.
    for changes in [None, Some(90), Some(9_999)] {
        changes.into_iter().for_each(|changes| both.index(changes));
        let found = both.assert_same(&queries).into_iter();
        assert!(found.filter(|articles| *articles > 0).count() > 150);
    }
    assert_eq!(both.faults(), [""; 0]);
    assert_eq!(both.assert_same(&["\"n19999 맨끝에 책방이\""]), [1]);
    assert_eq!(both.assert_same(&["\"n16383 n16384\""]), [1]);
    assert_eq!(both.assert_same(&["\"n19999 책방이\""]), [0]);
    assert_eq!(both.assert_same(&["\"메아리 산 메아리 골짜기\""]), [1]);
    let beyond = "SELECT count(*), count(words) FROM article_words WHERE NOT is_exact";
    assert_eq!(both.cluster.sql(beyond).trim(), "3|3");
}

#[test]
fn an_article_with_too_many_words_for_a_vector_is_found_in_the_same_way() {
    let mut articles: Vec<Article> = (0..20).map(article).collect();
    articles.insert(7, huge_article());
    let both = Both::of(desk_with(articles));

    let queries = [
        "끝말잇기",
        "\"끝말잇기 놀이\"",
        "\"놀이 끝말\"",
        "title:\"너무 긴\"",
        "title:\"너무 긴\" 끝말",
        "\"긴 끝말\"",
        "책방 NOT 끝말",
        "끝* OR 책방",
        "끝말 site:paper",
        "section:책 끝말",
        "끝말 -section:책",
    ];
    for changes in [None, Some(4), Some(9_999)] {
        changes.into_iter().for_each(|changes| both.index(changes));
        let found = both.assert_same(&queries);
        assert_eq!(found[..6], [1, 1, 0, 1, 1, 0]);
    }
    let beyond = "SELECT count(*), count(words) FROM article_words WHERE NOT is_exact";
    assert_eq!(both.cluster.sql(beyond).trim(), "1|0");
    assert_eq!(both.faults(), [""; 0]);
}

#[test]
fn an_article_that_changed_is_found_by_its_newest_words_alone() {
    let both = Both::of(desk_with((0..40).map(article)));
    both.index_all();
    let sql = "INSERT INTO version SELECT (SELECT max(id) FROM version) + id, article_id, n + 1,
                 site_id, capture_id, made_at, published_ms, published_at, published_precision,
                 published_source, modified_at, section, subsection, language, canonical_url,
                 'xylophone ' || title, subtitle, authors, byline, tags, rights, opt_outs,
                 content_sha256, extractor, searchable, confidence, images, 'saxophone'
               FROM version WHERE id % 4 = 0;
               INSERT INTO change (article_id, kind, n, at)
                 SELECT article_id, 'changed', n, 1 FROM version WHERE n = 2";
    let file = Connection::open(both.folder.data().join(FILE)).unwrap();
    file.execute_batch(sql).unwrap();
    file.close().unwrap();
    both.cluster.sql(sql);

    for _ in 0..2 {
        assert_eq!(both.assert_same(&["saxophone"]), [10]);
        assert_eq!(both.assert_same(&["title:xylophone"]), [10]);
        both.assert_same(&queries());
        both.assert_same_others(&queries());
        both.index_all();
    }
    assert_eq!(both.faults(), [""; 0]);
}

#[test]
fn an_index_by_other_rules_is_made_anew() {
    let both = Both::of(desk_with((0..30).map(article)));
    both.index_all();
    for place in both.places() {
        let (mut archive, lease) = writer(place);
        archive.distrust_words(lease).unwrap();
        archive.save().unwrap();
    }
    let found = both.assert_same(&["책방"]);
    both.index_all();
    assert_eq!(both.assert_same(&["책방"]), found);
    assert_eq!(both.faults(), [""; 0]);
}

#[test]
fn the_words_of_an_article_that_was_taken_down_are_gone() {
    let both = Both::of(desk_with((0..30).map(article)));
    both.index_all();
    for place in both.places() {
        let (mut archive, lease) = writer(place);
        let everything = (RemovalExtent::Everything, "a letter");
        archive
            .take_down(lease, &[3, 4], everything, later(9))
            .unwrap();
        archive.save().unwrap();
    }
    let rows = "SELECT (SELECT count(*) FROM article_words WHERE article_id IN (3, 4)),
                       (SELECT count(*) FROM article_words)";
    assert_eq!(both.cluster.sql(rows).trim(), "0|28");
    both.assert_same(&queries());
    assert_eq!(both.faults(), [""; 0]);
}

#[test]
fn words_that_are_not_those_of_the_text_are_told() {
    let both = Both::of(desk_with((0..30).map(article)));
    both.index_all();
    for (fault, told) in [
        (
            "UPDATE article_words SET words = '''x'':1' WHERE article_id = 3",
            1,
        ),
        (
            "UPDATE article_words SET sizes = '\\x0000000000' WHERE article_id = 4",
            2,
        ),
        (
            "UPDATE indexed_version SET published_ms = 7 WHERE article_id = 5",
            3,
        ),
        ("UPDATE word_index SET tokens = tokens + 1", 4),
        ("DELETE FROM indexed_version WHERE article_id = 6", 5),
        ("DELETE FROM article_words WHERE article_id = 7", 6),
    ] {
        both.cluster.sql(fault);
        assert_eq!(both.faults().len(), told, "{fault}: {:?}", both.faults());
    }
}

#[test]
fn the_command_searches_a_database() {
    let both = Both::of(desk_with((0..60).map(article)));
    let address = both.cluster.address("papers");
    let out = both.crawler.run(&[
        "--store",
        &address,
        "search",
        "책방",
        &format!("site:{PAPER}"),
    ]);
    assert!(out.status.success(), "{}", said(&out));
    assert!(String::from_utf8_lossy(&out.stdout).contains("책방"));
}
