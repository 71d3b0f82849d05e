//! Pages of no known CMS, invented: the fields around their stories.

use crate::extract_sheet::{STORY, Sheet, json_ld};

fn authors(sheet: Sheet<'_>) -> Vec<String> {
    sheet.read().authors
}

fn published(sheet: Sheet<'_>) -> Option<String> {
    sheet.read().published()
}

#[test]
fn the_writer_is_a_person_near_the_headline() {
    let organisation = json_ld(
        r#""author":{"@type":"Organization","name":"Harbour Post"},
            "publisher":{"name":"Harbour Post"}"#,
    );
    let account = json_ld(r#""author":{"@type":"Person","name":"jdoe"}"#);
    let byline =
        "<div class=byline>By <a href=/author/7>Jane Lee</a>, Shipping Correspondent</div>";
    let jane = ["Jane Lee"];

    let printed = Sheet {
        under_headline: byline,
        ..Sheet::default()
    };
    assert_eq!(authors(printed), jane);
    assert_eq!(
        authors(Sheet {
            head: &organisation,
            ..printed
        }),
        jane
    );
    assert_eq!(
        authors(Sheet {
            head: &account,
            ..printed
        }),
        jane
    );

    let by_words = Sheet {
        under_headline: "<p>By Jane Lee</p>",
        ..Sheet::default()
    };
    assert_eq!(authors(by_words), jane);
    let signed = Sheet {
        end: "<p>By Jane Lee</p>",
        ..Sheet::default()
    };
    assert_eq!(
        authors(Sheet {
            head: &organisation,
            ..signed
        }),
        jane
    );
    let meta = Sheet {
        head: "<meta name=author content='Jane Lee'>",
        ..Sheet::default()
    };
    assert_eq!(authors(meta), jane);
}

#[test]
fn bylines_of_comments_cards_and_networks_name_no_writer() {
    for below in [
        "<div class=comments><p class=author>Max Orr</p></div>",
        "<div class=teaser-list><a href=/a/2>The Tram</a>\
         <span class=byline>By Max Orr</span></div>",
        "<article><h3>The Tram</h3><span class=byline>By Max Orr</span></article>",
        "<a href='https://facebook.example/profile/7'>Facebook</a>",
    ] {
        assert!(
            authors(Sheet {
                below,
                ..Sheet::default()
            })
            .is_empty(),
            "{below}"
        );
    }
}

#[test]
fn a_box_apart_from_the_story_names_the_writer_where_all_boxes_agree() {
    let page = |below: &str| {
        authors(Sheet {
            below,
            ..Sheet::default()
        })
    };
    let jane = "<aside><div class=reporter-box><p class=reporter-name>Jane Lee</p></div></aside>";
    assert_eq!(page(jane), ["Jane Lee"]);
    assert_eq!(page(&format!("{jane}{jane}")), ["Jane Lee"]);

    let max = "<aside><div class=reporter-box>Max Orr</div></aside>";
    assert!(page(&format!("{jane}{max}")).is_empty());
    for others in [
        "<footer>#</footer>",
        "<div class=related-story>#</div>",
        "<ul><li>#</li></ul>",
    ] {
        assert!(page(&others.replace('#', max)).is_empty(), "{others}");
        let both = format!("{jane}{}", others.replace('#', max));
        assert_eq!(page(&both), ["Jane Lee"], "{others}");
    }
}

#[test]
fn json_ld_names_its_writers_by_texts_and_by_reference() {
    let texts = json_ld(r#""author":["Jane Lee","Max Orr"]"#);
    assert_eq!(
        authors(Sheet {
            head: &texts,
            ..Sheet::default()
        }),
        ["Jane Lee", "Max Orr"]
    );

    let graph = r##"<script type=application/ld+json>{"@graph":[
        {"@type":"NewsArticle","headline":"The Ferry","author":{"@id":"#1"}},
        {"@type":"Person","@id":"#1","name":"Jane Lee"}]}</script>"##;
    assert_eq!(
        authors(Sheet {
            head: graph,
            ..Sheet::default()
        }),
        ["Jane Lee"]
    );
}

#[test]
fn dates_are_read_from_attributes_near_the_headline_and_as_precisely_as_told() {
    for (under_headline, expected) in [
        (
            "<time datetime='2026-03-07T16:50:20+01:00'>Saturday</time>",
            "2026-03-07T16:50:20+01:00",
        ),
        (
            "<span data-publish-time='2026-03-07 16:50:20'>7 March</span>",
            "2026-03-07T16:50:20+09:00",
        ),
        (
            "<p>March 7, 2026 at 4:50 p.m. ET</p>",
            "2026-03-07T16:50:00-05:00",
        ),
        ("<p>Harbour Desk | March 7, 2026</p>", "2026-03-07"),
        (
            "<p><time class=updated datetime='2026-03-09T10:00:00Z'></time></p><p>7 March 2026</p>",
            "2026-03-07",
        ),
    ] {
        let sheet = Sheet {
            under_headline,
            ..Sheet::default()
        };
        assert_eq!(
            published(sheet).as_deref(),
            Some(expected),
            "{under_headline}"
        );
    }
}

#[test]
fn a_named_offset_beats_a_false_z_and_no_day_is_guessed() {
    let head = format!(
        "<meta property=article:published_time content=2026-03-07T16:50:20Z>{}",
        json_ld(r#""datePublished":"2026-03-07T16:50:20-05:00""#)
    );
    let zoned = Sheet {
        head: &head,
        ..Sheet::default()
    };
    assert_eq!(
        published(zoned).as_deref(),
        Some("2026-03-07T16:50:20-05:00")
    );

    let of_page = r#"<script type=application/ld+json>
        {"@type":"WebPage","datePublished":"2026-03-07T16:50:20+00:00"}</script>"#;
    let sheet = Sheet {
        head: of_page,
        ..Sheet::default()
    };
    assert_eq!(
        published(sheet).as_deref(),
        Some("2026-03-07T16:50:20+00:00")
    );

    let year = Sheet {
        head: "<link href=/s.css?20260101>",
        below: "<p>since 2026</p>",
        ..Sheet::default()
    };
    assert_eq!(published(year), None);
}

#[test]
fn the_title_is_the_printed_headline_without_kicker_and_paper() {
    let title = |head: &str, above: &str| {
        Sheet {
            head,
            above,
            ..Sheet::default()
        }
        .read()
        .title
    };
    let ferry = Some("The Ferry".to_owned());
    let site = "<meta property=og:site_name content='Harbour Post'>";

    let other = json_ld("\"x\":1").replace("The Ferry", "Harbour: Ferry Boat Runs Daily");
    assert_eq!(title(&other, ""), ferry);
    assert_eq!(
        title(
            &format!("{site}<meta property=og:title content='Harbour Post'>"),
            ""
        ),
        ferry
    );
    assert_eq!(title("", "<h1><a href=/>Harbour</a></h1>"), ferry);
    assert_eq!(
        title(
            "<meta property=og:title content='Harbour Post | The Ferry'>",
            ""
        ),
        ferry
    );
}

#[test]
fn a_story_in_a_script_has_the_main_heading_of_its_page() {
    let paragraphs: Vec<String> = STORY.iter().map(|text| format!("<p>{text}</p>")).collect();
    let data =
        serde_json::json!({ "article": { "headline": "The Ferry", "body": paragraphs.concat() } });
    // Some frameworks name the element around the whole page as other papers name a menu.
    let html = format!(
        "<html><head><title>The Ferry | Harbour Post and Gazette</title></head><body>\
         <div id=__next><main><h1>The Ferry</h1></main></div>\
         <script id=__NEXT_DATA__ type=application/json>{data}</script></body></html>"
    );
    let article = crate::extract_sheet::read(&html);
    assert_eq!(article.title.as_deref(), Some("The Ferry"));
    assert_eq!(article.paragraphs.len(), STORY.len());
}

#[test]
fn tags_come_from_the_best_source() {
    let tags = |head: &str, below: &str| {
        Sheet {
            head,
            below,
            ..Sheet::default()
        }
        .read()
        .tags
    };
    let list = "<meta name=keywords content='boats, Boats, islands'>";
    let metas = "<meta property=article:tag content=boats>\
        <meta property=article:tag content='old, harbours'>";
    let links = "<ul><li><a href=/tag/boats>#boats</a></li>\
        <li><a href='/search?tag=islands'>islands</a></li></ul>";

    assert_eq!(tags(list, ""), ["boats", "islands"]);
    assert_eq!(
        tags(&format!("{list}{metas}"), ""),
        ["boats", "old, harbours"]
    );
    let told = json_ld(r#""keywords":["ferry","type: story"]"#);
    assert_eq!(tags(&format!("{told}{metas}"), ""), ["ferry"]);
    assert_eq!(tags("", links), ["boats", "islands"]);
    let both = "<a rel='category tag' href=/c/news>News</a> <a rel=tag href=/t/boats>boats</a>";
    assert_eq!(tags("", both), ["boats"]);
    assert!(tags("", "<p><a href=/topics>All topics</a></p>").is_empty());
}

#[test]
fn sections_come_from_breadcrumbs_without_home_and_title() {
    let list = r#"<script type=application/ld+json>{"@type":"BreadcrumbList","itemListElement":[
        {"position":3,"name":"The Ferry"},{"position":1,"name":"Home"},
        {"position":2,"item":{"name":"Town"}}]}</script>"#;
    let above = "<nav aria-label=Breadcrumb><a href=/>Home</a>\
        <a href=/town>Town</a><a href=/port>Port</a></nav>";
    let of = |head, above| {
        let article = Sheet {
            head,
            above,
            ..Sheet::default()
        }
        .read();
        (article.section, article.subsection)
    };

    assert_eq!(of(list, ""), (Some("Town".to_owned()), None));
    assert_eq!(
        of("", above),
        (Some("Town".to_owned()), Some("Port".to_owned()))
    );
    assert_eq!(of("", ""), (None, None));
}

#[test]
fn photos_of_the_story_are_found_with_their_words_and_others_are_not() {
    let lead = "<div class=lead><picture>\
        <source srcset='/p/1-400.webp 400w, /p/1-900.webp 900w'>\
        <img src='data:image/gif;base64,x'></picture><p class=caption>The ferry at six</p></div>";
    let within = "<figure class=widget><button>\
        <img class=lazy src=/blank.gif data-src=/p/2.jpg alt='A crate'></button>\
        <figcaption>Crates on deck</figcaption></figure>\
        <div><noscript><img src=/p/3.jpg alt='The old lighthouse'></noscript></div>\
        <img src=/p/2.jpg?w=300><img src=/logo.png>\
        <div class=author-box><img src=/p/jane.jpg></div>\
        <a href=/a/2><img src=/p/other.jpg></a><img src=/p/icon.jpg width=40>";
    let sheet = Sheet {
        under_headline: lead,
        within,
        below: "<img src=/p/9.jpg>",
        ..Sheet::default()
    };

    let found: Vec<(String, Option<String>)> = sheet
        .read()
        .images
        .into_iter()
        .map(|image| (image.url, image.caption))
        .collect();
    let expected = [
        ("1-900.webp", "The ferry at six"),
        ("2.jpg", "Crates on deck"),
        ("3.jpg", "The old lighthouse"),
    ];
    let expected = expected.map(|(file, caption)| {
        (
            format!("https://www.harbour.example/p/{file}"),
            Some(caption.to_owned()),
        )
    });
    assert_eq!(found, expected);
}

#[test]
fn the_subtitle_stands_under_the_headline_and_is_no_byline() {
    let of = |under_headline| {
        Sheet {
            under_headline,
            ..Sheet::default()
        }
        .read()
        .subtitle
    };
    let line = "A boat that waits for nobody";
    assert_eq!(
        of("<p class=standfirst>A boat that waits for nobody</p>").as_deref(),
        Some(line)
    );
    // Some papers name the story's own lead as others name cards of other stories.
    assert_eq!(
        of("<p class=teaser__lead>A boat that waits for nobody</p>").as_deref(),
        Some(line)
    );
    let card = "<div class=teaser><p class=teaser__lead>A boat that waits for nobody</p></div>";
    assert_eq!(of(card), None);
    assert_eq!(of("<p class=intro>By Jane Lee</p>"), None);
    assert_eq!(of("<p>A boat that waits for nobody</p>"), None);

    // A heading directly below the headline is one, and a label or a subhead is none.
    for below in [
        "<h2>A boat that waits for nobody</h2>",
        "<h2>A boat that waits for nobody</h2><p>By Jane Lee</p>",
    ] {
        assert_eq!(of(below).as_deref(), Some(line), "{below}");
    }
    assert_eq!(of("<h2>Analysis</h2>"), None);
    assert_eq!(
        of("<h2><a href=/2>A boat that waits for nobody</a></h2>"),
        None
    );
    assert_eq!(
        of("<figure><figcaption class=lead>A boat at sea</figcaption></figure>"),
        None
    );
    let subhead = Sheet {
        under_headline: "<h2>A boat that waits for nobody</h2>",
        within: "<h2>A boat that waits for the tide</h2>",
        ..Sheet::default()
    };
    assert_eq!(subhead.read().subtitle, None);
}

#[test]
fn lines_at_the_top_that_have_fields_of_their_own_are_no_lines_of_the_story() {
    let paragraphs: String = STORY.iter().map(|text| format!("<p>{text}</p>")).collect();
    let read = |head: &str, top: &str| {
        crate::extract_sheet::read(&format!(
            "<html><head><meta property=og:type content=article>{head}\
             <title>The Ferry</title></head><body><main><article>\
             <h1>The Ferry</h1>{top}{paragraphs}</article></main></body></html>"
        ))
    };
    let search = "<meta property=og:title content='How a ferry on the islands keeps its time'>";
    for (head, top) in [
        (search, ""),
        ("", "<h2>A boat that waits for nobody</h2>"),
        ("", "<p>By <a href=/author/7>Jane Lee</a></p>"),
        ("", "<p>Par Anne Petit avec AFP</p>"),
        ("", "<p>Veröffentlicht am 07.03.2026</p>"),
    ] {
        assert_eq!(read(head, top).paragraphs, STORY, "{head}{top}");
    }
}

#[test]
fn fields_of_hostile_pages_are_answered() {
    let many =
        "<div class='author caption title breadcrumb'><img src=/x.jpg srcset=',, ,'>".repeat(300);
    let names = format!("<p class=byline>{}</p>", "By and et y ".repeat(20_000));
    let dates = format!("<i {}>x</i>", "data-date=9999-99-99 ".repeat(500));
    for below in [many.as_str(), names.as_str(), dates.as_str()] {
        assert_eq!(
            Sheet {
                below,
                ..Sheet::default()
            }
            .read()
            .title
            .as_deref(),
            Some("The Ferry")
        );
        assert!(
            Sheet {
                under_headline: below,
                ..Sheet::default()
            }
            .read()
            .authors
            .is_empty()
        );
    }
}
