//! What people type for an article finds it, or tells which articles may be meant; and lists of
//! articles go on where they ended while a crawl adds more.

use saseo::ArticleKey;
use saseo::archive::{
    ArchiveError, ArticleFilter, Condition, ListCursor, ListOrder, Reader, SeedMode,
};
use saseo::extract::Article;
use saseo::page_url::PageUrl;
use saseo::time::LocalTime;

use crate::archive_desk::{
    Desk, article, found, found_article, found_named, found_numbered, later, links, seed, story,
};

/// A paper with the articles 193, 2024, 81193 and 82193, one with the id of text `s/0042`, some with
/// neither; a second paper without articles.
fn stocked() -> Desk {
    let mut desk = Desk::new();
    desk.seed(seed("another-paper", []), SeedMode::Begin, later(1));
    let mut pages: Vec<_> = [193, 81193, 82193].map(found_article).into();
    pages.push(found_named("/stories/s/0042", "s/0042"));
    pages.push(found_numbered("/years/2024", 2024));
    pages.extend(["/columns/책방", "/columns/own", "/columns/foreign"].map(found));
    desk.answer_next(links(pages));

    for number in [193, 81193, 82193] {
        publish(&mut desk, number, None);
    }
    let named = Article {
        key: ArticleKey::text("s/0042"),
        ..article("글")
    };
    desk.answer_at("/stories/s/0042", story(named));
    desk.answer_at("/columns/책방", story(article("글")));
    let of_year = Article {
        key: Some(ArticleKey::Number(2024)),
        ..article("글")
    };
    desk.answer_at("/years/2024", story(of_year));
    for (path, canonical) in [
        ("/columns/own", "https://paper.example/c/own"),
        ("/columns/foreign", "https://elsewhere.example/c/foreign"),
    ] {
        let named = Article {
            canonical_url: Some(canonical.to_owned()),
            ..article("글")
        };
        desk.answer_at(path, story(named));
    }
    desk
}

/// Returns the id of the article that is found, or all that may be meant.
fn found_as(reader: &Reader, typed: &str) -> String {
    match reader.find_article(typed) {
        Ok(found) => found.id,
        Err(ArchiveError::Ambiguous { ids, .. }) => ids.join(" or "),
        Err(ArchiveError::NoSuchArticle { .. }) => "none".to_owned(),
        Err(other) => panic!("{typed}: {other}"),
    }
}

#[test]
fn an_article_is_found_by_whatever_names_it_alone() {
    let desk = stocked();
    let reader = desk.reader();
    let column = "paper/https://paper.example/columns/%EC%B1%85%EB%B0%A9";

    for (typed, expected) in [
        // Exact names come before endings: 81193 ends with 193, too.
        ("193", "paper/193"),
        ("paper/193", "paper/193"),
        ("81193", "paper/81193"),
        (" 81193 ", "paper/81193"),
        ("s/0042", "paper/s/0042"),
        ("paper/s/0042", "paper/s/0042"),
        // Addresses: as kept, over http, without a scheme, of the mobile site, with more behind.
        (
            "https://paper.example/news/articleView.html?idxno=81193",
            "paper/81193",
        ),
        (
            "http://paper.example/news/articleView.html?idxno=81193",
            "paper/81193",
        ),
        (
            "paper.example/news/articleView.html?idxno=81193",
            "paper/81193",
        ),
        (
            "m.paper.example/news/articleView.html?idxno=81193",
            "paper/81193",
        ),
        (
            "https://www.paper.example/news/articleView.html?idxno=81193#reply",
            "paper/81193",
        ),
        (
            "https://m.paper.example/news/articleView.html?idxno=81193&replyAll=&utm_source=x",
            "paper/81193",
        ),
        (
            "https://paper.example/news/articlePrint.html?page=193&idxno=81193",
            "paper/81193",
        ),
        (
            "https://m.paper.example/stories/s/0042?ref=193",
            "paper/s/0042",
        ),
        ("https://paper.example/columns/책방", column),
        ("paper.example/columns/책방?from=top", column),
        (column, column),
        // Endings.
        ("1193", "paper/81193"),
        ("93", "paper/193 or paper/81193 or paper/82193"),
        ("0042", "paper/s/0042"),
        ("aper/81193", "paper/81193"),
        ("/81193", "paper/81193"),
        ("articleView.html?idxno=82193", "paper/82193"),
        ("columns/책방", column),
        ("책방", column),
        // A number is printed without zeros and signs. An ending may have zeros.
        ("0193", "none"),
        ("+193", "none"),
        ("paper/0193", "none"),
        // A part of another place in the path is another thing.
        ("https://m.paper.example/years/2024?x=1", "paper/2024"),
        ("https://paper.example/2024/11/slug", "none"),
        // A page may name any address as canonical. Its own host alone counts.
        (
            "https://www.paper.example/c/own",
            "paper/https://paper.example/columns/own",
        ),
        ("https://paper.example/c/own?doc=2", "none"),
        ("https://elsewhere.example/c/foreign", "none"),
        ("https://paper.example/columns/시장?doc=책방", "none"),
        // Nothing.
        ("", "none"),
        (" ", "none"),
        ("93193", "none"),
        ("another-paper/81193", "none"),
        ("paper/1193", "none"),
        (
            "https://elsewhere.example/news/articleView.html?idxno=81193",
            "none",
        ),
        (
            "https://paper.example/news/articleList.html?page=193",
            "none",
        ),
        ("'; DROP TABLE article; --", "none"),
        ("%", "none"),
        ("99999999999999999999999999", "none"),
    ] {
        assert_eq!(found_as(&reader, typed), expected, "{typed}");
    }
}

#[test]
fn an_article_that_was_taken_down_makes_no_name_ambiguous() {
    let desk = stocked();
    let bury = "INSERT INTO tombstone (article_id, site_id, at, why)
                SELECT id, site_id, 9, 'a wish' FROM article WHERE number = ?1";
    for (number, expected) in [
        (193, "paper/81193 or paper/82193"),
        (82193, "paper/81193"),
        (81193, "paper/193 or paper/81193 or paper/82193"),
    ] {
        desk.sql().execute(bury, [number]).unwrap();
        assert_eq!(found_as(&desk.reader(), "93"), expected);
    }
}

#[test]
fn a_name_that_several_have_lists_ten_of_them() {
    let mut desk = Desk::new();
    desk.answer_next(links(
        (100..115)
            .map(|n| found_article(n * 1000 + 7))
            .collect::<Vec<_>>(),
    ));
    for number in (100..115).map(|n| n * 1000 + 7) {
        publish(&mut desk, number, None);
    }

    let told = desk.reader().find_article("007").unwrap_err().to_string();
    assert!(
        told.starts_with("007 names several articles: paper/100007, "),
        "{told}"
    );
    assert!(
        told.ends_with(", paper/109007 and others; say which"),
        "{told}"
    );
    let none = desk
        .reader()
        .find_article("nothing")
        .unwrap_err()
        .to_string();
    assert!(
        none.contains("`saseo list`") && none.contains("`saseo search`"),
        "{none}"
    );
}

/// Writes an article of this day, or one without a date.
fn publish(desk: &mut Desk, number: u64, day: Option<&str>) {
    let dated = Article {
        key: Some(ArticleKey::Number(number)),
        published_at: day.and_then(|day| LocalTime::from_rfc3339(&format!("{day}T10:00:00+09:00"))),
        section: Some("문화".into()),
        ..article("글")
    };
    desk.answer_at(
        &format!("/news/articleView.html?idxno={number}"),
        story(dated),
    );
}

/// Seven articles that were seen in the order of their numbers; 4 and 6 have no date.
fn published() -> Desk {
    let mut desk = Desk::new();
    desk.answer_next(links((1..=12).map(found_article).collect::<Vec<_>>()));
    for (number, day) in [
        (1, Some("2026-03-01")),
        (2, Some("2026-01-01")),
        (3, Some("2026-05-01")),
        (4, None),
        (5, Some("2026-03-01")),
        (6, None),
        (7, Some("2026-02-01")),
    ] {
        publish(&mut desk, number, day);
    }
    desk
}

/// Returns the numbers on a page, and where the next one begins.
fn page(
    desk: &Desk,
    filter: &ArticleFilter,
    order: ListOrder,
    after: Option<&ListCursor>,
    limit: usize,
) -> (String, Option<ListCursor>) {
    let page = desk.reader().list(filter, order, after, limit).unwrap();
    let numbers: Vec<&str> = page
        .articles
        .iter()
        .map(|article| article.id.strip_prefix("paper/").unwrap())
        .collect();
    (numbers.join(" "), page.next)
}

/// Returns the numbers on all pages of a list.
fn all_pages(desk: &Desk, order: ListOrder, limit: usize) -> String {
    let (mut told, mut after) = (Vec::new(), None);
    loop {
        let (numbers, next) = page(
            desk,
            &ArticleFilter::default(),
            order,
            after.as_ref(),
            limit,
        );
        told.push(numbers);
        // As the command line has it.
        after = next.map(|next| next.to_string().parse().unwrap());
        if after.is_none() {
            return told.join(" ");
        }
    }
}

#[test]
fn pages_of_any_length_make_the_whole_list() {
    let desk = published();
    for limit in 1..9 {
        assert_eq!(all_pages(&desk, ListOrder::Newest, limit), "3 5 1 7 2 6 4");
        assert_eq!(all_pages(&desk, ListOrder::Oldest, limit), "2 7 1 5 3 4 6");
        assert_eq!(all_pages(&desk, ListOrder::Seen, limit), "7 6 5 4 3 2 1");
    }
}

#[test]
fn what_a_crawl_adds_moves_no_article_to_another_page() {
    let mut desk = published();
    let all = ArticleFilter::default();
    let (first, next) = page(&desk, &all, ListOrder::Newest, None, 3);
    assert_eq!(first, "3 5 1");

    // One that is newer than the page before, and one that is older.
    publish(&mut desk, 8, Some("2026-06-01"));
    publish(&mut desk, 9, Some("2026-01-15"));
    let (second, next) = page(&desk, &all, ListOrder::Newest, next.as_ref(), 3);
    assert_eq!(second, "7 9 2");
    publish(&mut desk, 10, None);
    let (third, next) = page(&desk, &all, ListOrder::Newest, next.as_ref(), 9);
    assert_eq!((third.as_str(), next), ("10 6 4", None));
}

#[test]
fn a_list_has_the_articles_of_its_filter() {
    let desk = published();
    let before_march = ArticleFilter {
        until: "2026-02-28".parse().ok(),
        condition: Some("number < 7".parse::<Condition>().unwrap()),
        ..ArticleFilter::default()
    };
    let (numbers, next) = page(&desk, &before_march, ListOrder::Newest, None, 9);
    assert_eq!((numbers.as_str(), next), ("2 6 4", None));

    let elsewhere = ArticleFilter {
        sites: vec!["elsewhere".into()],
        ..ArticleFilter::default()
    };
    assert_eq!(page(&desk, &elsewhere, ListOrder::Seen, None, 9).0, "");
}

#[test]
fn a_page_url_is_read_as_it_is_kept() {
    // The table above depends on it: letters beyond ASCII are escaped in kept addresses.
    let kept = PageUrl::parse("https://paper.example/columns/책방").unwrap();
    assert!(kept.as_str().ends_with("/columns/%EC%B1%85%EB%B0%A9"));
}
