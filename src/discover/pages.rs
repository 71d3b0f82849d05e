//! Invented lists, home pages and feeds, one quirk each, of the kind that the shipped profile must read.

use jiff::tz::TimeZone;

use super::*;
use crate::config::shipped::shipped_profile;
use crate::markup::Tree;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

const LIST: &str = "https://www.saseo.example/news/articleList.html?sc_section_code=S1N2&view_type=sm";

fn url(address: &str) -> PageUrl {
    PageUrl::parse(address).unwrap()
}

fn document(address: &str, html: &str) -> Document {
    Document::new(&url(address), &Tree::parse(html).unwrap())
}

fn grammar() -> Grammar {
    Grammar::new(Some(&shipped_profile("ndsoft")), url("https://www.saseo.example/"))
}

fn seoul() -> TimeZone {
    TimeZone::get("Asia/Seoul").unwrap()
}

fn read_at(address: &str, html: &str) -> Listing {
    let now = Timestamp::from_rfc3339("2026-03-08T12:00:00+09:00").unwrap();
    ListReader::new(&shipped_profile("ndsoft"), grammar(), seoul()).read(&url(address), html, now)
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
    assert_eq!(listing.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    let row = &listing.rows[0];
    assert_eq!((row.title.as_str(), row.summary.as_deref()), ("책 1", Some("서가 이야기")));
    assert_eq!(row.url.as_str(), "https://www.saseo.example/news/articleView.html?idxno=1");
    assert_eq!(
        (row.section.as_deref(), row.byline.as_deref(), row.date.as_deref()),
        (Some("문화"), Some("홍길동 기자"), Some("03-08 02:25"))
    );
    assert_eq!(row.published_at.unwrap().to_string(), "2026-03-08T02:25:00+09:00");
    assert_eq!((listing.total, listing.per_page, listing.pages), (Some(73), Some(20), Some(4)));
}

#[test]
fn a_list_without_links_goes_on_as_far_as_its_script_counts() {
    let next = |number, params| read_at(&page(number), &g4(20, params)).next.map(|url| url.to_string());
    let second = "https://www.saseo.example/news/articleList.html?page=2&sc_section_code=S1N2&view_type=sm";
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
    assert_eq!((row.number, row.date.as_deref(), row.byline.as_deref()), (Some(7), Some("2025.08.25 16:18"), None));
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
        .map(|row| (row.number, row.section.as_deref(), row.byline.as_deref(), row.date.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(7), Some("문화"), Some("홍길동 기자"), Some("2025.08.25 16:18")),
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
        (row.title.as_str(), row.section.as_deref(), row.byline.as_deref()),
        ("책", Some("문화"), Some("홍길동 기자"))
    );
    assert_eq!((row.date.as_deref(), row.summary.as_deref()), (Some("2019-08-12 12:02"), Some("서가")));
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
        (listing.rows.len(), row.number, row.byline.as_deref(), row.section.as_deref()),
        (1, Some(7), Some("홍길동 작가"), None)
    );
    assert_eq!((row.date.as_deref(), listing.total), (Some("2018-03-06 07:38"), Some(500)));
    assert!(listing.next.unwrap().as_str().contains("page=2"));
    assert!(read_at(&page(10), &g1(1..=10, 11)).next.unwrap().as_str().contains("page=11"));
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
        &shipped_profile("ndsoft").menu,
        &grammar(),
        &document("https://www.saseo.example/", html),
        &Tree::parse(html).unwrap(),
    );
    let sections: Vec<_> = home.sections.iter().map(|link| (link.title.as_str(), link.url.path_and_query())).collect();
    assert_eq!(
        sections,
        [
            ("전체기사", "/news/articleList.html?view_type=sm"),
            ("문화", "/news/articleList.html?sc_section_code=S1N1&view_type=sm"),
            ("책", "/news/articleList.html?sc_sub_section_code=S2N1&view_type=sm"),
        ]
    );
    let feeds: Vec<_> = home.feeds.iter().map(PageUrl::as_str).collect();
    assert_eq!(feeds, ["https://cdn.saseo.example/rss/all.xml", "https://www.saseo.example/rss/S1N1.xml"]);
}

#[test]
fn the_older_menu_is_read() {
    let html = r#"<ul id="mega-menu"><li class="megaline"><a href="/news/articleList.html?sc_section_code=S1N1">문화</a>
        <ul><li class="sub"><a href="/news/articleList.html?sc_sub_section_code=S2N1">책</a></li></ul></li></ul>"#;
    let home = read_home(
        &shipped_profile("ndsoft").menu,
        &grammar(),
        &document("https://www.saseo.example/", html),
        &Tree::parse(html).unwrap(),
    );
    assert_eq!(home.sections.iter().map(|link| link.title.as_str()).collect::<Vec<_>>(), ["문화", "책"]);
}

fn feed(bytes: &[u8]) -> Result<Listing, FeedError> {
    read_feed(&grammar(), &seoul(), &url("https://cdn.saseo.example/rss/all.xml"), bytes)
}

fn rss(encoding: &str, title: &str, date: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="{encoding}" ?><rss version="2.0"><channel><title>책방과서가</title><item><title><![CDATA[{title}]]></title>
        <link>http://saseo.example/news/articleView.html?idxno=7&amp;utm_source=rss</link><description><![CDATA[서가 <b>이야기</b> &amp; 봄]]></description>
        <author><![CDATA[홍길동 기자]]></author><category>문화</category><pubDate>{date}</pubDate></item></channel></rss>"#
    )
}

#[test]
fn feed_dates_without_an_offset_are_on_the_papers_clock() {
    for (printed, expected) in [
        ("2026-08-19 17:01:32", "2026-08-19T17:01:32+09:00"),
        ("Sun,27 Sep 2026 09:00:00", "2026-09-27T09:00:00+09:00"),
        ("Sun, 27 09 2026 09:00:00 KST", "2026-09-27T09:00:00+09:00"),
        ("Sun, 27 Sep 2026 00:00:00 GMT", "2026-09-27T09:00:00+09:00"),
        ("Sun, 27 Sep 2026 09:00:00 +0900", "2026-09-27T09:00:00+09:00"),
    ] {
        let listing = feed(rss("utf-8", "책", printed).as_bytes()).unwrap();
        let row = &listing.rows[0];
        assert_eq!((row.published_at.unwrap().to_string().as_str(), row.date.as_deref()), (expected, Some(printed)));
    }
    let row = &feed(rss("utf-8", "책", "언젠가").as_bytes()).unwrap().rows[0];
    assert_eq!((row.published_at, row.date.as_deref()), (None, None));
}

#[test]
fn feed_rows_are_cleaned_and_canonical() {
    let row = feed(rss("utf-8", "\u{feff}<봄> 책", "").as_bytes()).unwrap().rows.remove(0);
    assert_eq!((row.title.as_str(), row.number), ("<봄> 책", Some(7)));
    assert_eq!(row.url.as_str(), "https://www.saseo.example/news/articleView.html?idxno=7");
    assert_eq!(
        (row.summary.as_deref(), row.byline.as_deref(), row.section.as_deref()),
        (Some("서가 이야기 & 봄"), Some("홍길동 기자"), Some("문화"))
    );
}

#[test]
fn a_feed_in_windows_949_is_read() {
    let text = rss("euc-kr", "똠방 책", "2026-08-19 17:01:32");
    let (bytes, ..) = encoding_rs::EUC_KR.encode(&text);
    assert_eq!(feed(&bytes).unwrap().rows[0].title, "똠방 책");
    let marked = format!("\u{feff}\n{}", rss("utf-8", "책", ""));
    assert_eq!(feed(marked.as_bytes()).unwrap().rows.len(), 1);
}

#[test]
fn what_is_no_feed_is_said() {
    assert_eq!(feed(b"<!DOCTYPE html><html><title>RSS</title></html>"), Err(FeedError::Html));
    assert_eq!(feed(b"\n<html><body>x"), Err(FeedError::Html));
    assert_eq!(feed(b"  "), Err(FeedError::Empty));
    assert!(matches!(feed(b"no feed"), Err(FeedError::Broken(_))));
    assert!(matches!(feed(b"<rss><channel><item>"), Err(FeedError::Broken(_))));
}

/// An RSS feed with these items.
fn rss_of(items: &[&str]) -> String {
    let items: String = items.iter().map(|item| format!("<item>{item}</item>")).collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>신문</title>{items}</channel></rss>")
}

/// An item of the article of this number, with something in it.
fn item(number: u64, more: &str) -> String {
    let link = format!("https://www.saseo.example/news/articleView.html?idxno={number}");
    format!("<title>글 {number}</title><link>{link}</link>{more}<pubDate>2026-11-20 09:00:00</pubDate>")
}

fn numbers(text: &str) -> Vec<Option<u64>> {
    feed(text.as_bytes()).unwrap().rows.iter().map(|row| row.number).collect()
}

#[test]
fn what_is_damaged_in_a_feed_costs_its_own_item_at_most() {
    for damage in [
        "<description>책 & 봄, R&D</description>",
        "<description>3 < 5, a<b</description>",
        "<title>3<5 논쟁</title>",
        "<subtitle><봄날> 서평</subtitle>",
        "<description><p>글<br><img src=\"/a.jpg\" alt=\"a > b\"></p></description>",
        "<description>&nbsp;&middot;&nosuch;&#55357;&#x1F600;&#0;</description>",
        "<description><![CDATA[글 <b>굵게]]></description>",
        "<description><![CDATA[글 없이 끝</description>",
        "<description>글<author>홍길동",
        "<!-- 글 <description>",
        "<media:thumbnail title=\"1 > 0\"/>",
        "</description></b><",
        "<media:group><media:title>사진</media:title><link>https://elsewhere.example/</link></media:group>",
    ] {
        let feed = rss_of(&[&item(1, ""), &item(2, damage), &item(3, "")]);
        let read = numbers(&feed);
        assert!(read.contains(&Some(1)) && read.contains(&Some(3)), "{damage}: {read:?}");
    }
    let whole = rss_of(&[&item(1, ""), &item(2, ""), &item(3, "")]);
    let torn = &whole[..whole.rfind("idxno=3").unwrap() + 6];
    assert_eq!(numbers(torn), [Some(1), Some(2)]);
}

#[test]
fn a_story_stands_where_a_feed_says_so_in_whatever_form() {
    const ADDRESS: &str = "https://www.saseo.example/news/articleView.html?idxno=7";
    for item in [
        format!("<link>{ADDRESS}</link>"),
        format!("<link>\n  <![CDATA[{ADDRESS}]]>\n</link>"),
        format!("<guid>{ADDRESS}</guid>"),
        format!("<link/><guid isPermaLink=\"true\">{ADDRESS}</guid>"),
        format!("<atom:link rel=\"self\" href=\"/rss\"/><atom:link href='{ADDRESS}'/>"),
        format!("<link>https://counter.example/x</link><feedburner:origLink>{ADDRESS}</feedburner:origLink>"),
        format!("<link>https://counter.example/x</link><pheedo:origLink>{ADDRESS}</pheedo:origLink>"),
        format!("<source><link>https://elsewhere.example/</link></source><link>{ADDRESS}</link>"),
        format!("<link hreflang=\"en\" href=\"https://en.example/7\"/><link hreflang=\"ko\" href=\"{ADDRESS}\"/>"),
    ] {
        assert_eq!(numbers(&rss_of(&[&item])), [Some(7)], "{item}");
    }
    let not_permanent = format!("<title>글</title><guid isPermaLink=\"false\">{ADDRESS}</guid>");
    assert_eq!(numbers(&rss_of(&[&not_permanent])), []);

    let entry =
        format!("<entry><title>글</title><link href=\"{ADDRESS}\"/><issued>2026-11-20T09:00:00+09:00</issued></entry>");
    let rdf =
        format!("<item rdf:about=\"{ADDRESS}\"><title>글</title><dc:date>2026-11-20T09:00:00+09:00</dc:date></item>");
    for form in [
        format!("<feed version=\"0.3\">{entry}</feed>"),
        format!("<a:feed>{}</a:feed>", entry.replace("entry>", "a:entry>")),
        format!("<!-- cached --><?xml version=\"1.0\"?><rdf:RDF><channel/>{rdf}</rdf:RDF>"),
        format!(
            "<rss><channel><link>https://www.saseo.example/</link></channel><item><link>{ADDRESS}</link><pubDate>2026-11-20 09:00</pubDate></item></rss>"
        ),
        format!(
            "{{\"items\": [{{\"id\": 7, \"url\": \"{ADDRESS}\", \"date_published\": \"2026-11-20T09:00:00+09:00\"}}]}}"
        ),
    ] {
        let row = feed(form.as_bytes()).unwrap().rows.remove(0);
        assert_eq!(row.number, Some(7), "{form}");
        assert_eq!(row.published_at.unwrap().to_string(), "2026-11-20T09:00:00+09:00", "{form}");
    }
    let quoted = format!(
        "<link title=\"1 > 0\" rel=\"http://www.iana.org/assignments/relation/alternate\" href=\"{ADDRESS}\"/>"
    );
    assert_eq!(numbers(&rss_of(&[&quoted])), [Some(7)]);
    let nested = "<feed xml:base='https://www.saseo.example/'><entry xml:base='news/'><link href='articleView.html?idxno=7'/></entry></feed>";
    assert_eq!(numbers(nested), [Some(7)]);
    let based = "<feed xml:base='https://www.saseo.example/news/'><entry><link href='articleView.html?idxno=7'/></entry></feed>";
    assert_eq!(numbers(based), [Some(7)]);
}

#[test]
fn a_comment_that_never_ends_takes_no_other_item_with_it() {
    let feed = rss_of(&[&item(1, "<!-- "), &item(2, ""), &item(3, ""), &item(4, "<!-- 끝 -->"), &item(5, "")]);
    assert_eq!(numbers(&feed), [1, 2, 3, 4, 5].map(Some));
}

/// No time is measured: with a scan to the end for each beginning this would take many minutes.
#[test]
fn beginnings_without_ends_cost_no_more_than_they_are_long() {
    for unit in ["<![CDATA[", "<!--", "<b>", "<a href=\"", "</", "<title>"] {
        let damage = unit.repeat(400_000 / unit.len());
        for end in ["", "]]>", "-->"] {
            let _ = feed(rss_of(&[&item(1, &damage), &item(2, end)]).as_bytes());
        }
    }
}

proptest::proptest! {
    #[test]
    fn whatever_stands_in_one_item_leaves_the_others_whole(damage in "[a-z&;<>!\\-\\[\\]\"'/ 글#x0-9]{0,40}") {
        // A beginning of another item, or an end of this one, is no damage within it.
        proptest::prop_assume!(!["item", "entry"].iter().any(|name| damage.contains(name)));
        let read = numbers(&rss_of(&[&item(1, ""), &format!("<description>{damage}</description>"), &item(3, "")]));
        proptest::prop_assert!(read.contains(&Some(1)) && read.contains(&Some(3)), "{:?}", read);
    }
}

#[test]
fn hostile_lists_and_feeds_are_answered() {
    let list = g4(20, PARAMS);
    for end in (0..list.len()).step_by(500) {
        let cut = &list[..list.floor_char_boundary(end)];
        let _ = read_at(LIST, cut);
        let _ = feed(cut.as_bytes());
        let _ = links(&document(LIST, cut), cut);
    }
    let deep = "<div>".repeat(10_000);
    assert_eq!(read_at(LIST, &deep).rows, []);
    assert!(links(&Document::new(&url(LIST), &Tree::parse("").unwrap()), &deep).is_empty());
    let _ = feed(format!("<rss><channel>{}", "<item>".repeat(10_000)).as_bytes());
}
