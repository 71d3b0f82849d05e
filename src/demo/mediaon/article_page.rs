//! Article pages: line breaks part the story, dates are only printed, and the reporter signs within
//! the story.

use crate::demo::mediaon::frame::{MediaonFrame, section_number};
use crate::demo::newspaper::{Availability, DemoArticle, Newspaper, SECTIONS, seconds};
use crate::demo::prose::escaped;

/// The page of one article. The paper is served at `base`.
pub(crate) struct MediaonArticlePage<'a> {
    pub paper: &'a Newspaper,
    pub base: &'a str,
    pub article: &'a DemoArticle,
}

impl MediaonArticlePage<'_> {
    /// Returns the whole page.
    pub(super) fn html(&self) -> String {
        let title = format!("[{}] {}", Newspaper::TITLE, self.article.title);
        MediaonFrame {
            paper: self.paper,
            base: self.base,
            title,
            head: self.head(),
            main: self.main(),
        }
        .html()
    }

    fn head(&self) -> String {
        let (article, base) = (self.article, self.base);
        format!(
            "<meta property=\"og:site_name\" content=\"{paper}\" />\n<meta property=\"og:title\" \
             content=\"{} :: {paper}\" />\n\
             <meta property=\"og:url\" content=\"{base}/news/article.html?no={number}\" />\n\
             <link rel=\"alternate\" media=\"only screen and (max-width: 640px)\" \
             href=\"{base}/mobile/article.html?no={number}\" />\n",
            escaped(&article.title),
            paper = Newspaper::TITLE,
            number = article.number,
        )
    }

    fn main(&self) -> String {
        let (article, number) = (self.article, self.article.number);
        let section = section_number(article.section);
        let subtitle = article
            .subtitle
            .as_ref()
            .map(|text| format!("<h3>{text}</h3>"))
            .unwrap_or_default();
        let modified = article
            .modified
            .map(|time| format!("<li class=\"date\">수정 {}</li>", seconds(time)));

        format!(
            "<div class=\"path\"><a href=\"/\">홈</a> <a class=\"sec\" href=\"/news/section.html?\
             sec_no={section}\">{}</a> \
             <a class=\"sub\" href=\"/news/section.html?sec_no={section}\">{}</a></div>\n\
             <div class=\"art_top\"><h2>{}</h2>{subtitle}\n\
             <ul class=\"art_info\"><li class=\"name\">{}</li><li class=\"date\">등록 {}</li>\
             {}</ul>\n\
             <div class=\"sns\"><a href=\"/news/article_print.html?no={number}\">인쇄</a>\
             <a href=\"/mobile/article.html?no={number}\">모바일</a></div></div>\n\
             <div id=\"news_body_area\" class=\"cnt_view\">{}</div>\n{}<p class=\"art_copyright\">\
             저작권자 &copy; {} 무단전재 및 재배포 금지</p>\n\
             <div class=\"reply\"><p>댓글을 남겨 주세요</p></div>",
            SECTIONS[article.section].1,
            article.subsection,
            escaped(&article.title),
            article.byline,
            seconds(article.published),
            modified.unwrap_or_default(),
            self.story(),
            self.tags(),
            Newspaper::TITLE
        )
    }

    fn story(&self) -> String {
        let article = self.article;
        if article.kind == Availability::MembersOnly {
            return "<div class=\"paywall\">이 글은 유료회원 전용 기사입니다.</div>".to_owned();
        }

        let paragraphs: Vec<String> = article
            .paragraphs
            .iter()
            .map(|text| escaped(text))
            .collect();
        let advertisement = "<div class=\"ad_in_view\">광고</div>";
        format!(
            "{}{}{advertisement}{}",
            self.photo(),
            paragraphs.join("<br />\n<br />"),
            self.signature()
        )
    }

    fn photo(&self) -> String {
        let Some(url) = self.paper.photo_url(self.base, self.article) else {
            return String::new();
        };
        let caption = self
            .article
            .photo
            .as_ref()
            .and_then(|(_, caption)| caption.as_deref())
            .unwrap_or_default();

        format!(
            "<div class=\"imgframe\"><img src=\"{url}\" /><p class=\"caption\">{}</p></div>\n",
            escaped(caption)
        )
    }

    /// Returns the line in which a single reporter signs at the end of the story.
    fn signature(&self) -> String {
        self.article
            .byline
            .strip_suffix(" 기자")
            .filter(|name| !name.contains('·'))
            .map(|name| format!("<br /><br />{name} 기자 press@hanbit-books.example"))
            .unwrap_or_default()
    }

    fn tags(&self) -> String {
        let tags: String = self.article.tags.iter().map(|tag| tag_link(tag)).collect();
        format!("<div class=\"tag_list\">{tags}</div>\n")
    }
}

fn tag_link(tag: &str) -> String {
    format!("<a href=\"/news/search.html?search={tag}\">#{tag}</a>")
}
