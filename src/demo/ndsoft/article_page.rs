//! Article pages in the skin's mark-up, with its quirks: titles that stand twice, times with a
//! false `Z`, and JSON-LD that is no JSON.

use crate::demo::ndsoft::frame::Frame;
use crate::demo::ndsoft::list_page::minutes;
use crate::demo::ndsoft::story::story;
use crate::demo::newspaper::{DemoArticle, DemoSkin, Newspaper, SECTIONS};
use crate::demo::prose::escaped;

/// The page of one article. The paper is served at `base`.
pub(super) struct ArticlePage<'a> {
    pub paper: &'a Newspaper,
    pub base: &'a str,
    pub article: &'a DemoArticle,
}

/// The whole page of a deleted article, as the CMS sends it: a script, and nothing else.
pub(super) const ALERT: &str =
    "<script>alert('존재하지 않는 링크입니다.');history.back();</script>\n";

impl ArticlePage<'_> {
    /// Returns the whole page, of 60,000 to 80,000 bytes.
    pub(super) fn html(&self) -> String {
        let DemoArticle { title, number, .. } = self.article;
        let (section, subsection) = (SECTIONS[self.article.section].1, self.article.subsection);
        let (title, main) = match self.paper.skin {
            DemoSkin::G2 => (format!("{title} - {}", Newspaper::TITLE), self.g2()),
            DemoSkin::G4 => (
                format!(
                    "{title} < {subsection} < {section} < 기사본문 - {}",
                    Newspaper::TITLE
                ),
                self.g4(),
            ),
        };
        let padding = 33_000 + usize::try_from(number % 97).expect("it is below 97") * 50;

        Frame {
            paper: self.paper,
            base: self.base,
            title,
            head: self.head(),
            main,
            padding,
        }
        .html()
    }

    fn address(&self) -> String {
        format!(
            "{}/news/articleView.html?idxno={}",
            self.base, self.article.number
        )
    }

    fn head(&self) -> String {
        let (article, address) = (self.article, self.address());
        let (title, byline) = (escaped(&article.title), &article.byline);
        let (published, section) = (article.published, SECTIONS[article.section].1);
        let suffix = match self.paper.skin {
            DemoSkin::G2 => String::new(),
            DemoSkin::G4 => format!(" - {}", Newspaper::TITLE),
        };
        let description: String = article.paragraphs.concat().chars().take(120).collect();

        format!(
            "<link rel=\"canonical\" id=\"canonical\" href=\"{address}\" />\n\
             <!--<link rel=\"amphtml\" href=\"{}/news/articleViewAmp.html?idxno={}\">-->\n\
             <meta name=\"description\" content=\"{}\" />\n<meta property=\"og:site_name\" \
             content=\"{}\"/>\n\
             <meta property=\"og:type\" content=\"article\" />\n<meta property=\"og:url\" \
             content=\"{address}\" />\n\
             <meta property=\"og:title\" content=\"{title}{suffix}\" />\n\
             <meta property=\"og:image\" content=\"{}/image/logo/snslogo.png\" />\n\
             <meta property=\"og:article:author\" content=\"{byline}\"/>\n\
             <meta property=\"dable:item_id\" content=\"{}\">\n\
             <meta property=\"article:section\" content=\"{section}\">\n\
             <meta property=\"article:section2\" content=\"{}\">\n\
             <meta property=\"article:published_time\" content=\"{published}\">\n{}",
            self.base,
            article.number,
            escaped(&description),
            Newspaper::TITLE,
            self.base,
            article.number,
            article.subsection,
            self.structured()
        )
    }

    /// Returns the JSON-LD. In G2, it has a false `Z` and an escape that JSON does not know.
    fn structured(&self) -> String {
        let article = self.article;
        let modified = article.modified.unwrap_or(article.published);

        match self.paper.skin {
            DemoSkin::G2 => format!(
                "<meta property=\"og:article:published_time\" content=\"{wall}Z\" />\n\
                 <script type=\"application/ld+json\">\n\
                 {{\"@type\": \"NewsArticle\", \"headline\": \"it\\'s {}\", \"datePublished\": \
                 \"{wall}Z\"}}\n</script>\n",
                article.number,
                wall = &article.published.to_string()[..19]
            ),
            DemoSkin::G4 => {
                let headline = serde_json::Value::from(article.title.as_str());
                format!(
                    "<script type=\"application/ld+json\">\n\
                     {{\"@context\": \"https://schema.org\", \"@type\": \"NewsArticle\", \
                     \"headline\": {headline}, \"datePublished\": \"{}\", \"dateModified\": \
                     \"{modified}\"}}\n</script>\n",
                    article.published
                )
            }
        }
    }

    fn g4(&self) -> String {
        let article = self.article;
        let title = escaped(&article.title);
        let subtitle = self.subtitle_in("<H2 class=\"subheading\">", "</H2>");

        format!(
            "<div id=\"article-view\" class=\"atlview\">\
             <script>$('#article-view-content-div').on('copy', function(){{}});</script>\n\
             <div id=\"sticky-header\">\
             <button onclick=\"javascript:articleHeader.move('prev','embargo_date',\
             '{epoch}_{number}','{code}','','');\"></button>\
             <span class=\"aht-title-view\">{title}</span></div>\n\
             <header class=\"article-view-header\"><article class=\"shoulder-group\">\
             <div class=\"section-name\">{sub}</div></article>\n<H1 class=\"heading\">{title}</H1>\
             {subtitle}<div class=\"info-group\"><article class=\"item\">\
             <ul class=\"breadcrumbs\"><li class=\"info-name\" aria-label=\"기자명\">\n{byline}</li>\n\
             {dates}<li>댓글 0</li></ul></article></div>{share}</header>\n\
             <div class=\"article-body\"><article id=\"article-view-content-div\" \
             class=\"article-veiw-body view-page\" itemprop=\"articleBody\">\n{story}</article>\n\
             {tags}<article class=\"article-writer\"><a href=\"{base}/news/articleList.html?\
             sc_area=I&sc_word=writer\" class=\"article-writer-name\">{byline}</a></article>\n\
             <article class=\"article-copyright\">저작권자 &copy; {paper} 무단전재 및 재배포 금지</article>\
             </div>\n{after}</div>",
            epoch = article.published.at.millis() / 1000,
            number = article.number,
            code = SECTIONS[article.section].0,
            sub = article.subsection,
            byline = article.byline,
            dates = self.g4_dates(),
            share = self.share(),
            story = story(self.paper, self.base, article),
            tags = self.tags(),
            base = self.base,
            paper = Newspaper::TITLE,
            after = self.after(),
        )
    }

    fn g4_dates(&self) -> String {
        let published = minutes(self.article.published);
        match self.article.modified {
            None => format!("<li>입력 {published}</li>"),
            Some(modified) => format!(
                "<li class=\"info-update\">업데이트 {} <div class=\"info-update-origin\">입력 {published}\
                 </div></li>",
                minutes(modified)
            ),
        }
    }

    fn g2(&self) -> String {
        let article = self.article;
        let title = escaped(&article.title);
        let info = format!(
            "<li><i class=\"fa fa-user-o fa-fw\"></i> {}</li><li><i class=\"fa fa-clock-o fa-fw\">\
             </i> 승인 {}</li>",
            article.byline,
            minutes(article.published)
        );
        let subtitle = self.subtitle_in("<div class=\"article-head-sub\">", "</div>");

        format!(
            "<div id=\"article-header-title\"><div class=\"aht-title-subject\">{title}</div>\
             <ul class=\"aht-title-list\">{info}</ul></div>\n\
             <header class=\"article-view-header\"><nav class=\"article-head-nav\">\
             <a href=\"{base}\">HOME</a> \
             <a href=\"/news/articleList.html?sc_section_code={code}\">{section}</a> <a \
             href=\"/news/articleList.html?sc_sub_section_code=S2N1\">{sub}</a></nav>\n\
             <header class=\"article-header-wrap\"><div class=\"article-head-title\">{title}</div>\
             {subtitle}</header>\n\
             <section class=\"article-head-info\"><div class=\"info-text\"><ul class=\"no-bullet\">\
             {info}</ul></div>{share}</section></header>\n\
             <div class=\"user-content\"><div id=\"article-view-content-div\" class=\"\">\n\
             {story}\n\
             <div class=\"view-copyright\">저작권자 &copy; {paper} 무단전재 및 재배포 금지</div>\n\
             <div class=\"view-editors\"><strong class=\"names\">{byline}</strong>\
             <a href=\"/news/articleList.html?sc_area=I&sc_word=writer\">다른기사 보기</a></div>\n\
             </div>{tags}{after}</div>",
            base = self.base,
            code = SECTIONS[article.section].0,
            section = SECTIONS[article.section].1,
            sub = article.subsection,
            share = self.share(),
            story = story(self.paper, self.base, article),
            paper = Newspaper::TITLE,
            byline = article.byline,
            tags = self.tags(),
            after = self.after(),
        )
    }

    /// Returns the subtitle between two tags; nothing if the article has none.
    fn subtitle_in(&self, start: &str, end: &str) -> String {
        self.article
            .subtitle
            .as_ref()
            .map(|text| format!("{start}{text}{end}"))
            .unwrap_or_default()
    }

    fn tags(&self) -> String {
        let tags: String = self
            .article
            .tags
            .iter()
            .map(|tag| self.tag_link(tag))
            .collect();
        if tags.is_empty() {
            return tags;
        }
        format!("<article class=\"tag-group\">{tags}</article>\n")
    }

    fn tag_link(&self, tag: &str) -> String {
        format!(
            "<a href=\"{}/news/articleList.html?sc_area=K&sc_word={tag}\" \
             class=\"tag\">#{tag}</a>\n",
            self.base
        )
    }

    /// Returns links to this page under other addresses. Most of them are traps.
    fn share(&self) -> String {
        let number = self.article.number;
        format!(
            "<div class=\"reveal\" id=\"article-sns\"><div class=\"reveal-title\">이 기사를 공유합니다</div>\
             <a href=\"/news/articlePrint.html?idxno={number}\">인쇄</a>\
             <a href=\"/news/articleMail.html?idxno={number}\">메일</a>\
             <a href=\"/news/articleViewAmp.html?idxno={number}\">AMP</a>\
             <a href=\"{}&amp;utm_source=share#top\">주소</a></div>",
            self.address()
        )
    }

    /// Returns links to related articles, and the comment form.
    fn after(&self) -> String {
        let same_section = self
            .paper
            .articles()
            .iter()
            .filter(|other| other.section == self.article.section);
        let related: String = same_section.take(3).map(related_link).collect();

        format!(
            "<article class=\"article-relation\"><strong>관련기사</strong><ul>{related}</ul>\
             </article>\n<div id=\"comment\" class=\"user-reply\">\
             댓글삭제<p>삭제한 댓글은 다시 복구할 수 없습니다.</p><form><textarea title=\"댓글 내용입력\"></textarea></form>\
             </div>"
        )
    }
}

fn related_link(article: &DemoArticle) -> String {
    format!(
        "<li><a href=\"/news/articleView.html?idxno={}&amp;replyAll=&amp;reply_sc_order_by=I\">{}\
         </a></li>",
        article.number,
        escaped(&article.title)
    )
}
