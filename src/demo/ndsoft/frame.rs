//! The frame of every page: head, menu, side boxes, footer, and the crawler traps in them.

use std::sync::LazyLock;

use crate::demo::newspaper::{DemoArticle, DemoSkin, Newspaper, SECTIONS};
use crate::demo::prose::escaped;

/// One page: the parts in which pages differ.
pub(super) struct Frame<'a> {
    pub paper: &'a Newspaper,
    /// As `http://127.0.0.1:8750`.
    pub base: &'a str,
    /// The content of `<title>`, with no escapes.
    pub title: String,
    /// Meta tags and scripts of this page.
    pub head: String,
    pub main: String,
    /// Bytes of styles to add. Real pages are as heavy.
    pub padding: usize,
}

/// Styles as the CMS writes them for every box of a page.
static STYLES: LazyLock<String> = LazyLock::new(|| (0..400).map(style).collect());

/// Returns the styles of the `k`-th box.
fn style(k: usize) -> String {
    format!(
        "#skin-{k} {{ --frame-width: {}rem; --gutter-x: {}px; --nd-border: 1px solid #{:06x}; }}\n\
         #skin-{k} > .item + .item {{ margin-top: {}px; padding-top: {}px; line-height: 1.{}; }}\n\
         #skin-{k} .auto-titles {{ max-width: calc(100% - {}px); font-size: {}px; color: #{:06x}; \
         }}\n",
        k % 7 + 3,
        k * 5 % 23,
        k * 40_503 % 0xff_ffff,
        k % 13,
        k % 11,
        k % 9,
        k * 3 % 97,
        11 + k % 9,
        k * 91_193 % 0xff_ffff
    )
}

impl Frame<'_> {
    /// Returns the whole page.
    pub(super) fn html(&self) -> String {
        let styles = &STYLES[..STYLES.floor_char_boundary(self.padding)];
        let (lang, wrap) = match self.paper.skin {
            DemoSkin::G2 => (r#"<html class="no-js" lang="ko" dir="ltr">"#, "user-wrap"),
            DemoSkin::G4 => (
                r#"<html class="no-js" lang="ko" dir="ltr" data-mobile="false">"#,
                "user-wrap v11-fl-v2",
            ),
        };
        let feed = format!("{}{}", self.base, feed_path(self.paper.skin));

        format!(
            "<!doctype html>\n{lang}\n<head>\r\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=1200\">\n{}\
             <title>{}</title>\n<link rel=\"alternate\" type=\"application/rss+xml\" \
             href=\"{feed}\"/>\n<style>\n{styles}</style>\n\
             </head>\r\n<body>\n<div id=\"user-wrap\" class=\"{wrap}\">\n\
             {}<main id=\"user-container\">\n{}\n</main>\n{}\n{}</div>\n\
             </body>\n</html>\n<!-- served -->\n",
            self.head,
            self.title,
            self.menu(),
            self.main,
            self.side_boxes(),
            self.footer()
        )
    }

    fn menu(&self) -> String {
        let base = self.base;
        let everything = self.menu_item_of_all();
        let sections: String = SECTIONS
            .iter()
            .map(|(code, name, _)| self.menu_item(code, name))
            .collect();
        let id = match self.paper.skin {
            DemoSkin::G2 => "mega-menu",
            DemoSkin::G4 => "user-menu",
        };
        let shop = "<li class=\"gl-menu-item\"><a href=\"https://shop.hanbit-books.example/\">책 사러 \
            가기</a></li>\n";

        format!(
            "<header id=\"user-header\"><a href=\"{base}\"><img src=\"/image/logo/toplogo.png\" \
             alt=\"{}\"></a>\n\
             <a href=\"{base}/member/login.html\">로그인</a>\n<nav id=\"user-nav\"><ul id=\"{id}\">\n\
             {everything}{sections}{shop}</ul>\n\
             <form name=\"head-search\" action=\"{base}/news/articleList.html\">\
             <input type=\"hidden\" name=\"sc_area\" value=\"A\">\
             <input type=\"text\" name=\"sc_word\"></form></nav></header>\n",
            Newspaper::TITLE
        )
    }

    /// Returns the menu's link to the list of all articles.
    fn menu_item_of_all(&self) -> String {
        match self.paper.skin {
            DemoSkin::G2 => format!(
                "<li class=\"megaline\"><a href=\"{}\">전체기사</a><ul></ul></li>\n",
                self.list_link("&")
            ),
            DemoSkin::G4 => format!(
                "<li class=\"gl-menu-item\"><a href=\"{}\" class=\"gl-menu-link\">전체기사</a></li>\n",
                self.list_link("")
            ),
        }
    }

    /// Returns the menu's link to a section.
    fn menu_item(&self, code: &str, name: &str) -> String {
        let link = self.list_link(&format!("sc_section_code={code}&"));
        match self.paper.skin {
            DemoSkin::G2 => {
                format!(
                    "<li class=\"megaline\"><a href=\"{link}\" target=\"_top\">{name}</a><ul></ul>\
                     </li>\n"
                )
            }
            DemoSkin::G4 => format!(
                "<li class=\"gl-menu-item\" data-menu-code=\"{code}\">\n\
                 <a href=\"{link}\" target=\"_top\" class=\"gl-menu-link\">{name}</a></li>\n"
            ),
        }
    }

    /// Returns the address of a list. `parameters` come first, and end with `&`.
    fn list_link(&self, parameters: &str) -> String {
        format!(
            "{}/news/articleList.html?{parameters}view_type=sm",
            self.base
        )
    }

    /// Returns boxes with links to articles, and a search. The links are no rows of any list.
    fn side_boxes(&self) -> String {
        let articles = self.paper.articles().iter();
        let popular = articles.clone().skip(31).step_by(7).take(5);
        let popular = self.side_box("많이 본 뉴스", 27, popular);
        let photos = articles.clone().skip(5).step_by(3).take(25);
        let photos = self.side_box("포토뉴스", 28, photos);
        let newest = self.side_box("최신뉴스", 29, articles.take(25));

        format!(
            "<aside class=\"grid side\">\n{popular}{photos}{newest}\
             <a href=\"{0}/news/articleList.html?sc_area=C&sc_word=%EC%B6%95%EC%A0%9C\">#축제</a>\
             </aside>\n",
            self.base
        )
    }

    fn side_box<'p>(
        &self,
        title: &str,
        skin: u32,
        articles: impl Iterator<Item = &'p DemoArticle>,
    ) -> String {
        let items: String = articles.map(|article| self.side_item(article)).collect();
        format!(
            "<article class=\"box-skin\">\n<header class=\"header\"><strong>{title}</strong>\
             </header>\n<section class=\"content\">\
             <div id=\"skin-{skin}\" class=\"auto-article\">{items}</div></section>\n</article>\n"
        )
    }

    fn side_item(&self, article: &DemoArticle) -> String {
        let (base, number, title) = (self.base, article.number, escaped(&article.title));
        format!(
            "<div class=\"item\"><div class=\"auto-content\"><div class=\"auto-number\"></div>\n\
             <a href=\"{base}/news/articleView.html?idxno={number}\" target=\"_top\">\
             <DIV class=\"auto-titles onload\">{title}</DIV></a>\n</div>\n\
             <a href=\"{base}/news/articleView.html?idxno={number}\" class=\"frame\">\
             <div class=\"auto-images thumb\">\
             <img src=\"/news/thumbnail/custom/{number}_120.jpg\" alt=\"{title}\" loading=\"lazy\">\
             </div></a>\n</div>\n"
        )
    }

    fn footer(&self) -> String {
        let base = self.base;
        format!(
            "<footer id=\"user-footer\"><a href=\"{base}/com/com-1.html\">매체소개</a> <a \
             href=\"{base}/rss/\">RSS</a>\n\
             <ul class=\"gl-address\"><li>제호: {}</li>\
             <li>C<a href=\"{base}/admin/adminLoginForm.html\" tabindex=\"-1\">o</a>pyright</li>\
             </ul>\n\
             <div class=\"ndsoft\"><a href=\"https://www.ndsoft.co.kr/\" target=\"_blank\">\
             <img src=\"/image/ndsoft.svg\" alt=\"ND소프트\" /></a></div>\
             </footer>\n",
            Newspaper::TITLE
        )
    }
}

/// Returns the path of the feed. Its name differs by skin.
pub(super) fn feed_path(skin: DemoSkin) -> &'static str {
    match skin {
        DemoSkin::G2 => "/rss/allArticle.xml",
        DemoSkin::G4 => "/rss/gn_rss_allArticle.xml",
    }
}
