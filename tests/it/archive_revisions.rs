//! Revisions: what the archive makes of captures that are extracted again.

use saseo::ArticleKey;
use saseo::archive::{ChangedField, KeptCapture, RevisionOutcome};
use saseo::extract::Article;
use saseo::frontier::{Judged, Verdict};
use saseo::time::Timestamp;

use crate::archive_desk::{Desk, PAPER, article, found, found_article, later, links, story};

/// An article that was captured twice, and had these texts.
fn captured_twice(texts: [&str; 2]) -> (Desk, [KeptCapture; 2]) {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7)]));
    let page = desk.next_due();
    for text in texts {
        desk.answer_and_save(&page, story(article(text)));
    }

    let captures = desk.captures(PAPER).try_into().unwrap();
    (desk, captures)
}

fn names_of(fields: &[ChangedField]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}

#[track_caller]
fn assert_changed(revision: &RevisionOutcome, field: &str) {
    assert!(
        matches!(revision, RevisionOutcome::Changed { fields, .. } if names_of(fields) == [field]),
        "{revision:?}"
    );
}

#[test]
fn a_changed_extraction_of_an_older_capture_adds_a_version_and_the_newest_stays_shown() {
    let (mut desk, [first, second]) = captured_twice(["하나", "둘"]);
    let shown = |text: &str, version| [("paper/7".to_owned(), text.to_owned(), version, None)];

    assert_changed(&desk.revise(&first, article("처음")), "text");
    assert_eq!(desk.revise(&first, article("처음")), RevisionOutcome::Same);
    assert_eq!(desk.revise(&second, article("둘")), RevisionOutcome::Same);
    desk.archive.save().unwrap();
    assert_eq!(desk.shown(), shown("둘", 2));

    assert_changed(&desk.revise(&second, article("둘째")), "text");
    desk.archive.save().unwrap();
    assert_eq!(desk.shown(), shown("둘째", 4));

    // Followers see three changes: the new article, its second text, and the better extraction of
    // the newest capture.
    assert_eq!(desk.count("change"), 3);
}

/// An article whose page tells this key, and its address none.
fn of_key(key: &str, text: &str) -> Article {
    Article {
        key: ArticleKey::text(key),
        ..article(text)
    }
}

#[test]
fn an_article_keeps_its_key_where_a_later_profile_reads_another_one_in_its_page() {
    let mut desk = Desk::new();
    desk.answer_next(links([found("/story")]));
    let page = desk.next_due();
    desk.answer_and_save(&page, story(of_key("7", "하나")));

    // The re-extraction of the capture notes the other key, and so finds the article by it again.
    let [capture] = desk.captures(PAPER).try_into().unwrap();
    assert_eq!(
        desk.revise(&capture, of_key("b-7", "하나")),
        RevisionOutcome::Same
    );
    assert_changed(&desk.revise(&capture, of_key("b-7", "둘")), "text");
    desk.answer_and_save(&page, story(of_key("b-7", "셋")));
    assert_eq!(desk.count("article"), 1);
    assert_eq!(desk.shown()[0].0, "paper/7");

    // A page that always shows the newest article has another one now.
    desk.answer_and_save(&page, story(of_key("b-8", "넷")));
    assert_eq!(desk.count("article"), 2);
}

#[test]
fn before_a_re_extraction_an_article_of_another_kind_of_key_is_known_by_its_words() {
    let mut desk = Desk::new();
    desk.answer_next(links([found("/story")]));
    let page = desk.next_due();
    let titled = |key: &str, title: &str, text: &str| Article {
        title: Some(title.to_owned()),
        ..of_key(key, text)
    };
    desk.answer_and_save(&page, story(titled("7", "책방", "하나")));

    desk.answer_and_save(&page, story(titled("b-7", "책방", "둘")));
    assert_eq!(desk.count("article"), 1);

    // Other words, or another key of the same kind, are another article.
    desk.answer_and_save(&page, story(titled("b-9", "서가", "아홉")));
    desk.answer_and_save(&page, story(titled("8", "책방", "둘")));
    assert_eq!(desk.count("article"), 3);
}

#[test]
fn an_article_whose_key_stands_in_its_page_alone_is_known_where_no_key_is_read() {
    let mut desk = Desk::new();
    desk.answer_next(links([found("/story")]));
    let page = desk.next_due();
    desk.answer_and_save(&page, story(of_key("7", "하나")));
    desk.answer_and_save(&page, story(of_key("8", "둘")));

    // Each capture is that of its own article.
    let captures = desk.captures(PAPER);
    for (capture, text) in captures.iter().zip(["하나", "둘"]) {
        assert_eq!(desk.revise(capture, article(text)), RevisionOutcome::Same);
        let lost = desk.archive.revise_without(desk.lease, capture, "a list");
        assert!(matches!(lost.unwrap(), RevisionOutcome::Lost { .. }));
    }
    desk.archive.save().unwrap();
    assert_eq!(desk.count("article"), 2);
}

#[test]
fn what_only_the_reader_learned_is_told_and_put_in_its_place() {
    let (mut desk, [first, second]) = captured_twice(["하나", "하나"]);
    let of_language = |language: &str| Article {
        language: Some(language.to_owned()),
        confidence: Some(0.9),
        ..article("하나")
    };

    let RevisionOutcome::Changed { fields, .. } = desk.revise(&first, of_language("ja")) else {
        panic!("language and confidence are other ones");
    };
    assert_eq!(names_of(&fields), ["language", "confidence"]);
    assert_eq!(fields[0].after.as_deref(), Some("ja"));
    assert_eq!(
        desk.revise(&first, of_language("ja")),
        RevisionOutcome::Same
    );
    // The other capture has no version of its own, since the paper changed nothing.
    assert_eq!(
        desk.revise(&second, of_language("ko")),
        RevisionOutcome::Same
    );
    desk.archive.save().unwrap();
    let kept: (String, f64) = desk
        .sql()
        .query_row("SELECT language, confidence FROM version", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(kept, ("ja".to_owned(), 0.9));
}

#[test]
fn two_captures_with_different_values_of_a_field_stay_two_versions() {
    let (mut desk, captures) = captured_twice(["하나", "하나"]);
    let sections = ["문화", "사회"];
    let extract_both = |desk: &mut Desk| -> Vec<RevisionOutcome> {
        let extracted = captures.iter().zip(sections);
        extracted
            .map(|(capture, section)| {
                let article = Article {
                    section: Some(section.to_owned()),
                    ..article("하나")
                };
                desk.revise(capture, article)
            })
            .collect()
    };

    for revision in extract_both(&mut desk) {
        assert_changed(&revision, "section");
    }
    assert_eq!(
        extract_both(&mut desk),
        [RevisionOutcome::Same, RevisionOutcome::Same]
    );
    desk.archive.save().unwrap();

    let [first, second] = captures;
    let expected = [
        (first.id, sections[0].to_owned()),
        (second.id, sections[1].to_owned()),
    ];
    assert_eq!(sections_by_capture(&desk), expected);
}

/// The capture and the section of each version, in the order of versions.
fn sections_by_capture(desk: &Desk) -> Vec<(i64, String)> {
    let sql = desk.sql();
    let mut select = sql
        .prepare("SELECT capture_id, section FROM version ORDER BY n")
        .unwrap();
    select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn an_article_that_is_found_by_reextraction_is_revisited_and_a_known_one_keeps_its_moment() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7)]));
    desk.answer_next(Judged::of(Verdict::Unextracted {
        why: "no story".into(),
    }));
    let capture = desk.captures(PAPER).remove(0);
    let revisited_at = |desk: &mut Desk, at: Timestamp| -> Option<i64> {
        desk.archive
            .revise(
                desk.lease,
                capture.read_as(article("하나")),
                Some(at),
                later(9),
            )
            .unwrap();
        desk.archive.save().unwrap();
        desk.value("SELECT next_at FROM page WHERE number = 7")
    };

    assert_eq!(revisited_at(&mut desk, later(60)), Some(later(60).millis()));
    // The article is known now, so it keeps its moment.
    assert_eq!(revisited_at(&mut desk, later(90)), Some(later(60).millis()));
}

#[test]
fn an_article_that_is_gone_stays_gone_when_its_capture_is_extracted_again() {
    let mut desk = Desk::new();
    desk.answer_next(links([found_article(7)]));
    desk.answer_next(story(article("하나")));
    let capture = desk.captures(PAPER).remove(0);
    desk.sql()
        .execute("UPDATE article SET access = 'gone'", [])
        .unwrap();

    desk.revise(&capture, article("하나와 둘"));
    desk.archive.save().unwrap();

    assert_eq!(
        (
            desk.value::<String>("SELECT access FROM articles"),
            desk.value::<i64>("SELECT version FROM articles")
        ),
        ("gone".to_owned(), 2)
    );
}
