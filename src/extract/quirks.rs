//! Invented pages, one quirk each, of the kind that the shipped profile must read.

use super::*;
use crate::config::shipped::{generic_profile, shipped_profiles};
use crate::page_url::PageUrl;

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
        let Self { head, title, info, body, after } = self;
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

fn reading(html: &str) -> Reading {
    let profile = shipped_profiles().remove(0);
    let paper = Paper::from(&profile);
    ArticleReader::new(profile, paper).read(&PageUrl::parse(AT).unwrap(), html)
}

fn article(html: &str) -> Article {
    match reading(html) {
        Reading::Article(article) => *article,
        other => panic!("{other:?}"),
    }
}

fn body(body: &'static str) -> Vec<String> {
    G4 { body, ..G4::default() }.read().paragraphs
}

fn time(time: Option<crate::time::LocalTime>) -> Option<String> {
    time.map(|time| time.to_string())
}

#[test]
fn a_plain_article_is_read_whole() {
    let read = G4::default().read();
    assert_eq!(read.title.as_deref(), Some("사서의 하루"));
    assert_eq!((read.byline.as_deref(), read.authors.as_slice()), (Some("홍길동 기자"), &["홍길동".to_owned()][..]));
    assert_eq!(time(read.published_at).as_deref(), Some("2026-03-07T16:50:11+09:00"));
    assert_eq!(read.published_source.as_deref(), Some("article:published_time"));
    assert_eq!((read.section.as_deref(), read.subsection.as_deref()), (Some("문화"), Some("책")));
    assert_eq!(read.paragraphs, ["책장 사이로 아침이 왔다."]);
    assert_eq!(read.rights.as_deref(), Some("저작권자 © 책방과서가 무단전재 및 재배포 금지"));
    assert_eq!((read.number, read.canonical_url.as_deref()), (Some(812), Some(AT)));
    assert_eq!((read.modified_at, read.access, read.extractor.as_str()), (None, Access::Open, "ndsoft/G4"));
    assert!(read.tags.is_empty() && read.opt_outs.is_empty() && read.images.is_empty() && read.subtitle.is_none());
}

#[test]
fn paragraphs_fall_where_the_mark_up_parts_them() {
    for (html, expected) in [
        ("<p>하나</p><p>&nbsp;</p><p>둘</p>", vec!["하나", "둘"]),
        ("하나<br/><br/>\n둘<br>셋", vec!["하나", "둘 셋"]),
        ("<p><strong>소제목</strong></p><p>하나</p>", vec!["소제목", "하나"]),
        ("<p><strong>소제목</strong><br />하나</p>", vec!["소제목 하나"]),
        ("<p>◆ 소제목</p><p>하나</p>", vec!["◆ 소제목", "하나"]),
        ("<div id='articleBody'>하나<br><br>둘</div>", vec!["하나", "둘"]),
        (
            "<p>하나</p><div class='ad-template'><p class='ad_title'>ADVERTISEMENT</p></div><p>둘</p>",
            vec!["하나", "둘"],
        ),
        (
            "<p>하나</p><div class='view-copyright'>저작권자</div><div class='view-editors'>홍길동 기자</div>",
            vec!["하나"],
        ),
        ("<p>하나</p><script>x</script><style>y</style><form>댓글</form><iframe src=a>z</iframe>", vec!["하나"]),
        ("<p>책&nbsp;방 &amp; 서가 &lt;봄&gt;</p>", vec!["책 방 & 서가 <봄>"]),
        ("<p>[책방과서가 홍길동 기자] 하나</p>", vec!["[책방과서가 홍길동 기자] 하나"]),
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
        let html = G4 { body: html.leak(), ..G4::default() }.read();
        assert_eq!(html.paragraphs, ["하나"], "{last}");
    }
}

#[test]
fn lines_that_only_look_like_the_last_stay() {
    for line in ["홍길동 기자가 책을 폈다.", "홍길동 기자 =", "그는 끝", "문의 hong@saseo.example 또는 전화"]
    {
        let html = format!("<p>{line}</p><p>하나</p>");
        assert_eq!(G4 { body: html.leak(), ..G4::default() }.read().paragraphs, [line, "하나"]);
    }
    assert_eq!(body("<p>홍길동 기자</p><p>하나</p>"), ["홍길동 기자", "하나"]);
    assert_eq!(body("<p>그는 책을 덮고 말했다. 끝</p>"), ["그는 책을 덮고 말했다. 끝"]);
}

#[test]
fn an_epilogue_stays_behind_the_trailers_that_go() {
    let html = "하나<br><br>hong@saseo.example<br><br>(끝)<br><br>본 기사는 단말기로 9시에 서비스된 기사입니다.";
    assert_eq!(body(html), ["하나", "본 기사는 단말기로 9시에 서비스된 기사입니다."]);
}

#[test]
fn photos_come_with_their_captions() {
    for (html, url, caption, credit) in [
        ("<figure class='photo-layout'><img src='/a.jpg'><figcaption></figcaption></figure>", "/a.jpg", None, None),
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
        let read = G4 { body: page.leak(), ..G4::default() }.read();
        let url = if url.starts_with('/') { format!("https://www.saseo.example{url}") } else { url.to_owned() };
        let image = Image { url, caption: caption.map(str::to_owned), credit: credit.map(str::to_owned) };
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
    assert!(G4 { body: html, ..G4::default() }.read().images.is_empty());
}

#[test]
fn the_papers_name_is_cut_from_a_title_only_where_it_is_the_papers_name() {
    let title = |head| G4 { head, title: "", ..G4::default() }.read().title;
    let name = r#"<meta property="og:site_name" content="책방과서가">"#;
    let page =
        |title: &str| -> &'static str { format!(r#"{name}<meta property="og:title" content="{title}">"#).leak() };
    assert_eq!(title(page("사서의 하루 - 책방과서가")).as_deref(), Some("사서의 하루"));
    assert_eq!(title(page("사서의 하루 - 다른신문")).as_deref(), Some("사서의 하루 - 다른신문"));
    assert_eq!(title(page("책방과서가")).as_deref(), Some("책방과서가"));
    assert_eq!(title(r#"<meta property="og:title" content="봄 - 책">"#).as_deref(), Some("봄 - 책"));
}

#[test]
fn a_pseudo_tag_in_a_title_is_not_lost() {
    let head = r#"<meta property="og:site_name" content="책방과서가"><meta property="og:title" content="&lt;K팝&gt; 읽기 - 책방과서가">"#;
    let read = G4 { head, title: r#"<H1 class="heading"><K팝> 읽기</H1>"#, ..G4::default() }.read();
    assert_eq!(read.title.as_deref(), Some("<K팝> 읽기"));
}

#[test]
fn subtitle_lines_are_joined() {
    let title = r#"<h1 class="heading">사서의 하루</h1><h2 class="subheading">첫 줄<br />둘째 줄</h2>"#;
    assert_eq!(G4 { title, ..G4::default() }.read().subtitle.as_deref(), Some("첫 줄 둘째 줄"));
}

#[test]
fn dates_are_trusted_in_order() {
    let epoch =
        r#"<button onclick="articleHeader.move('next','embargo_date','1772869811_812','S1N1','','')"></button>"#;
    let ld =
        r#"<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-03-07T10:00:00Z"}</script>"#;
    let old = r#"<meta property="og:article:published_time" content="2026-03-07T09:00:00Z">"#;
    for (head, info, expected, source) in [
        (format!("{epoch}{ld}{old}"), "<li>입력 2026.03.07 16:50</li>", "2026-03-07T16:50:11+09:00", "onclick"),
        (format!("{ld}{old}"), "<li>승인 2026.03.07 16:50</li>", "2026-03-07T16:50:00+09:00", "printed"),
        (format!("{ld}{old}"), "<li>홍길동</li>", "2026-03-07T10:00:00+09:00", "json-ld datePublished"),
        (old.to_owned(), "", "2026-03-07T09:00:00+09:00", "og:article:published_time"),
        (
            r#"<meta property="article:published_time" content="2026-03-07T16:50:11Z">"#.to_owned(),
            "<li>입력 2026.03.07 18:00</li>",
            "2026-03-07T16:50:11+09:00",
            "article:published_time; the page prints 2026-03-07T18:00:00+09:00",
        ),
    ] {
        let read = G4 { head: head.leak(), info, ..G4::default() }.read();
        assert_eq!(
            (time(read.published_at).as_deref(), read.published_source.as_deref()),
            (Some(expected), Some(source))
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
        time(G4 { head: head.leak(), info, ..G4::default() }.read().modified_at)
    };
    let folded = "<li class='info-update'>업데이트 2026.03.08 09:12 <i></i><div class='info-update-origin'>입력 2026.03.07 16:50</div></li>";
    assert_eq!(modified("", "2026-03-07T16:50:11+09:00"), None);
    assert_eq!(modified(folded, "2026-03-08T09:12:40+09:00").as_deref(), Some("2026-03-08T09:12:40+09:00"));
    assert_eq!(modified(folded, "2026-03-07T16:50:11+09:00").as_deref(), Some("2026-03-08T09:12:00+09:00"));
    assert_eq!(
        modified("<li>입력 2026.03.07 16:50</li><li>최종수정 2026.03.07 17:00</li>", "").as_deref(),
        Some("2026-03-07T17:00:00+09:00")
    );
    assert_eq!(modified("<li>수정 2026.03.07 16:50</li>", ""), None);
}

#[test]
fn the_older_sub_section_is_read_too() {
    let head = r#"<meta property="article:section" content="문화"><meta property="article:section1" content="책">"#;
    let read = G4 { head, ..G4::default() }.read();
    assert_eq!((read.section.as_deref(), read.subsection.as_deref()), (Some("문화"), Some("책")));
    let head = r#"<meta name="Classification" content="문화 &gt; 책">"#;
    let read = G4 { head, ..G4::default() }.read();
    assert_eq!((read.section.as_deref(), read.subsection.as_deref()), (Some("문화"), Some("책")));
}

#[test]
fn tags_are_those_under_the_article() {
    let after = r#"<article class="tag-group"><a href="/news/articleList.html?sc_area=K&sc_word=a">#서가</a>
        <a href="/news/articleList.html?sc_area=K&sc_word=b"># 책방</a></article>"#;
    assert_eq!(G4 { after, ..G4::default() }.read().tags, ["서가", "책방"]);
}

#[test]
fn an_opt_out_in_words_is_recorded() {
    let after = r#"<article class="article-copyright">저작권자 © 책방과서가 무단전재 및 재배포, AI 학습 및 활용 금지</article>"#;
    assert_eq!(G4 { after, ..G4::default() }.read().opt_outs, ["words:AI학습"]);
}

#[test]
fn a_canonical_link_to_another_page_is_not_believed() {
    let head = r#"<link rel="canonical" href="https://www.saseo.example/">"#;
    assert_eq!(G4 { head, ..G4::default() }.read().canonical_url.as_deref(), Some(AT));
}

#[test]
fn the_middle_skins_are_read() {
    let g2 = r#"<div id="article-header-title"><div class="aht-title-subject">사본</div><ul><li><i class="fa fa-user-o"></i> 사본 기자</li></ul></div>
        <header class="article-view-header"><nav class="article-head-nav"><a href="/">HOME</a>
        <a href="/news/articleList.html?sc_section_code=S1N1">문화</a><a href="/news/articleList.html?sc_sub_section_code=S2N1">책</a></nav>
        <div class="article-head-title">사서의 하루</div>
        <div class="info-text"><ul><li><i class="fa fa-user-o fa-fw"></i> 홍길동 기자 (hong@saseo.example)</li>
        <li><i class="fa fa-clock-o fa-fw"></i> 승인 2019.05.03 07:41</li><li>댓글 0</li></ul></div></header>
        <div class="user-content"><div id="article-view-content-div"><p>하나</p><div class="view-copyright">저작권자 © 책방과서가</div></div></div>"#;
    let g3 = r#"<header class="article-view-header"><h3 class="heading">사서의 하루</h3><h4 class="subheading">서가에서</h4>
        <ul class="infomation"><li><i class="icon-user-o"><span class="show-for-sr">기자명</span></i> 홍길동 기자 (hong@saseo.example)</li>
        <li><i class="icon-clock-o"></i> 등록 2019.05.03 07:41</li></ul></header>
        <nav class="breadcrumbs"><a href="/news/articleList.html?sc_section_code=S1N1">문화</a><a href="/news/articleList.html?sc_sub_section_code=S2N1">책</a></nav>
        <article id="article-view-content-div" class="article-veiw-body"><p>하나</p></article><article class="article-copy">저작권자 © 책방과서가</article>"#;
    let g1 = r#"<div id="ND_Warp"><table id="article-wrap"><tr><td class="View_Local"><a href="/">홈</a> &gt; <a href="articleList.html?sc_section_code=S1N1">문화</a>
        &gt; <a href="articleList.html?sc_sub_section_code=S2N1">책</a></td></tr><tr><td class="View_Title"><strong>사서의 하루</strong></td></tr>
        <tr><td class="View_Time">2019년 05월 03일 (금) 07:41:00</td><td class="View_Info">홍길동 기자 (hong@saseo.example)</td></tr>
        <tr><td><div id="articleBody">하나<br><br></div></td></tr><tr><td>저작권자 &copy; 책방과서가</td></tr></table></div>"#;
    for (html, skin, subtitle) in [(g2, "G2", None), (g3, "G3", Some("서가에서")), (g1, "G1", None)] {
        let read = article(html);
        assert_eq!(read.extractor, format!("ndsoft/{skin}"));
        assert_eq!((read.title.as_deref(), read.subtitle.as_deref()), (Some("사서의 하루"), subtitle), "{skin}");
        assert_eq!(read.byline.as_deref(), Some("홍길동 기자 (hong@saseo.example)"), "{skin}");
        assert_eq!(read.authors, ["홍길동"], "{skin}");
        assert_eq!(time(read.published_at).as_deref(), Some("2019-05-03T07:41:00+09:00"), "{skin}");
        assert_eq!((read.section.as_deref(), read.subsection.as_deref()), (Some("문화"), Some("책")), "{skin}");
        assert_eq!(
            (read.paragraphs, read.rights.as_deref()),
            (vec!["하나".to_owned()], Some("저작권자 © 책방과서가")),
            "{skin}"
        );
        assert_eq!(read.canonical_url.as_deref(), Some(AT), "{skin}");
    }
}

#[test]
fn members_pages_keep_what_is_public() {
    let html = G4 {
        body: "<p>첫 문단은 열려 있다.</p><div>이 기사는 회원전용기사입니다. 로그인 후 기사를 읽을 수 있습니다.</div>",
        ..G4::default()
    };
    let Reading::Members(read) = reading(&html.html()) else { panic!("{:?}", reading(&html.html())) };
    assert_eq!((read.access, read.title.as_deref()), (Access::Members, Some("사서의 하루")));
    assert_eq!(read.paragraphs, ["첫 문단은 열려 있다."]);
}

#[test]
fn a_members_page_without_any_story_is_known_too() {
    let html = G4 { body: "", after: "<div class='x'>유료회원만 볼 수 있습니다.</div>", ..G4::default() }.html();
    assert!(matches!(reading(&html), Reading::Members(_)));
    let bare = G4 { body: "<ins><iframe src=ad></iframe></ins>", after: "", ..G4::default() }.html();
    assert!(matches!(reading(&bare), Reading::NotAnArticle { .. }));
}

#[test]
fn a_film_may_be_the_whole_story() {
    let film =
        "<div class='simplebox'><div class='simplebox-content' data-type='video'><iframe src=v></iframe></div></div>";
    assert_eq!(G4 { body: film, ..G4::default() }.read().paragraphs, [""; 0]);
}

#[test]
fn what_buttons_say_is_no_story() {
    let html = "<div>기사를 읽어드립니다.</div><p>하나</p><div>이 기사를 공유합니다</div><p>둘</p><div>댓글 0</div>";
    assert_eq!(body(html), ["하나", "둘"]);
}

#[test]
fn tasks_share_a_reader() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<ArticleReader>();
}

#[test]
fn a_long_story_about_members_pages_is_open() {
    let body = format!("<p>신문들이 유료회원만 읽는 글을 늘린다.</p><p>{}</p>", "긴 이야기가 이어진다. ".repeat(80));
    assert_eq!(G4 { body: body.leak(), ..G4::default() }.read().access, Access::Open);
}

#[test]
fn pages_that_are_no_article_say_why() {
    let gone = "<script>alert('존재하지 않는 링크입니다.');history.back();</script>";
    assert_eq!(reading(gone), Reading::Gone { why: "the page says \"존재하지 않는 링크\"".to_owned() });
    let themed = G4 { title: "", body: "<p>기사가 존재하지 않습니다.</p>", ..G4::default() }.html();
    assert!(matches!(reading(&themed), Reading::Gone { .. }));
    let refused = "<script>alert('정상적인 접근이 아닙니다.')</script>";
    assert!(matches!(reading(refused), Reading::Refused { .. }));
    for html in ["", "   ", "글", "<html></html>", "{\"result\":\"success\"}"] {
        assert!(matches!(reading(html), Reading::NotAnArticle { .. }), "{html}");
    }
}

#[test]
fn a_page_of_no_known_cms_is_read_generically() {
    let profile = generic_profile();
    let reader = ArticleReader::new(profile.clone(), Paper::from(&profile));
    let html = format!(
        r#"<head><meta property="og:title" content="서가 산책"><script type="application/ld+json">{{"@type":"NewsArticle","headline":"서가 산책",
        "datePublished":"2026-03-07T07:50:00Z","author":{{"name":"홍길동"}}}}</script></head><body><nav><p>메뉴</p></nav>
        <div class="x"><p>{0}</p><p>{0}</p></div><div><p>짧다</p></div></body>"#,
        "책장 사이로 아침이 왔다. ".repeat(8)
    );
    let Reading::Article(read) = reader.read(&PageUrl::parse("https://other.example/a/1").unwrap(), &html) else {
        panic!("it is an article")
    };
    assert_eq!((read.title.as_deref(), read.authors.as_slice()), (Some("서가 산책"), &["홍길동".to_owned()][..]));
    assert_eq!(time(read.published_at).as_deref(), Some("2026-03-07T16:50:00+09:00"));
    assert_eq!((read.paragraphs.len(), read.extractor.as_str(), read.number), (2, "generic/readability", None));
}
