//! The story of an article page, with the boxes that the CMS puts into it.

use crate::demo::newspaper::{Availability, DemoArticle, Newspaper};
use crate::demo::prose::escaped;

/// The notice in the place of the story, on pages for members only.
const MEMBERS_ONLY: &str = "<div class=\"article-paywall\"><p>이 기사는 회원전용기사입니다.</p>\
    <p>로그인 후 기사를 읽을 수 있습니다.</p></div>\n";

/// The advertisement in the middle of the story.
const ADVERTISEMENT: &str = "<div class=\"ad-template\"><p class=\"ad_title\">ADVERTISEMENT</p>\
    <ins class=\"adsbygoogle\"></ins></div>\n";

/// Returns the story: the photo, then the paragraphs with an advertisement between them.
pub(super) fn story(paper: &Newspaper, base: &str, article: &DemoArticle) -> String {
    if article.kind == Availability::MembersOnly {
        return MEMBERS_ONLY.to_owned();
    }

    let (before, after) = article.paragraphs.split_at(article.paragraphs.len() / 2);
    let before: String = before.iter().map(|text| paragraph(text)).collect();
    let after: String = after.iter().map(|text| paragraph(text)).collect();

    format!(
        "{}{before}{ADVERTISEMENT}{after}<p>&nbsp;</p>\n",
        photo(paper, base, article)
    )
}

fn photo(paper: &Newspaper, base: &str, article: &DemoArticle) -> String {
    let Some((photo, caption)) = &article.photo else {
        return String::new();
    };
    let caption = caption.as_deref().map(escaped).unwrap_or_default();
    let url = paper.photo_url(base, article).unwrap_or_default();

    format!(
        "<div style=\"text-align:center\"><figure class=\"photo-layout image\" \
         data-idxno=\"{photo}\"><img alt=\"\" src=\"{url}\" />\
         <figcaption>{caption}</figcaption></figure></div>\n"
    )
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n\n", escaped(text).replace("&#039;", "&#39;"))
}
