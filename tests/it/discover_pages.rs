//! Invented lists and home pages, one quirk each, of the kind that the shipped profile must read.

use jiff::tz::TimeZone;

use saseo::config::Profile;
use saseo::discover::*;
use saseo::markup::Tree;
use saseo::page_url::PageUrl;
use saseo::time::Timestamp;

const LIST: &str =
    "https://www.saseo.example/news/articleList.html?sc_section_code=S1N2&view_type=sm";

fn url(address: &str) -> PageUrl {
    PageUrl::parse(address).unwrap()
}

fn document(address: &str, html: &str) -> Document {
    Document::new(&url(address), &Tree::parse(html).unwrap())
}

fn grammar() -> Grammar {
    Grammar::new(
        Some(&Profile::shipped("ndsoft").unwrap()),
        url("https://www.saseo.example/"),
    )
}

fn seoul() -> TimeZone {
    TimeZone::get("Asia/Seoul").unwrap()
}

fn read_at(address: &str, html: &str) -> Listing {
    let now = Timestamp::from_rfc3339("2026-03-08T12:00:00+09:00").unwrap();
    ListReader::new(&Profile::shipped("ndsoft").unwrap(), grammar(), seoul()).read(
        &url(address),
        html,
        now,
    )
}

fn page(number: u32) -> String {
    format!("{LIST}&page={number}")
}

/// A page of the newest skin with these many rows, and what its script tells.
fn g4(rows: usize, params: &str) -> String {
    let row = |number| {
        format!(
            r#"<li class="altlist-webzine-item"><a href="/news/articleView.html?idxno={number}" class="altlist-image"><img src=a></a>
            <H2 class="altlist-subject"><a href="https://www.saseo.example/news/articleView.html?idxno={number}"> 책 <b>{number}</b> </a></H2>
            <p class="altlist-summary">서가 이야기</p><div class="altlist-info"><div class="altlist-info-item">문화</div>
            <div class="altlist-info-item">홍길동 기자</div><div class="altlist-info-item">03-08 02:25</div></div></li>"#
        )
    };
    let rows: String = (1..=rows).map(row).collect();
    format!(
        r#"<article id="section-list"><ul class="altlist-webzine">{rows}</ul>
        <li id="sample" class="altlist-webzine-item blind"><H2 class="altlist-subject"><a href="" class="linked"></a></H2></li>
        <script>{params}</script></article><aside><div class="auto-article"><a href="/news/articleView.html?idxno=99999">많이 본 뉴스</a></div></aside>"#
    )
}

const PARAMS: &str = "params['total'] = \"73\"; params['list_per_page'] = \"20\"; params['list_page_limit'] = \"200\";";

#[test]
fn rows_are_those_of_the_list_and_never_templates_or_side_boxes() {
    let listing = read_at(LIST, &g4(3, PARAMS));
    assert_eq!(
        listing
            .rows
            .iter()
            .map(|row| row.number())
            .collect::<Vec<_>>(),
        [Some(1), Some(2), Some(3)]
    );
    let row = &listing.rows[0];
    assert_eq!(
        (row.title.as_str(), row.summary.as_deref()),
        ("책 1", Some("서가 이야기"))
    );
    assert_eq!(
        row.url.as_str(),
        "https://www.saseo.example/news/articleView.html?idxno=1"
    );
    assert_eq!(
        (
            row.section.as_deref(),
            row.byline.as_deref(),
            row.date.as_deref()
        ),
        (Some("문화"), Some("홍길동 기자"), Some("03-08 02:25"))
    );
    assert_eq!(
        row.published_at.unwrap().to_string(),
        "2026-03-08T02:25:00+09:00"
    );
    assert_eq!(
        (listing.total, listing.per_page, listing.pages),
        (Some(73), Some(20), Some(4))
    );
}

#[test]
fn a_list_without_links_goes_on_as_far_as_its_script_counts() {
    let next = |number, params| {
        read_at(&page(number), &g4(20, params))
            .next
            .map(|url| url.to_string())
    };
    let second =
        "https://www.saseo.example/news/articleList.html?page=2&sc_section_code=S1N2&view_type=sm";
    assert_eq!(next(1, PARAMS).as_deref(), Some(second));
    assert!(next(3, PARAMS).unwrap().contains("page=4"));
    assert_eq!(next(4, PARAMS), None);
    let long = "params['total'] = '90000'; params['list_per_page'] = 20; params['list_page_limit'] = '200';";
    assert!(next(199, long).unwrap().contains("page=200"));
    assert_eq!(next(200, long), None);
}

#[test]
fn without_a_count_a_full_page_is_followed_by_another() {
    assert!(read_at(LIST, &g4(20, "")).next.is_some());
    assert_eq!(read_at(LIST, &g4(19, "")).next, None);
}

#[test]
fn past_the_end_there_are_no_rows_and_no_next() {
    assert_eq!(read_at(&page(2), &g4(0, PARAMS)).next, None);
    for html in ["", "글", "<html>", "{\"data\":[]}"] {
        assert_eq!(read_at(LIST, html).rows, []);
    }
}

#[test]
fn the_titles_only_skin_is_read() {
    let html = r#"<article id="section-list"><ul class="altlist-text"><li class="altlist-text-item"><H2 class="altlist-subject">
        <a href="/news/articleView.html?idxno=7">책</a></H2><div class="altlist-info"><div class="altlist-info-item">2025.08.25 16:18</div></div></li></ul></article>"#;
    let row = &read_at(LIST, html).rows[0];
    assert_eq!(
        (row.number(), row.date.as_deref(), row.byline.as_deref()),
        (Some(7), Some("2025.08.25 16:18"), None)
    );
}

#[test]
fn the_third_skin_is_read() {
    let html = r#"<section id="section-list"><ul class="type2">
        <li><a class="thumb" href="/news/articleView.html?idxno=7"></a><h4 class="titles"><a href="/news/articleView.html?idxno=7">책</a></h4>
        <p class="lead"><a href="/news/articleView.html?idxno=7">서가</a></p><span class="byline"><em>문화</em><em>홍길동 기자</em><em>2025.08.25 16:18</em></span></li>
        <li><h4 class="titles"><a href="/news/articleView.html?idxno=8">방</a></h4><span class="byline"><em>홍길동</em><em>07.21 18:39</em></span></li>
        <li><h4 class="titles"><a href="/news/articleView.html?idxno=9">문</a></h4><em class="info dated">2025.08.24 10:00</em></li></ul></section>
        <small class="text-muted">(5,131건)</small><ul class="pagination"><li><a href="?page=1&sc_section_code=S1N2">1</a></li>
        <li><a href="/news/articleList.html?page=2&total=5131&sc_section_code=S1N2">2</a></li></ul>"#;
    let listing = read_at(LIST, html);
    let told: Vec<_> = listing
        .rows
        .iter()
        .map(|row| {
            (
                row.number(),
                row.section.as_deref(),
                row.byline.as_deref(),
                row.date.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                Some(7),
                Some("문화"),
                Some("홍길동 기자"),
                Some("2025.08.25 16:18")
            ),
            (Some(8), None, Some("홍길동"), Some("07.21 18:39")),
            (Some(9), None, None, Some("2025.08.24 10:00")),
        ]
    );
    assert_eq!((listing.total, listing.pages), (Some(5131), Some(200)));
    assert!(listing.next.unwrap().as_str().contains("page=2"));
}

#[test]
fn the_second_skin_is_read() {
    let html = r#"<section class="article-list"><div class="list-block"><div class="list-titles"><a href="/news/articleView.html?idxno=7"><strong>책</strong></a></div>
        <p class="list-summary"><a href="/news/articleView.html?idxno=7">서가</a></p><div class="list-dated">문화 | 홍길동 기자 | 2019-08-12 12:02</div></div></section>"#;
    let row = &read_at(LIST, html).rows[0];
    assert_eq!(
        (
            row.title.as_str(),
            row.section.as_deref(),
            row.byline.as_deref()
        ),
        ("책", Some("문화"), Some("홍길동 기자"))
    );
    assert_eq!(
        (row.date.as_deref(), row.summary.as_deref()),
        (Some("2019-08-12 12:02"), Some("서가"))
    );
}

/// A page of the oldest skin: rows in nested tables, a pager with a window.
fn g1(pages: std::ops::RangeInclusive<u32>, next: u32) -> String {
    let links: String = pages
        .map(|n| {
            format!(
                r#"<a class="p-num" href="./articleList.html?page={n}&total=500&sc_section_code=S1N2&sc_word=">{n}</a>"#
            )
        })
        .collect();
    format!(
        r#"<table id="article-list"><tr><td><table><tr><td><b>기사</b> (전체 500건)</td></tr><tr><td colspan="4"><table><tr><td><table>
        <tr><td class="list-titles"><a href="articleView.html?idxno=7">책</a></td></tr><tr><td class="list-summary"><a href="articleView.html?idxno=7">서가 &#3...</a></td></tr>
        <tr><td class="list-times">홍길동 작가&nbsp;&nbsp;<i>|</i>&nbsp;&nbsp;2018-03-06 07:38</td></tr></table></td></tr></table></td></tr></table></td></tr></table>
        <div class="page-nav">{links}<a class="next-btn" href="./articleList.html?page={next}&sc_section_code=S1N2">-</a></div>
        <div class="BoxDefault_1"><div class="auto-article"><a href="/news/articleView.html?idxno=99">인기</a></div></div>"#
    )
}

#[test]
fn the_first_skin_is_read() {
    let listing = read_at(LIST, &g1(1..=10, 11));
    let row = &listing.rows[0];
    assert_eq!(
        (
            listing.rows.len(),
            row.number(),
            row.byline.as_deref(),
            row.section.as_deref()
        ),
        (1, Some(7), Some("홍길동 작가"), None)
    );
    assert_eq!(
        (row.date.as_deref(), listing.total),
        (Some("2018-03-06 07:38"), Some(500))
    );
    assert!(listing.next.unwrap().as_str().contains("page=2"));
    assert!(
        read_at(&page(10), &g1(1..=10, 11))
            .next
            .unwrap()
            .as_str()
            .contains("page=11")
    );
    assert_eq!(read_at(&page(25), &g1(21..=25, 25)).next, None);
}

#[test]
fn a_home_page_offers_each_section_once() {
    let html = r#"<link rel="alternate" type="application/rss+xml" href="https://cdn.saseo.example/rss/all.xml">
        <link rel="alternate" type="application/rss+xml" href="/rss/S1N1.xml"><link rel="alternate" hreflang="en" href="/en">
        <ul id="user-menu"><li data-menu-code="0"><a href="/news/articleList.html?&view_type=sm">전체기사</a></li>
        <li data-menu-code="S1N1"><a href="https://www.saseo.example/news/articleList.html?sc_section_code=S1N1&view_type=sm"> 문화 </a>
        <ul><li><a href="/news/articleList.html?sc_sub_section_code=S2N1&view_type=sm">책</a></li></ul></li>
        <li><a href="http://m.saseo.example/news/articleList.html?sc_section_code=S1N1">문화 다시</a></li>
        <li><a href="https://shop.other.example/">상점</a></li><li><a href="/news/articleList.html?sc_area=A&sc_word=x">검색</a></li>
        <li><a href="/com/jb.html">제보</a></li><li><a>빈</a></li></ul>
        <footer><a href="/news/articleList.html?sc_section_code=S1N9" class="gl-service-link">밑</a></footer>"#;
    let home = read_home(
        &Profile::shipped("ndsoft").unwrap().menu,
        &grammar(),
        &document("https://www.saseo.example/", html),
        &Tree::parse(html).unwrap(),
    );
    let sections: Vec<_> = home
        .sections
        .iter()
        .map(|link| (link.title.as_str(), link.url.path_and_query()))
        .collect();
    assert_eq!(
        sections,
        [
            ("전체기사", "/news/articleList.html?view_type=sm"),
            (
                "문화",
                "/news/articleList.html?sc_section_code=S1N1&view_type=sm"
            ),
            (
                "책",
                "/news/articleList.html?sc_sub_section_code=S2N1&view_type=sm"
            ),
        ]
    );
    let feeds: Vec<_> = home.feeds.iter().map(PageUrl::as_str).collect();
    assert_eq!(
        feeds,
        [
            "https://cdn.saseo.example/rss/all.xml",
            "https://www.saseo.example/rss/S1N1.xml"
        ]
    );
}

#[test]
fn the_older_menu_is_read() {
    let html = r#"<ul id="mega-menu"><li class="megaline"><a href="/news/articleList.html?sc_section_code=S1N1">문화</a>
        <ul><li class="sub"><a href="/news/articleList.html?sc_sub_section_code=S2N1">책</a></li></ul></li></ul>"#;
    let home = read_home(
        &Profile::shipped("ndsoft").unwrap().menu,
        &grammar(),
        &document("https://www.saseo.example/", html),
        &Tree::parse(html).unwrap(),
    );
    assert_eq!(
        home.sections
            .iter()
            .map(|link| link.title.as_str())
            .collect::<Vec<_>>(),
        ["문화", "책"]
    );
}

#[test]
fn hostile_lists_are_answered() {
    let list = g4(20, PARAMS);
    for end in (0..list.len()).step_by(500) {
        let cut = &list[..list.floor_char_boundary(end)];
        let _ = read_at(LIST, cut);
        let _ = links(&document(LIST, cut), cut);
    }
    let deep = "<div>".repeat(10_000);
    assert_eq!(read_at(LIST, &deep).rows, []);
    assert!(links(&Document::new(&url(LIST), &Tree::parse("").unwrap()), &deep).is_empty());
}
