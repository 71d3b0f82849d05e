//! The demo newspaper on another CMS, with addresses, lists, dates and mark-up of its own: `/news/article.html?no=N`.
//!
//! A profile reads it, and nothing in the program knows it.

use std::collections::HashMap;

use crate::demo::demo_answer::{DemoAnswer, article_or_alert, html, text};
use crate::demo::mediaon::article_page::MediaonArticlePage;
use crate::demo::mediaon::frame::{FEED, MediaonFrame};
use crate::demo::mediaon::list_page::MediaonListPage;
use crate::demo::newspaper::{DemoArticle, Newspaper};
use crate::demo::prose::escaped;
use crate::time::LocalTime;

mod article_page;
mod frame;
mod list_page;

const FEED_ITEMS: usize = 30;

/// What a page of a deleted article may be.
const ALERT: &str =
    "<script>alert(\"삭제되었거나 없는 기사입니다.\"); location.replace(\"/\");</script>\n";

/// Returns what stands at `path`.
pub(super) fn answer(
    paper: &Newspaper,
    base: &str,
    path: &str,
    query: &HashMap<String, String>,
) -> DemoAnswer {
    match path {
        "/robots.txt" => text("text/plain", robots(paper)),
        "/" => html(200, home(paper, base)),
        "/news/section.html" | "/news/section_list_all.html" => {
            html(200, MediaonListPage::of(paper, base, query).html())
        }
        "/news/article.html" => article(paper, base, query),
        // Traps: a good crawler never asks for them.
        "/mobile/article.html" | "/news/article_print.html" => article(paper, base, query),
        "/news/search.html" => html(
            200,
            MediaonListPage::of(paper, base, &HashMap::new()).html(),
        ),
        FEED => text("application/rss+xml; charset=utf-8", feed(paper, base)),
        _ if path.starts_with("/member/") => html(
            200,
            "<html><body><form>로그인</form></body></html>".to_owned(),
        ),
        _ => html(
            404,
            "<html><body>해당 기사를 찾을 수 없습니다.</body></html>".to_owned(),
        ),
    }
}

fn robots(paper: &Newspaper) -> String {
    let delay = paper
        .crawl_delay
        .map(|seconds| format!("Crawl-delay: {seconds}\n"))
        .unwrap_or_default();
    format!("User-agent: *\nDisallow: /member/\nDisallow: /news/search\n{delay}")
}

fn home(paper: &Newspaper, base: &str) -> String {
    let link = |article: &DemoArticle| {
        format!(
            "<li><a href=\"/news/article.html?no={}\">{}</a></li>\n",
            article.number,
            escaped(&article.title)
        )
    };
    let newest: String = paper.articles().iter().take(8).map(link).collect();
    let main = format!("<ul class=\"main_top\">{newest}</ul>");
    MediaonFrame {
        paper,
        base,
        title: Newspaper::TITLE.to_owned(),
        head: String::new(),
        main,
    }
    .html()
}

fn article(paper: &Newspaper, base: &str, query: &HashMap<String, String>) -> DemoAnswer {
    article_or_alert(paper, query.get("no"), ALERT, |article| {
        MediaonArticlePage {
            paper,
            base,
            article,
        }
        .html()
    })
}

/// RSS 2.0 with a guid, and dates as RFC 822 has them.
fn feed(paper: &Newspaper, base: &str) -> String {
    let item = |article: &DemoArticle| {
        let link = format!("{base}/news/article.html?no={}", article.number);
        format!(
            "<item><title><![CDATA[{}]]></title><link>{link}</link><guid isPermaLink=\"true\">{link}</guid>\n\
             <description><![CDATA[{}]]></description><author>{}</author><pubDate>{}</pubDate></item>\n",
            article.title,
            article.paragraphs[0],
            article.byline,
            rfc_822(article.published)
        )
    };
    let items: String = paper.articles().iter().take(FEED_ITEMS).map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>{}</title><link>{base}</link>\n{items}</channel></rss>\n",
        Newspaper::TITLE
    )
}

/// `Fri, 20 Nov 2026 17:13:11 +0900`.
fn rfc_822(time: LocalTime) -> String {
    let seoul = jiff::tz::Offset::from_seconds(time.offset).unwrap_or(jiff::tz::Offset::UTC);
    seoul
        .to_datetime(time.at.into())
        .strftime("%a, %d %b %Y %H:%M:%S +0900")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::newspaper::{DemoCms, Edition};

    const BASE: &str = "http://127.0.0.1:8750";

    fn get(path: &str) -> String {
        let paper = Newspaper::new(&Edition::default()).on(DemoCms::Mediaon);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();

        answer(&paper, BASE, path, &query).body
    }

    #[test]
    fn the_lists_show_every_article_and_end() {
        let rows = |page: usize| {
            get(&format!("/news/section.html?page={page}"))
                .matches("class=\"clamp c2\"")
                .count()
        };
        assert_eq!(
            (1..=9).map(rows).collect::<Vec<_>>(),
            [15, 15, 15, 15, 15, 15, 15, 15, 0]
        );
        assert_eq!(
            get("/news/section.html?sec_no=11&page=3")
                .matches("class=\"clamp c2\"")
                .count(),
            10
        );
    }

    #[test]
    fn a_list_can_be_limited_to_days() {
        let day = |day: &str| {
            get(&format!("/news/section.html?s_day={day}&e_day={day}"))
                .matches("clamp c2")
                .count()
        };
        assert!((1..=15).contains(&day("20261119")) && day("19991119") == 0);
    }

    #[test]
    fn the_feed_has_dates_of_rfc_822() {
        let feed = get("/data/rss/news.xml");
        assert!(
            feed.contains("<pubDate>Fri, 20 Nov 2026 17:") && feed.contains(" +0900</pubDate>"),
            "{}",
            &feed[..900]
        );
    }
}
