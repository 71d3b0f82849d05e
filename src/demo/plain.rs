//! The demo newspaper on a CMS that no profile knows.
//!
//! Articles have a name and no number. Pages and queries are in EUC-KR. Lists continue by
//! `rel="next"`. Some links name the host with `www.`, some without.

use encoding_rs::EUC_KR;

use crate::demo::demo_answer::{DemoAnswer, EUC_KR_PAGE, text};
use crate::demo::newspaper::{Availability, DemoArticle, Newspaper, seconds};
use crate::demo::prose::escaped;
use crate::page_url::hex_pair;

/// Rows of a list page: 15, where the lists of ND Soft have 20.
const ROWS: usize = 15;

/// The separator between headline and minute in an article's name. No headline contains it.
const SEPARATOR: char = '~';

/// Characters that a name may not contain: delimiters of URLs, and the dash that EUC-KR lacks.
const NOT_IN_NAMES: [char; 5] = ['&', '#', '+', '%', '—'];

/// Returns the answer for `path`; `query` is as it was sent, escaped and in EUC-KR.
pub(super) fn answer(paper: &Newspaper, base: &str, path: &str, query: &str) -> DemoAnswer {
    match path {
        "/robots.txt" => text("text/plain", robots(paper)),
        "/" => match page_number(query) {
            Some(page) if page > 0 => list(paper, base, page),
            Some(_) | None => missing(),
        },
        "/read" => article(
            paper,
            &decoded(query.strip_prefix("w=").unwrap_or_default()),
        ),
        _ => missing(),
    }
}

/// Returns the page of the list that a query asks for; `None` if it is no number.
fn page_number(query: &str) -> Option<usize> {
    query
        .strip_prefix("page=")
        .map_or(Some(1), |page| page.parse().ok())
}

fn robots(paper: &Newspaper) -> String {
    format!(
        "User-agent: *\nDisallow: /member/\n{}",
        paper.crawl_delay_line()
    )
}

fn list(paper: &Newspaper, base: &str, page: usize) -> DemoAnswer {
    let rows: String = paper
        .articles()
        .iter()
        .skip((page - 1) * ROWS)
        .take(ROWS)
        .enumerate()
        .map(|(at, article)| row(article, at, base))
        .collect();
    let next = if page * ROWS < paper.articles().len() {
        format!("<a rel=\"next\" href=\"/?page={}\">다음</a>", page + 1)
    } else {
        String::new()
    };

    html(
        200,
        Newspaper::TITLE,
        &format!("<ul class=\"newest\">\n{rows}</ul>\n<p>{next}</p>"),
    )
}

/// Returns a row of a list. Every second link is absolute, and leaves `www.` out.
fn row(article: &DemoArticle, at: usize, base: &str) -> String {
    let host = if at.is_multiple_of(2) {
        String::new()
    } else {
        base.replacen("://www.", "://", 1)
    };

    format!(
        "<li><a href=\"{host}/read?w={}\">{}</a></li>\n",
        escaped(&name(article)),
        escaped(&article.title)
    )
}

/// Returns the name of an article: its headline and its minute. Addresses have it instead of a
/// number.
fn name(article: &DemoArticle) -> String {
    let minute = &seconds(article.published)[..16];
    format!(
        "{}{SEPARATOR}{}",
        article.title.replace(NOT_IN_NAMES, " "),
        minute.replace([' ', ':'], "-")
    )
}

fn article(paper: &Newspaper, wanted: &str) -> DemoAnswer {
    let found = paper
        .articles()
        .iter()
        .find(|article| name(article) == wanted);
    let Some(article) = found else {
        return missing();
    };

    match article.kind {
        Availability::Deleted | Availability::DeletedWithAlert => missing(),
        Availability::Open | Availability::MembersOnly => {
            html(200, &article.title, &story(article))
        }
    }
}

fn story(article: &DemoArticle) -> String {
    let paragraphs: String = match article.kind {
        Availability::MembersOnly => "<p>회원만 읽을 수 있습니다.</p>".to_owned(),
        Availability::Open | Availability::Deleted | Availability::DeletedWithAlert => article
            .paragraphs
            .iter()
            .map(|text| format!("<p>{}</p>\n", escaped(text)))
            .collect(),
    };

    format!(
        "<article><h1>{}</h1>\n<p class=\"by\">{} <time datetime=\"{}\">{}</time></p>\n\
         {paragraphs}</article>",
        escaped(&article.title),
        escaped(&article.byline),
        article.published,
        seconds(article.published)
    )
}

fn html(status: u16, title: &str, main: &str) -> DemoAnswer {
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"ko\"><head><meta charset=\"euc-kr\"><title>{}</title>\
         </head>\n\
         <body><p><a href=\"/\">{}</a></p>\n{main}\n</body></html>\n",
        escaped(title),
        Newspaper::TITLE
    );
    DemoAnswer {
        status,
        content_type: EUC_KR_PAGE,
        body,
    }
}

fn missing() -> DemoAnswer {
    html(404, Newspaper::TITLE, "<p>없는 쪽입니다.</p>")
}

/// Decodes an escaped query in EUC-KR.
fn decoded(escaped: &str) -> String {
    let bytes = escaped.as_bytes();
    let mut octets = Vec::new();
    let mut at = 0;

    while at < bytes.len() {
        let octet = (bytes[at] == b'%')
            .then(|| hex_pair(bytes, at + 1))
            .flatten();
        octets.push(octet.unwrap_or(bytes[at]));
        at += if octet.is_some() { 3 } else { 1 };
    }

    EUC_KR.decode_without_bom_handling(&octets).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::newspaper::{DemoCms, Edition};

    #[test]
    fn every_article_has_a_name_of_its_own_that_euc_kr_can_write() {
        let paper = Newspaper::new(&Edition::default()).on(DemoCms::Plain);
        let open = paper
            .articles()
            .iter()
            .filter(|article| article.kind == Availability::Open);

        for article in open {
            let name = name(article);
            let same_name = paper
                .articles()
                .iter()
                .filter(|other| super::name(other) == name);

            let (octets, _, is_lossy) = EUC_KR.encode(&name);
            assert!(!is_lossy && !octets.is_empty(), "{}", article.title);
            assert_eq!(same_name.count(), 1);
        }
    }

    #[test]
    fn the_lists_show_every_article_and_end() {
        let paper = Newspaper::new(&Edition::default()).on(DemoCms::Plain);
        let page = |page: usize| {
            answer(
                &paper,
                "http://www.paper.example",
                "/",
                &format!("page={page}"),
            )
            .body
        };

        let rows = (1..=9).map(|number| page(number).matches("<li>").count());
        assert_eq!(
            rows.collect::<Vec<_>>(),
            [15, 15, 15, 15, 15, 15, 15, 15, 0]
        );
        assert!(page(7).contains("rel=\"next\"") && !page(8).contains("rel=\"next\""));
        assert!(
            page(1).contains("href=\"http://paper.example/read?w=")
                && page(1).contains("href=\"/read?w=")
        );
    }
}
