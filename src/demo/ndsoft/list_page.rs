//! Section pages: twenty rows each, in the skin's mark-up.

use crate::demo::ndsoft::frame::Frame;
use crate::demo::newspaper::{DemoArticle, DemoSkin, Newspaper, SECTIONS};
use crate::demo::prose::escaped;
use crate::time::LocalTime;

pub(super) const PER_PAGE: usize = 20;

/// Which page of which list.
pub(super) struct ListPage<'a> {
    pub paper: &'a Newspaper,
    pub base: &'a str,
    /// A section's or sub-section's articles, or all.
    pub rows: Vec<&'a DemoArticle>,
    /// The list's parameters, without the page.
    pub query: String,
    pub page: usize,
}

impl ListPage<'_> {
    pub fn html(&self) -> String {
        let main = match self.paper.skin {
            DemoSkin::G2 => self.g2(),
            DemoSkin::G4 => self.g4(),
        };
        let title = format!("전체 < 기사목록 - {}", Newspaper::TITLE);
        Frame {
            paper: self.paper,
            base: self.base,
            title,
            head: String::new(),
            main,
            padding: 22_000,
        }
        .html()
    }

    fn shown(&self) -> impl Iterator<Item = &&DemoArticle> {
        let past = self.page == 0 || self.page > self.paper.last_page;
        self.rows
            .iter()
            .skip((self.page.max(1) - 1) * PER_PAGE)
            .take(if past { 0 } else { PER_PAGE })
    }

    fn g4(&self) -> String {
        let row = |article: &&DemoArticle| {
            let link = format!(
                "{}/news/articleView.html?idxno={}",
                self.base, article.number
            );
            format!(
                "<li class=\"altlist-webzine-item\">\n\t<a href=\"{link}\" class=\"altlist-image\"><img src=\"/news/thumbnail/{}_v150.jpg\" alt=\"\"></a>\n\
                 \t<div class=\"altlist-webzine-content\">\n\t<H2 class=\"altlist-subject\">\n\t<a href=\"{link}\" target=\"_top\">\n\t\t{}\n\t</a></H2>\n\
                 \t<p class=\"altlist-summary\">{}...</p>\n\t<div class=\"altlist-info\"><div class=\"altlist-info-item\">{}</div>\
                 <div class=\"altlist-info-item\">{}</div><div class=\"altlist-info-item\">{}</div></div></div></li>\n",
                article.number,
                escaped(&article.title),
                summary(article),
                SECTIONS[article.section].1,
                article.byline,
                without_year(article.published)
            )
        };
        let rows: String = self.shown().map(row).collect();
        format!(
            "<small class=\"altlist-count\">총 <strong>{total}</strong>건의 기사가 있습니다.</small>\n\
             <article id=\"section-list\" class=\"altlist-body\">\n<ul class=\"altlist-webzine\">\n{rows}</ul>\n\
             <li id=\"sample\" class=\"altlist-webzine-item blind\"><a href=\"\" class=\"altlist-image\"></a><div class=\"altlist-webzine-content\">\
             <H2 class=\"altlist-subject\"><a href=\"\" class=\"linked replace-titles\"></a></H2></div></li>\n\
             <button type=\"button\" class=\"list-btn-more\" data-page=\"{page}\">더보기</button>\n\
             <script>\nvar params = {{}};\nparams['page'] = \"{page}\";\nparams['view_type'] = \"sm\";\nparams['total'] = \"{total}\";\n\
             params['list_per_page'] = \"{PER_PAGE}\";\nparams['page_per_page'] = \"10\";\nparams['list_page_limit'] = \"{last_page}\";\n</script></article>",
            total = self.rows.len(),
            page = self.page,
            last_page = self.paper.last_page
        )
    }

    fn g2(&self) -> String {
        let row = |article: &&DemoArticle| {
            let link = format!("/news/articleView.html?idxno={}", article.number);
            format!(
                "<div class=\"list-block\"><div class=\"list-titles\"><a href=\"{link}\"><strong>{}</strong></a></div>\n\
                 <p class=\"list-summary\"><a href=\"{link}\">{}...</a></p>\n<div class=\"list-dated\">{} | {} | {}</div></div>\n",
                escaped(&article.title),
                summary(article),
                SECTIONS[article.section].1,
                article.byline,
                minutes(article.published)
            )
        };
        let rows: String = self.shown().map(row).collect();
        let pages = self.rows.len().div_ceil(PER_PAGE).min(self.paper.last_page);
        let page_link = |page: usize| {
            let current = if page == self.page {
                " class=\"current\""
            } else {
                ""
            };
            format!(
                "<li{current}><a href=\"/news/articleList.html?page={page}&total={}&{}\">{page}</a></li>",
                self.rows.len(),
                self.query
            )
        };
        let pager: String = (1..=pages).map(page_link).collect();
        format!(
            "<small class=\"text-muted\">({}건)</small>\n<section class=\"article-list\"><section class=\"article-list-content type-sm\">\n{rows}</section></section>\n\
             <ul class=\"pagination\">{pager}</ul>",
            grouped(self.rows.len())
        )
    }
}

/// The first characters of the text.
fn summary(article: &DemoArticle) -> String {
    let summary: String = article.paragraphs.concat().chars().take(120).collect();
    escaped(&summary)
}

/// `5131` as `5,131`.
fn grouped(number: usize) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", grouped(number / 1000), number % 1000)
    }
}

/// `2026.11.20 18:00`.
pub(super) fn minutes(time: LocalTime) -> String {
    let told = time.to_string();
    format!("{} {}", told[..10].replace('-', "."), &told[11..16])
}

/// `11-20 18:00`, as lists tell the running year's dates.
fn without_year(time: LocalTime) -> String {
    let told = time.to_string();
    format!("{} {}", &told[5..10], &told[11..16])
}
