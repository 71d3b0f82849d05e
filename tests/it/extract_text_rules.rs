//! Rules for the story of unknown pages, each with a page that only this rule reads right.
//! All pages are invented.

use crate::extract_sheet::{STORY, Sheet, read};

fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<p>{text}</p>")).collect()
}

/// A page with this head and body, whose headline is `The Ferry`.
fn page(head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html><head><title>The Ferry</title>\
         <meta property=og:type content=article>{head}</head><body>\
         <ul><li><a href=/1>Town</a></li><li><a href=/2>Sea</a></li></ul>\
         <div class=page><h1>The Ferry</h1>{body}</div></body></html>"
    )
}

fn json_ld_story(body: &str) -> String {
    let body = serde_json::to_string(body).unwrap();
    format!(
        "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\
         \"headline\":\"The Ferry\",\"articleBody\":{body}}}</script>"
    )
}

/// Another text than the story: what a page shows to those who may not read it.
const WALL: &str = "<p>Our readers find all news of the coast here, on every morning of the week, \
    in print and on each of their devices.</p>\
    <p>Please choose how much you would like to pay us for it, and you can stop whenever it \
    does not please you any more.</p>";

#[test]
fn a_whole_story_in_json_ld_replaces_a_wall_of_several_paragraphs() {
    let told = json_ld_story(&STORY.join("\n"));
    let article = read(&page(&told, &format!("<div>{WALL}</div>")));
    assert_eq!(article.paragraphs, STORY);
}

#[test]
fn a_story_that_the_page_has_in_one_line_gets_the_paragraphs_of_json_ld() {
    let told = json_ld_story(&STORY.join("\n"));
    let article = read(&page(&told, &format!("<div>{}</div>", STORY.join(" "))));
    assert_eq!(article.paragraphs, STORY);
}

#[test]
fn a_story_in_json_ld_is_unescaped_until_nothing_is_left_to_undo() {
    let html = paragraphs(&STORY);
    let once = html.replace('<', "&lt;").replace('>', "&gt;");
    for escaped in [once.replace('&', "&amp;"), once] {
        let told = json_ld_story(&escaped);
        let article = read(&page(&told, &format!("<div>{WALL}</div>")));
        assert_eq!(article.paragraphs, STORY, "{escaped}");
    }
}

#[test]
fn of_two_stories_in_a_script_the_one_beside_the_pages_title_is_read() {
    let other = "Another boat is repaired in the yard, and nobody there knows how long it takes. ";
    let data = serde_json::json!({
        "more": {"list": {"next": {
            "title": "The Yard",
            "body": paragraphs(&[&other.repeat(4), &other.repeat(3)])
        }}},
        "page": {"content": {"article": {"title": "The Ferry", "body": paragraphs(&STORY)}}},
    });
    let head = format!(
        "<meta name=description content='News from everywhere'>\
         <script>window.state = {data}</script>"
    );
    let html = page(&head, "").replace("<h1>The Ferry</h1>", "<div id=app></div>");
    assert_eq!(read(&html).paragraphs, STORY);
}

#[test]
fn removed_elements_are_no_story_unless_they_have_a_third_of_it() {
    let box_of = |text: &str| format!("<div class=sns><p>{text}</p></div>");
    let call = "Tell your friends about this page, and they may tell theirs in the evening.";
    let sheet = Sheet {
        within: &box_of(call),
        ..Sheet::default()
    };
    assert_eq!(sheet.read().paragraphs, STORY);

    let body = format!(
        "<div class=t>{}<div class=sns>{}</div></div>",
        paragraphs(&STORY[..1]),
        paragraphs(&STORY[1..])
    );
    assert_eq!(read(&page("", &body)).paragraphs, STORY);
}

#[test]
fn a_story_that_is_told_in_boxes_with_photos_keeps_them() {
    let steps: String = STORY
        .iter()
        .map(|text| format!("<div><img src=/p/1.jpg><div>{text}</div></div>"))
        .collect();
    let opening = "These four things happened to the ferry and to its captain since last spring.";
    let body = format!("<div class=t><p>{opening}</p>{steps}</div>");
    let read = read(&page("", &body)).paragraphs;
    assert!(read.ends_with(&STORY.map(str::to_owned)), "{read:?}");
}

#[test]
fn links_behind_the_story_and_its_headline_before_it_are_no_paragraphs() {
    for end in [
        "<p><a href=/7>The lighthouse gets a new lamp</a></p>",
        "<p><a href=/7>The lighthouse gets a new lamp</a></p>\
         <p><a href=/8>The town counts its boats and finds one more than last year.</a></p>",
    ] {
        let sheet = Sheet {
            end,
            ..Sheet::default()
        };
        assert_eq!(sheet.read().paragraphs, STORY, "{end}");
    }

    for again in [
        "<p>The Ferry</p>",
        "<p><b>The ferry</b></p>",
        "<h2>The Ferry</h2>",
    ] {
        let body = format!("<div class=t>{again}{}</div>", paragraphs(&STORY));
        assert_eq!(read(&page("", &body)).paragraphs, STORY, "{again}");
    }
}

const KOREAN: [&str; 4] = [
    "한빛시의 나루터에서 떠나는 배는 매일 아침 여섯 시에 섬으로 향한다고 선장이 말했다.",
    "배를 타는 이는 대부분 채소 상자를 들고 있으며, 몇몇은 등대지기에게 줄 편지를 품에 넣고 있었다.",
    "선장은 “우리는 아무도 기다리지 않지만 모두에게 손을 흔든다”며 웃었다.",
    "시는 섬 주민이 값의 절반을 내면 내년에 두 번째 배를 살 계획이라고 밝혔다.",
];

fn korean(before: &str, after: &str) -> saseo::extract::Article {
    let story = paragraphs(&KOREAN);
    read(&page(
        "",
        &format!("<div class=t>{before}{story}{after}</div>"),
    ))
}

#[test]
fn who_signs_above_the_story_is_the_writer_and_no_story() {
    for line in [
        "임꺽정 기자",
        "[한빛신문 임꺽정 기자]",
        "임꺽정 기자 lim@saseo.example",
    ] {
        let article = korean(&format!("<p>{line}</p>"), "");
        assert_eq!(article.paragraphs, KOREAN, "{line}");
        assert_eq!(article.authors, ["임꺽정"], "{line}");
    }
}

#[test]
fn a_last_line_with_a_name_and_a_mail_address_signs_the_story() {
    for line in ["임꺽정 lim@saseo.example", "임꺽정(lim@saseo.example)"] {
        assert_eq!(
            korean("", &format!("<p>{line}</p>")).authors,
            ["임꺽정"],
            "{line}"
        );
    }
}

#[test]
fn a_signature_stands_before_a_line_about_where_the_story_was_sold() {
    let sold = "본 기사는 한빛신문 유료회원에게 먼저 서비스된 기사입니다";
    for line in ["임꺽정 기자", "임꺽정 기자 lim@saseo.example"] {
        let read = korean("", &format!("<p>{line}</p><p>{sold}</p>")).paragraphs;
        assert!(!read.iter().any(|text| text.contains("임꺽정")), "{read:?}");
        assert!(read.starts_with(&KOREAN.map(str::to_owned)), "{read:?}");
    }
}

#[test]
fn a_subtitle_that_is_a_sentence_stands_in_its_own_field_only() {
    let line = "The island waits a whole hour for its ferry, and nobody there seems to mind it.";
    for names in ["subtitle", "article-standfirst"] {
        let body = format!(
            "<div class=t><h2 class='{names}'>{line}</h2>{}</div>",
            paragraphs(&STORY)
        );
        let article = read(&page("", &body));
        assert_eq!(article.subtitle.as_deref(), Some(line), "{names}");
        assert_eq!(article.paragraphs, STORY, "{names}");
    }
}

#[test]
fn a_story_of_one_paragraph_is_read_without_the_lines_around_it() {
    for bar in [
        "<div><span>2026/03/07 16:50</span><button>A</button><span>Share</span></div>",
        "<div>Saturday</div><div><button>Print</button><button>Save</button></div>",
    ] {
        let body = format!("<article>{bar}<div><p>{}</p></div></article>", STORY[0]);
        let html = page("", "").replace("<h1>The Ferry</h1>", &format!("<h1>The Ferry</h1>{body}"));
        assert_eq!(read(&html).paragraphs, STORY[..1], "{bar}");
    }
}

#[test]
fn a_date_makes_a_page_that_does_not_call_itself_an_article_more_certain() {
    let sure = |head| {
        let sheet = Sheet {
            head,
            ..Sheet::default()
        };
        sheet.read().confidence
    };
    assert!(sure("<meta name=date content=2026-03-07>") > sure(""));
}

#[test]
fn buttons_of_many_languages_are_no_lines_of_a_short_story() {
    for buttons in [
        ["Share", "Save"],
        ["Share on Facebook", "Copy link"],
        ["Teilen", "Merken"],
        ["Partager sur Bluesky", "Imprimer"],
        ["シェア", "保存"],
    ] {
        let list = format!("<ul><li>{}</li><li>{}</li></ul>", buttons[0], buttons[1]);
        let story = format!("<article>{list}<p>{}</p></article>", STORY[0]);
        assert_eq!(
            read(&page("", &story)).paragraphs,
            [STORY[0]],
            "{buttons:?}"
        );
    }

    // A line that only begins like a button is one of the story.
    let lines = ["Save on energy", "Print is not dead", "Listen to the river"];
    for line in lines {
        let story = paragraphs(&[STORY[0], line, STORY[1]]);
        let article = read(&page("", &format!("<article>{story}</article>")));
        assert_eq!(article.paragraphs, [STORY[0], line, STORY[1]]);
    }
}
