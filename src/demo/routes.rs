//! The dispatch of a request to the paper's CMS. Pure: a paper and an address give an answer.

use std::collections::HashMap;

use crate::demo::demo_answer::{DemoAnswer, PNG, text};
use crate::demo::newspaper::{DemoCms, Newspaper};
use crate::demo::{mediaon, ndsoft, plain, png};

/// Returns the answer for `path_and_query` of a paper that is served at `base`, as
/// `http://127.0.0.1:8750`.
pub fn answer(paper: &Newspaper, base: &str, path_and_query: &str) -> DemoAnswer {
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));

    if let Some(photo) = photo(paper, base, path) {
        return photo;
    }
    match paper.cms {
        DemoCms::NdSoft => ndsoft::answer(paper, base, path, &parameters(query)),
        DemoCms::Mediaon => mediaon::answer(paper, base, path, &parameters(query)),
        // Its queries are in EUC-KR, so they cannot be decoded as UTF-8 here.
        DemoCms::Plain => plain::answer(paper, base, path, query),
    }
}

/// Returns the photo at a path, if an article has it.
fn photo(paper: &Newspaper, base: &str, path: &str) -> Option<DemoAnswer> {
    if !path.ends_with(".jpg") {
        return None;
    }

    let address = format!("{base}{path}");
    let mut articles = paper.articles().iter();
    let article =
        articles.find(|article| paper.photo_url(base, article).as_ref() == Some(&address))?;
    let body = png::photo(article.number)
        .into_iter()
        .map(char::from)
        .collect();
    Some(text(PNG, body))
}

fn parameters(query: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
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
            let open = paper
                .articles()
                .iter()
                .filter(|article| article.kind == Availability::Open);

            for article in open {
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

        let deleted = get_first(&paper, Availability::Deleted);
        let alert = get_first(&paper, Availability::DeletedWithAlert);

        assert_eq!(deleted.status, 404);
        assert!(alert.status == 200 && alert.body.len() < 400);
    }

    /// Returns the page of the newest article of that kind.
    fn get_first(paper: &Newspaper, kind: Availability) -> DemoAnswer {
        let article = paper
            .articles()
            .iter()
            .find(|article| article.kind == kind)
            .unwrap();
        let path = format!("/news/articleView.html?idxno={}", article.number);

        get(paper, &path)
    }

    #[test]
    fn robots_txt_has_its_rules() {
        let paper = Newspaper::new(&Edition::default());

        let robots = get(&paper, "/robots.txt").body;

        assert!(robots.ends_with("Disallow: /news/articlePrint.html\nCrawl-delay: 0.1\n"));
    }
}
