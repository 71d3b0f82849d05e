//! Pages and articles in the archive: how they are queued, handed out, settled and named.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::Config;
use saseo::archive::{
    ArticleFilter, ArticleVersion, ChangeKind, NextPage, Reader, SeedMode, Terms,
};
use saseo::config::site::Discover;
use saseo::export::{self, Beside, ExportFormat, ExportOptions, Place};
use saseo::extract::Article;
use saseo::frontier::recrawl::SitePolicy;
use saseo::frontier::{
    Continuation, Discovered, Judged, ListPosition, ListStep, Role, Traversal, Verdict, put_off,
};

use crate::archive_desk::{
    Desk, NOW, announcement, article, article_url, found, found_article, later, links, page_url,
    retry_at, seed, story, url,
};

#[test]
fn an_article_is_stored_once_and_again_only_when_it_changed() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7)]));
    let page = desk.next_due();

    let mut change = |text| desk.answer_and_save(&page, story(article(text))).article;
    assert_eq!(change("하나"), Some(ChangeKind::New));
    assert_eq!(change("하나"), None);
    assert_eq!(change("둘"), Some(ChangeKind::Changed));

    assert_eq!(
        (
            desk.count("article"),
            desk.count("version"),
            desk.count("change")
        ),
        (1, 2, 2)
    );
    assert_eq!((desk.count("capture"), desk.count("body")), (4, 1));
}

#[test]
fn an_article_that_several_lists_link_to_is_queued_once() {
    let mut desk = Desk::new();
    let twin = Discovered {
        url: url("http://paper.example/news/articleView.html?idxno=7"),
        ..found_article(7)
    };
    desk.answer_next(links([found_article(7), found_article(7), twin]));
    assert_eq!(desk.count("page WHERE number = 7"), 1);
}

/// A link of one answer: an address out of few, perhaps an article's number out of few, and whether
/// a redirect led there.
fn any_link() -> impl Strategy<Value = (u8, Option<u8>, bool)> {
    (0..5_u8, proptest::option::of(0..3_u8), any::<bool>())
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(64) })]

    #[test]
    fn links_of_one_answer_are_added_as_if_one_by_one(
        rows in proptest::collection::vec(any_link(), 1..12),
    ) {
        let mut desk = Desk::new();
        let found = rows.iter().map(|(address, number, is_moved)| Discovered {
            key: number.map(|number| u64::from(number).into()),
            hops: (*is_moved).into(),
            ..found(&format!("/page/{address}"))
        });
        let effect = desk.answer_next(links(found.collect::<Vec<_>>()));

        let (mut addresses, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for (address, number, is_moved) in &rows {
            let is_known = number.is_some_and(|number| numbers.contains(&number));
            if (*is_moved || !is_known) && addresses.insert(*address) {
                numbers.extend(*number);
            }
        }
        let added: Vec<u8> = addresses.iter().copied().collect();
        let kept = (0..5).filter(|address| {
            desk.count(&format!("page WHERE url LIKE '%/page/{address}'")) == 1
        });
        prop_assert_eq!(kept.collect::<Vec<u8>>(), added);
        // The answered page has left the queue.
        prop_assert_eq!(effect.queue_growth, addresses.len() as i64 - 1);
    }
}

#[test]
fn every_unsigned_article_number_is_kept() {
    let mut desk = Desk::new();
    let largest = Some(u64::MAX.into());
    desk.answer_next(links([found_article(u64::MAX)]));
    desk.answer_next(story(Article {
        key: largest.clone(),
        ..article("끝")
    }));

    let reader = desk.reader();
    let mut seen = vec![];
    for version in &mut reader.articles(&ArticleFilter::default()).unwrap() {
        let ArticleVersion { article, kept, .. } = version.unwrap();
        seen.push((article.key, kept.version));
    }
    assert_eq!(seen, [(largest, 1)]);
    assert_eq!(
        desk.value::<String>("SELECT id FROM articles"),
        format!("paper/{}", u64::MAX)
    );
}

/// A list page whose traversal goes on with the second page.
fn goes_on(list: &ListPosition, traversal: Traversal) -> Judged {
    let to = Continuation {
        url: page_url("/list?page=2"),
        list: ListPosition {
            traversal,
            previous: vec![1],
            ..list.clone()
        },
        hops: 0,
    };

    Judged {
        list: Some(ListStep::to(to)),
        ..Judged::of(Verdict::Read)
    }
}

#[test]
fn a_first_traversal_is_not_shortened_by_a_later_one() {
    let mut desk = Desk::new();
    let section = Discovered {
        role: Role::Section,
        ..found("/list")
    };
    desk.answer_next(links([section]));
    let page = desk.next_due();
    let list = page.list().cloned().unwrap();
    assert_eq!(list.traversal, Traversal::First);

    desk.answer_and_save(&page, goes_on(&list, Traversal::First));
    desk.answer_and_save(&page, goes_on(&list, Traversal::Later));

    let second = desk.next_due();
    assert_eq!(
        (second.role(), second.list().unwrap().traversal),
        (Role::ListPage, Traversal::First)
    );
}

#[test]
fn a_settled_page_is_queued_again_only_by_a_new_crawl_that_begins_after_its_next_moment() {
    let mut desk = Desk::new();
    desk.answer_next(Judged {
        next: Some(later(80_000)),
        ..Judged::of(Verdict::Read)
    });

    desk.seed_again(SeedMode::Begin, later(3600));
    assert_eq!(desk.next(&[], later(3600)), NextPage::Nothing);

    let tomorrow = later(86_401);
    desk.seed_again(SeedMode::Resume, tomorrow);
    assert_eq!(desk.next(&[], tomorrow), NextPage::Nothing);
    desk.seed_again(SeedMode::Begin, tomorrow);
    assert!(matches!(desk.next(&[], tomorrow), NextPage::Page(_)));
}

#[test]
fn a_page_under_way_is_not_handed_out_again() {
    let desk = Desk::new();
    let page = desk.next_due();
    assert_eq!(desk.next(&[page.id], NOW), NextPage::Nothing);
}

#[test]
fn a_page_keeps_the_reason_of_its_retry_until_it_is_settled() {
    let mut desk = Desk::new();
    let trouble = |desk: &Desk| desk.value::<Option<String>>("SELECT trouble FROM page");
    let page = desk.next_due();

    desk.answer_and_save(&page, retry_at(later(300)));
    assert_eq!(trouble(&desk).as_deref(), Some("status 500"));

    desk.answer_and_save(&page, Judged::of(Verdict::Read));
    assert_eq!(trouble(&desk), None);
}

#[test]
fn a_page_that_is_due_later_is_reported_with_its_moment() {
    let mut desk = Desk::new();
    desk.answer_next(retry_at(later(300)));
    assert_eq!(desk.next(&[], NOW), NextPage::LaterAt(later(300)));
}

#[test]
fn an_unreachable_host_is_put_off_for_the_chosen_sites_only() {
    let mut desk = Desk::new();
    let shared = |path: &str| url(&format!("https://cdn.example/{path}"));
    for (site, path) in [("one", "1.xml"), ("two", "2.xml")] {
        let feed = (shared(path), Role::Feed);
        desk.seed(seed(site, [feed]), SeedMode::Begin, NOW);
    }
    let pages = desk
        .archive
        .due_pages(&shared("").host(), &[desk.site("one")], 9, later(1))
        .unwrap();
    assert_eq!(pages.len(), 1);

    let settlement = put_off(&pages[0], "no address", &default_policy(), later(1));
    desk.archive
        .settle_unasked(desk.lease, &pages[0], &settlement, later(1))
        .unwrap();
    desk.archive.save().unwrap();

    let due = |feed: i64| -> i64 {
        desk.value(&format!(
            "SELECT due_at FROM page WHERE host = 'cdn.example' ORDER BY url LIMIT 1 OFFSET {feed}"
        ))
    };
    assert_eq!(
        (due(0), due(1)),
        (later(1 + 24 * 3600).millis(), NOW.millis())
    );
}

fn default_policy() -> SitePolicy {
    let Discover {
        lists,
        feeds,
        sitemaps,
        ..
    } = Discover::default();

    SitePolicy {
        lists,
        feeds,
        sitemaps,
        photos: false,
        is_covered: false,
        has_sections: false,
    }
}

/// Kills the process while it asks for article 1, and begins the next run. Returns how many pages
/// that run counts as failed.
fn die_while_asking(desk: &mut Desk) -> u64 {
    desk.announce_and_save(announcement(article_url(1), NOW));
    desk.begin_run(&Terms::default(), NOW);

    let failed = desk.archive.give_up_often_unended(desk.lease, NOW).unwrap();
    desk.archive.save().unwrap();
    failed.values().sum()
}

#[test]
fn a_page_whose_request_never_ends_goes_last_and_fails_after_three_times() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(1), found_article(2)]));
    assert_eq!(desk.next_due().url, article_url(1));

    die_while_asking(&mut desk);
    assert_eq!(
        desk.next_due().url,
        article_url(2),
        "the other one goes first"
    );
    desk.answer_next(Judged::of(Verdict::Stored));
    let page = desk.next_due();
    assert_eq!((page.url, page.unended), (article_url(1), 1));

    // An ending in between shows that the page was not the reason.
    desk.answer_next(retry_at(NOW));
    assert_eq!(desk.next_due().unended, 0);

    for failed in [0, 0, 1] {
        assert_eq!(desk.next_due().url, article_url(1));
        assert_eq!(die_while_asking(&mut desk), failed);
    }
    assert_eq!(desk.next(&[], later(1000)), NextPage::Nothing);
    assert_eq!(
        desk.value::<String>("SELECT verdict || ': ' || reason FROM page WHERE number = 1"),
        "failed: the process ended 3 times while it was asked for or read"
    );
}

#[test]
fn a_redirect_to_a_page_without_an_article_counts_as_a_miss() {
    let mut desk = Desk::new();
    let place = page_url("/sorry");
    desk.answer_next(links([found_article(1)]));
    let moved = Discovered {
        hops: 1,
        ..found("/sorry")
    };
    desk.answer_next(Judged {
        found: vec![moved],
        ..Judged::of(Verdict::Moved { to: place.clone() })
    });
    assert!(
        !desk.archive.has_no_article(&place).unwrap(),
        "nobody has asked there"
    );

    desk.answer_next(Judged::of(Verdict::Unextracted {
        why: "a notice".into(),
    }));
    assert!(desk.archive.has_no_article(&place).unwrap());

    let tomorrow = later(1 + 24 * 3600);
    assert_eq!(desk.next(&[], later(1000)), NextPage::LaterAt(tomorrow));
    let NextPage::Page(page) = desk.next(&[], tomorrow) else {
        panic!("no page")
    };
    assert_eq!((page.url.clone(), page.misses()), (article_url(1), 1));
}

/// Two articles of a paper that numbers nothing.
fn desk_without_numbers() -> Desk {
    let mut desk = Desk::new();
    desk.answer_next(links([found("/story/one?a=b"), found("/story/two?a=b")]));
    for text in ["하나", "둘"] {
        desk.answer_next(story(article(text)));
    }
    desk
}

#[test]
fn articles_without_a_number_are_found_and_exported_by_ids_from_their_addresses() {
    let desk = desk_without_numbers();
    let expected = [
        "paper/https://paper.example/story/one?a=b",
        "paper/https://paper.example/story/two?a=b",
    ];
    let ids: Vec<String> = desk.shown().into_iter().map(|row| row.0).collect();
    assert_eq!(ids, expected);

    let reader = desk.reader();
    for id in expected {
        assert_eq!(reader.find_article(id).unwrap().id, id);
    }

    assert_eq!(exported_ids(&desk, &reader), expected);
}

/// Exports two articles to an SQLite file, and returns their ids there.
fn exported_ids(desk: &Desk, reader: &Reader) -> Vec<String> {
    let out = desk.folder.path().join("out.sqlite");
    let export = export::write(
        reader,
        &ArticleFilter::default(),
        &ExportOptions::of(ExportFormat::Sqlite),
        Place::File(Beside::of(&out).unwrap()),
    );
    assert_eq!(export.unwrap().unwrap().articles, 2);

    let sql = rusqlite::Connection::open(out).unwrap();
    let mut select = sql.prepare("SELECT id FROM articles ORDER BY id").unwrap();
    select
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}
