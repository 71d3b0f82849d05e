//! Invented feeds, one quirk or damage each.

use jiff::tz::TimeZone;
use saseo::config::Profile;
use saseo::discover::*;
use saseo::page_url::PageUrl;

fn url(address: &str) -> PageUrl {
    PageUrl::parse(address).unwrap()
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

fn feed(bytes: &[u8]) -> Result<Listing, FeedError> {
    read_feed(
        FeedOf {
            grammar: &grammar(),
            zone: &seoul(),
            language: "ko",
        },
        &url("https://cdn.saseo.example/rss/all.xml"),
        bytes,
    )
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
        (
            "Sun, 27 Sep 2026 09:00:00 +0900",
            "2026-09-27T09:00:00+09:00",
        ),
    ] {
        let listing = feed(rss("utf-8", "책", printed).as_bytes()).unwrap();
        let row = &listing.rows[0];
        assert_eq!(
            (
                row.published_at.unwrap().to_string().as_str(),
                row.date.as_deref()
            ),
            (expected, Some(printed))
        );
    }
    let row = &feed(rss("utf-8", "책", "언젠가").as_bytes()).unwrap().rows[0];
    assert_eq!((row.published_at, row.date.as_deref()), (None, None));
}

#[test]
fn feed_rows_are_cleaned_and_canonical() {
    let row = feed(rss("utf-8", "\u{feff}<봄> 책", "").as_bytes())
        .unwrap()
        .rows
        .remove(0);
    assert_eq!((row.title.as_str(), row.number()), ("<봄> 책", Some(7)));
    assert_eq!(
        row.url.as_str(),
        "https://www.saseo.example/news/articleView.html?idxno=7"
    );
    assert_eq!(
        (
            row.summary.as_deref(),
            row.byline.as_deref(),
            row.section.as_deref()
        ),
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
    assert_eq!(
        feed(b"<!DOCTYPE html><html><title>RSS</title></html>"),
        Err(FeedError::Html)
    );
    assert_eq!(feed(b"\n<html><body>x"), Err(FeedError::Html));
    assert_eq!(feed(b"  "), Err(FeedError::Empty));
    assert!(matches!(feed(b"no feed"), Err(FeedError::Broken(_))));
    assert!(matches!(
        feed(b"<rss><channel><item>"),
        Err(FeedError::Broken(_))
    ));
}

/// An RSS feed with these items.
fn rss_of(items: &[&str]) -> String {
    let items: String = items
        .iter()
        .map(|item| format!("<item>{item}</item>"))
        .collect();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>신문</title>{items}</channel></rss>"
    )
}

/// An item of the article of this number, with something in it.
fn item(number: u64, more: &str) -> String {
    let link = format!("https://www.saseo.example/news/articleView.html?idxno={number}");
    format!(
        "<title>글 {number}</title><link>{link}</link>{more}<pubDate>2026-11-20 09:00:00</pubDate>"
    )
}

fn numbers(text: &str) -> Vec<Option<u64>> {
    feed(text.as_bytes())
        .unwrap()
        .rows
        .iter()
        .map(|row| row.number())
        .collect()
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
        assert!(
            read.contains(&Some(1)) && read.contains(&Some(3)),
            "{damage}: {read:?}"
        );
    }
    let whole = rss_of(&[&item(1, ""), &item(2, ""), &item(3, "")]);
    let torn = &whole[..whole.rfind("idxno=3").unwrap() + 6];
    assert_eq!(numbers(torn), [Some(1), Some(2)]);
}

#[test]
fn a_photo_in_an_item_has_a_title_of_its_own() {
    let item = "<media:title>사진</media:title><itunes:summary>소리</itunes:summary><title>글</title><description>줄거리</description>\
        <link>https://www.saseo.example/news/articleView.html?idxno=7</link>";
    let row = feed(rss_of(&[item]).as_bytes()).unwrap().rows.remove(0);
    assert_eq!(
        (row.title.as_str(), row.summary.as_deref()),
        ("글", Some("줄거리"))
    );
}

#[test]
fn many_attachments_make_no_endless_feed() {
    let attachments = "{\"url\": \"/x.mp3\"},".repeat(MAX_FEED_ENTRIES + 1);
    let json = format!(
        "{{\"items\": [{{\"url\": \" https://www.saseo.example/news/articleView.html?idxno=7\", \"attachments\": [{attachments}{{}}]}}]}}"
    );
    assert_eq!(numbers(&json), [Some(7)]);
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
        format!(
            "<link>https://counter.example/x</link><feedburner:origLink>{ADDRESS}</feedburner:origLink>"
        ),
        format!(
            "<link>https://counter.example/x</link><pheedo:origLink>{ADDRESS}</pheedo:origLink>"
        ),
        format!("<source><link>https://elsewhere.example/</link></source><link>{ADDRESS}</link>"),
        format!(
            "<link hreflang=\"en\" href=\"https://en.example/7\"/><link hreflang=\"ko\" href=\"{ADDRESS}\"/>"
        ),
        format!(
            "<link hreflang=\"en\" href=\"/news/articleView.html?idxno=8\"/><link hreflang=\"ko-KR\" href=\"{ADDRESS}\"/>"
        ),
        format!(
            "<link hreflang=\"en\" href=\"/news/articleView.html?idxno=8\"/><link href=\"{ADDRESS}\"/>"
        ),
        "<link xml:base=\"https://www.saseo.example/news/\" href=\"articleView.html?idxno=7\"/>"
            .to_owned(),
    ] {
        assert_eq!(numbers(&rss_of(&[&item])), [Some(7)], "{item}");
    }
    let not_permanent = format!("<title>글</title><guid isPermaLink=\"false\">{ADDRESS}</guid>");
    assert_eq!(numbers(&rss_of(&[&not_permanent])), []);

    let entry = format!(
        "<entry><title>글</title><link href=\"{ADDRESS}\"/><issued>2026-11-20T09:00:00+09:00</issued></entry>"
    );
    let rdf = format!(
        "<item rdf:about=\"{ADDRESS}\"><title>글</title><dc:date>2026-11-20T09:00:00+09:00</dc:date></item>"
    );
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
        assert_eq!(row.number(), Some(7), "{form}");
        assert_eq!(
            row.published_at.unwrap().to_string(),
            "2026-11-20T09:00:00+09:00",
            "{form}"
        );
    }
    let quoted = format!(
        "<link title=\"1 > 0\" rel=\"http://www.iana.org/assignments/relation/alternate\" href=\"{ADDRESS}\"/>"
    );
    assert_eq!(numbers(&rss_of(&[&quoted])), [Some(7)]);
    let nested = "<feed xml:base='https://www.saseo.example/'><entry xml:base='news/'><link href='articleView.html?idxno=7'/></entry></feed>";
    assert_eq!(numbers(nested), [Some(7)]);
    let of_channel = "<rss><channel xml:base='https://www.saseo.example/news/'><item><link>articleView.html?idxno=7</link></item></channel></rss>";
    assert_eq!(numbers(of_channel), [Some(7)]);
    let based = "<feed xml:base='https://www.saseo.example/news/'><entry><link href='articleView.html?idxno=7'/></entry></feed>";
    assert_eq!(numbers(based), [Some(7)]);
}

#[test]
fn a_comment_or_section_that_never_ends_takes_no_other_item_with_it() {
    let section = |text: &str| format!("<description><![CDATA[{text}</description>");
    let feed = rss_of(&[
        &item(1, &section("글")),
        &item(2, ""),
        &item(3, &section("글]]>")),
        &item(4, ""),
    ]);
    assert_eq!(numbers(&feed), [1, 2, 3, 4].map(Some));

    let feed = rss_of(&[
        &item(1, "<!-- "),
        &item(2, ""),
        &item(3, ""),
        &item(4, "<!-- 끝 -->"),
        &item(5, ""),
    ]);
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
fn a_feed_that_is_cut_anywhere_is_answered() {
    let whole = rss_of(&[
        &item(1, "<description><![CDATA[글]]></description>"),
        &item(2, "<!-- x -->"),
    ]);
    for end in 0..whole.len() {
        let _ = feed(&whole.as_bytes()[..end]);
    }
    assert_eq!(
        feed("<item>".repeat(10_000).as_bytes()),
        Err(FeedError::Endless)
    );
}
