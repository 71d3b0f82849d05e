//! The demo newspaper on the Mediaon CMS: its addresses, lists, pages and feed.
//!
//! Addresses, dates and mark-up differ from those of ND Soft: `/news/article.html?no=N`. Only a
//! profile knows this CMS; the program has no code for it.

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

/// Items of the feed: fewer than the paper has articles, so that lists must bring the rest.
const FEED_ITEMS: usize = 30;

/// The whole page of a deleted article, as the CMS sends it.
const ALERT: &str =
    "<script>alert(\"삭제되었거나 없는 기사입니다.\"); location.replace(\"/\");</script>\n";

/// Returns the answer for `path`.
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
    format!(
        "User-agent: *\nDisallow: /member/\nDisallow: /news/search\n{}",
        paper.crawl_delay_line()
    )
}

fn home(paper: &Newspaper, base: &str) -> String {
    let newest: String = paper.articles().iter().take(8).map(home_link).collect();

    MediaonFrame {
        paper,
        base,
        title: Newspaper::TITLE.to_owned(),
        head: String::new(),
        main: format!("<ul class=\"main_top\">{newest}</ul>"),
    }
    .html()
}

fn home_link(article: &DemoArticle) -> String {
    format!(
        "<li><a href=\"/news/article.html?no={}\">{}</a></li>\n",
        article.number,
        escaped(&article.title)
    )
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

/// Returns the feed: RSS 2.0 with a guid, and dates of RFC 822.
fn feed(paper: &Newspaper, base: &str) -> String {
    let newest = paper.articles().iter().take(FEED_ITEMS);
    let items: String = newest.map(|article| feed_item(article, base)).collect();

    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel>\
         <title>{}</title><link>{base}</link>\n{items}</channel></rss>\n",
        Newspaper::TITLE
    )
}

fn feed_item(article: &DemoArticle, base: &str) -> String {
    let link = format!("{base}/news/article.html?no={}", article.number);
    format!(
        "<item><title><![CDATA[{}]]></title><link>{link}</link><guid isPermaLink=\"true\">{link}\
         </guid>\n\
         <description><![CDATA[{}]]></description><author>{}</author><pubDate>{}</pubDate></item>\n\
         ",
        article.title,
        article.paragraphs[0],
        article.byline,
        rfc_822(article.published)
    )
}

/// Returns a time as `Fri, 20 Nov 2026 17:13:11 +0900`.
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

    /// Returns the number of rows on the list page that a query asks for.
    fn rows(query: &str) -> usize {
        get(&format!("/news/section.html?{query}"))
            .matches("class=\"clamp c2\"")
            .count()
    }

    #[test]
    fn the_lists_show_every_article_and_end() {
        let all = (1..=9).map(|page| rows(&format!("page={page}")));

        assert_eq!(all.collect::<Vec<_>>(), [15, 15, 15, 15, 15, 15, 15, 15, 0]);
        assert_eq!(rows("sec_no=11&page=3"), 10);
    }

    #[test]
    fn a_list_can_be_limited_to_days() {
        assert!((1..=15).contains(&rows("s_day=20261119&e_day=20261119")));
        assert_eq!(rows("s_day=19991119&e_day=19991119"), 0);
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
