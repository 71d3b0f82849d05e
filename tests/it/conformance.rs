//! What an archive promises, whatever engine keeps it: checked by its public methods alone.

use std::collections::BTreeSet;

use saseo::ArticleKey;
use saseo::archive::{
    ArchiveError, ArticleFilter, ArticleVersion, ChangeKind, Completed, LedgerRecord, Lock,
    NextPage, Reader, RevisionOutcome, RobotsCopy, RobotsId, RunEnd, Seed, SeedMode, Selection,
    Tally, Terms,
};
use saseo::frontier::{Discovered, Judged, Page, Role, Verdict};
use tempfile::TempDir;

use crate::archive_desk::{
    DIGEST, Desk, NOW, ORIGIN, PAPER, announcement, article, completion, found, found_named,
    found_numbered, later, links, pace, page_url, retry_at, robots_copy, seed, story,
};

/// A paper whose entry pages are its home page, an article, a feed and a section.
fn paper() -> Seed {
    seed(
        PAPER,
        [
            (page_url("/"), Role::Home),
            (page_url("/story/1"), Role::Article),
            (page_url("/feed"), Role::Feed),
            (page_url("/list"), Role::Section),
        ],
    )
}

fn desk() -> Desk {
    Desk::open(TempDir::new().unwrap(), paper(), SeedMode::Begin)
}

/// A copy of the paper's robots.txt that expires in an hour.
fn robots(body: &[u8]) -> RobotsCopy {
    RobotsCopy {
        expires_at: later(3600),
        ..robots_copy(ORIGIN, NOW, body)
    }
}

/// Every page in the order in which they are handed out while none of them is answered.
fn handed_out(desk: &Desk) -> Vec<Page> {
    let (mut pages, mut under_way) = (Vec::new(), Vec::new());
    while let NextPage::Page(page) = desk.next(&under_way, NOW) {
        under_way.push(page.id);
        pages.push(*page);
    }
    pages
}

/// The effects of an answer to the request for the first story, as far as they are there.
fn effects(desk: &Desk) -> BTreeSet<&'static str> {
    let reader = desk.reader();
    let first = page_url("/story/1");
    let known = desk.archive.discovered(PAPER, &[found("/story/2")]);
    let effects = [
        ("a capture", desk.archive.body(&first).unwrap().is_some()),
        (
            "an article",
            articles(&reader)
                .iter()
                .any(|version| version.kept.url == first.as_str()),
        ),
        (
            "a state",
            handed_out(desk).iter().all(|page| page.url != first),
        ),
        ("a link", known.unwrap()[0].is_some()),
        (
            "a pace",
            desk.archive.pace(&first.host()).unwrap() == Some(pace(later(1))),
        ),
        ("a row of the ledger", kinds(&reader).contains(&"ended")),
    ];

    effects
        .into_iter()
        .filter_map(|(what, is_there)| is_there.then_some(what))
        .collect()
}

fn articles(reader: &Reader) -> Vec<ArticleVersion> {
    let mut articles = reader.articles(&ArticleFilter::default()).unwrap();
    articles.into_iter().collect::<Result<_, _>>().unwrap()
}

/// The kind of each row of the ledger. Each row must be chained to the one before.
fn kinds(reader: &Reader) -> Vec<&'static str> {
    let (mut ledger, mut kinds) = (reader.ledger().unwrap(), Vec::new());

    let mut rows = ledger.rows();
    while let Some(entry) = rows.next_entry().unwrap() {
        assert!(entry.chained, "{entry:?}");
        kinds.push(match entry.what {
            LedgerRecord::Began { .. } => "began",
            LedgerRecord::Announced { .. } => "announced",
            LedgerRecord::Ended { .. } => "ended",
            LedgerRecord::Unreadable { .. } => "unreadable",
        });
    }
    kinds
}

// Who may write.

#[test]
fn a_new_lease_fences_the_older_one_however_often_it_tries() {
    let mut desk = desk();
    let old = desk.lease;
    desk.lease = desk.archive.take_lease("another", later(1), None).unwrap();

    for _ in 0..2 {
        let tried = desk.archive.keep_robots(old, &robots(b""));
        assert!(matches!(tried, Err(ArchiveError::LeaseLost)), "{tried:?}");
    }
    desk.announce(announcement(page_url("/"), NOW));
    let tried = desk.archive.keep_robots(old, &robots(b""));
    assert!(matches!(tried, Err(ArchiveError::LeaseLost)), "{tried:?}");

    desk.archive.save().unwrap();
    assert_eq!(
        (kinds(&desk.reader()), desk.archive.robots(ORIGIN).unwrap()),
        (vec!["began", "announced"], None)
    );
}

#[test]
fn a_run_cannot_be_ended_with_a_lost_lease() {
    let mut desk = desk();
    let (old, run) = (desk.lease, desk.run);
    desk.lease = desk.archive.take_lease("another", later(1), None).unwrap();
    desk.begin_run(&Terms::default(), later(2));

    let tally = Tally::default();
    let tried = desk
        .archive
        .end_run(old, run, RunEnd::Finished.with(&tally), later(3));
    assert!(matches!(tried, Err(ArchiveError::LeaseLost)), "{tried:?}");
    let tried = desk
        .archive
        .fail_runs(old, &[run], "the disk is full", later(3));
    assert!(matches!(tried, Err(ArchiveError::LeaseLost)), "{tried:?}");

    let runs = desk.reader().runs(5).unwrap();
    let how: Vec<_> = runs.into_iter().map(|run| run.how).collect();
    assert_eq!(how, [None, Some("interrupted".to_owned())]);
}

#[test]
fn an_open_archive_keeps_its_folder_locked() {
    let desk = desk();
    assert!(matches!(
        Lock::take(desk.folder.path(), "another"),
        Err(ArchiveError::Held { .. })
    ));

    let folder = desk.closed();
    Lock::take(folder.path(), "another").unwrap();
}

// Durability.

#[test]
fn an_announcement_survives_a_kill_only_if_it_was_saved() {
    let mut desk = desk();
    desk.announce(announcement(page_url("/"), NOW));
    let mut desk = desk.killed();
    assert_eq!(kinds(&desk.reader()), ["began", "began"]);

    desk.announce_and_save(announcement(page_url("/"), NOW));
    assert_eq!(
        kinds(&desk.killed().reader()),
        ["began", "began", "announced", "began"]
    );
}

#[test]
fn all_effects_of_an_answer_are_saved_together_or_not_at_all() {
    let all = BTreeSet::from([
        "a capture",
        "an article",
        "a state",
        "a link",
        "a pace",
        "a row of the ledger",
    ]);
    let answer = Judged {
        found: vec![found("/story/2")],
        ..story(article("하나"))
    };
    let mut desk = desk();

    desk.answer(&desk.due("/story/1"), answer.clone());
    desk.archive.abandon().unwrap();
    assert_eq!(effects(&desk), BTreeSet::new());

    desk.answer(&desk.due("/story/1"), answer.clone());
    let mut desk = desk.killed();
    assert_eq!(effects(&desk), BTreeSet::new());

    desk.answer_at("/story/1", answer);
    assert_eq!(effects(&desk), all);
    assert_eq!(effects(&desk.killed()), all);
}

// Pages.

#[test]
fn a_page_is_handed_out_once_while_it_is_under_way_and_never_after_it_is_settled() {
    let mut desk = desk();
    let pages = handed_out(&desk);
    let ids: BTreeSet<_> = pages.iter().map(|page| page.id).collect();
    assert_eq!((pages.len(), ids.len()), (4, 4));

    desk.answer_at("/story/1", story(article("하나")));
    assert!(
        handed_out(&desk)
            .iter()
            .all(|page| page.url != page_url("/story/1"))
    );
    assert_eq!(desk.archive.queued(desk.site(PAPER)).unwrap(), 3);
}

#[test]
fn a_page_that_was_under_way_is_handed_out_again_after_a_kill() {
    let mut desk = desk();
    let NextPage::Page(page) = desk.next(&[], NOW) else {
        panic!("no page")
    };
    desk.announce_and_save(announcement(page.url.clone(), NOW));

    let desk = desk.killed();
    assert!(handed_out(&desk).iter().any(|again| again.url == page.url));
}

#[test]
fn pages_are_handed_out_by_priority_and_of_one_priority_the_earliest_first() {
    let mut desk = desk();
    let roles: Vec<Role> = handed_out(&desk).iter().map(|page| page.role()).collect();
    let mut sorted = roles.clone();
    sorted.sort_by_key(|role| std::cmp::Reverse(role.priority()));
    assert_eq!(roles, sorted);
    assert_ne!(
        roles,
        [Role::Home, Role::Article, Role::Feed, Role::Section],
        "the order of seeding is no test"
    );

    // This article is found later, so it is due later.
    desk.answer_at("/list", links([found("/story/0")]));
    let first = desk
        .archive
        .next_article(&page_url("/").host(), &[desk.site(PAPER)], &[], later(9))
        .unwrap()
        .unwrap();
    assert_eq!(first.url, page_url("/story/1"));
}

#[test]
fn a_page_that_is_due_later_is_reported_with_its_moment() {
    let mut desk = desk();
    for path in ["/", "/feed", "/list"] {
        desk.answer_at(path, Judged::of(Verdict::Read));
    }
    desk.answer_at("/story/1", retry_at(later(60)));

    assert_eq!(desk.next(&[], later(59)), NextPage::LaterAt(later(60)));
    assert!(matches!(desk.next(&[], later(60)), NextPage::Page(_)));
}

#[test]
fn an_address_is_one_page_however_often_it_is_found() {
    let mut desk = desk();
    let effect = desk.answer_at("/list", links([found("/story/1"), found("/story/2")]));
    // The list is settled, and one page is new.
    assert_eq!(
        (effect.queue_growth, desk.archive.pages_of(PAPER).unwrap()),
        (0, 5)
    );
}

#[test]
fn an_article_is_one_page_by_its_number_whatever_its_address() {
    let mut desk = desk();
    let list = links([
        found_numbered("/news?id=7", 7),
        found_numbered("/m/news?id=7", 7),
        found_numbered("/news?id=8", 8),
    ]);
    desk.answer_at("/list", list);
    assert_eq!(desk.archive.pages_of(PAPER).unwrap(), 6);

    let others = [found_numbered("/amp/7", 7), found_numbered("/amp/9", 9)];
    let known = desk.archive.discovered(PAPER, &others).unwrap();
    assert_eq!(known, [Some(later(1)), None]);
}

#[test]
fn an_article_is_one_page_by_its_text_whatever_its_address() {
    let mut desk = desk();
    let list = links([
        found_named("/article/001/007", "001/007"),
        found_named("/mnews/article/001/007", "001/007"),
        found_named("/article/002/007", "002/007"),
        found_numbered("/news?id=7", 7),
    ]);
    desk.answer_at("/list", list);
    assert_eq!(desk.archive.pages_of(PAPER).unwrap(), 7);

    let others = [
        found_named("/amp/001/007", "001/007"),
        found_named("/amp/003/007", "003/007"),
    ];
    let known = desk.archive.discovered(PAPER, &others).unwrap();
    assert_eq!(known, [Some(later(1)), None]);
}

/// A profile may learn to tell keys, or tell others, while the archive has pages without them.
#[test]
fn an_article_from_before_its_key_is_known_by_its_address() {
    let mut desk = desk();
    desk.answer_at(
        "/list",
        links([found("/view/a"), found_numbered("/view/7", 7)]),
    );
    let before = desk.archive.pages_of(PAPER).unwrap();

    let today = [
        found_numbered("/view/a", 12),
        found_named("/view/7", "2026/7"),
        found_named("/view/b", "2026/b"),
    ];
    let known = desk.archive.discovered(PAPER, &today).unwrap();
    assert_eq!(known, [Some(later(1)), Some(later(1)), None]);

    let page = desk.next_due();
    desk.answer_and_save(&page, links(today));
    assert_eq!(desk.archive.pages_of(PAPER).unwrap(), before + 1);
}

/// An article may name any address of the web as its photo, and the address may be another's page.
#[test]
fn a_photo_that_turns_out_to_be_a_page_of_a_paper_is_that_page() {
    let mut desk = desk();
    let photo = |path| Discovered {
        role: Role::Photo,
        ..found(path)
    };
    desk.answer_at(
        "/list",
        links([photo("/view/9"), photo("/a.jpg"), found("/view/8")]),
    );
    let known = desk.archive.discovered(PAPER, &[found("/view/9")]);
    assert_eq!(known.unwrap(), [None]);

    let page = desk.due("/");
    desk.answer_and_save(
        &page,
        links([found_numbered("/view/9", 9), photo("/view/8")]),
    );
    assert_eq!(desk.due("/view/9").role(), Role::Article);
    assert_eq!(desk.due("/view/8").role(), Role::Article);
    assert_eq!(desk.due("/a.jpg").role(), Role::Photo);
}

#[test]
fn an_article_with_a_text_is_found_by_it_whatever_address_it_came_from() {
    let mut desk = desk();
    let list = links([
        found_named("/article/2026/책방", "2026/책방"),
        Discovered {
            hops: 1,
            ..found_named("/m/2026/책방", "2026/책방")
        },
        found_named("/article/2026/골목", "2026/골목"),
    ]);
    desk.answer_at("/list", list);
    desk.answer_at("/article/2026/책방", story(article("하나")));
    desk.answer_at("/m/2026/책방", story(article("둘")));
    desk.answer_at("/article/2026/골목", story(article("셋")));

    let reader = desk.reader();
    let mut seen = vec![];
    for version in &mut reader.articles(&ArticleFilter::default()).unwrap() {
        let version = version.unwrap();
        seen.push((version.id, version.article.key, version.kept.version));
    }
    let expected = |id: &str, n| (format!("{PAPER}/{id}"), ArticleKey::text(id), n);
    assert_eq!(seen, [expected("2026/골목", 1), expected("2026/책방", 2)]);

    let id = format!("{PAPER}/2026/책방");
    for wanted in [
        id.as_str(),
        "2026/책방",
        &format!("{PAPER}/2026/%EC%B1%85%EB%B0%A9"),
        page_url("/article/2026/책방").as_str(),
        page_url("/m/2026/책방").as_str(),
    ] {
        assert_eq!(reader.find_article(wanted).unwrap().id, id, "{wanted}");
    }
    assert!(reader.find_article("2026").is_err());
    let changes = &mut reader.changes_after(0).unwrap();
    let of_both = changes
        .into_iter()
        .filter(|change| change.as_ref().unwrap().id == id);
    assert_eq!(of_both.count(), 2);
}

// Seeding.

#[test]
fn a_new_crawl_queues_its_entry_pages_and_a_resumed_one_queues_none() {
    let desk = Desk::open(TempDir::new().unwrap(), paper(), SeedMode::Resume);
    assert_eq!(desk.archive.queued(desk.site(PAPER)).unwrap(), 0);

    let desk = Desk::open(desk.closed(), paper(), SeedMode::Begin);
    assert_eq!(desk.archive.queued(desk.site(PAPER)).unwrap(), 4);
}

#[test]
fn a_new_crawl_queues_a_settled_page_once_its_revisit_is_due() {
    let mut desk = desk();
    let revisited = Judged {
        next: Some(later(60)),
        ..story(article("하나"))
    };
    desk.answer_at("/story/1", revisited);

    for (moment, queued) in [(later(59), 3), (later(60), 4)] {
        desk.seed_again(SeedMode::Begin, moment);
        assert_eq!(desk.archive.queued(desk.site(PAPER)).unwrap(), queued);
    }
}

// The pace of a host, and its robots.txt.

#[test]
fn a_host_keeps_its_pace_from_one_process_to_the_next() {
    let mut desk = desk();
    desk.answer_at("/", Judged::of(Verdict::Read));
    assert_eq!(
        desk.killed().archive.pace(&page_url("/").host()).unwrap(),
        Some(pace(later(1)))
    );
}

#[test]
fn a_host_whose_request_never_ended_is_owed_the_gap_that_was_announced() {
    let mut desk = desk();
    desk.announce_and_save(announcement(page_url("/"), NOW));

    let desk = desk.killed();
    let pace = desk.archive.pace(&page_url("/").host()).unwrap().unwrap();
    assert_eq!((pace.last_at, pace.not_before), (NOW, later(9)));
}

#[test]
fn the_newest_robots_txt_counts_and_each_copy_keeps_the_answer_that_brought_it() {
    let mut desk = desk();
    let first = desk
        .archive
        .keep_robots(desk.lease, &robots(b"User-agent: *"))
        .unwrap();
    let announced = desk.announce(announcement(page_url("/robots.txt"), NOW));
    let fetched = Completed::Robots(Box::new(robots(b"")));
    let second = desk
        .settle_and_save(completion(announced, later(1), fetched))
        .robots
        .unwrap();

    let newest = desk.archive.robots(ORIGIN).unwrap().unwrap();
    assert_eq!(
        newest,
        RobotsCopy {
            id: Some(second),
            ..robots(b"")
        }
    );

    let brought = |id: RobotsId| desk.reader().robots_copy(id).unwrap().unwrap();
    assert_eq!(
        (brought(first).announced, brought(second).announced),
        (None, Some(announced))
    );
    assert_eq!(brought(second).answer.unwrap().digest, Some(DIGEST));
    assert_eq!(desk.archive.robots("https://other.example").unwrap(), None);
}

// Runs.

#[test]
fn a_run_counts_only_saved_requests_and_a_killed_one_is_interrupted() {
    let mut desk = desk();
    let tally = |requests| Tally {
        requests,
        ..Tally::default()
    };
    desk.archive
        .note_tally(desk.lease, desk.run, &tally(1))
        .unwrap();
    desk.answer_at("/", Judged::of(Verdict::Read));
    desk.archive
        .note_tally(desk.lease, desk.run, &tally(2))
        .unwrap();
    desk.answer(&desk.due("/list"), Judged::of(Verdict::Read));

    let mut desk = desk.killed();
    desk.finish_run(&tally(5), later(9));

    let runs = desk.reader().runs(9).unwrap();
    let ends: Vec<_> = runs
        .iter()
        .map(|run| (run.how.as_deref(), run.requests))
        .collect();
    assert_eq!(ends, [(Some("finished"), 5), (Some("interrupted"), 1)]);
}

// Reading.

#[test]
fn a_walk_through_the_articles_sees_one_moment_whatever_a_crawl_saves_meanwhile() {
    let mut desk = desk();
    desk.answer_at("/list", links([found("/story/2")]));
    desk.answer_at("/story/1", story(article("하나")));
    let reader = desk.reader();

    let mut walk = reader.articles(&ArticleFilter::default()).unwrap();
    let mut seen = 0;
    for version in &mut walk {
        assert!(version.unwrap().flaws.is_empty());
        seen += 1;
        desk.answer_at("/story/2", story(article("둘")));
    }
    assert_eq!(seen, 1);

    // Another walk sees another moment.
    assert_eq!(walk.into_iter().count(), 2);
}

// Extracting again.

#[test]
fn reextraction_reads_captures_in_order_from_the_last_one_read() {
    let mut desk = desk();
    desk.answer_at("/list", links([found("/story/2")]));
    desk.answer_at("/story/1", story(article("하나")));
    desk.answer_at("/story/2", story(article("둘")));

    let captures = desk.captures(PAPER);
    let urls: Vec<_> = captures
        .iter()
        .map(|capture| capture.page.url.clone())
        .collect();
    assert_eq!(urls, [page_url("/story/1"), page_url("/story/2")]);
    assert_eq!(captures[0].body().unwrap(), b"<p>hello</p>");

    let of = Selection::of(&desk.archive, [PAPER]).unwrap();
    let behind = desk.archive.kept_captures(&of, captures[0].id, 9).unwrap();
    let ids: Vec<_> = behind.iter().map(|capture| capture.id).collect();
    assert_eq!(ids, [captures[1].id]);
    assert_eq!(desk.archive.captures_left(&of, captures[0].id).unwrap(), 1);

    let none = Selection::of(&desk.archive, ["nobody"]).unwrap();
    assert!(desk.archive.kept_captures(&none, 0, 9).unwrap().is_empty());
}

#[test]
fn a_new_extraction_and_its_progress_are_saved_together_or_not_at_all() {
    let mut desk = desk();
    let first = desk.answer_at("/story/1", story(article("하나")));
    assert_eq!(first.article, Some(ChangeKind::New));
    let capture = desk.captures(PAPER).remove(0);
    let texts = |desk: &Desk| -> Vec<(Vec<String>, u64)> {
        articles(&desk.reader())
            .into_iter()
            .map(|one| (one.article.paragraphs, one.kept.version))
            .collect()
    };
    let extract_again = |desk: &mut Desk| {
        let revision = desk.revise(&capture, article("둘"));
        assert!(
            matches!(revision, RevisionOutcome::Changed { .. }),
            "{revision:?}"
        );
        desk.archive
            .note_reread(desk.lease, "today's readers", capture.id)
            .unwrap();
    };

    extract_again(&mut desk);
    let mut desk = desk.killed();
    assert_eq!(texts(&desk), [(vec!["하나".to_owned()], 1)]);
    assert_eq!(desk.archive.reread_up_to("today's readers").unwrap(), 0);

    extract_again(&mut desk);
    desk.archive.save().unwrap();
    let desk = desk.killed();
    assert_eq!(texts(&desk), [(vec!["둘".to_owned()], 2)]);
    assert_eq!(
        desk.archive.reread_up_to("today's readers").unwrap(),
        capture.id
    );
    assert_eq!(desk.archive.reread_up_to("other readers").unwrap(), 0);
}
