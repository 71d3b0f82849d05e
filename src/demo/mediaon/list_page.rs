//! Section pages: fifteen rows each, with links to the pages around.

use std::collections::HashMap;

use crate::demo::mediaon::frame::{MediaonFrame, section_number};
use crate::demo::newspaper::{DemoArticle, Newspaper, SECTIONS, seconds};
use crate::demo::prose::escaped;

const PER_PAGE: usize = 15;

/// Which page of which list.
pub(crate) struct MediaonListPage<'a> {
    paper: &'a Newspaper,
    base: &'a str,
    rows: Vec<&'a DemoArticle>,
    /// The list's parameters, without the page.
    query: String,
    page: usize,
}

impl<'a> MediaonListPage<'a> {
    /// The list that a query asks for: a section or all, of some days or of all.
    pub fn of(paper: &'a Newspaper, base: &'a str, query: &HashMap<String, String>) -> Self {
        let filled = |name: &str| query.get(name).filter(|value| !value.is_empty());
        let day = |article: &DemoArticle| article.published.to_string()[..10].replace('-', "");
        let is_shown = |article: &&DemoArticle| {
            filled("sec_no")
                .is_none_or(|number| *number == section_number(article.section).to_string())
                && filled("s_day").is_none_or(|first| day(article) >= *first)
                && filled("e_day").is_none_or(|last| day(article) <= *last)
        };
        let kept = ["sec_no", "s_day", "e_day"]
            .iter()
            .filter_map(|name| Some(format!("{name}={}&", filled(name)?)));
        Self {
            paper,
            base,
            rows: paper.articles().iter().filter(is_shown).collect(),
            query: kept.collect(),
            page: filled("page")
                .and_then(|page| page.parse().ok())
                .unwrap_or(1)
                .max(1),
        }
    }

    pub fn html(&self) -> String {
        let rows: String = self
            .rows
            .iter()
            .skip((self.page - 1) * PER_PAGE)
            .take(PER_PAGE)
            .map(|row| self.row(row))
            .collect();
        let main = format!(
            "<div class=\"list_wrap\"><h2>기사</h2><span class=\"total\">총 {}건</span>\n<ul class=\"art_list_all\">\n{rows}</ul>\n\
             <ul class=\"paging\">{}</ul></div>",
            self.rows.len(),
            self.pager()
        );
        let title = format!("기사 :: {}", Newspaper::TITLE);
        MediaonFrame {
            paper: self.paper,
            base: self.base,
            title,
            head: String::new(),
            main,
        }
        .html()
    }

    fn row(&self, article: &DemoArticle) -> String {
        let summary: String = article.paragraphs.concat().chars().take(90).collect();
        format!(
            "<li><a href=\"/news/article.html?no={}\"><i class=\"bx\"></i><b class=\"clamp c2\">{}</b><span class=\"cnt\">{}</span>\n\
             <span class=\"art_info\"><i class=\"sec\">{}</i><i class=\"name\">{}</i><i class=\"date\">{}</i></span></a></li>\n",
            article.number,
            escaped(&article.title),
            escaped(&summary),
            SECTIONS[article.section].1,
            article.byline,
            seconds(article.published)
        )
    }

    /// Five pages around the present one; "next" at the end links the present one.
    fn pager(&self) -> String {
        let last = self.rows.len().div_ceil(PER_PAGE).max(1);
        let link = |page: usize, words: &str| {
            format!(
                "<li><a href=\"/news/section.html?{}page={page}\">{words}</a></li>",
                self.query
            )
        };
        let around = (self.page.saturating_sub(2).max(1)..=last)
            .take(5)
            .map(|page| link(page, &page.to_string()));
        let links: String = around.collect();
        links + &link((self.page + 1).min(last.max(self.page)), "다음")
    }
}
