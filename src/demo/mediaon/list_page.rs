//! Section pages: fifteen rows each, with links to the pages around.

use std::collections::HashMap;

use crate::demo::mediaon::frame::{MediaonFrame, section_number};
use crate::demo::newspaper::{DemoArticle, Newspaper, SECTIONS, seconds};
use crate::demo::prose::escaped;

/// Rows of a page: 15, where the lists of ND Soft have 20.
const PER_PAGE: usize = 15;

/// One page of one list.
pub(crate) struct MediaonListPage<'a> {
    paper: &'a Newspaper,
    base: &'a str,
    rows: Vec<&'a DemoArticle>,
    /// The list's parameters, without the page.
    query: String,
    page: usize,
}

impl<'a> MediaonListPage<'a> {
    /// Returns the page that a query asks for: of one section or of all, of some days or of all.
    pub(super) fn of(paper: &'a Newspaper, base: &'a str, query: &HashMap<String, String>) -> Self {
        let rows = paper
            .articles()
            .iter()
            .filter(|article| is_shown(article, query))
            .collect();
        let kept = ["sec_no", "s_day", "e_day"]
            .iter()
            .filter_map(|name| Some(format!("{name}={}&", filled(query, name)?)))
            .collect();

        Self {
            paper,
            base,
            rows,
            query: kept,
            page: filled(query, "page")
                .and_then(|page| page.parse().ok())
                .unwrap_or(1)
                .max(1),
        }
    }

    /// Returns the whole page.
    pub(super) fn html(&self) -> String {
        let rows: String = self
            .rows
            .iter()
            .skip((self.page - 1) * PER_PAGE)
            .take(PER_PAGE)
            .map(|article| row(article))
            .collect();
        let main = format!(
            "<div class=\"list_wrap\"><h2>기사</h2><span class=\"total\">총 {}건</span>\n\
             <ul class=\"art_list_all\">\n{rows}</ul>\n\
             <ul class=\"paging\">{}</ul></div>",
            self.rows.len(),
            self.pager()
        );

        MediaonFrame {
            paper: self.paper,
            base: self.base,
            title: format!("기사 :: {}", Newspaper::TITLE),
            head: String::new(),
            main,
        }
        .html()
    }

    /// Returns links to five pages around the present one. On the last page, "next" links that
    /// page.
    fn pager(&self) -> String {
        let last = self.rows.len().div_ceil(PER_PAGE).max(1);
        let around = self.page.saturating_sub(2).max(1)..=last;
        let next = (self.page + 1).min(last.max(self.page));

        let links: String = around
            .take(5)
            .map(|page| self.page_link(page, &page.to_string()))
            .collect();
        links + &self.page_link(next, "다음")
    }

    fn page_link(&self, page: usize, words: &str) -> String {
        format!(
            "<li><a href=\"/news/section.html?{}page={page}\">{words}</a></li>",
            self.query
        )
    }
}

/// Returns the value of a parameter; `None` if it is empty.
fn filled<'q>(query: &'q HashMap<String, String>, name: &str) -> Option<&'q String> {
    query.get(name).filter(|value| !value.is_empty())
}

/// Tells whether an article is in the section and in the days that a query asks for.
fn is_shown(article: &DemoArticle, query: &HashMap<String, String>) -> bool {
    let section = section_number(article.section).to_string();
    let day = article.published.to_string()[..10].replace('-', "");

    filled(query, "sec_no").is_none_or(|number| *number == section)
        && filled(query, "s_day").is_none_or(|first| day >= *first)
        && filled(query, "e_day").is_none_or(|last| day <= *last)
}

fn row(article: &DemoArticle) -> String {
    let summary: String = article.paragraphs.concat().chars().take(90).collect();
    format!(
        "<li><a href=\"/news/article.html?no={}\"><i class=\"bx\"></i><b class=\"clamp c2\">{}</b>\
         <span class=\"cnt\">{}</span>\n\
         <span class=\"art_info\"><i class=\"sec\">{}</i><i class=\"name\">{}</i><i class=\"date\">\
         {}</i></span></a></li>\n",
        article.number,
        escaped(&article.title),
        escaped(&summary),
        SECTIONS[article.section].1,
        article.byline,
        seconds(article.published)
    )
}
