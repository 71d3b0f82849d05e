//! Crawls that come back to a paper that goes on publishing, under tokio's paused clock: what they
//! ask, and what they find.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::Ordering;

use crate::growing_paper::{Crawler, Moved, Paper, Piece, Validators, floor, published};
use crate::simulated_web::{DAY, HOUR, NOW, PROFILE};
use jiff::civil::date;
use saseo::archive::RunEnd;
use saseo::time::Timestamp;

#[tokio::test(start_paused = true)]
async fn the_list_of_everything_alone_tells_each_days_news() {
    let mut crawler = Crawler::of(Paper::new(published(200, 400, HOUR / 2), 3, true));
    crawler.discover = "revisit = []";
    let (_, first) = crawler.crawl().await;
    assert_eq!(
        (first.sections.len(), first.articles),
        (3, 200),
        "{first:?}"
    );
    for k in 1..=12 {
        crawler.wait_until(NOW + HOUR * 12 * k).await;
        let (report, asked) = crawler.crawl().await;
        assert_eq!((report.tally.articles_new, asked.articles), (24, 24));
        assert!(
            asked.sections.is_empty() && asked.everything <= floor(24),
            "{asked:?}"
        );
        let (_, asked) = crawler.crawl().await;
        assert_eq!(
            (asked.lists(), asked.everything, asked.articles),
            (1, 1, 0),
            "nothing is new: {asked:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_dated_back_is_found_by_the_weekly_check_of_each_section() {
    let mut pieces = published(100, 300, HOUR * 2);
    let back = Piece {
        number: 900,
        section: 1,
        published: NOW - DAY * 3,
        visible: NOW + DAY * 2,
    };
    let long_ago = Piece {
        number: 901,
        section: 2,
        published: NOW - DAY * 6,
        visible: NOW + DAY * 2,
    };
    pieces.extend([back, long_ago]);
    let mut crawler = Crawler::of(Paper::new(pieces, 3, true));
    crawler.crawl().await;
    let mut checks = 0;
    for k in 1..=15 {
        crawler.wait_until(NOW + DAY * k + HOUR).await;
        let (report, asked) = crawler.crawl().await;
        assert!(
            asked.everything <= floor(report.tally.articles_new),
            "day {k}: {asked:?}"
        );
        checks += usize::from(!asked.sections.is_empty());
        assert_eq!(crawler.stored().contains(&900), k >= 7, "day {k}");
    }
    assert!(crawler.stored().is_superset(&[900, 901].into()));
    assert_eq!(checks, 2, "once a week");
}

#[tokio::test(start_paused = true)]
async fn without_a_list_of_everything_the_sections_are_read_for_news_and_looked_through() {
    let mut pieces = published(300, 300, HOUR * 2);
    pieces.push(Piece {
        number: 900,
        section: 1,
        published: NOW - DAY * 15,
        visible: NOW + DAY * 2,
    });
    let mut crawler = Crawler::of(Paper::new(pieces, 3, false));
    crawler.crawl().await;
    for k in 1..=8 {
        crawler.wait_until(NOW + DAY * k + HOUR).await;
        let (report, asked) = crawler.crawl().await;
        assert!(
            report.tally.articles_new >= 12 && asked.sections.len() == 3,
            "day {k}: {asked:?}"
        );
        // Of each section a page has the news, and the next one is known.
        assert!(k == 7 || asked.lists() <= 6, "day {k}: {asked:?}");
    }
    assert!(crawler.stored().contains(&900));
}

#[tokio::test(start_paused = true)]
async fn what_a_feed_tells_does_not_hide_what_it_does_not() {
    let pieces = published(100, 60, HOUR).into_iter().map(|piece| Piece {
        section: 0,
        ..piece
    });
    let paper = Paper::new(pieces.collect(), 1, false);
    *paper.feed.lock().unwrap() = [100].into();
    let mut crawler = Crawler::of(paper);
    crawler.crawl().await;
    crawler.wait_until(NOW + HOUR * 61).await;
    // The newest forty; those on the list's third page are in no feed.
    *crawler.paper.feed.lock().unwrap() = (121..=160).collect();
    let (report, asked) = crawler.crawl().await;
    assert_eq!(
        (report.tally.articles_new, asked.feeds),
        (60, 1),
        "{asked:?}"
    );
    assert_eq!(asked.lists(), floor(60));
}

#[tokio::test(start_paused = true)]
async fn a_list_of_everything_that_fails_leaves_the_news_to_the_sections() {
    let mut crawler = Crawler::of(Paper::new(published(100, 100, HOUR), 3, true));
    crawler.crawl().await;
    let sql = rusqlite::Connection::open(crawler.folder.path().join(saseo::archive::FILE)).unwrap();
    // As if the last reading of it had been refused.
    sql.execute("UPDATE page SET verdict = 'refused', reason = 'status 403' WHERE url LIKE '%?view_type=sm'", [])
        .unwrap();
    crawler.wait_until(NOW + HOUR * 10).await;
    let (report, asked) = crawler.crawl().await;
    assert_eq!(
        (report.tally.articles_new, asked.sections.len()),
        (10, 3),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn articles_are_revisited_by_the_schedule_and_an_edit_is_a_version() {
    let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
    // Between the looks after a day and after a week.
    paper.edited = [(2, NOW + DAY * 3)].into();
    let mut crawler = Crawler::of(paper);
    let looks = crawler.crawl_until(NOW + DAY * 2, HOUR / 2).await
        + crawler.crawl_until(NOW + DAY * 35, HOUR * 3).await;
    assert_eq!(looks, 4 * 5, "an hour, six, a day, seven and thirty");
    assert_eq!(crawler.number("SELECT count(*) FROM version"), 5);
    assert_eq!(
        crawler.number("SELECT version FROM articles WHERE number = 2"),
        2
    );
    // What did not change is not kept twice.
    assert_eq!(
        crawler.number(
            "SELECT count(*) FROM capture JOIN page ON page.id = page_id WHERE role = 'article'"
        ),
        5
    );
    assert_eq!(
        crawler
            .number("SELECT count(*) FROM page WHERE role = 'article' AND (due_at IS NOT NULL OR next_at IS NOT NULL)"),
        0
    );
    let site = crawler.state();
    assert_eq!(
        (
            site.articles,
            site.changes,
            site.looks,
            site.articles_last_week
        ),
        (4, 1, 0, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_that_did_not_change_is_a_304_and_servers_with_wrong_validators_are_found_out() {
    for (validators, versions, not_modified) in
        [(Validators::True, 2, true), (Validators::Stuck, 2, true)]
    {
        let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
        paper.validators = validators;
        paper.edited = [(2, NOW + DAY * 3)].into();
        let mut crawler = Crawler::of(paper);
        crawler.crawl_until(NOW + DAY * 8, HOUR * 2).await;
        assert_eq!(
            crawler.number("SELECT version FROM articles WHERE number = 2"),
            versions,
            "{validators:?}"
        );
        let unchanged = crawler.number("SELECT count(*) FROM requests WHERE status = 304");
        assert_eq!(unchanged > 0, not_modified, "{validators:?}");
        let lies = crawler.number("SELECT validators_lie FROM site");
        assert_eq!(lies == 1, validators == Validators::Stuck, "{validators:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_article_that_is_gone_at_two_revisits_a_day_apart_is_marked_and_nothing_of_it_is_deleted()
 {
    let mut paper = Paper::new(published(0, 12, HOUR), 1, true);
    paper.deleted = [(2, NOW + HOUR * 12)].into();
    let mut crawler = Crawler::of(paper);
    // The look after a day is the first that finds nothing.
    crawler.crawl_until(NOW + HOUR * 27, HOUR / 2).await;
    let site = crawler.state();
    assert_eq!(
        (site.articles_last_day, site.articles_last_week, site.looks),
        (9, 12, 12)
    );
    assert!(site.next_look.is_some());
    assert_eq!(
        crawler.number("SELECT count(*) FROM articles WHERE access = 'gone'"),
        0
    );
    crawler.crawl_until(NOW + DAY * 3, HOUR / 2).await;
    assert_eq!(
        crawler.number("SELECT number FROM articles WHERE access = 'gone'"),
        2
    );
    assert_eq!(
        crawler.number("SELECT length(text) > 0 FROM articles WHERE number = 2"),
        1
    );
    assert_eq!(
        crawler.number("SELECT count(*) FROM change WHERE kind = 'gone'"),
        1
    );
    assert_eq!(crawler.stored().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn where_most_of_a_paper_seems_gone_none_of_it_is_marked() {
    let mut paper = Paper::new(published(0, 12, HOUR), 1, true);
    paper.deleted = (1..=12).map(|number| (number, NOW + HOUR * 13)).collect();
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + HOUR * 12, HOUR / 2).await;
    let mut disbelieved = false;
    for k in 2..=6 {
        crawler.wait_until(NOW + DAY * k).await;
        disbelieved |= crawler
            .crawl()
            .await
            .0
            .mass_deletion_suspected
            .iter()
            .any(|(site, looks)| site == "paper" && looks.gone > 1);
    }
    assert!(disbelieved);
    assert_eq!(
        crawler.number("SELECT count(*) FROM articles WHERE access = 'gone'"),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn revisits_that_fail_mark_nothing_gone() {
    let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
    paper.broken_from = Some(NOW + HOUR * 5);
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + DAY * 9, HOUR).await;
    assert_eq!(
        crawler.number("SELECT count(*) FROM page WHERE role = 'article' AND verdict = 'stored'"),
        4
    );
    assert_eq!(
        crawler.number("SELECT count(*) FROM page WHERE verdict = 'failed'"),
        0
    );
    // Each is thought of again at its next rung.
    assert_eq!(
        crawler
            .number("SELECT count(*) FROM page WHERE role = 'article' AND (due_at IS NOT NULL OR next_at IS NOT NULL)"),
        4
    );
    assert!(crawler.number("SELECT count(*) FROM requests WHERE status = 500") >= 4);
}

#[tokio::test(start_paused = true)]
async fn days_that_no_list_reaches_are_read_week_by_week_the_newest_first_and_once() {
    // Ten a day for sixty days: the list shows the newest two hundred.
    let mut crawler = Crawler::of(Paper::new(published(600, 0, HOUR * 12 / 5), 1, true));
    crawler.discover = "revisit = []\nsince = \"2026-11-10\"";
    crawler.crawl().await;
    let before = crawler.stored().len();
    assert!(before < 200, "{before}");
    crawler.backfill = Some((date(2026, 10, 3), date(2026, 10, 31)).into());
    let (report, asked) = crawler.crawl().await;
    // From a Saturday to a Saturday: five weeks, two of them in part; ten pages of ten rows and
    // more.
    assert_eq!(report.tally.articles_new, 290, "{asked:?}");
    let paths = crawler.web.requests.paths();
    let windows: Vec<&str> = paths
        .iter()
        .filter(|path| !path.contains("page="))
        .filter_map(|path| path.split_once("sc_sdate="))
        .map(|(_, days)| &days[..10])
        .collect();
    assert_eq!(
        windows,
        [
            "2026-10-26",
            "2026-10-19",
            "2026-10-12",
            "2026-10-05",
            "2026-10-03"
        ]
    );
    // The newest week is whole before the next one is asked for.
    let place = |wanted: &str| paths.iter().position(|path| path.contains(wanted)).unwrap();
    let (newest, next) = (place("sc_sdate=2026-10-26"), place("sc_sdate=2026-10-19"));
    assert_eq!(
        paths[newest..next]
            .iter()
            .filter(|path| path.contains("idxno="))
            .count(),
        60
    );
    let (again, asked) = crawler.crawl().await;
    assert_eq!(
        (again.tally.articles_new, asked.everything, asked.articles),
        (0, 1, 0),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_paper_that_never_changes_anything_is_revisited_less() {
    let mut paper = Paper::new(published(0, 400, HOUR), 1, true);
    paper.edited = [(390, NOW + HOUR * 400)].into();
    let mut crawler = Crawler::of(paper);
    // Three looks at each article in its first day, until three hundred found nothing.
    crawler.crawl_until(NOW + DAY * 10, HOUR).await;
    assert!(crawler.number("SELECT unchanged FROM site") > 300);
    let looks = crawler.crawl_until(NOW + DAY * 15, HOUR).await;
    // One at each of 120 articles, and those that were set before.
    assert!((120..=150).contains(&looks), "{looks}");
    // An edit that the one look finds brings the others back.
    crawler.crawl_until(NOW + DAY * 18, HOUR).await;
    assert!(crawler.number("SELECT unchanged FROM site") < 300);
    assert_eq!(
        crawler.number("SELECT version FROM articles WHERE number = 390"),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_finds_nothing_for_days_marks_nothing_gone_one_revisit_at_a_time() {
    let mut paper = Paper::new(published(0, 12, HOUR), 1, true);
    paper.deleted = (1..=12).map(|number| (number, NOW + HOUR * 13)).collect();
    let mut crawler = Crawler::of(paper);
    // Every revisit is in a crawl of its own.
    crawler.crawl_until(NOW + DAY * 12, HOUR / 2).await;
    assert_eq!(
        crawler.number("SELECT count(*) FROM articles WHERE access = 'gone'"),
        0
    );
    // And none is revisited for ever.
    assert_eq!(
        crawler
            .number("SELECT count(*) FROM page WHERE role = 'article' AND (due_at IS NOT NULL OR next_at IS NOT NULL)"),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn an_article_whose_date_lies_ahead_is_revisited_no_more_often_than_others() {
    let pieces = vec![Piece {
        number: 1,
        section: 0,
        published: NOW + DAY * 300,
        visible: NOW,
    }];
    let mut crawler = Crawler::of(Paper::new(pieces, 1, true));
    let looks = crawler.crawl_until(NOW + DAY * 2, HOUR / 2).await;
    assert_eq!(looks, 3, "an hour, six and a day after it was first seen");
}

#[tokio::test(start_paused = true)]
async fn a_revisit_that_is_redirected_marks_nothing_gone_and_finds_an_article_that_moved() {
    for moved in [Moved::ToTheHomePage, Moved::ToAnotherPath] {
        let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
        (paper.moved, paper.edited) = (Some((NOW + HOUR * 8, moved)), [(2, NOW + HOUR * 9)].into());
        let mut crawler = Crawler::of(paper);
        crawler.crawl_until(NOW + DAY * 9, HOUR / 2).await;
        assert_eq!(
            crawler.number("SELECT count(*) FROM articles WHERE access = 'open'"),
            4,
            "{moved:?}"
        );
        let versions = crawler.number("SELECT version FROM articles WHERE number = 2");
        let found = crawler.number("SELECT count(*) FROM page WHERE verdict = 'moved'");
        match moved {
            Moved::ToTheHomePage => assert_eq!((versions, found), (1, 0)),
            Moved::ToAnotherPath => assert_eq!((versions, found), (2, 4)),
        }
        // Each is still on its ladder.
        assert_eq!(crawler.state().looks, 4, "{moved:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_profile_that_was_mended_is_no_lie_of_the_server() {
    let mut paper = Paper::new(published(0, 4, HOUR), 1, true);
    paper.validators = Validators::Stuck;
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + DAY * 2, HOUR).await;
    // What the profile did not tell, it tells now.
    crawler.profile = PROFILE.replace(
        "\nrights = [",
        "\nrights = [\n    { select = \"#article-view-content-div p\" },",
    );
    crawler.crawl_until(NOW + DAY * 9, HOUR * 3).await;
    assert_eq!(crawler.number("SELECT count(*) FROM version"), 8);
    assert_eq!(crawler.number("SELECT validators_lie FROM site"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_only_said_to_be_as_it_was_tells_nothing_of_whether_a_paper_edits() {
    let mut paper = Paper::new(published(0, 6, HOUR), 1, true);
    paper.validators = Validators::True;
    let mut crawler = Crawler::of(paper);
    crawler.crawl_until(NOW + DAY * 3, HOUR / 2).await;
    assert!(crawler.number("SELECT count(*) FROM requests WHERE status = 304") >= 18);
    assert_eq!(crawler.number("SELECT unchanged FROM site"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_repeated_a_page_once_is_read_on_from_where_it_was_known() {
    let mut crawler = Crawler::of(Paper::new(published(100, 60, HOUR), 1, true));
    crawler.discover = "revisit = []";
    crawler.crawl().await;
    crawler.wait_until(NOW + HOUR * 61).await;
    crawler.paper.repeats.store(true, Ordering::Relaxed);
    let (report, _) = crawler.crawl().await;
    assert_eq!(report.tally.articles_new, 20);
    crawler.paper.repeats.store(false, Ordering::Relaxed);
    let (report, asked) = crawler.crawl().await;
    assert_eq!(report.tally.articles_new, 40, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_backfill_that_was_broken_off_reads_no_week_twice() {
    let mut crawler = Crawler::of(Paper::new(published(600, 0, HOUR * 12 / 5), 1, true));
    crawler.discover = "revisit = []\nsince = \"2026-11-10\"";
    crawler.crawl().await;
    crawler.backfill = Some((date(2026, 10, 5), date(2026, 10, 31)).into());
    let mut crawls = 0;
    crawler.max_requests = Some(7);
    while crawler.crawl().await.0.how == RunEnd::Stopped {
        crawls += 1;
    }
    assert!(crawls > 30, "{crawls}");
    let paths = crawler.web.requests.paths();
    let windows: Vec<&String> = paths
        .iter()
        .filter(|path| path.contains("sc_sdate="))
        .collect();
    assert_eq!(
        windows.iter().collect::<BTreeSet<_>>().len(),
        windows.len(),
        "{windows:#?}"
    );
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// A sitemap of articles by their numbers.
fn map_of(numbers: impl IntoIterator<Item = u64>) -> String {
    let entry = |number| {
        format!("<url><loc>https://paper.example/news/articleView.html?idxno={number}</loc></url>")
    };
    let entries: String = numbers.into_iter().map(entry).collect();
    format!("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{entries}</urlset>")
}

#[tokio::test(start_paused = true)]
async fn sitemaps_tell_what_no_list_does_and_rest_by_their_news() {
    let mut pieces = published(40, 0, HOUR);
    // No section lists them, and the list of everything is there for the first two hundred only.
    pieces.extend((500..=520).map(|number| Piece {
        number,
        section: 7,
        published: NOW - DAY * 900,
        visible: NOW,
    }));
    pieces.extend((100..=290).map(|number| Piece {
        number,
        section: 0,
        published: NOW - DAY * 800,
        visible: NOW,
    }));
    let paper = Paper::new(pieces, 1, true);
    let index = "<sitemapindex><sitemap><loc>/map-old.xml.gz</loc></sitemap><sitemap><loc>/map-new.xml</loc></sitemap>\
        <sitemap><loc>/map-feed.xml</loc></sitemap><sitemap><loc>/news/articleView.html?idxno=519</loc></sitemap></sitemapindex>";
    // The protocol allows feeds, too.
    let feed = "<rss version=\"2.0\"><channel><item><link>/news/articleView.html?idxno=520</link></item></channel></rss>";
    *paper.maps.lock().unwrap() = [
        ("/map".to_owned(), index.into()),
        ("/map-old.xml.gz".to_owned(), gzipped(&map_of(500..=510))),
        ("/map-new.xml".to_owned(), map_of(511..=512).into()),
        ("/map-feed.xml".to_owned(), feed.into()),
    ]
    .into();
    let mut crawler = Crawler::of(paper);
    crawler.discover = "revisit = []";
    let (_, asked) = crawler.crawl().await;
    assert_eq!(
        (asked.maps, crawler.stored().range(500..).count()),
        (4, 14),
        "{asked:?}"
    );
    assert_eq!(
        crawler.number("SELECT count(*) FROM page WHERE role = 'sitemap'"),
        4,
        "an article is none"
    );
    let (_, asked) = crawler.crawl().await;
    assert_eq!(asked.maps, 0, "once a day at most");
    let mut asked_maps = Vec::new();
    for k in 1..=60 {
        crawler.wait_until(NOW + DAY * k + HOUR).await;
        if k <= 8 {
            crawler.paper.maps.lock().unwrap().insert(
                "/map-new.xml".to_owned(),
                map_of(511..=512 + u64::from(k)).into(),
            );
        }
        asked_maps.push(crawler.crawl().await.1.maps);
    }
    assert_eq!(crawler.stored().range(500..).count(), 21);
    assert_eq!(asked_maps[..3], [4, 4, 4]);
    let (first, last): (usize, usize) =
        (asked_maps[..10].iter().sum(), asked_maps[50..].iter().sum());
    assert!(
        first >= 24 && last <= 8,
        "what tells nothing is asked for less: {asked_maps:?}"
    );
    let mut off = Crawler::of(Paper::new(published(4, 0, HOUR), 1, true));
    off.discover = "revisit = []\nsitemaps = false";
    off.paper
        .maps
        .lock()
        .unwrap()
        .insert("/map".to_owned(), map_of(1..=4).into());
    assert_eq!(off.crawl().await.1.maps, 0);
}

#[tokio::test(start_paused = true)]
async fn an_index_that_names_others_without_end_is_left_alone_at_last() {
    let paper = Paper::new(published(4, 0, HOUR), 1, true);
    let index = |k: usize| {
        let maps: String = (0..3_000)
            .map(|n| format!("<sitemap><loc>/map-{k}-{n}.xml</loc></sitemap>"))
            .collect();
        format!("<sitemapindex>{maps}</sitemapindex>")
    };
    let deeper = (0..9).map(|k| (format!("/map-{k}-0.xml"), index(k + 1).into()));
    paper
        .maps
        .lock()
        .unwrap()
        .extend(deeper.chain([("/map".to_owned(), index(0).into())]));
    let mut crawler = Crawler::of(paper);
    (crawler.discover, crawler.max_requests) = ("revisit = []", Some(40));
    crawler.crawl().await;
    assert_eq!(
        crawler.number("SELECT count(*) FROM page WHERE role = 'sitemap'"),
        5_000
    );
}

#[tokio::test(start_paused = true)]
async fn a_dead_feed_is_suspended_and_tried_again_monthly() {
    let paper = Paper::new(published(4, 0, HOUR), 1, false);
    *paper.feed.lock().unwrap() = [1].into();
    // A page in its place, from the first day on.
    paper.maps.lock().unwrap().insert(
        "/rss/allArticle.xml".to_owned(),
        "<html><body>없음</body></html>".into(),
    );
    let mut crawler = Crawler::of(paper);
    crawler.discover = "revisit = []\nsitemaps = false";
    let mut asked = Vec::new();
    for k in 0..154 {
        crawler.wait_until(NOW + HOUR * 12 * k).await;
        asked.push(crawler.crawl().await.1.feeds);
    }
    assert_eq!(asked[..30].iter().sum::<usize>(), 30, "{asked:?}");
    assert_eq!(asked[30..].iter().sum::<usize>(), 2, "{asked:?}");
    assert_eq!(
        crawler.number("SELECT failures FROM page WHERE role = 'feed'"),
        32
    );
    // One that lives again is read as before.
    crawler.paper.maps.lock().unwrap().clear();
    crawler.wait_until(NOW + DAY * 110).await;
    assert_eq!(crawler.crawl().await.1.feeds, 1);
    crawler.wait_until(NOW + DAY * 111).await;
    assert_eq!(
        (
            crawler.crawl().await.1.feeds,
            crawler.number("SELECT max(failures) FROM page")
        ),
        (1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn sections_without_news_rest_and_find_it_within_a_quarter_of_their_silence() {
    // Section 0 has news each hour, section 1 each second day, section 2 none any more.
    let piece = |number, section, published| Piece {
        number,
        section,
        published,
        visible: published,
    };
    let mut pieces: Vec<Piece> = (1..=480)
        .map(|k| piece(k, 0, NOW + HOUR * u32::try_from(k).unwrap()))
        .collect();
    pieces.extend((0..10).map(|k| piece(1_000 + u64::from(k), 1, NOW + DAY * 2 * k + HOUR * 5)));
    pieces.extend([piece(2_000, 2, NOW - DAY)]);
    let sought = pieces.clone();
    let mut crawler = Crawler::of(Paper::new(pieces, 3, false));
    crawler.discover = "revisit = []\ndeep = \"1d\"";
    let mut asked = [0; 3];
    let mut crawls = 0;
    while crawler.paper.clock.now() < NOW + DAY * 20 {
        let (_, of_crawl) = crawler.crawl().await;
        for (k, asked) in asked.iter_mut().enumerate() {
            *asked += of_crawl
                .sections
                .get(&format!("S1N{k}"))
                .copied()
                .unwrap_or_default();
        }
        crawls += 1;
        crawler
            .wait_until(crawler.paper.clock.now() + HOUR / 2)
            .await;
    }
    assert!(asked[0] > crawls * 9 / 10, "{asked:?} of {crawls}");
    assert!(
        asked[1] < crawls / 4 && asked[2] < crawls / 10,
        "{asked:?} of {crawls}"
    );
    for piece in sought.iter().filter(|piece| piece.section == 1) {
        let seen = crawler.number(&format!(
            "SELECT discovered_at FROM page WHERE number = {}",
            piece.number
        ));
        let late = Timestamp::from_millis(seen).since(piece.published);
        assert!(
            late <= DAY * 2 / 4 + HOUR,
            "{piece:?} was found {late:?} late"
        );
    }
    // Who crawls at the same time each day is told of each day's news, however silent a section
    // was.
    for k in 22..27 {
        crawler.wait_until(NOW + DAY * k).await;
        assert_eq!(crawler.crawl().await.1.sections.len(), 3, "day {k}");
    }
}

#[tokio::test(start_paused = true)]
async fn sections_gone_silent_and_numbers_that_were_skipped_are_told() {
    // Section 1 ends after sixty days; numbers 1,000 to 1,099 are nobody's.
    let mut pieces = published(0, 800, HOUR * 2);
    pieces.retain(|piece| piece.section != 1 || piece.published < NOW + DAY * 60);
    pieces
        .iter_mut()
        .filter(|piece| piece.number > 700)
        .for_each(|piece| piece.number += 100);
    let mut crawler = Crawler::of(Paper::new(pieces, 3, true));
    crawler.discover = "revisit = []";
    crawler.crawl_until(NOW + DAY * 59, HOUR * 12).await;
    let state = crawler.state();
    assert!(state.silent_sections.is_empty(), "{state:?}");
    assert!(state.last_seen.is_some() && state.last_crawl.is_some());
    crawler.crawl_until(NOW + DAY * 66, HOUR * 12).await;
    let state = crawler.state();
    let silent: Vec<&str> = state
        .silent_sections
        .iter()
        .map(|silent| silent.section.as_str())
        .collect();
    assert_eq!(silent, ["1면"]);
    assert_eq!(
        (
            state.number_gaps.len(),
            state.number_gaps[0].missing,
            state.number_gaps[0].after
        ),
        (1, 100, 700)
    );
}

#[tokio::test(start_paused = true)]
async fn twenty_new_articles_among_a_thousand_cost_twenty_two_requests() {
    let mut crawler = Crawler::of(Paper::new(published(1_000, 20, HOUR / 4), 3, true));
    crawler.discover = "revisit = []";
    crawler.crawl().await;
    crawler.wait_until(NOW + HOUR * 6).await;
    let (report, asked) = crawler.crawl().await;
    assert_eq!(
        (report.tally.articles_new, asked.articles, asked.everything),
        (20, 20, 2)
    );
    assert_eq!(
        (
            report.tally.requests,
            asked.sections.len(),
            asked.daily,
            asked.feeds
        ),
        (22, 0, 0, 0),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn rows_that_are_pinned_to_every_page_end_no_traversal() {
    let pieces = published(60, 130, HOUR / 4).into_iter().map(|piece| Piece {
        section: 0,
        ..piece
    });
    let mut crawler = Crawler::of(Paper {
        pinned: 3,
        ..Paper::new(pieces.collect(), 1, false)
    });
    crawler.discover = "revisit = []";
    crawler.crawl().await;
    crawler.wait_until(NOW + HOUR * 41).await;
    let (report, asked) = crawler.crawl().await;
    assert_eq!(report.tally.articles_new, 130, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_paper_that_was_left_alone_for_months_is_read_down_to_where_it_was_known() {
    // One article each second day for a year: the list has them all.
    let pieces = published(20, 180, DAY * 2).into_iter().map(|piece| Piece {
        section: 0,
        ..piece
    });
    let mut crawler = Crawler::of(Paper::new(pieces.collect(), 1, false));
    crawler.discover = "revisit = []";
    crawler.crawl().await;
    crawler.wait_until(NOW + DAY * 300).await;
    let (report, asked) = crawler.crawl().await;
    assert_eq!(report.tally.articles_new, 150, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn feeds_and_sitemaps_that_are_no_longer_wanted_are_not_asked_for() {
    let paper = Paper::new(published(4, 0, HOUR), 1, false);
    *paper.feed.lock().unwrap() = [1].into();
    let index = "<sitemapindex><sitemap><loc>/map-new.xml</loc></sitemap></sitemapindex>";
    *paper.maps.lock().unwrap() = [
        ("/map".to_owned(), index.into()),
        ("/map-new.xml".to_owned(), map_of(1..=4).into()),
    ]
    .into();
    let mut crawler = Crawler::of(paper);
    crawler.discover = "revisit = []";
    let (_, asked) = crawler.crawl().await;
    assert_eq!((asked.feeds, asked.maps), (1, 2));
    crawler.discover = "revisit = []\nfeeds = false\nsitemaps = false";
    crawler.wait_until(NOW + DAY * 40).await;
    let (_, asked) = crawler.crawl().await;
    assert_eq!((asked.feeds, asked.maps), (0, 0));
    // Nor are those that are queued.
    crawler.discover = "revisit = []";
    crawler.max_requests = Some(4);
    crawler.wait_until(NOW + DAY * 42).await;
    crawler.crawl().await;
    assert!(
        crawler.number("SELECT count(*) FROM page WHERE role = 'sitemap' AND due_at IS NOT NULL")
            > 0
    );
    (crawler.discover, crawler.max_requests) =
        ("revisit = []\nfeeds = false\nsitemaps = false", None);
    let (_, asked) = crawler.crawl().await;
    assert_eq!((asked.feeds, asked.maps), (0, 0));
    crawler.discover = "revisit = []";
    let (_, asked) = crawler.crawl().await;
    assert!(asked.maps > 0, "wanted again, they are asked for");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_tells_first_makes_no_section_rest() {
    let paper = Paper::new(published(40, 480, HOUR), 1, false);
    *paper.feed.lock().unwrap() = [40].into();
    let mut crawler = Crawler::of(paper);
    crawler.discover = "revisit = []";
    for k in 0..96 {
        crawler.wait_until(NOW + HOUR * k).await;
        // The newest article is in the feed by the time that it is in the list.
        *crawler.paper.feed.lock().unwrap() = [40 + u64::from(k)].into();
        let (_, asked) = crawler.crawl().await;
        assert!(
            asked.sections.len() == 1 && asked.feeds == 1,
            "{k}: {asked:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_wanted_is_no_news() {
    let paper = Paper::new(published(40, 0, HOUR), 1, true);
    let old: String = (900..=999)
        .map(|number| format!("<url><loc>https://paper.example/news/articleView.html?idxno={number}</loc><lastmod>2020-01-01</lastmod></url>"))
        .collect();
    paper
        .maps
        .lock()
        .unwrap()
        .insert("/map".to_owned(), format!("<urlset>{old}</urlset>").into());
    let mut crawler = Crawler::of(paper);
    crawler.discover = "revisit = []\nsince = \"2026-01-01\"";
    let mut asked = 0;
    for k in 0..40 {
        crawler.wait_until(NOW + DAY * k).await;
        asked += crawler.crawl().await.1.maps;
    }
    assert_eq!(
        crawler.number("SELECT count(*) FROM page WHERE number >= 900"),
        0
    );
    assert!(asked < 20, "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_sitemap_that_moved_is_read_where_it_is_each_day() {
    let paper = Paper::new(published(40, 0, HOUR), 1, true);
    paper
        .maps
        .lock()
        .unwrap()
        .insert("/map".to_owned(), "-> /map-moved.xml".into());
    paper
        .maps
        .lock()
        .unwrap()
        .insert("/map-moved.xml".to_owned(), map_of(1..=4).into());
    let mut crawler = Crawler::of(paper);
    crawler.discover = "revisit = []";
    for k in 0..10 {
        crawler.wait_until(NOW + DAY * k).await;
        let asked = crawler.crawl().await.1.maps;
        assert_eq!(asked, 2, "day {k}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_of_a_list_that_repeats_itself_is_made_once_a_week() {
    let mut crawler = Crawler::of(Paper::new(published(100, 0, HOUR), 1, true));
    crawler.discover = "revisit = []";
    crawler.paper.repeats.store(true, Ordering::Relaxed);
    crawler.crawl().await;
    let mut asked = Vec::new();
    for k in 1..=20 {
        crawler.wait_until(NOW + DAY * k).await;
        asked.push(crawler.crawl().await.1.sections.values().sum::<usize>());
    }
    // The top alone tells the news.
    assert_eq!(
        asked.iter().filter(|pages| **pages > 1).count(),
        2,
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn validators_that_always_change_are_found_out_and_sent_no_more() {
    for validators in [Validators::Varying, Validators::True] {
        let mut paper = Paper::new(published(0, 60, HOUR), 1, true);
        paper.validators = validators;
        let mut crawler = Crawler::of(paper);
        crawler.crawl_until(NOW + DAY, HOUR).await;
        let so_far = crawler.article_requests();
        let sent = so_far
            .iter()
            .filter(|(_, request)| request.has_validator)
            .count();
        assert!(sent >= 20, "{validators:?}: {sent}");
        crawler.crawl_until(NOW + DAY * 2, HOUR).await;
        let later = crawler.article_requests()[so_far.len()..]
            .iter()
            .filter(|(_, request)| request.has_validator)
            .count();
        assert_eq!(
            later > 0,
            validators == Validators::True,
            "{validators:?}: {later}"
        );
        assert_eq!(
            crawler.number("SELECT count(*) FROM version"),
            crawler.number("SELECT count(*) FROM article")
        );
    }
}
