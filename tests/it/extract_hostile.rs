//! Pages that mean harm, or were cut: there is always an answer, and soon.

use saseo::config::Profile;
use saseo::extract::*;
use saseo::page_url::PageUrl;

fn readers() -> Vec<ArticleReader> {
    let profiles = [Profile::shipped("ndsoft").unwrap(), Profile::generic()];
    profiles
        .into_iter()
        .map(|profile| ArticleReader::new(profile.clone(), KnownPaper::from(&profile)))
        .collect()
}

fn read(html: &str) {
    let url = PageUrl::parse("https://www.saseo.example/news/articleView.html?idxno=812").unwrap();
    for reader in readers() {
        let _ = reader.read(&url, html);
    }
}

fn page() -> String {
    let paragraphs: String = (0..300)
        .map(|n| format!("<p>책장 {n}번 사이로 <b>아침</b>이 왔다.&nbsp;</p>\n"))
        .collect();
    format!(
        r#"<!doctype html><head><meta charset="utf-8"><meta property="og:title" content="사서의 하루">
        <script type="application/ld+json">{{"@type":"NewsArticle","headline":"사서의 하루"}}</script></head><body>
        <header class="article-view-header"><h1 class="heading">사서의 하루</h1><ul class="breadcrumbs"><li class="info-name">홍길동 기자</li></ul></header>
        <article id="article-view-content-div"><figure><img src="/a.jpg"><figcaption>서가</figcaption></figure>{paragraphs}</article></body>"#
    )
}

#[test]
fn a_page_cut_anywhere_is_answered() {
    let page = page();
    for end in (0..page.len()).step_by(1000) {
        read(&page[..page.floor_char_boundary(end)]);
    }
}

#[test]
fn nesting_without_end_is_answered() {
    for tag in [
        "div",
        "b",
        "a",
        "table",
        "p",
        "svg",
        "article id=article-view-content-div",
        "li",
        "font x",
    ] {
        read(&format!("{}글", format!("<{tag}>").repeat(10_000)));
    }
    read(&"<table><tr><td>".repeat(500));
    read(&format!(
        "<div id=article-view-content-div>{}",
        "<i><div>".repeat(250)
    ));
}

#[test]
fn attributes_and_texts_without_end_are_answered() {
    let long = "가".repeat(1_000_000);
    read(&format!(
        "<article id='article-view-content-div' class='{long}'><p>글</p></article>"
    ));
    read(&format!(
        "<article id='article-view-content-div'><img src='{long}'><p>{long}</p></article>"
    ));
    read(&format!(
        "<meta property='article:published_time' content='{}'>",
        "2026-03-07 ".repeat(100_000)
    ));
    read(&format!(
        "<header class='article-view-header'><ul class='breadcrumbs'><li>{}</li></ul></header>",
        "2026.13.07 ".repeat(50_000)
    ));
    read(&format!(
        "<script type='application/ld+json'>{}</script>",
        "[{\"@graph\":".repeat(50_000)
    ));
    read(&format!("<div class='{}'>", "a ".repeat(500_000)));
}

fn texts_of(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(values) => values.iter().flat_map(texts_of).collect(),
        serde_json::Value::Object(fields) => fields.values().flat_map(texts_of).collect(),
        _ => Vec::new(),
    }
}

/// NUL in the ways in which a page may have it, each for one place of a page.
const NULS: [&str; 4] = ["\0", "&#0;", "&#x0;", "\\u0000"];

proptest::proptest! {
    #[test]
    fn no_field_of_an_article_has_a_nul(nuls in proptest::collection::vec(0..NULS.len(), 8)) {
        let nul: Vec<&str> = nuls.into_iter().map(|which| NULS[which]).collect();
        let long = "사람들이 책을 읽고 이야기를 나누었다. ".repeat(20);
        let html = format!(
            r#"<!doctype html><head><meta charset="utf-8">
            <meta property="og:title" content="사서의{0} 하루"><meta name="keywords" content="책{1},서가">
            <meta property="og:image" content="/a{2}.jpg"><link rel="canonical" href="/one{3}">
            <script type="application/ld+json">{{"@type":"NewsArticle","headline":"사서의{3} 하루",
            "author":{{"name":"홍{4}길동"}},"articleSection":"문{5}화","inLanguage":"k{6}o"}}</script>
            </head><body>
            <header class="article-view-header"><h1 class="heading">사서의{0} 하루</h1>
            <ul class="breadcrumbs"><li class="info-name">홍{4}길동 기자</li></ul></header>
            <article id="article-view-content-div">
            <figure><img src="/a{2}.jpg"><figcaption>서{1}가</figcaption></figure>
            <p>책장 사이로{7} 아침이 왔다. {long}</p></article>
            <div>Copyright ⓒ 사서{5}신문 AI{6}학습 금지</div></body>"#,
            nul[0], nul[1], nul[2], nul[3], nul[4], nul[5], nul[6], nul[7],
        );
        let url = "https://www.saseo.example/news/articleView.html?idxno=812";
        let url = PageUrl::parse(url).unwrap();
        for reader in readers() {
            let read = reader.read(&url, &html);
            let (Extraction::Article(article) | Extraction::Members(article)) = read else {
                panic!("{read:?}");
            };
            let words = article.declared_rights.statements().iter().map(|one| one.words.clone());
            let fields = article.fields().map(|(_, value)| serde_json::json!([value]));
            let fields = fields.iter().flat_map(texts_of);
            for text in fields.chain(words).chain(article.paragraphs.clone()) {
                proptest::prop_assert!(!text.contains('\0'), "{text:?}");
            }
        }
    }

    #[test]
    fn any_tags_are_answered(html in "(<(/?)(p|div|br|table|tr|td|b|figure|img|script|article id=article-view-content-div|meta)>|가나|&#3|<!--|\"){0,60}") {
        read(&html);
    }
}
