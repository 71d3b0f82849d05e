//! Which page stands at which address. Pure: a paper and an address give an answer.

use std::collections::HashMap;

use crate::demo::article_page::{ALERT, ArticlePage};
use crate::demo::frame::{Frame, feed_path};
use crate::demo::list_page::ListPage;
use crate::demo::mediaon;
use crate::demo::newspaper::{Availability, DemoArticle, DemoCms, Newspaper, SECTIONS, seconds};
use crate::demo::plain;
use crate::demo::prose::escaped;

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAnswer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

/// The type of pages that are sent in EUC-KR.
pub(super) const EUC_KR_PAGE: &str = "text/html; charset=euc-kr";

impl DemoAnswer {
    /// Returns the body as it is sent, in the encoding that its type names.
    pub fn bytes(&self) -> Vec<u8> {
        if self.content_type == EUC_KR_PAGE {
            return encoding_rs::EUC_KR.encode(&self.body).0.into_owned();
        }
        self.body.clone().into_bytes()
    }
}

const FEED_ITEMS: usize = 50;

/// Returns what stands at `path_and_query` of a paper that is served at `base`.
pub fn answer(paper: &Newspaper, base: &str, path_and_query: &str) -> DemoAnswer {
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let decoded = || {
        url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect::<HashMap<String, String>>()
    };
    match paper.cms {
        DemoCms::NdSoft => nd_soft(paper, base, path, &decoded()),
        DemoCms::Mediaon => mediaon::answer(paper, base, path, &decoded()),
        // Its queries are no UTF-8.
        DemoCms::Plain => plain::answer(paper, base, path, query),
    }
}

fn nd_soft(
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

pub(super) fn html(status: u16, body: String) -> DemoAnswer {
    DemoAnswer {
        status,
        content_type: "text/html; charset=utf-8",
        body,
    }
}

pub(super) fn text(content_type: &'static str, body: String) -> DemoAnswer {
    DemoAnswer {
        status: 200,
        content_type,
        body,
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

/// The page of an article by its number, or what the CMS says in its place.
pub(super) fn article_or_alert(
    paper: &Newspaper,
    number: Option<&String>,
    alert: &str,
    page: impl FnOnce(&DemoArticle) -> String,
) -> DemoAnswer {
    match paper.find(number.and_then(|number| number.parse().ok()).unwrap_or(0)) {
        None
        | Some(DemoArticle {
            kind: Availability::Deleted,
            ..
        }) => html(404, alert.to_owned()),
        Some(DemoArticle {
            kind: Availability::DeletedWithAlert,
            ..
        }) => html(200, alert.to_owned()),
        Some(article) => html(200, page(article)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::newspaper::{DemoSkin, Edition};

    const BASE: &str = "http://127.0.0.1:8750";

    fn get(paper: &Newspaper, path: &str) -> DemoAnswer {
        answer(paper, BASE, path)
    }

    #[test]
    fn an_article_page_is_as_heavy_as_a_real_one_and_always_the_same() {
        for skin in [DemoSkin::G2, DemoSkin::G4] {
            let paper = Newspaper::new(&Edition {
                skin,
                ..Edition::default()
            });
            for article in paper
                .articles()
                .iter()
                .filter(|article| article.kind == Availability::Open)
            {
                let path = format!("/news/articleView.html?x=1&idxno={}", article.number);
                let page = get(&paper, &path);
                assert!(
                    (60_000..80_000).contains(&page.body.len()),
                    "{}: {}",
                    article.number,
                    page.body.len()
                );
                assert_eq!(page, get(&paper, &path));
            }
        }
    }

    #[test]
    fn the_lists_show_every_article_and_end() {
        let paper = Newspaper::new(&Edition::default());
        let rows = |page: usize| {
            get(&paper, &format!("/news/articleList.html?page={page}"))
                .body
                .matches("altlist-summary")
                .count()
        };
        assert_eq!(
            (1..=7).map(rows).collect::<Vec<_>>(),
            [20, 20, 20, 20, 20, 20, 0]
        );
    }

    #[test]
    fn deleted_articles_say_so_in_two_ways() {
        let paper = Newspaper::new(&Edition::default());
        let of = |kind: Availability| {
            let article = paper
                .articles()
                .iter()
                .find(|article| article.kind == kind)
                .unwrap();
            get(
                &paper,
                &format!("/news/articleView.html?idxno={}", article.number),
            )
        };
        assert_eq!(of(Availability::Deleted).status, 404);
        let alert = of(Availability::DeletedWithAlert);
        assert!(alert.status == 200 && alert.body.len() < 400);
    }

    #[test]
    fn robots_txt_has_its_rules() {
        let paper = Newspaper::new(&Edition::default());
        assert!(
            get(&paper, "/robots.txt")
                .body
                .ends_with("Disallow: /news/articlePrint.html\nCrawl-delay: 0.1\n")
        );
    }
}
