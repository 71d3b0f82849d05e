//! Pages of lists: twenty rows each, in the skin's mark-up.

use crate::demo::ndsoft::frame::Frame;
use crate::demo::newspaper::{DemoArticle, DemoSkin, Newspaper, SECTIONS};
use crate::demo::prose::escaped;
use crate::time::LocalTime;

/// Rows of a page, as many as the CMS shows.
const PER_PAGE: usize = 20;

/// One page of one list.
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
    /// Returns the whole page.
    pub(super) fn html(&self) -> String {
        let main = match self.paper.skin {
            DemoSkin::G2 => self.g2(),
            DemoSkin::G4 => self.g4(),
        };

        Frame {
            paper: self.paper,
            base: self.base,
            title: format!("전체 < 기사목록 - {}", Newspaper::TITLE),
            head: String::new(),
            main,
            padding: 22_000,
        }
        .html()
    }

    /// Returns the articles of this page; none beyond the last page that the CMS shows.
    fn shown(&self) -> impl Iterator<Item = &DemoArticle> {
        let is_beyond = self.page == 0 || self.page > self.paper.last_page;
        self.rows
            .iter()
            .skip((self.page.max(1) - 1) * PER_PAGE)
            .take(if is_beyond { 0 } else { PER_PAGE })
            .copied()
    }

    fn g4(&self) -> String {
        let rows: String = self.shown().map(|article| self.g4_row(article)).collect();

        format!(
            "<small class=\"altlist-count\">총 <strong>{total}</strong>건의 기사가 있습니다.</small>\n\
             <article id=\"section-list\" class=\"altlist-body\">\n<ul class=\"altlist-webzine\">\n\
             {rows}</ul>\n\
             <li id=\"sample\" class=\"altlist-webzine-item blind\"><a href=\"\" \
             class=\"altlist-image\"></a><div class=\"altlist-webzine-content\">\
             <H2 class=\"altlist-subject\"><a href=\"\" class=\"linked replace-titles\"></a></H2>\
             </div></li>\n\
             <button type=\"button\" class=\"list-btn-more\" data-page=\"{page}\">더보기</button>\n\
             <script>\nvar params = {{}};\nparams['page'] = \"{page}\";\nparams['view_type'] = \
             \"sm\";\nparams['total'] = \"{total}\";\n\
             params['list_per_page'] = \"{PER_PAGE}\";\nparams['page_per_page'] = \"10\";\n\
             params['list_page_limit'] = \"{last_page}\";\n</script></article>",
            total = self.rows.len(),
            page = self.page,
            last_page = self.paper.last_page
        )
    }

    fn g4_row(&self, article: &DemoArticle) -> String {
        let link = format!(
            "{}/news/articleView.html?idxno={}",
            self.base, article.number
        );
        format!(
            "<li class=\"altlist-webzine-item\">\n\t<a href=\"{link}\" class=\"altlist-image\">\
             <img src=\"/news/thumbnail/{}_v150.jpg\" alt=\"\"></a>\n\
             \t<div class=\"altlist-webzine-content\">\n\t<H2 class=\"altlist-subject\">\n\
             \t<a href=\"{link}\" target=\"_top\">\n\t\t{}\n\t</a></H2>\n\
             \t<p class=\"altlist-summary\">{}...</p>\n\t<div class=\"altlist-info\">\
             <div class=\"altlist-info-item\">{}</div>\
             <div class=\"altlist-info-item\">{}</div><div class=\"altlist-info-item\">{}</div>\
             </div></div></li>\n",
            article.number,
            escaped(&article.title),
            summary(article),
            SECTIONS[article.section].1,
            article.byline,
            without_year(article.published)
        )
    }

    fn g2(&self) -> String {
        let rows: String = self.shown().map(g2_row).collect();
        let pages = self.rows.len().div_ceil(PER_PAGE).min(self.paper.last_page);
        let pager: String = (1..=pages).map(|page| self.g2_page_link(page)).collect();

        format!(
            "<small class=\"text-muted\">({}건)</small>\n<section class=\"article-list\">\
             <section class=\"article-list-content type-sm\">\n{rows}</section></section>\n\
             <ul class=\"pagination\">{pager}</ul>",
            grouped(self.rows.len())
        )
    }

    fn g2_page_link(&self, page: usize) -> String {
        let current = if page == self.page {
            " class=\"current\""
        } else {
            ""
        };
        format!(
            "<li{current}><a href=\"/news/articleList.html?page={page}&total={}&{}\">{page}</a>\
             </li>",
            self.rows.len(),
            self.query
        )
    }
}

fn g2_row(article: &DemoArticle) -> String {
    let link = format!("/news/articleView.html?idxno={}", article.number);
    format!(
        "<div class=\"list-block\"><div class=\"list-titles\"><a href=\"{link}\">\
         <strong>{}</strong></a></div>\n\
         <p class=\"list-summary\"><a href=\"{link}\">{}...</a></p>\n<div class=\"list-dated\">{} \
         | {} | {}</div></div>\n",
        escaped(&article.title),
        summary(article),
        SECTIONS[article.section].1,
        article.byline,
        minutes(article.published)
    )
}

/// Returns the first 120 characters of the story.
fn summary(article: &DemoArticle) -> String {
    let summary: String = article.paragraphs.concat().chars().take(120).collect();
    escaped(&summary)
}

/// Returns a number with commas: `5131` as `5,131`.
fn grouped(number: usize) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", grouped(number / 1000), number % 1000)
    }
}

/// Returns a time as `2026.11.20 18:00`.
pub(super) fn minutes(time: LocalTime) -> String {
    let text = time.to_string();
    format!("{} {}", text[..10].replace('-', "."), &text[11..16])
}

/// Returns a time as `11-20 18:00`: lists print dates of the running year so.
fn without_year(time: LocalTime) -> String {
    let text = time.to_string();
    format!("{} {}", &text[5..10], &text[11..16])
}
