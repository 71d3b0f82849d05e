//! Which page stands at which address. Pure: a paper and an address give an answer.

use std::collections::HashMap;

use crate::demo::demo_answer::DemoAnswer;
use crate::demo::newspaper::{DemoCms, Newspaper};
use crate::demo::{mediaon, ndsoft, plain};

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
        DemoCms::NdSoft => ndsoft::answer(paper, base, path, &decoded()),
        DemoCms::Mediaon => mediaon::answer(paper, base, path, &decoded()),
        // Its queries are no UTF-8.
        DemoCms::Plain => plain::answer(paper, base, path, query),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::newspaper::{Availability, DemoSkin, Edition};

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
