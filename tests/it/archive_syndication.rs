//! Syndication: stories that several papers carry, and the first copy of each.

use saseo::archive::{NextPage, SeedMode};
use saseo::extract::Article;
use saseo::frontier::Role;
use saseo::time::LocalTime;

use crate::archive_desk::{Desk, NOW, article, found_article, later, links, seed, story, url};

/// A wire story that is long enough to be recognised, as one paper prints it.
fn wire(head: &str, last: &str) -> String {
    let sentence = |n: u32| {
        format!(
            "{n}번 서가의 책은 {}일 {}쪽까지 읽혔다고 사서가 전했다.",
            n * 7 % 28 + 1,
            n * 53 % 400
        )
    };
    let text: Vec<String> = (1..=20).map(sentence).collect();
    format!("{head} {} {last}", text.join(" "))
}

/// A story of the same length that is not the wire's.
fn other_story() -> String {
    "서로 다른 이야기가 여기에 길게 이어진다. ".repeat(20)
}

/// The article 7 of a paper, which it publishes on this day of a November.
fn published(day: u32, text: &str) -> Article {
    let at = LocalTime::from_rfc3339(&format!("2026-11-{day}T10:00:00+09:00"));
    Article {
        key: Some(7.into()),
        published_at: Some(at.unwrap()),
        ..article(text)
    }
}

/// A desk on which one article of each paper is settled, in this order.
fn desk_with_copies(articles: &[(&str, Article)]) -> Desk {
    let mut desk = Desk::new();
    for (paper, article) in articles {
        let page = url(&format!(
            "https://{paper}.example/news/articleView.html?idxno=7"
        ));
        let host = page.host();
        let entries = [(page, Role::Article)];
        desk.seed(seed(paper, entries), SeedMode::Begin, NOW);

        let next = desk
            .archive
            .next_page(&host, &[desk.site(paper)], &[], later(9))
            .unwrap();
        let NextPage::Page(page) = next else {
            panic!("no page of {paper}")
        };
        desk.answer_and_save(&page, story(article.clone()));
    }
    desk
}

/// The id of each article, and that of its first copy.
fn copies(desk: &Desk) -> Vec<(String, Option<String>)> {
    desk.shown()
        .into_iter()
        .map(|(id, _, _, first)| (id, first))
        .collect()
}

#[test]
fn a_story_that_several_papers_carry_names_its_first_copy() {
    let desk = desk_with_copies(&[
        ("b", published(20, &wire("(사서통신)", "끝"))),
        ("c", published(21, &wire("[씨신문 홍길동 기자]", ""))),
        // This paper published it first, and is crawled later.
        ("a", published(19, &wire("", "무단전재 금지"))),
        ("d", published(30, &wire("", ""))),
        ("e", published(20, &other_story())),
    ]);

    let first = Some("a/7".to_owned());
    assert_eq!(
        copies(&desk),
        [
            ("a/7".to_owned(), None),
            ("b/7".to_owned(), first.clone()),
            ("c/7".to_owned(), first),
            // Ten days later it is another story.
            ("d/7".to_owned(), None),
            ("e/7".to_owned(), None),
        ]
    );
}

#[test]
fn stories_of_one_paper_are_no_copies_of_one_another() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7), found_article(8)]));
    for number in [7, 8] {
        desk.answer_next(story(Article {
            key: Some(number.into()),
            ..article(&wire("", ""))
        }));
    }

    assert_eq!(
        copies(&desk),
        [("paper/7".to_owned(), None), ("paper/8".to_owned(), None)]
    );
}

#[test]
fn the_earliest_copy_of_a_story_is_its_first_one_also_after_articles_changed() {
    let mut desk = desk_with_copies(&[
        ("a", published(19, &wire("", ""))),
        ("b", published(20, &wire("", "끝"))),
        ("c", published(21, &wire("[씨신문]", ""))),
    ]);
    let first_copies = |desk: &Desk| -> Vec<Option<String>> {
        copies(desk).into_iter().map(|(_, first)| first).collect()
    };
    let extract_again = |desk: &mut Desk, site: &str, article: Article| {
        let capture = desk.captures(site).remove(0);
        desk.revise(&capture, article);
        desk.archive.save().unwrap();
    };
    let copy_of = |id: &str| Some(id.to_owned());
    assert_eq!(first_copies(&desk), [None, copy_of("a/7"), copy_of("a/7")]);

    // The date of the first copy was wrong: the next copy is the first one now.
    extract_again(&mut desk, "a", published(22, &wire("", "")));
    assert_eq!(first_copies(&desk), [copy_of("b/7"), None, copy_of("b/7")]);

    // The first copy is another story now: the earliest of its copies takes its place.
    extract_again(&mut desk, "b", published(20, &other_story()));
    assert_eq!(first_copies(&desk), [copy_of("c/7"), None, None]);
}
