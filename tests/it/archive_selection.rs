//! The articles that a filter chooses.

use saseo::ArticleKey;
use saseo::archive::{ArticleFilter, Condition, CopyChoice, VersionChoice};
use saseo::extract::{Access, Article};
use saseo::time::LocalTime;

use crate::archive_desk::{Desk, article, found_article, later, links, story};

/// An article of a section, by two authors.
fn piece(day: &str, section: &str, authors: [&str; 2]) -> Article {
    Article {
        published_at: LocalTime::from_rfc3339(&format!("{day}T10:00:00+09:00")),
        section: Some(section.into()),
        subsection: Some("서평".into()),
        authors: authors.map(str::to_owned).into(),
        tags: vec!["책".into(), section.into()],
        ..article(day)
    }
}

/// The articles 1, 2 and 3, the second for members, and 9 without a date and a section.
fn stocked() -> Desk {
    let mut desk = Desk::new();
    desk.answer_next(links([1, 2, 3, 9].map(found_article)));
    let members = Article {
        access: Access::Members,
        ..piece("2026-02-01", "문화", ["김하나", "이둘"])
    };
    for (number, article) in [
        (1, piece("2026-01-01", "문화", ["김하나", "박셋"])),
        (2, members),
        (3, piece("2026-03-01", "정치", ["이둘", "최넷"])),
        (9, article("날짜 없음")),
    ] {
        let numbered = Article {
            key: Some(ArticleKey::Number(number)),
            ..article
        };
        let path = format!("/news/articleView.html?idxno={number}");
        desk.answer_at(&path, story(numbered));
    }
    desk
}

/// Returns the numbers of the articles that a filter chooses.
fn chosen(desk: &Desk, filter: &ArticleFilter) -> String {
    let reader = desk.reader();
    let mut articles = reader.articles(filter).unwrap();
    let numbers = (&mut articles).into_iter().map(|version| {
        let version = version.unwrap();
        assert!(version.flaws.is_empty(), "{:?}", version.flaws);
        version.article.key.unwrap().to_string()
    });
    numbers.collect::<Vec<_>>().join(" ")
}

fn chosen_where(desk: &Desk, condition: &str) -> String {
    let condition: Condition = condition.parse().unwrap();
    let filter = ArticleFilter {
        condition: Some(condition),
        ..ArticleFilter::default()
    };
    chosen(desk, &filter)
}

/// A change of the filter that chooses everything.
type Narrowed = fn(&mut ArticleFilter);

#[test]
fn each_choice_leaves_out_exactly_the_others() {
    let desk = stocked();
    let choices: [(&str, Narrowed); 10] = [
        ("1 2 3 9", |_| ()),
        ("2 3 9", |to| to.since = "2026-02-01".parse().ok()),
        ("1 2 9", |to| to.until = "2026-02-01".parse().ok()),
        ("3", |to| to.sections = vec!["정치".into(), "없음".into()]),
        ("1 2 3", |to| to.sections = vec!["서평".into()]),
        ("1 3", |to| to.authors = vec!["박셋".into(), "최넷".into()]),
        ("2", |to| to.access = vec![Access::Members]),
        ("1 2 3 9", |to| to.seen_since = Some(later(1))),
        ("", |to| to.seen_since = Some(later(2))),
        ("", |to| to.sites = vec!["elsewhere".into()]),
    ];
    for (expected, narrow) in choices {
        let mut filter = ArticleFilter::default();
        narrow(&mut filter);
        assert_eq!(chosen(&desk, &filter), expected, "{filter:?}");
    }

    let several = ArticleFilter {
        since: "2026-02-01".parse().ok(),
        sections: vec!["문화".into()],
        authors: vec!["이둘".into()],
        sites: vec!["paper".into()],
        ..ArticleFilter::default()
    };
    assert_eq!(chosen(&desk, &several), "2");
}

#[test]
fn a_condition_holds_as_sql_says_it() {
    let desk = stocked();
    for (condition, expected) in [
        ("section = '문화'", "1 2"),
        ("NOT section = '문화'", "3"),
        ("section IS NULL", "9"),
        (
            "section = '문화' AND access != 'members' or number >= 9",
            "1 9",
        ),
        (
            "section = '문화' AND (access != 'members' OR number >= 9)",
            "1",
        ),
        ("tags = '정치'", "3"),
        ("tags != '정치'", "1 2 9"),
        ("tags IS NULL", "9"),
        ("tags IS NOT NULL", "1 2 3"),
        ("authors LIKE '이%'", "2 3"),
        ("authors IN ('박셋', '최넷')", "1 3"),
        ("number IN (1, 3) AND number NOT IN (3)", "1"),
        ("number > 2", "3 9"),
        ("published_at < '2026-03'", "1 2"),
        ("text CONTAINS '날짜'", "9"),
        ("text not contains '날짜'", "1 2 3"),
        ("id = 'paper/3'", "3"),
        (
            "site = 'paper' AND version = 1 AND http_status = 200",
            "1 2 3 9",
        ),
        ("first_copy IS NULL AND confidence IS NULL", "1 2 3 9"),
        (
            "fetched_at >= '2026-11-24' AND first_seen_at < '2026-11-25'",
            "1 2 3 9",
        ),
        ("title = ''' OR 1=1; --'", ""),
    ] {
        assert_eq!(chosen_where(&desk, condition), expected, "{condition}");
    }
}

#[test]
fn every_column_can_be_compared() {
    let desk = stocked();
    for column in saseo::archive::condition_columns() {
        let told = chosen_where(&desk, &format!("{column} IS NULL OR NOT {column} IS NULL"));
        assert_eq!(told, "1 2 3 9", "{column}");
    }
}

#[test]
fn a_number_beyond_the_signed_ones_is_larger_than_all_others() {
    let desk = stocked();
    let sql = "UPDATE article SET number = -2 WHERE number = 9";
    desk.sql().execute_batch(sql).unwrap();

    let largest = "18446744073709551614";
    assert_eq!(chosen_where(&desk, "number > 3"), largest);
    assert_eq!(chosen_where(&desk, &format!("number = {largest}")), largest);
    assert_eq!(chosen_where(&desk, &format!("number < {largest}")), "1 2 3");
}

#[test]
fn a_damaged_list_is_told_and_not_skipped() {
    let desk = stocked();
    let sql = "PRAGMA ignore_check_constraints = ON; UPDATE version SET tags = '[' WHERE n = 1";
    desk.sql().execute_batch(sql).unwrap();
    let filter = ArticleFilter {
        condition: "tags = '정치'".parse().ok(),
        ..ArticleFilter::default()
    };

    let reader = desk.reader();
    let mut articles = reader.articles(&filter).unwrap();
    let damaged = (&mut articles).into_iter().filter(|version| {
        let version = version.as_ref().unwrap();
        version.flaws.iter().any(|flaw| flaw.column == "tags")
    });
    assert_eq!(damaged.count(), 4);
}

#[test]
fn all_versions_come_in_the_order_of_their_numbers() {
    let mut desk = stocked();
    let capture = desk.captures("paper").remove(0);
    desk.revise(&capture, article("다른 글"));
    desk.archive.save().unwrap();
    let filter = ArticleFilter {
        versions: VersionChoice::All,
        ..ArticleFilter::default()
    };

    let reader = desk.reader();
    let mut articles = reader.articles(&filter).unwrap();
    let told: Vec<String> = (&mut articles)
        .into_iter()
        .map(|one| one.map(|one| format!("{} {}", one.id, one.kept.version)))
        .collect::<Result<_, _>>()
        .unwrap();
    let expected = [
        "paper/1 1",
        "paper/1 2",
        "paper/2 1",
        "paper/3 1",
        "paper/9 1",
    ];
    assert_eq!(told, expected);
}

#[test]
fn copies_can_be_left_out_and_name_the_first_one() {
    let desk = stocked();
    let sql = "UPDATE article SET first_copy = (SELECT id FROM article WHERE number = 1)
               WHERE number = 3";
    desk.sql().execute_batch(sql).unwrap();
    let filter = ArticleFilter {
        copies: CopyChoice::LeftOut,
        ..ArticleFilter::default()
    };

    assert_eq!(chosen(&desk, &filter), "1 2 9");
    assert_eq!(chosen_where(&desk, "first_copy = 'paper/1'"), "3");
}
