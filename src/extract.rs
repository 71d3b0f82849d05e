//! Extracts articles from pages. Pure: the same page gives the same extraction on any machine, at
//! any time.

mod article;
mod body;
mod byline;
mod class_names;
mod date_order;
mod dates;
mod element_words;
mod entities;
mod epoch;
mod fields;
mod generic;
mod holder;
mod json_ld;
mod measured;
mod near_headline;
mod opposing_words;
mod own_links;
mod page_lines;
mod page_parts;
mod photos;
mod places_without_dates;
mod printed_dates;
mod reader;
mod scan;
mod script;
mod simhash;
mod vocabulary;

use crate::config::Profile;
use crate::page_url::PageUrl;

pub use article::{Access, Article, Extraction, Image};
pub use reader::{ArticleReader, KnownPaper};
#[cfg(feature = "archive")]
pub(crate) use simhash::PERHAPS;
pub use simhash::{Nearness, is_one_story, nearness, simhash};

pub use crate::text::decode::{Decoded, decode};

/// Extracts the article of one page by a profile, without a request.
///
/// `body` is the page as its server sent it, without content coding, and `content_type` the header
/// of that name: it may name the encoding; empty where it is unknown. Pages are hostile, so a page
/// without an article is a value, too.
///
/// A profile reads a page in about a millisecond. Without one ([`Profile::generic`]), a page may
/// take some hundred times longer; memory and depth are limited in both cases.
///
/// # Examples
///
/// ```
/// use saseo::{Extraction, PageUrl, Profile, extract};
///
/// let url = PageUrl::parse("https://paper.example/news/articleView.html?idxno=7")?;
/// let page = br#"
///     <meta property="og:title" content="A library opens">
///     <div id="article-view-content-div"><p>It lends books until midnight.</p></div>"#;
///
/// let ndsoft = Profile::shipped("ndsoft").expect("it comes with saseo");
/// let Extraction::Article(article) = extract(page, &url, "text/html; charset=utf-8", &ndsoft)
/// else {
///     panic!("the page has an article");
/// };
/// assert_eq!(article.key, Some(7.into()));
/// assert_eq!(article.title.as_deref(), Some("A library opens"));
/// assert_eq!(article.paragraphs, ["It lends books until midnight."]);
/// # Ok::<(), saseo::UrlError>(())
/// ```
pub fn extract(body: &[u8], url: &PageUrl, content_type: &str, profile: &Profile) -> Extraction {
    let page = decode(body, content_type, url.last_label());
    ArticleReader::new(profile.clone(), KnownPaper::from(profile)).read(url, &page.text)
}
