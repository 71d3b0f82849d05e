//! Pages of no known CMS whose text is hard to find, invented: short stories, captions that repeat
//! a sentence, boxes between the paragraphs, stories in script data, other scripts.

use saseo::clock::Clock;
use saseo::config::Profile;
use saseo::extract::*;
use saseo::page_url::PageUrl;

const STORY: [&str; 5] = [
    "The ferry to the small island left an hour late on Monday, since fog lay over the harbour.",
    "Its captain said that she had never seen the lighthouse vanish so quickly in thirty years.",
    "About forty passengers waited in the old customs house and drank tea from paper cups.",
    "The town council will decide in June whether a second boat should run in the winter months.",
    "Until then the timetable on the pier stays as it is, and the fog has the last word.",
];

fn reading(html: &str) -> Extraction {
    let profile = Profile::generic();
    let url = PageUrl::parse("https://www.saseo.example/a/1").unwrap();
    ArticleReader::new(profile.clone(), KnownPaper::from(&profile)).read(&url, html)
}

fn read(html: &str) -> Article {
    match reading(html) {
        Extraction::Article(article) => *article,
        other => panic!("it is an article: {other:?}"),
    }
}

fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<p>{text}</p>")).collect()
}

/// A page with this body, and with scripts in its head.
fn page(scripts: &str, body: &str) -> String {
    format!(
        r#"<!doctype html><html lang="en"><head><title>Fog over the harbour</title>
        <meta property="og:title" content="Fog over the harbour">
        <meta property="og:type" content="article">{scripts}</head>
        <body><ul><li><a href="/1">Town</a></li><li><a href="/2">Sea</a></li></ul>{body}
        <div id="bottom"><p>The Harbour Post | 1 Pier Road</p></div></body></html>"#
    )
}

/// A story in one element, with something after its second paragraph.
fn story_around(between: &str) -> String {
    let (head, tail) = STORY.split_at(2);
    page(
        "",
        &format!(
            "<div class=v><h1>Fog over the harbour</h1><div class=t>{}{between}{}</div></div>",
            paragraphs(head),
            paragraphs(tail)
        ),
    )
}

#[test]
fn a_short_story_keeps_its_paragraphs_and_nothing_else() {
    let body = format!(
        "<article><h1>Fog over the harbour</h1><div><span>2026/03/07 16:50</span>\
         <button>A</button><span>Share</span></div><div>{}</div></article>",
        paragraphs(&STORY[..2])
    );
    assert_eq!(read(&page("", &body)).paragraphs, STORY[..2]);
}

#[test]
fn a_paragraph_stays_though_another_element_repeats_it() {
    for repeated in [
        format!(
            "<figure><img src=/1.jpg><figcaption>{}</figcaption></figure>",
            STORY[3]
        ),
        format!(
            "<figure><img src=/1.jpg><figcaption>{} Photo: Post</figcaption></figure>",
            STORY[2]
        ),
        format!("<aside><p>{}</p></aside>", STORY[4]),
        format!("<button>{}</button>", STORY[2]),
    ] {
        assert_eq!(
            read(&story_around(&repeated)).paragraphs,
            STORY,
            "{repeated}"
        );
    }
}

#[test]
fn boxes_between_the_paragraphs_are_no_story() {
    for (kind, between) in [
        (
            "wall",
            "<div class=x><p>This content is for subscribers only</p><p>Read the news of the whole \
             coast every day, on all your devices.</p><ul><li>All pages of this paper, with one \
             account for the whole family.</li></ul><p>Sign in or create an account</p></div>",
        ),
        (
            "newsletter",
            "<div class=x><h3>The tide letter</h3><p>Every Friday we send you what the sea brought \
             ashore, and it costs nothing.</p><input type=email><button>Go</button></div>",
        ),
        (
            "poll",
            "<div class=x><p>Do you like fog?</p>\
             <form><label>Yes</label><label>No</label></form></div>",
        ),
        (
            "photo",
            "<div class=x><div><img src=/1.jpg></div>\
             <div>The pier at seven. Photo: Post</div></div>",
        ),
        (
            "teaser",
            "<p>Read more: <a href=/7>The lighthouse gets a new lamp</a></p>",
        ),
        ("notice", "<p>By signing up you agree to our terms.</p>"),
    ] {
        assert_eq!(read(&story_around(between)).paragraphs, STORY, "{kind}");
    }
}

#[test]
fn a_box_with_prose_and_a_button_is_a_part_of_the_story() {
    let unfolded = "<div><h3>How fog forms</h3><p>Warm and wet air cools down over the cold water \
        of the bay in spring.</p><button>+</button></div>";
    let read = read(&story_around(unfolded)).paragraphs;
    assert!(
        read.iter().any(|text| text.starts_with("Warm and wet")),
        "{read:?}"
    );
}

#[test]
fn labels_between_all_paragraphs_are_no_story() {
    let body: String = STORY
        .iter()
        .map(|text| format!("<p class=l>Article content</p><p>{text}</p>"))
        .collect();
    let html = page(
        "",
        &format!("<div><h1>Fog over the harbour</h1><div>{body}</div></div>"),
    );
    assert_eq!(read(&html).paragraphs, STORY);
}

#[test]
fn line_breaks_part_paragraphs() {
    let body = format!(
        "<div><h1>Fog over the harbour</h1><div>{}</div></div>",
        STORY.join("<br><br>")
    );
    assert_eq!(read(&page("", &body)).paragraphs, STORY);
}

#[test]
fn no_line_of_a_body_with_line_breaks_is_lost() {
    let lines = [
        "한빛시 의회는 화요일 마지막 배를 겨울에도 계속 띄우기로 뜻을 모았다고 시청이 저녁에 밝혔다.",
        "섬 주민들은 지난가을부터 사천 명이 넘는 이름을 모아 두 번에 걸쳐 시청 앞에 내놓았다고 한다.",
        "“다섯 달 동안 갇힐 뻔했다”고 섬에서 하나뿐인 빵집을 스무 해 동안 지켜 온 이는 말했다.",
        "시는 기름값의 절반을 내고, 배를 띄우는 이들은 삼월 말까지 하루 두 번 오가겠다고 약속했다.",
    ];
    let html = format!(
        "<!doctype html><html lang=ko><head><title>마지막 배 - 항구신문</title>\
         <meta property=og:title content='마지막 배'></head><body><header><nav><a href=/1>소식</a> \
         <a href=/2>운동</a></nav></header><main><div><h1>마지막 배</h1>\
         <div id=articleBody>{}</div></div></main><footer><p>© 항구신문</p></footer></body></html>",
        lines.join("<br>")
    );
    assert_eq!(read(&html).paragraphs, lines);
}

#[test]
fn a_story_that_stands_only_in_a_scripts_data_is_read() {
    let html = paragraphs(&STORY);
    let json_html = serde_json::to_string(&html).unwrap();
    let list: Vec<serde_json::Value> = STORY
        .iter()
        .map(|text| serde_json::json!({"type": "text", "content": text}))
        .collect();
    let list = serde_json::to_string(&list).unwrap();
    let data = format!(r#"{{"article":{{"title":"Fog over the harbour","body":{json_html}}}}}"#);
    let escaped = serde_json::to_string(&data).unwrap();
    let elements: String = STORY
        .iter()
        .map(|text| format!(r#"["$","p",null,{{"children":"{text}"}}],"#))
        .collect();
    let row = format!(
        "0:[\"$\",\"main\",null,{{\"children\":[{}]}}]\n",
        elements.trim_end_matches(',')
    );
    let flight = serde_json::to_string(&row).unwrap();

    for (kind, script) in [
        (
            "json",
            format!("<script id=data type='application/json'>{data}</script>"),
        ),
        ("state", format!("<script>window.state = {data};</script>")),
        (
            "json in a string",
            format!("<script>var d = JSON.parse({escaped});</script>"),
        ),
        (
            "list",
            format!(
                "<script>F.content={{\"elements\":{list},\
                 \"head\":{{\"basic\":\"Fog over the harbour\"}}}};</script>"
            ),
        ),
        (
            "no json",
            format!("<script>x({{body: {json_html}, n: undefined}})</script>"),
        ),
        (
            "flight",
            format!("<script>self.__next_f.push([1,{flight}])</script>"),
        ),
    ] {
        let article = read(&page(&script, "<div id=app></div>"));
        assert_eq!(article.paragraphs, STORY, "{kind}");
        assert_eq!(article.extractor, "generic/script", "{kind}");
    }
}

#[test]
fn of_several_stories_in_a_scripts_data_the_pages_own_is_read() {
    let other = "Another story about something else entirely, which is much longer than that one. ";
    let data = serde_json::json!({
        "next": {
            "title": "Another story",
            "body": format!("<p>{}</p><p>{}</p>", other.repeat(4), other.repeat(3))
        },
        "article": {
            "title": "Fog over the harbour",
            "body": paragraphs(&STORY),
            "pubDate": "2026-03-07T16:50:20+09:00"
        },
    });
    let html = page(
        &format!("<script>window.state = {data}</script>"),
        "<div id=app></div>",
    );

    let article = read(&html);
    assert_eq!(article.paragraphs, STORY);
    assert_eq!(
        article.published().as_deref(),
        Some("2026-03-07T16:50:20+09:00")
    );
}

#[test]
fn hostile_script_data_is_answered_in_time() {
    let nested = (0..40).fold("x".repeat(60), |text, _| {
        let inner = serde_json::to_string(&[&text]).unwrap();
        if inner.len() > 400_000 { text } else { inner }
    });
    for script in [
        "[".repeat(300_000),
        "{\"a\":".repeat(100_000),
        "\"\\".repeat(200_000),
        "`\\`".repeat(200_000),
        "'".repeat(300_001),
        "{\"a\":{\"a\":[\"".repeat(50_000),
        format!(
            "self.__next_f.push([1,{}])",
            serde_json::to_string(&format!("0:T927c0,{}", "<b>".repeat(200_000))).unwrap()
        ),
        nested,
    ] {
        let began = Clock::system().now();
        reading(&page(
            &format!("<script>{script}</script>"),
            "<div id=app></div>",
        ));
        let took = Clock::system().now().since(began);
        assert!(took.as_secs() < 20, "{}", &script[..20]);
    }
}

#[test]
fn a_story_in_json_ld_that_was_escaped_twice_does_not_replace_the_paragraphs() {
    let told = STORY.join(" ").replace('f', "&amp;#102;");
    let script = format!(
        r#"<script type="application/ld+json">
        {{"@type":"NewsArticle","headline":"Fog over the harbour",
        "articleBody":"{told}"}}</script>"#
    );
    let body = format!(
        "<div><h1>Fog over the harbour</h1><div>{}</div></div>",
        paragraphs(&STORY)
    );
    assert_eq!(read(&page(&script, &body)).paragraphs, STORY);
}

#[test]
fn scripts_without_stops_are_read() {
    let thai = [
        "เรือข้ามฟากไปเกาะเล็กออกช้าไปหนึ่งชั่วโมงในวันจันทร์ เพราะมีหมอกหนาปกคลุมท่าเรือ",
        "กัปตันเรือเล่าว่าไม่เคยเห็นประภาคารหายไปในหมอกเร็วขนาดนี้มาก่อนในรอบสามสิบปี",
        "ผู้โดยสารราวสี่สิบคนนั่งรอในอาคารศุลกากรเก่าและดื่มชาร้อนจากถ้วยกระดาษ",
        "สภาเมืองจะตัดสินใจในเดือนมิถุนายนว่าจะเพิ่มเรืออีกหนึ่งลำในช่วงฤดูหนาวหรือไม่",
    ];
    let html = format!(
        "<html><head><title>หมอก</title></head><body><div><h1>หมอก</h1>\
         <div>{}</div></div></body></html>",
        paragraphs(&thai)
    );
    let article = read(&html);
    assert_eq!(article.paragraphs, thai);
    assert_eq!(article.language.as_deref(), Some("th"));
}

#[test]
fn the_language_is_that_of_the_page() {
    let html = story_around("");
    assert_eq!(read(&html).language.as_deref(), Some("en"));
    assert_eq!(
        read(&html.replace("\"en\"", "\"en-gb\""))
            .language
            .as_deref(),
        Some("en-GB")
    );
    assert_eq!(
        read(&html.replace(" lang=\"en\"", "")).language.as_deref(),
        Some("en")
    );
}

#[test]
fn a_subtitle_above_the_story_stands_in_its_own_field_only() {
    let body = format!(
        "<div class=v><h1>Fog over the harbour</h1><div class=t>\
         <h2 class=subtitle>The island waits an hour for its ferry</h2>{}</div></div>",
        paragraphs(&STORY)
    );
    let article = read(&page("", &body));

    let subtitle = article.subtitle.as_deref();
    assert_eq!(subtitle, Some("The island waits an hour for its ferry"));
    assert_eq!(article.paragraphs, STORY);
}
