//! The frame of every page: head, menu, a side box, footer, and the crawler traps in them.

use crate::demo::newspaper::{DemoArticle, Newspaper, SECTIONS};
use crate::demo::prose::escaped;

/// The feed's path, invented after those of the CMS. Only the `<link>` in the head names it.
pub(crate) const FEED: &str = "/data/rss/news.xml";

/// One page: the parts in which pages differ.
pub(crate) struct MediaonFrame<'a> {
    pub paper: &'a Newspaper,
    pub base: &'a str,
    pub title: String,
    pub head: String,
    pub main: String,
}

/// Returns the number of a section in addresses.
pub(crate) fn section_number(section: usize) -> usize {
    section + 11
}

impl MediaonFrame<'_> {
    /// Returns the whole page.
    pub(super) fn html(&self) -> String {
        let Self {
            base,
            title,
            head,
            main,
            ..
        } = self;

        format!(
            "<!DOCTYPE html>\n<html lang=\"ko\">\n<head>\n<meta charset=\"utf-8\" />\n\
             <title>{title}</title>\n{head}\
             <link rel=\"alternate\" type=\"application/rss+xml\" title=\"RSS\" \
             href=\"{base}{FEED}\" />\n</head>\n<body>\n\
             {}<div id=\"container\">\n{main}\n{}</div>\n<footer class=\"foot\">제호 : {} | <a \
             href=\"/member/join.html\">회원가입</a>\
             <p>무단전재 및 재배포 금지</p></footer>\n</body>\n</html>\n",
            self.menu(),
            self.side_box(),
            Newspaper::TITLE
        )
    }

    fn menu(&self) -> String {
        let sections: String = (0..SECTIONS.len()).map(menu_item).collect();

        format!(
            "<header><a href=\"/\"><img src=\"/data/skin/logo.png\" alt=\"{}\"></a>\
             <a href=\"/member/login.html\">로그인</a>\n\
             <nav><ul id=\"nav\">\n<li><a href=\"/news/section.html\">전체기사</a></li>\n{sections}\
             <li><a href=\"https://shop.hanbit-books.example/\">책 사러 가기</a></li></ul></nav>\n\
             <form action=\"/news/search.html\"><input name=\"search\"></form>\
             <a href=\"/news/search.html?search=%EC%B1%85\">#책</a></header>\n",
            Newspaper::TITLE
        )
    }

    /// Returns a box with links to articles. They are no rows of any list.
    fn side_box(&self) -> String {
        let links: String = self
            .paper
            .articles()
            .iter()
            .skip(3)
            .step_by(11)
            .take(10)
            .map(side_link)
            .collect();

        format!(
            "<aside class=\"aside\"><h2>많이 본 기사</h2><ul class=\"art_list_rank\">\n\
             {links}</ul></aside>\n"
        )
    }
}

fn menu_item(section: usize) -> String {
    format!(
        "<li><a href=\"/news/section.html?sec_no={}\">{}</a></li>\n",
        section_number(section),
        SECTIONS[section].1
    )
}

fn side_link(article: &DemoArticle) -> String {
    format!(
        "<li><a href=\"/news/article.html?no={}&rank=1\"><b class=\"clamp\">{}</b></a></li>\n",
        article.number,
        escaped(&article.title)
    )
}
