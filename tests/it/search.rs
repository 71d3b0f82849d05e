//! The full-text index against plain substring search: through changes, kills, and beside a crawl.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use saseo::archive::{CountKey, SearchSelect, SoughtWords};
use saseo::extract::Article;
use saseo::rights::{Claim, DeclaredRights, Statement, Use, UseState};
use saseo::search::{Query, SearchOrder, SearchPage, SearchResults, count_by, search};
use saseo::time::{LocalTime, Precision};
use serde_json::Value;

use crate::archive_desk::{Desk, article, found, later, links, story};
use crate::program::{Crawler, Paper};

const ALL: SearchPage = SearchPage {
    order: SearchOrder::Best,
    skipped: 0,
    most: usize::MAX,
};

/// Changes that the index takes in at once: the index is never whole by chance.
const SLICE: u32 = 3;

/// An archive with one story of each of these articles.
fn desk_with(articles: impl IntoIterator<Item = Article>) -> Desk {
    let articles: Vec<Article> = articles.into_iter().collect();
    let mut desk = Desk::new();
    let found = (0..articles.len()).map(|at| found(&format!("/story/{at}")));
    desk.answer_at("/", links(found.collect::<Vec<_>>()));
    for (at, article) in articles.into_iter().enumerate() {
        let page = desk.due(&format!("/story/{at}"));
        desk.answer(&page, story(article));
    }
    desk.archive.save().unwrap();
    desk
}

fn index(desk: &mut Desk) {
    while desk
        .archive
        .index_words(desk.lease, SLICE)
        .unwrap()
        .is_some()
    {
        desk.archive.save().unwrap();
    }
    desk.archive.save().unwrap();
}

fn results(desk: &Desk, query: &str) -> SearchResults {
    let reader = desk.reader();
    let searcher = reader.searcher().unwrap();
    search(&searcher, &Query::parse(query).unwrap(), ALL).unwrap()
}

/// Returns the numbers of the stories that a query finds.
fn stories(desk: &Desk, query: &str) -> BTreeSet<usize> {
    let stories = results(desk, query).stories;
    let numbers = stories
        .iter()
        .map(|story| story.text.url.rsplit('/').next().unwrap().parse().unwrap());
    numbers.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Words of 1 to 6 syllables, and phrases of two words, are found exactly where they stand.
    #[test]
    fn every_part_of_a_text_is_found_and_nothing_else(
        texts in prop::collection::vec("[가나다라마]{1,7}( [가나다라마]{1,7}){0,12}", 1..14),
        words in prop::collection::vec("[가나다라마]{1,6}( [가나다라마]{1,3})?", 12),
        indexed in 0..6_u32,
    ) {
        let mut desk = desk_with(texts.iter().map(|text| article(text)));
        for _ in 0..indexed {
            desk.archive.index_words(desk.lease, SLICE).unwrap();
            desk.archive.save().unwrap();
        }

        for words in words {
            let expected: BTreeSet<usize> = texts
                .iter()
                .enumerate()
                .filter(|(_, text)| text.contains(&words))
                .map(|(at, _)| at)
                .collect();
            prop_assert_eq!(stories(&desk, &format!("\"{words}\"")), expected, "{}", words);
        }
    }
}

#[test]
fn fields_dates_and_operators_choose() {
    let mut desk = desk_with([
        Article {
            section: Some("문화".to_owned()),
            authors: vec!["김하늘 기자".to_owned()],
            ..article("책방이 문을 열었다")
        },
        Article {
            section: Some("사회".to_owned()),
            authors: vec!["박바다".to_owned()],
            ..article("김하늘 구청장이 책방을 찾았다")
        },
        Article {
            title: Some("책방 골목".to_owned()),
            ..article("헌책이 쌓여 있다")
        },
    ]);
    index(&mut desk);

    let found = |query: &str| stories(&desk, query).into_iter().collect::<Vec<_>>();
    assert_eq!(found("책방"), [0, 1, 2]);
    assert_eq!(found("title:책방"), [2]);
    assert_eq!(found("author:김하늘"), [0]);
    assert_eq!(found("김하늘"), [0, 1]);
    assert_eq!(found("section:문화 책방"), [0]);
    assert_eq!(
        found("문화"),
        [0_usize; 0],
        "a section is no word of its articles"
    );
    assert_eq!(found("책방 NOT 구청장"), [0, 2]);
    assert_eq!(found("골목 OR 구청장"), [1, 2]);
    assert_eq!(found("(골목 OR 구청장) 찾았다"), [1]);
    assert_eq!(found("책방 site:paper"), [0, 1, 2]);
    assert_eq!(
        found("책방 after:2026-01-01"),
        [0_usize; 0],
        "they tell no date"
    );
    // A title weighs more than a text.
    assert_eq!(
        results(&desk, "책방").stories[0].text.title.as_deref(),
        Some("책방 골목")
    );
}

/// Returns the score of each story, by its number.
fn scores(desk: &Desk, query: &str) -> BTreeMap<usize, f64> {
    let stories = results(desk, query).stories.into_iter();
    stories
        .map(|story| {
            let number = story.text.url.rsplit('/').next().unwrap();
            (number.parse().unwrap(), story.score)
        })
        .collect()
}

#[test]
fn an_article_that_the_index_has_not_taken_in_is_ranked_by_the_same_measure() {
    let text = |at: usize| match at % 10 {
        0 => "작은 책방 골목 이야기가 길게 이어진다".to_owned(),
        1 => "골목".to_owned(),
        _ => format!("다른 기사 {at} 그리고 더"),
    };
    let mut texts: Vec<String> = (0..40).map(text).collect();
    // The last ones are late: in all of them stands a word that is rare in the archive.
    texts.push(texts[0].clone());
    texts.push("책방 책방 골목".to_owned());
    let mut desk = desk_with(texts.iter().map(|text| article(text)));
    desk.archive.index_words(desk.lease, 40).unwrap();
    desk.archive.save().unwrap();
    assert_eq!(desk.count("indexed_version"), 40);

    for query in [
        "책방",
        "책방 골목",
        "책방 OR 골목",
        "(책방 OR 골목) NOT 없는",
    ] {
        let scores = scores(&desk, query);
        let (kept, late) = (scores[&0], scores[&40]);
        assert!((kept - late).abs() < 1e-9, "{query}: {kept} and {late}");
        let best = results(&desk, query).stories.remove(0).text.url;
        assert!(best.ends_with("/41"), "{query}: {best}");
    }
}

#[test]
fn many_late_articles_are_ranked_by_the_few_of_the_index() {
    let text = |at: usize| match at % 4 {
        0 => "책방 하나".to_owned(),
        _ => format!("기사 {at}"),
    };
    let mut desk = desk_with((0..24).map(|at| article(&text(at))));
    desk.archive.index_words(desk.lease, 8).unwrap();
    desk.archive.save().unwrap();

    let scores = scores(&desk, "책방");
    assert_eq!(scores.len(), 6);
    // The usual length is that of each index: it counts little.
    for (number, score) in &scores {
        let ratio = score / scores[&0];
        assert!((0.8..1.25).contains(&ratio), "{number}: {ratio}");
    }
}

#[test]
fn a_single_letter_stands_first_where_it_begins_a_word() {
    let mut desk = desk_with([
        article("짬퐁 짬퐁 짬퐁"),
        article("물에 돌을 던지니 멀리서 퐁당 소리가 난다"),
        article("짬퐁 집"),
        Article {
            title: Some("퐁당퐁당".to_owned()),
            ..article("짬퐁 이야기가 아닌 노래 이야기")
        },
    ]);
    for _ in 0..2 {
        let order = |query: &str| -> Vec<usize> {
            let stories = results(&desk, query).stories.into_iter();
            stories
                .map(|it| it.text.url.rsplit('/').next().unwrap().parse().unwrap())
                .collect()
        };
        let of_word = order("퐁");
        assert_eq!(BTreeSet::from_iter(&of_word[..2]), BTreeSet::from([&1, &3]));
        assert_eq!(of_word.len(), 4);
        // Behind them, the order is that of the score.
        assert_eq!(of_word[2], 0);
        // In the text of the last one, it begins no word: only its title counts.
        assert_eq!(order("title:퐁"), [3]);
        assert_eq!(order("짬퐁")[0], 0);
        index(&mut desk);
    }
}

#[test]
fn pages_of_a_search_have_each_story_once() {
    let mut texts = vec!["짬퐁 짬퐁".to_owned(); 4];
    texts.extend((0..5).map(|at| format!("긴 이야기 {at} 속의 퐁당 소리")));
    let desk = desk_with(texts.iter().map(|text| article(text)));
    let reader = desk.reader();
    let searcher = reader.searcher().unwrap();
    let query = Query::parse("퐁").unwrap();

    let (mut urls, mut next) = (Vec::new(), Some(0));
    while let Some(skipped) = next {
        let page = SearchPage {
            skipped,
            most: 2,
            ..ALL
        };
        let found = search(&searcher, &query, page).unwrap();
        assert_eq!(
            (found.articles, found.ranked_articles, found.ranked_stories),
            (9, 9, 9)
        );
        next = found.next_page(page);
        urls.extend(found.stories.into_iter().map(|story| story.text.url));
    }
    let all = results(&desk, "퐁").stories.into_iter();
    assert_eq!(urls, all.map(|story| story.text.url).collect::<Vec<_>>());
    assert_eq!(urls.iter().collect::<BTreeSet<_>>().len(), 9);
}

#[test]
fn of_too_many_articles_the_newest_are_ranked_and_those_without_a_day_last() {
    let on_day = |day: i8| Article {
        published_at: LocalTime::from_rfc3339(&format!("2026-11-{day:02}T09:00:00+09:00")),
        published_precision: Some(Precision::Second),
        ..article("책방이 문을 열었다")
    };
    let mut desk = desk_with([
        on_day(3),
        article("책방이 문을 닫았다"),
        on_day(5),
        on_day(1),
        on_day(4),
    ]);
    let ranked = |desk: &Desk, most: usize| {
        let reader = desk.reader();
        let searcher = reader.searcher().unwrap().ranking_at_most(most);
        let select = SearchSelect {
            sought: SoughtWords::phrase("책방 방이"),
            ..SearchSelect::default()
        };
        let articles = searcher.count(&select).unwrap();
        let hits = searcher.hits(&select, articles).unwrap();
        let days = hits.iter().map(|hit| hit.published_at);
        days.map(|day| day.map(|at| (at.millis() - NOVEMBER) / DAY + 1))
            .collect::<Vec<_>>()
    };

    // In memory, in both indexes, and in the archive's.
    for _ in 0..3 {
        assert_eq!(ranked(&desk, 2), [Some(5), Some(4)]);
        assert_eq!(ranked(&desk, 4), [Some(5), Some(4), Some(3), Some(1)]);
        let all = [Some(5), Some(4), Some(3), Some(1), None];
        assert_eq!(ranked(&desk, 5), all);
        assert_eq!(ranked(&desk, 9), all);
        desk.archive.index_words(desk.lease, SLICE).unwrap();
        desk.archive.save().unwrap();
    }
}

/// The beginning of November 2026 in Korea, and a day, in ms.
const NOVEMBER: i64 = 1_793_458_800_000;
const DAY: i64 = 86_400_000;

#[test]
fn articles_without_an_author_are_counted_and_a_day_is_no_moment() {
    let by = |authors: &[&str]| Article {
        authors: authors.iter().map(|name| (*name).to_owned()).collect(),
        published_at: LocalTime::from_rfc3339("2026-11-20T00:00:00+09:00"),
        published_precision: Some(Precision::Day),
        ..article("책방 이야기")
    };
    let mut desk = desk_with([
        by(&["김하늘", "박바다"]),
        by(&[]),
        by(&["김하늘"]),
        by(&["박바다"]),
    ]);
    for _ in 0..2 {
        let reader = desk.reader();
        let select = SearchSelect {
            sought: SoughtWords::phrase("책방"),
            ..SearchSelect::default()
        };
        let counts = reader
            .searcher()
            .unwrap()
            .count_by(&select, CountKey::Author)
            .unwrap();
        assert_eq!(
            counts,
            [
                (None, 1),
                (Some("김하늘".to_owned()), 2),
                (Some("박바다".to_owned()), 2)
            ]
        );
        let stories = results(&desk, "책방").stories.into_iter();
        for story in stories {
            assert_eq!(story.text.published_at.as_deref(), Some("2026-11-20"));
        }
        index(&mut desk);
    }
}

#[test]
fn a_word_with_a_particle_is_found_by_its_noun_where_nothing_else_is() {
    let mut desk = desk_with([article("혈당이 오른다"), article("혈당에서 시작한다")]);
    index(&mut desk);

    let exact = results(&desk, "혈당에서");
    assert_eq!((exact.articles, exact.instead), (1, None));
    let stem = results(&desk, "혈당까지");
    assert_eq!((stem.articles, stem.instead.as_deref()), (2, Some("혈당")));
    assert_eq!(results(&desk, "\"혈당까지\"").articles, 0);
}

#[test]
fn the_first_stem_that_finds_something_is_kept() {
    let mut desk = desk_with([
        article("「작은 책방」이 학교 앞에 있다"),
        article("KBS 작가의 2026년 계획"),
        article("작가들 모임"),
    ]);
    index(&mut desk);

    for (asked, instead, articles) in [
        ("학교로부터", "학교", 1),
        ("KBS에서는", "KBS", 1),
        ("2026년에는", "2026년", 1),
        ("작가들에게", "작가들", 1),
        ("시인들과 OR 작가로부터", "(시인들 OR 작가)", 2),
        ("「작은 책방」에서,", "\"작은 책방\"", 1),
        // No article has 모임들, so its plural goes as well. 작가들 has one.
        ("모임들에서는 작가들의", "모임 작가들", 1),
    ] {
        let found = results(&desk, asked);
        let instead = Some(instead);
        assert_eq!(
            (found.instead.as_deref(), found.articles),
            (instead, articles),
            "{asked}"
        );

        let reader = desk.reader();
        let searcher = reader.searcher().unwrap();
        let query = Query::parse(asked).unwrap();
        let counted = count_by(&searcher, &query, CountKey::Site).unwrap();
        assert_eq!(counted.instead.as_deref(), instead);
        assert_eq!(counted.counts, [(Some("paper".to_owned()), articles)]);
    }
    assert_eq!(results(&desk, "서점들에게").instead, None);
}

#[test]
fn a_middle_dot_is_found_by_any_other() {
    const DOTS: [&str; 6] = ["·", "ㆍ", "・", "‧", "•", "\u{119e}"];

    let texts = DOTS.map(|dot| article(&format!("6{dot}25전쟁과 한{dot}미 회담")));
    let mut desk = desk_with(texts);
    for _ in 0..2 {
        for dot in DOTS {
            for words in [
                format!("6{dot}25전쟁"),
                format!("\"한{dot}미\""),
                "회담".to_owned(),
            ] {
                assert_eq!(results(&desk, &words).articles, 6, "{words}");
            }
        }
        index(&mut desk);
    }
}

#[test]
fn a_version_that_is_replaced_leaves_no_word_behind() {
    let mut desk = desk_with([article("처음의 낱말"), article("다른 기사")]);
    index(&mut desk);
    let capture = desk.captures("paper").remove(0);
    assert_eq!(stories(&desk, "낱말").len(), 1);

    let by = |author: &str| Article {
        authors: vec![author.to_owned()],
        ..article("나중의 문장")
    };
    // Other words make a further version, and another author amends it in its place.
    for author in ["김하늘", "박바다"] {
        desk.revise(&capture, by(author));
        desk.archive.save().unwrap();
        for _ in 0..2 {
            assert_eq!(stories(&desk, "낱말").len(), 0);
            assert_eq!(results(&desk, "문장").articles, 1);
            assert_eq!(results(&desk, &format!("author:{author}")).articles, 1);
            index(&mut desk);
        }
    }
    assert_eq!(stories(&desk, "author:김하늘").len(), 0);
    assert_eq!(desk.count("version"), 3);
    assert_eq!(desk.count("indexed_version"), 2);
}

#[test]
fn what_an_answer_304_said_of_search_stays_when_a_field_is_read_otherwise() {
    let mut desk = desk_with([article("책방 이야기")]);
    index(&mut desk);
    let capture = desk.captures("paper").remove(0);
    let rights = DeclaredRights::of([Statement::new(
        "noindex x-robots-tag",
        Claim::Use(Use::Search, UseState::Reserved),
        "noindex",
    )]);
    let page = &capture.page;
    desk.archive
        .renew_searchable(desk.lease, page, false)
        .unwrap();
    desk.archive
        .renew_rights(desk.lease, page, &rights, later(50))
        .unwrap();
    desk.archive.save().unwrap();
    assert_eq!(stories(&desk, "책방").len(), 0);

    let amended = Article {
        authors: vec!["김하늘".to_owned()],
        ..article("책방 이야기")
    };
    desk.revise(&capture, amended);
    desk.archive.save().unwrap();
    for _ in 0..2 {
        assert_eq!(stories(&desk, "책방").len(), 0);
        index(&mut desk);
    }
}

#[test]
fn a_page_that_says_noindex_is_not_found() {
    let hidden = Article {
        noindex: true,
        ..article("숨은 책방")
    };
    let mut desk = desk_with([hidden, article("열린 책방")]);
    for _ in 0..2 {
        assert_eq!(Vec::from_iter(stories(&desk, "책방")), [1]);
        index(&mut desk);
    }
}

#[test]
fn a_slice_that_is_not_saved_leaves_no_trace() {
    let texts: Vec<String> = (0..9).map(|at| format!("이야기 {at}")).collect();
    let mut desk = desk_with(texts.iter().map(|text| article(text)));
    loop {
        let lost = desk.archive.index_words(desk.lease, SLICE).unwrap();
        desk.archive.abandon().unwrap();
        assert_eq!(desk.archive.index_words(desk.lease, SLICE).unwrap(), lost);
        desk.archive.save().unwrap();
        assert_eq!(stories(&desk, "이야기").len(), 9);
        if lost.is_none() {
            break;
        }
    }
    assert_eq!(desk.count("indexed_version"), 9);
}

#[test]
fn an_index_by_other_rules_is_not_used_and_made_anew() {
    let mut desk = desk_with([article("작은 책방"), article("큰 서점")]);
    index(&mut desk);
    desk.sql()
        .execute_batch(
            "UPDATE word_index SET rules = 99;
             INSERT INTO article_words (article_words) VALUES ('delete-all');",
        )
        .unwrap();

    assert_eq!(stories(&desk, "책방").len(), 1);
    index(&mut desk);
    assert_eq!(stories(&desk, "책방").len(), 1);
    assert_ne!(desk.value::<i64>("SELECT rules FROM word_index"), 99);
}

#[test]
fn a_crawled_paper_is_searched_as_its_export_reads() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "1ms");
    assert!(crawler.run(&["crawl"]).status.success());
    let articles = crawler.articles();

    let words = ["도서관", "책", "기자", "없는말이다"];
    for word in words {
        let has_it = |article: &&Value| {
            ["title", "subtitle", "text"].iter().any(|field| {
                article[*field]
                    .as_str()
                    .is_some_and(|text| text.contains(word))
            }) || article["authors"].to_string().contains(word)
        };
        let expected = articles.iter().filter(has_it).count();
        let out = crawler.run(&["--json", "search", word, "--limit", "9999"]);
        let found: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(found["articles"], expected, "{word}");
    }

    let out = crawler.run(&["search", "도서관", "--limit", "2"]);
    let shown = String::from_utf8_lossy(&out.stdout).into_owned();
    let titles = shown.lines().filter(|line| !line.starts_with(' '));
    assert_eq!(titles.count(), 2, "{shown}");
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(
        said.contains(" search 도서관 --limit 2 --skip 2`"),
        "{said}"
    );
    let out = crawler.run(&["search", "도서관", "--skip", "9999"]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(said.contains("is behind --skip 9999"), "{said}");
    let no_page = crawler.run(&["search", "도서관", "--limit", "0"]);
    assert_eq!(no_page.status.code(), Some(2));

    let wrong = crawler.run(&["search", "책 OR"]);
    assert_eq!(wrong.status.code(), Some(2));
    let nowhere = crawler.run(&["search", "책 site:elsewhere"]);
    assert_eq!(nowhere.status.code(), Some(2));

    let count = |words: &[&str]| {
        let out = crawler.run(&[&["--json", "search"], words].concat());
        let found: Value = serde_json::from_slice(&out.stdout).unwrap();
        found["articles"].as_u64().unwrap()
    };
    assert_eq!(count(&["도서관", "-도서관"]), 0);
    assert_eq!(
        count(&["도서관", "-없는말이다", "-abc"]),
        count(&["도서관"])
    );
}

#[test]
fn a_search_that_finds_nothing_says_so_and_names_the_fields() {
    let paper = Paper::start();
    let crawler = Crawler::of(&paper, "1ms");
    assert!(crawler.run(&["crawl"]).status.success());

    for more in [&[][..], &["--count-by", "site"]] {
        let out = crawler.run(&[&["search", "제목:없는말이다"], more].concat());
        assert!(out.status.success() && out.stdout.is_empty(), "{out:?}");
        let told = String::from_utf8(out.stderr).unwrap();
        assert!(told.contains("no article has these words"), "{told}");
        assert!(told.contains("the fields are title:, author:"), "{told}");

        let out = crawler.run(&[&["search", "도서관으로부터"], more].concat());
        let told = String::from_utf8(out.stderr).unwrap();
        assert!(told.contains("this is what has 도서관"), "{told}");
    }
    let out = crawler.run(&["search", "없는말이다"]);
    assert!(!String::from_utf8(out.stderr).unwrap().contains("fields"));
}
