//! Rules for dates, bylines and photos as papers of several countries print them, each with what it
//! must not take. All pages are invented.

use crate::extract_sheet::{STORY, Sheet, read};

const JAPANESE: [&str; 3] = [
    "町議会は火曜日、島へ渡る最後の船を冬の間も走らせ続けることを決めたと、役場が夕方の会見で話した。",
    "島の住民は、船の会社が昨年の秋に計画を知らせてから、四千人を超える署名を集めて町に出したという。",
    "町は来年の春から燃料の半分を支払い、会社は三月の末まで一日に二往復を続けると約束している。",
];

/// A page in a language, with these lines below its headline.
fn page(language: &str, lines: &str) -> String {
    let story: String = STORY.iter().map(|text| format!("<p>{text}</p>")).collect();
    format!(
        "<!doctype html><html lang='{language}'><head><title>The Ferry</title></head><body>\
         <div class=page><h1>The Ferry</h1>{lines}<div class=story>{story}</div></div></body>\
         </html>"
    )
}

fn published(language: &str, lines: &str) -> Option<String> {
    let article = read(&page(language, lines));
    article
        .published_at
        .map(|time| time.to_string()[..16].to_owned())
}

fn under_headline(under_headline: &str) -> Sheet<'_> {
    Sheet {
        under_headline,
        ..Sheet::default()
    }
}

fn within(within: &str) -> Sheet<'_> {
    Sheet {
        within,
        ..Sheet::default()
    }
}

fn files(mark_up: &str) -> Vec<String> {
    let images = within(mark_up).read().images.into_iter();
    images
        .map(|image| image.url.rsplit('/').next().unwrap_or_default().to_owned())
        .collect()
}

fn caption(mark_up: &str) -> Option<String> {
    let mut images = within(mark_up).read().images.into_iter();
    images.find_map(|image| image.caption)
}

#[test]
fn dates_of_numbers_are_read_in_the_order_of_the_page() {
    let line = "<p>07/03/2026 16:50</p>";
    let march = Some("2026-03-07T16:50".to_owned());
    assert_eq!(published("fr", line), march);
    // WordPress says en-US wherever nobody chose a language.
    assert_eq!(published("en-US", line), None);
    assert_eq!(published("en", line), None);

    // Another date of the page tells the order, whatever its language.
    let others = format!("{line}<ul><li>Cup final on 27/03/2026</li></ul>");
    assert_eq!(published("en", &others), march);
    let attribute = "<span data-date='07/03/2026 16:50'>Saturday</span>";
    assert_eq!(published("de", attribute), march);
}

#[test]
fn a_line_with_the_verb_of_an_update_is_an_update() {
    let lines = "<p>Publié le 07/03/2026 à 16h50</p><p>Mis à jour le 08/03/2026</p>";
    let article = read(&page("fr", lines));
    let changed = article.modified_at.map(|time| time.to_string());
    assert_eq!(changed.as_deref().map(|at| &at[..10]), Some("2026-03-08"));
    assert_eq!(published("fr", "<p>Mis à jour le 08/03/2026</p>"), None);

    let event = "<p>7 March 2026</p><p>Le plan modifié vaut à partir du 08/04/2026</p>";
    assert_eq!(read(&page("fr", event)).modified_at, None);
}

#[test]
fn a_time_before_its_date_is_one_where_no_sentence_has_it() {
    let march = Some("2026-03-07T16:50".to_owned());
    for line in [
        "<p>16:50, 7 March 2026</p>",
        "<p>Published: 16:50 on 7 March 2026</p>",
        "<p>Lea Wagner | 16.50 Uhr, 7. März 2026</p>",
    ] {
        assert_eq!(published("en", line), march, "{line}");
    }
    // A library may take the day.
    let sentence = "<p>Doors open at 16:50 on 7 March 2026</p>";
    assert_ne!(published("en", sentence), march);
}

#[test]
fn names_in_brackets_sign_a_japanese_story_and_are_no_line_of_it() {
    let read_with = |end: &str| {
        let story: String = JAPANESE
            .iter()
            .map(|text| format!("<p>{text}</p>"))
            .collect();
        let html = format!(
            "<html lang=ja><head><title>船は冬も走る</title></head><body><div><h1>船は冬も走る</h1>\
             <div class=story>{story}{end}</div></div></body></html>"
        );
        let article = read(&html);
        (article.authors, article.paragraphs.len())
    };
    assert_eq!(
        read_with("<p>（文・山田花子）</p>"),
        (vec!["山田花子".to_owned()], 3)
    );
    assert_eq!(
        read_with("<p>船は六時に出る。（山田花子記者）</p>"),
        (vec!["山田花子".to_owned()], 4)
    );
    assert_eq!(read_with("<p>（開館無料）</p>"), (vec![], 4));
    assert_eq!(
        read_with("<p>船は六時に出る。（共同通信）</p>"),
        (vec![], 4)
    );
}

#[test]
fn lines_of_several_languages_are_bylines_by_their_words() {
    for (line, name) in [
        ("Von unserer Redakteurin Anna Martel", "Anna Martel"),
        ("Texto: Ana Ruiz  Fotos: José Gil", "Ana Ruiz"),
        ("โดย มาลี แสงทอง", "มาลี แสงทอง"),
        ("글·사진 홍길동", "홍길동"),
    ] {
        let lines = format!("<p>{line}</p>");
        assert_eq!(under_headline(&lines).read().authors, [name], "{line}");
    }
    for line in [
        "By our count the boat was late",
        "โดย ตำรวจเผยว่าเรือออกเดินทาง",
        "글·사진 공모전에 삼백 편이 왔다",
    ] {
        let lines = format!("<p>{line}</p>");
        assert!(under_headline(&lines).read().authors.is_empty(), "{line}");
    }
}

#[test]
fn a_writer_in_a_side_column_counts_and_one_in_a_card_does_not() {
    let below = |names: &str| {
        let column = format!("<div class='{names}'><p class=author>Jane Lee</p></div>");
        let sheet = Sheet {
            below: &column,
            ..Sheet::default()
        };
        sheet.read().authors
    };
    assert_eq!(below("sidebar"), ["Jane Lee"]);
    for names in ["testimonial", "card", "ranking"] {
        assert!(below(names).is_empty(), "{names}");
    }
}

#[test]
fn a_figure_whose_caption_is_a_sentence_is_a_photo_whatever_its_file_is_called() {
    let figure = |caption: &str| {
        format!(
            "<figure><img src=/p/icon-of-the-sea.jpg>\
             <figcaption>{caption}</figcaption></figure>"
        )
    };
    assert_eq!(
        files(&figure("The Icon of the Sea in the harbour")),
        ["icon-of-the-sea.jpg"]
    );
    assert!(files(&figure("Jane Lee")).is_empty());
    assert!(files("<img src=/p/icon-of-the-sea.jpg>").is_empty());
    let face = "<figure class=author><img src=/p/profile.jpg>\
                <figcaption>Jane Lee has written about boats since 2011</figcaption></figure>";
    assert!(files(face).is_empty());
}

#[test]
fn of_one_photo_in_several_sizes_the_largest_is_kept_once() {
    let photo =
        "<img src=/p/1-300x200.jpg srcset='/p/1-300x200.jpg 300w, /p/1-1024x700.jpg 1024w'>";
    assert_eq!(files(photo), ["1-1024x700.jpg"]);
    let again = format!("{photo}<noscript><img src=/p/1.jpg></noscript><img src=/p/1-scaled.webp>");
    assert_eq!(files(&again), ["1-1024x700.jpg"]);
    let series = "<img src=/p/boat_640.jpg><img src=/p/boat_641.jpg>";
    assert_eq!(files(series).len(), 2);
}

#[test]
fn captions_stand_behind_marks_and_in_elements_that_follow() {
    for photo in [
        "<p><img src=/p/1.jpg></p><p>▲ Crates on deck</p>",
        "<center><img src=/p/1.jpg><br><font size=2>△ Crates on deck</font></center>",
        "<img src=/p/1.jpg><p class=caption>Crates on deck</p>",
        "<div class=img><img src=/p/1.jpg><p class=foto-txt>Crates on deck</p></div>",
    ] {
        assert_eq!(caption(photo).as_deref(), Some("Crates on deck"), "{photo}");
    }
    for photo in [
        "<p><img src=/p/1.jpg></p><p>Crates on deck</p>",
        "<p><img src=/p/1.jpg></p><p>The boat</p><p>▲ Crates on deck</p>",
        "<img src=/p/1.jpg><div class=text>Crates on deck</div>",
    ] {
        assert_eq!(caption(photo), None, "{photo}");
    }

    let row = "<p><img src=/p/1.jpg></p><p><img src=/p/2.jpg></p><p>▲ Crates on deck</p>";
    let images = within(row).read().images;
    assert_eq!(images[0].caption, None);
    assert_eq!(images[1].caption.as_deref(), Some("Crates on deck"));
}
