//! The demo newspaper on the ND Soft CMS: its addresses, lists, pages and feed.

mod article_page;
mod frame;
mod list_page;
mod story;

use std::collections::HashMap;

use crate::demo::demo_answer::{DemoAnswer, article_or_alert, html, text};
use crate::demo::ndsoft::article_page::{ALERT, ArticlePage};
use crate::demo::ndsoft::frame::{Frame, feed_path};
use crate::demo::ndsoft::list_page::ListPage;
use crate::demo::newspaper::{DemoArticle, Newspaper, SECTIONS, seconds};
use crate::demo::prose::escaped;

/// Items of the feed, as many as feeds of this CMS have.
const FEED_ITEMS: usize = 50;

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
        "/news/articleList.html" => html(200, list(paper, base, query)),
        "/news/articleView.html" => article(paper, base, query),
        // Traps: a good crawler never asks for them.
        "/news/articleViewAmp.html" | "/news/articlePrint.html" | "/news/articleMail.html" => {
            article(paper, base, query)
        }
        _ if path == feed_path(paper.skin) => text("text/xml; charset=utf-8", feed(paper, base)),
        _ if path.starts_with("/admin/")
            || path.starts_with("/member/")
            || path.starts_with("/com/") =>
        {
            html(
                200,
                "<html><body><form>로그인</form></body></html>".to_owned(),
            )
        }
        _ => html(
            404,
            "<html><body>없는 페이지입니다.</body></html>".to_owned(),
        ),
    }
}

fn robots(paper: &Newspaper) -> String {
    format!(
        "User-agent: *\nDisallow: /admin/\nDisallow: /member/\nDisallow: /news/articlePrint.html\n\
         {}",
        paper.crawl_delay_line()
    )
}

fn home(paper: &Newspaper, base: &str) -> String {
    let newest = paper.articles().iter().take(12);

    Frame {
        paper,
        base,
        title: Newspaper::TITLE.to_owned(),
        head: String::new(),
        main: newest.map(home_link).collect(),
        padding: 30_000,
    }
    .html()
}

fn home_link(article: &DemoArticle) -> String {
    format!(
        "<div class=\"item\"><a href=\"/news/articleView.html?idxno={}\">{}</a></div>\n",
        article.number,
        escaped(&article.title)
    )
}

fn list(paper: &Newspaper, base: &str, query: &HashMap<String, String>) -> String {
    // A search has no section and no days, so it finds everything. Every page of it links more
    // searches: an endless trap.
    let rows = paper
        .articles()
        .iter()
        .filter(|article| is_shown(article, query))
        .collect();
    let section = filled(query, "sc_section_code")
        .map(|code| format!("sc_section_code={code}&"))
        .unwrap_or_default();
    let page = filled(query, "page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1);

    ListPage {
        paper,
        base,
        rows,
        query: format!("{section}view_type=sm"),
        page,
    }
    .html()
}

/// Returns the value of a parameter; `None` if it is empty.
fn filled<'q>(query: &'q HashMap<String, String>, name: &str) -> Option<&'q String> {
    query.get(name).filter(|value| !value.is_empty())
}

/// Tells whether an article is in the section and in the days that a query asks for.
fn is_shown(article: &DemoArticle, query: &HashMap<String, String>) -> bool {
    let day = &article.published.to_string()[..10];

    filled(query, "sc_section_code").is_none_or(|code| SECTIONS[article.section].0 == *code)
        && filled(query, "sc_sdate").is_none_or(|first| day >= first.as_str())
        && filled(query, "sc_edate").is_none_or(|last| day <= last.as_str())
}

fn article(paper: &Newspaper, base: &str, query: &HashMap<String, String>) -> DemoAnswer {
    article_or_alert(paper, query.get("idxno"), ALERT, |article| {
        ArticlePage {
            paper,
            base,
            article,
        }
        .html()
    })
}

/// Returns the feed as the CMS writes it: RSS 2.0 without guids, in Korean time without an offset.
fn feed(paper: &Newspaper, base: &str) -> String {
    let newest = paper.articles().iter().take(FEED_ITEMS);
    let items: String = newest.map(|article| feed_item(article, base)).collect();

    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<rss version=\"2.0\"><channel>\n\
         <title>{}</title>\n<link>{base}</link>\n{items}</channel></rss>\n",
        Newspaper::TITLE
    )
}

fn feed_item(article: &DemoArticle, base: &str) -> String {
    format!(
        "<item><title>\u{feff}{}</title>\n<link>{base}/news/articleView.html?idxno={}</link>\n\
         <description><![CDATA[{}]]></description>\n<author><![CDATA[{}]]></author>\n\
         <pubDate>{}</pubDate></item>\n",
        escaped(&article.title),
        article.number,
        article.paragraphs[0],
        article.byline,
        seconds(article.published)
    )
}
