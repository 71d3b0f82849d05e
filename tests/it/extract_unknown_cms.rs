//! Pages of no known CMS, invented: what is read of them, what is sifted out, and which are no
//! articles.

use std::sync::Arc;

use saseo::config::Profile;
use saseo::config::profile::ArticleRules;
use saseo::extract::*;
use saseo::page_url::PageUrl;

const STORY: [&str; 5] = [
    "한빛시 작은 책방에서 일하는 사서 홍길동 씨는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.",
    "그는 지난 봄부터 동네 아이들이 직접 고른 책으로 창가의 책장을 채우고 있으며, 지금까지 이백 권이 모였다.",
    "책방을 찾은 한 어린이는 “여기서는 아무도 조용히 하라고 하지 않아서 좋다”며 웃었다.",
    "한빛시는 내년부터 이런 책방 열 곳에 책값과 전기 요금의 절반을 지원할 계획이라고 밝혔다.",
    "홍 씨는 겨울이 오기 전에 책장 하나를 더 짜서 골목 쪽 벽에 세울 생각이다.",
];

fn reader(profile: &Profile) -> ArticleReader {
    ArticleReader::new(profile.clone(), KnownPaper::from(profile))
}

fn reading_with(profile: &Profile, html: &str) -> Extraction {
    reader(profile).read(
        &PageUrl::parse("https://www.saseo.example/a/1").unwrap(),
        html,
    )
}

fn reading(html: &str) -> Extraction {
    reading_with(&Profile::generic(), html)
}

fn read(html: &str) -> Article {
    match reading(html) {
        Extraction::Article(article) => *article,
        other => panic!("it is an article: {other:?}"),
    }
}

fn paragraphs(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| format!("<p>{text}</p>\n"))
        .collect()
}

/// A page whose story's element also holds `before`, `between` and `after`.
fn page_around(before: &str, between: &str, after: &str) -> String {
    let (head, tail) = STORY.split_at(3);
    format!(
        r#"<!doctype html><html><head><title>책방의 아침 - 한빛신문</title><meta property="og:title" content="책방의 아침">
        <meta property="og:type" content="article"><meta property="og:description" content="{}"></head><body>
        <div id="menu"><ul><li><a href="/1">정치</a></li><li><a href="/2">문화</a></li></ul></div>
        <div class="view"><h1>책방의 아침</h1><div class="text">{before}{}{between}{}{after}</div></div>
        <div id="bottom"><p>한빛신문 | 한빛시 책방길 1</p></div></body></html>"#,
        STORY[0],
        paragraphs(head),
        paragraphs(tail)
    )
}

/// Without the patterns of its list, the profile would let something through.
fn without(change: impl Fn(&mut ArticleRules)) -> Profile {
    let mut profile = Profile::generic();
    change(Arc::make_mut(&mut profile.article));
    profile
}

fn assert_sifted(html: &str, off: &Profile) {
    assert_eq!(read(html).paragraphs, STORY);
    let Extraction::Article(unsifted) = reading_with(off, html) else {
        panic!("it is an article all the same")
    };
    assert_ne!(unsifted.paragraphs, STORY, "the filter has nothing to do");
}

#[test]
fn a_story_is_read_whole_and_told_how_sure_it_is() {
    let article = read(&page_around("", "", ""));
    assert_eq!(
        (article.title.as_deref(), article.paragraphs.as_slice()),
        (Some("책방의 아침"), &STORY.map(str::to_owned)[..])
    );
    assert!(article.confidence > Some(0.8), "{:?}", article.confidence);
    assert!(
        article.extractor.starts_with("generic/"),
        "{}",
        article.extractor
    );
}

#[test]
fn notices_and_buttons_are_no_story() {
    let off = without(|rules| {
        rules.noise.clear();
        rules.calls.clear();
    });
    for noise in [
        "저작권자 © 한빛신문 무단전재 및 재배포 금지",
        "Copyright ⓒ 한빛신문. All rights reserved.",
        "<한빛신문> 무단 전재 및 재배포 금지",
        "이 기사를 공유합니다",
        "페이스북 트위터 카카오톡 URL 복사",
        "카카오톡으로 공유하기",
        "글자크기 설정",
        "가 가 가",
        "ADVERTISEMENT",
        "기사를 읽어드립니다",
        "네이버에서 한빛신문 구독하기",
        "기사제보 02-000-0000 news@saseo.example",
        "댓글 12",
    ] {
        let noise = format!("<p>{}</p>", noise.replace('<', "&lt;"));
        assert_sifted(&page_around("", &noise, ""), &off);
    }
}

#[test]
fn lists_of_other_stories_are_no_story_wherever_they_stand() {
    let off = without(|rules| rules.headings.clear());
    for heading in [
        "관련기사",
        "[관련 기사]",
        "많이 본 뉴스",
        "▶ 이 시각 주요 뉴스",
        "Related articles",
    ] {
        let list = format!(
            "<p>{heading}</p><p>한빛시 도서관 새 단장</p><p>골목 책방 열 곳의 겨울나기</p>"
        );
        assert_sifted(&page_around("", &list, ""), &off);
    }
}

#[test]
fn who_signs_at_the_end_is_the_writer_and_no_story() {
    let off = without(|rules| rules.trailers.clear());
    for signature in [
        "/임꺽정 기자",
        "임꺽정 기자 lim@saseo.example",
        "[한빛신문 임꺽정 기자]",
    ] {
        let html = page_around("", "", &format!("<p>{signature}</p><p>(끝)</p>"));
        assert_sifted(&html, &off);
        assert_eq!(read(&html).authors, ["임꺽정"], "{signature}");
    }
}

#[test]
fn captions_are_no_story() {
    let off = without(|rules| rules.photos.clear());
    // A photo in a box of its own is known without rules.
    let photo = "<p><img src='/1.jpg'></p><p class='photo_caption'>홍길동 사서가 창가의 서가 앞에 서서 \
                 골목을 지나는 아이들을 오래 바라보고 있다.</p>";
    assert_sifted(&page_around("", photo, ""), &off);
}

#[test]
fn a_whole_story_in_json_ld_decides_where_the_page_shows_another() {
    let told = STORY.join("\\n");
    let script = format!(
        r#"<script type="application/ld+json">{{"@type":"NewsArticle","headline":"책방의 아침","articleBody":"{}"}}</script>"#,
        told.replace(['“', '”'], "'")
    );
    let html = format!(
        "<html><head>{script}</head><body><div><p>이 글을 보려면 자바스크립트를 켜야 합니다. 브라우저의 설정에서 켤 수 있습니다.</p></div></body></html>"
    );
    let article = read(&html);
    assert_eq!(
        (article.extractor.as_str(), article.paragraphs.len()),
        ("generic/json-ld", 5)
    );
    let cut = html.replace("생각이다.", "생각이...");
    assert!(
        matches!(reading(&cut), Extraction::NotAnArticle { .. }),
        "what was cut is not believed"
    );
}

#[test]
fn pages_that_are_no_articles_say_so() {
    let links = |count: usize| -> String {
        (0..count)
            .map(|n| {
                format!(
                    "<li><a href='/a/{n}'>한빛시 책방 {n}호점이 문을 열었다</a><span>2026.03.{:02}</span></li>",
                    n % 28 + 1
                )
            })
            .collect()
    };
    let rows: String = (0..20)
        .map(|n| format!("<div class=row><h3><a href='/a/{n}'>책방 소식 {n}</a></h3><p>한빛시의 작은 책방 {n}곳이 겨울을 나는 방법을 사서들에게 물었더니 저마다 다른...</p><em>홍길동 기자</em></div>"))
        .collect();
    let search = format!(
        "<h1>'책방' 검색 결과</h1><form><input name=q><button>검색</button></form><p>모두 20건이 있습니다.</p>{rows}"
    );
    let login = "<h1>로그인</h1><form><label>아이디</label><input><label>비밀번호</label><input type=password><button>로그인</button></form>\
        <p>아직 회원이 아니신가요? 회원으로 가입하시면 더 많은 글을 보실 수 있습니다.</p><a href=/join>회원 가입</a>";
    for (kind, body) in [
        (
            "home",
            format!(
                "<div id=top><ul>{}</ul></div><div id=best><ul>{}</ul></div>",
                links(30),
                links(20)
            ),
        ),
        (
            "section",
            format!("<h1>문화</h1><div class=list>{rows}</div>"),
        ),
        ("search", search),
        ("login", login.to_owned()),
    ] {
        let html = format!(
            "<html><head><title>한빛신문</title><meta property='og:type' content='website'><meta name=description content='한빛시의 바른 소식을 전하는 한빛신문'></head><body>{body}</body></html>"
        );
        match reading(&html) {
            Extraction::NotAnArticle { why } => {
                assert!(
                    why.contains("confidence") || why.contains("no story"),
                    "{kind}: {why}"
                )
            }
            other => panic!("{kind}: {other:?}"),
        }
    }
}

#[test]
fn what_a_paper_says_against_uses_is_heard_without_a_profile() {
    let words = "저작권자 © 한빛신문 무단전재, 재배포 및 AI 학습 금지";
    for around in [
        format!("<p class='copyright'>{words}</p>"),
        format!("<footer><p>제호: 한빛신문</p><p>{words}</p></footer>"),
        format!("<div id='footer'><ul><li>{words}</li></ul></div>"),
        format!("<div class='siteCopyright'>{words}</div>"),
    ] {
        let Extraction::Article(article) = reading(&page_around("", "", &around)) else {
            panic!("{around}")
        };
        assert_eq!(
            (article.opt_outs.as_slice(), article.rights.as_deref()),
            (&["words:AI학습".to_owned()][..], Some(words))
        );
    }
    // A story about such words is no such word.
    let told = "<p>그는 인공지능 학습을 금지하는 법을 두고 오래 말했다.</p>";
    let Extraction::Article(article) = reading(&page_around("", told, "")) else {
        panic!("a story")
    };
    assert!(article.opt_outs.is_empty());
}

#[test]
fn a_page_too_large_for_the_libraries_is_refused() {
    let html = page_around("", &format!("<!--{}-->", "x".repeat(4 << 20)), "");
    let Extraction::NotAnArticle { why } = reading(&html) else {
        panic!("it is too large")
    };
    assert!(
        why.contains("too large to be read without a profile"),
        "{why}"
    );
    let deep = format!(
        "{}{}",
        "<div>".repeat(400),
        "책장 사이로 아침이 왔다. ".repeat(20_000)
    );
    let Extraction::NotAnArticle { why } = reading(&deep) else {
        panic!("it is too deep")
    };
    assert!(
        why.contains("nested too deep to be read without a profile"),
        "{why}"
    );
}

#[test]
fn confidence_falls_with_what_speaks_against_a_story() {
    let sure = |html: &str| match reading(html) {
        Extraction::Article(article) => article.confidence.unwrap(),
        _ => 0.0,
    };
    let whole = page_around("", "", "");
    let undeclared = whole.replace("content=\"article\"", "content=\"website\"");
    let undescribed = undeclared.replace("og:description", "x");
    let other = undeclared.replace(
        &format!("content=\"{}\"", STORY[0]),
        "content=\"바른 신문 하나\"",
    );
    let unfinished = undeclared.replace(['.', '다'], "");
    assert!(sure(&whole) > sure(&undeclared), "no word of an article");
    assert!(
        sure(&undeclared) > sure(&other),
        "a description of something else"
    );
    assert!(sure(&undeclared) > sure(&unfinished), "no sentences");
    assert!(sure(&undescribed) > 0.0);
}
