//! Small rules of reading, many cases each. What whole pages hold, the saved pages beside the
//! profiles tell.

use saseo::config::Profile;
use saseo::extract::*;
use saseo::page_url::PageUrl;

const AT: &str = "https://www.saseo.example/news/articleView.html?idxno=812";

/// An article in the newest skin, in parts that tests replace.
struct G4 {
    head: &'static str,
    title: &'static str,
    info: &'static str,
    body: &'static str,
    after: &'static str,
}

impl Default for G4 {
    fn default() -> Self {
        Self {
            head: r#"<meta property="og:site_name" content="책방과서가"><meta property="og:title" content="사서의 하루 - 책방과서가">
                <meta property="article:published_time" content="2026-03-07T16:50:11+09:00">
                <meta property="article:section" content="문화"><meta property="article:section2" content="책">
                <link rel="canonical" href="https://www.saseo.example/news/articleView.html?idxno=812">"#,
            title: r#"<H1 class="heading">사서의 하루</H1>"#,
            info: r#"<li class="info-name" aria-label="기자명"> 홍길동 기자 </li><li>입력 2026.03.07 16:50</li>"#,
            body: "<p>책장 사이로 아침이 왔다.</p>",
            after: r#"<article class="article-copyright">저작권자 &copy; 책방과서가 무단전재 및 재배포 금지</article>"#,
        }
    }
}

impl G4 {
    fn html(&self) -> String {
        let Self {
            head,
            title,
            info,
            body,
            after,
        } = self;
        format!(
            r#"<!doctype html><html lang="ko"><head>{head}<script>$('#article-view-content-div').on('copy')</script></head><body>
            <div id="article-view" class="atlview"><section id="articleViewCon">
            <div id="sticky-header"><span class="aht-title-view">사서의 하루 사본</span></div>
            <header class="article-view-header">{title}<ul class="breadcrumbs">{info}</ul></header>
            <article id="article-view-content-div" class="article-veiw-body">{body}</article>{after}
            <aside><a href="/news/articleList.html?sc_area=K&sc_word=x">#인기어</a></aside></section></div></body></html>"#
        )
    }

    fn read(&self) -> Article {
        article(&self.html())
    }
}

fn reading(html: &str) -> Extraction {
    let profile = Profile::shipped("ndsoft").unwrap();
    let paper = KnownPaper::from(&profile);
    ArticleReader::new(profile, paper).read(&PageUrl::parse(AT).unwrap(), html)
}

fn article(html: &str) -> Article {
    match reading(html) {
        Extraction::Article(article) => *article,
        other => panic!("{other:?}"),
    }
}

fn body(body: &'static str) -> Vec<String> {
    G4 {
        body,
        ..G4::default()
    }
    .read()
    .paragraphs
}

fn time(time: Option<saseo::time::LocalTime>) -> Option<String> {
    time.map(|time| time.to_string())
}

#[test]
fn paragraphs_fall_where_the_mark_up_parts_them() {
    for (html, expected) in [
        ("<p>하나</p><p>&nbsp;</p><p>둘</p>", vec!["하나", "둘"]),
        ("하나<br/><br/>\n둘<br>셋", vec!["하나", "둘 셋"]),
        (
            "<p><strong>소제목</strong></p><p>하나</p>",
            vec!["소제목", "하나"],
        ),
        (
            "<p><strong>소제목</strong><br />하나</p>",
            vec!["소제목 하나"],
        ),
        ("<p>◆ 소제목</p><p>하나</p>", vec!["◆ 소제목", "하나"]),
        (
            "<div id='articleBody'>하나<br><br>둘</div>",
            vec!["하나", "둘"],
        ),
        (
            "<p>하나</p><div class='ad-template'><p class='ad_title'>ADVERTISEMENT</p></div><p>둘</p>",
            vec!["하나", "둘"],
        ),
        (
            "<p>하나</p><div class='view-copyright'>저작권자</div><div class='view-editors'>홍길동 기자</div>",
            vec!["하나"],
        ),
        (
            "<p>하나</p><script>x</script><style>y</style><form>댓글</form><iframe src=a>z</iframe>",
            vec!["하나"],
        ),
        (
            "<p>책&nbsp;방 &amp; 서가 &lt;봄&gt;</p>",
            vec!["책 방 & 서가 <봄>"],
        ),
        (
            "<p>[책방과서가 홍길동 기자] 하나</p>",
            vec!["[책방과서가 홍길동 기자] 하나"],
        ),
    ] {
        assert_eq!(body(html), expected, "{html}");
    }
}

#[test]
fn the_last_lines_that_are_no_text_go() {
    for last in [
        "/홍길동 기자",
        "홍길동 기자",
        "[홍길동 기자]",
        "홍길동 기자 hong@saseo.example",
        "홍길동 기자(hong@saseo.example)",
        "책방과서가=홍길동 기자",
        "김서가·이책방 기자",
        "홍길동 선임기자",
        "hong@saseo.example",
        "/hong@saseo.example",
        "홍길동 hong@saseo.example",
        "(끝)",
        "홍길동 기자</p><p>(끝)",
    ] {
        let html = format!("<p>하나</p><p>{last}</p><p>&nbsp;</p>");
        let html = G4 {
            body: html.leak(),
            ..G4::default()
        }
        .read();
        assert_eq!(html.paragraphs, ["하나"], "{last}");
    }
}

#[test]
fn lines_that_only_look_like_the_last_stay() {
    for line in [
        "홍길동 기자가 책을 폈다.",
        "홍길동 기자 =",
        "그는 끝",
        "문의 hong@saseo.example 또는 전화",
    ] {
        let html = format!("<p>{line}</p><p>하나</p>");
        assert_eq!(
            G4 {
                body: html.leak(),
                ..G4::default()
            }
            .read()
            .paragraphs,
            [line, "하나"]
        );
    }
    assert_eq!(
        body("<p>홍길동 기자</p><p>하나</p>"),
        ["홍길동 기자", "하나"]
    );
    assert_eq!(
        body("<p>그는 책을 덮고 말했다. 끝</p>"),
        ["그는 책을 덮고 말했다. 끝"]
    );
}

#[test]
fn photos_come_with_their_captions() {
    for (html, url, caption, credit) in [
        (
            "<figure class='photo-layout'><img src='/a.jpg'><figcaption></figcaption></figure>",
            "/a.jpg",
            None,
            None,
        ),
        (
            "<figure><img src='/a.jpg'><figcaption>▲ 서가 &lt;사진제공=사서회&gt;</figcaption></figure>",
            "/a.jpg",
            Some("▲ 서가 <사진제공=사서회>"),
            Some("사서회"),
        ),
        (
            "<figure><img src='/blank.gif' data-src='/b.jpg'><figcaption>서가 [사진=홍길동]</figcaption></figure>",
            "/b.jpg",
            Some("서가 [사진=홍길동]"),
            Some("홍길동"),
        ),
        (
            "<table><tr><td>&nbsp;</td><td><img src='/c.jpg'></td></tr><tr><td class='view_r_caption'>서가</td></tr></table>",
            "/c.jpg",
            Some("서가"),
            None,
        ),
        (
            "<div style='text-align:center'><img data-fr-src='https://cdn.saseo.example/d.jpg'></div>",
            "https://cdn.saseo.example/d.jpg",
            None,
            None,
        ),
    ] {
        let page = format!("{html}<p>하나</p>");
        let read = G4 {
            body: page.leak(),
            ..G4::default()
        }
        .read();
        let url = if url.starts_with('/') {
            format!("https://www.saseo.example{url}")
        } else {
            url.to_owned()
        };
        let image = Image {
            url,
            caption: caption.map(str::to_owned),
            credit: credit.map(str::to_owned),
        };
        assert_eq!(
            (read.images.as_slice(), read.paragraphs.as_slice()),
            (&[image][..], &["하나".to_owned()][..]),
            "{html}"
        );
    }
}

#[test]
fn logos_portraits_and_pixels_are_no_photos() {
    let html =
        "<p>하나</p><img src='/image/logo/x.png'><img src='/image/newsroom/u.png'><img src='/t.gif' width=1 height=1>
        <div class='view-editors'><img src='/p.jpg'></div><img src='data:image/gif;base64,x'><img>";
    assert!(
        G4 {
            body: html,
            ..G4::default()
        }
        .read()
        .images
        .is_empty()
    );
}

#[test]
fn the_papers_name_is_cut_from_a_title_only_where_it_is_the_papers_name() {
    let title = |head| {
        G4 {
            head,
            title: "",
            ..G4::default()
        }
        .read()
        .title
    };
    let name = r#"<meta property="og:site_name" content="책방과서가">"#;
    let page = |title: &str| -> &'static str {
        format!(r#"{name}<meta property="og:title" content="{title}">"#).leak()
    };
    assert_eq!(
        title(page("사서의 하루 - 책방과서가")).as_deref(),
        Some("사서의 하루")
    );
    assert_eq!(
        title(page("사서의 하루 - 다른신문")).as_deref(),
        Some("사서의 하루 - 다른신문")
    );
    assert_eq!(title(page("책방과서가")).as_deref(), Some("책방과서가"));
    assert_eq!(
        title(r#"<meta property="og:title" content="봄 - 책">"#).as_deref(),
        Some("봄 - 책")
    );
}

#[test]
fn dates_are_trusted_in_order() {
    let epoch = r#"<button onclick="articleHeader.move('next','embargo_date','1772869811_812','S1N1','','')"></button>"#;
    let ld = r#"<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-03-07T10:00:00Z"}</script>"#;
    let old = r#"<meta property="og:article:published_time" content="2026-03-07T09:00:00Z">"#;
    for (head, info, expected, source) in [
        (
            format!("{epoch}{ld}{old}"),
            "<li>입력 2026.03.07 16:50</li>",
            "2026-03-07T16:50:11+09:00",
            "onclick",
        ),
        (
            format!("{ld}{old}"),
            "<li>승인 2026.03.07 16:50</li>",
            "2026-03-07T16:50:00+09:00",
            "printed",
        ),
        (
            format!("{ld}{old}"),
            "<li>홍길동</li>",
            "2026-03-07T10:00:00+09:00",
            "json-ld datePublished",
        ),
        (
            old.to_owned(),
            "",
            "2026-03-07T09:00:00+09:00",
            "og:article:published_time",
        ),
        (
            r#"<meta property="article:published_time" content="2026-03-07T16:50:11Z">"#.to_owned(),
            "<li>입력 2026.03.07 18:00</li>",
            "2026-03-07T16:50:11+09:00",
            "article:published_time; the page prints 2026-03-07T18:00:00+09:00",
        ),
    ] {
        let read = G4 {
            head: head.leak(),
            info,
            ..G4::default()
        }
        .read();
        assert_eq!(
            (
                time(read.published_at).as_deref(),
                read.published_source.as_deref()
            ),
            (Some(expected), Some(source))
        );
    }
}

#[test]
fn a_day_is_made_exact_by_a_later_source_of_the_same_day() {
    let day = r#"<meta property="article:published_time" content="2026-03-07">"#;
    for (info, expected) in [
        (
            "<li>입력 2026.03.07 16:50</li>",
            ("2026-03-07T16:50:00+09:00", "printed"),
        ),
        (
            "<li>입력 2026.03.07</li>",
            ("2026-03-07", "article:published_time"),
        ),
        (
            "<li>입력 2026.03.08</li>",
            (
                "2026-03-07",
                "article:published_time; the page prints 2026-03-08",
            ),
        ),
        (
            "<li>입력 2026.03.08 16:50</li>",
            (
                "2026-03-07",
                "article:published_time; the page prints 2026-03-08T16:50:00+09:00",
            ),
        ),
    ] {
        let read = G4 {
            head: day,
            info,
            ..G4::default()
        }
        .read();
        assert_eq!(
            (
                read.published().as_deref(),
                read.published_source.as_deref()
            ),
            (Some(expected.0), Some(expected.1))
        );
    }
}

#[test]
fn a_change_is_told_only_where_it_is_later() {
    let modified = |info, ld: &str| {
        let head = format!(
            r#"<meta property="article:published_time" content="2026-03-07T16:50:11+09:00">
            <script type="application/ld+json">{{"@type":"NewsArticle","dateModified":"{ld}"}}</script>"#
        );
        time(
            G4 {
                head: head.leak(),
                info,
                ..G4::default()
            }
            .read()
            .modified_at,
        )
    };
    let folded = "<li class='info-update'>업데이트 2026.03.08 09:12 <i></i><div class='info-update-origin'>입력 2026.03.07 16:50</div></li>";
    assert_eq!(modified("", "2026-03-07T16:50:11+09:00"), None);
    assert_eq!(
        modified(folded, "2026-03-08T09:12:40+09:00").as_deref(),
        Some("2026-03-08T09:12:40+09:00")
    );
    assert_eq!(
        modified(folded, "2026-03-07T16:50:11+09:00").as_deref(),
        Some("2026-03-08T09:12:00+09:00")
    );
    assert_eq!(
        modified(
            "<li>입력 2026.03.07 16:50</li><li>최종수정 2026.03.07 17:00</li>",
            ""
        )
        .as_deref(),
        Some("2026-03-07T17:00:00+09:00")
    );
    assert_eq!(modified("<li>수정 2026.03.07 16:50</li>", ""), None);
}

#[test]
fn tasks_share_a_reader() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<ArticleReader>();
}

#[test]
fn pages_that_are_no_article_say_why() {
    let gone = "<script>alert('존재하지 않는 링크입니다.');history.back();</script>";
    assert_eq!(
        reading(gone),
        Extraction::Gone {
            why: "the page says \"존재하지 않는 링크\"".to_owned()
        }
    );
    let themed = G4 {
        title: "",
        body: "<p>기사가 존재하지 않습니다.</p>",
        ..G4::default()
    }
    .html();
    assert!(matches!(reading(&themed), Extraction::Gone { .. }));
    let refused = "<script>alert('정상적인 접근이 아닙니다.')</script>";
    assert!(matches!(reading(refused), Extraction::Refused { .. }));
    for html in ["", "   ", "글", "<html></html>", "{\"result\":\"success\"}"] {
        assert!(
            matches!(reading(html), Extraction::NotAnArticle { .. }),
            "{html}"
        );
    }
}

#[test]
fn a_page_of_no_known_cms_is_read_generically() {
    let profile = Profile::generic();
    let reader = ArticleReader::new(profile.clone(), KnownPaper::from(&profile));
    let html = format!(
        r#"<head><meta property="og:title" content="서가 산책"><script type="application/ld+json">{{"@type":"NewsArticle","headline":"서가 산책",
        "datePublished":"2026-03-07T07:50:00Z","author":{{"name":"홍길동"}}}}</script></head><body><nav><p>메뉴</p></nav>
        <div class="x"><p>{0}</p><p>{1}</p></div><div><p>짧다</p></div></body>"#,
        "책장 사이로 아침이 왔다. ".repeat(8),
        "창 너머로 저녁이 갔다. ".repeat(8)
    );
    let Extraction::Article(read) =
        reader.read(&PageUrl::parse("https://other.example/a/1").unwrap(), &html)
    else {
        panic!("it is an article")
    };
    assert_eq!(
        (read.title.as_deref(), read.authors.as_slice()),
        (Some("서가 산책"), &["홍길동".to_owned()][..])
    );
    assert_eq!(
        time(read.published_at).as_deref(),
        Some("2026-03-07T16:50:00+09:00")
    );
    assert_eq!(
        (read.paragraphs.len(), read.extractor.as_str(), read.key),
        (2, "generic/readability", None)
    );
}
