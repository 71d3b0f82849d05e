//! The demo newspaper on the ND Soft CMS: its addresses, lists, pages and feed.

mod article_page;
mod frame;
mod list_page;

use std::collections::HashMap;

use crate::demo::demo_answer::{DemoAnswer, article_or_alert, html, text};
use crate::demo::ndsoft::article_page::{ALERT, ArticlePage};
use crate::demo::ndsoft::frame::{Frame, feed_path};
use crate::demo::ndsoft::list_page::ListPage;
use crate::demo::newspaper::{DemoArticle, Newspaper, SECTIONS, seconds};
use crate::demo::prose::escaped;

/// As many as a feed of this CMS has.
const FEED_ITEMS: usize = 50;

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
    let delay = paper
        .crawl_delay
        .map(|seconds| format!("Crawl-delay: {seconds}\n"))
        .unwrap_or_default();
    format!(
        "User-agent: *\nDisallow: /admin/\nDisallow: /member/\nDisallow: /news/articlePrint.html\n{delay}"
    )
}

fn home(paper: &Newspaper, base: &str) -> String {
    let link = |article: &DemoArticle| {
        format!(
            "<div class=\"item\"><a href=\"/news/articleView.html?idxno={}\">{}</a></div>\n",
            article.number,
            escaped(&article.title)
        )
    };
    let main: String = paper.articles().iter().take(12).map(link).collect();
    Frame {
        paper,
        base,
        title: Newspaper::TITLE.to_owned(),
        head: String::new(),
        main,
        padding: 30_000,
    }
    .html()
}

fn list(paper: &Newspaper, base: &str, query: &HashMap<String, String>) -> String {
    let filled = |name: &str| query.get(name).filter(|value| !value.is_empty());
    let section = filled("sc_section_code");
    let day = |article: &DemoArticle| article.published.to_string()[..10].to_owned();
    let is_shown = |article: &&DemoArticle| {
        section.is_none_or(|code| SECTIONS[article.section].0 == *code)
            && filled("sc_sdate").is_none_or(|first| day(article) >= *first)
            && filled("sc_edate").is_none_or(|last| day(article) <= *last)
    };
    // A search finds everything, and every answer of it links more searches: an endless trap.
    let page = filled("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1);
    let code = section
        .map(|code| format!("sc_section_code={code}&"))
        .unwrap_or_default();
    let rows = paper.articles().iter().filter(is_shown).collect();
    ListPage {
        paper,
        base,
        rows,
        query: format!("{code}view_type=sm"),
        page,
    }
    .html()
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

/// RSS 2.0 as the CMS writes it: no guid, and Korean time without an offset.
fn feed(paper: &Newspaper, base: &str) -> String {
    let item = |article: &DemoArticle| {
        format!(
            "<item><title>\u{feff}{}</title>\n<link>{base}/news/articleView.html?idxno={}</link>\n\
             <description><![CDATA[{}]]></description>\n<author><![CDATA[{}]]></author>\n<pubDate>{}</pubDate></item>\n",
            escaped(&article.title),
            article.number,
            article.paragraphs[0],
            article.byline,
            seconds(article.published)
        )
    };
    let items: String = paper.articles().iter().take(FEED_ITEMS).map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<rss version=\"2.0\"><channel>\n<title>{}</title>\n<link>{base}</link>\n{items}</channel></rss>\n",
        Newspaper::TITLE
    )
}
