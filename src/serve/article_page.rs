//! `/a/SITE/NAME`: an article as its paper printed it, with its versions.

use maud::{Markup, html};

use crate::archive::in_words;
use crate::citation::{Citation, coins};
use crate::extract::{Access, Image};
use crate::serve::article_address::{article_path, outside, section_path, step};
use crate::serve::article_parts::ArticleParts;
use crate::serve::frame::page_with;
use crate::serve::moment::moment;
use crate::serve::query::Wish;
use crate::serve::quoted::{language_of, quoted};
use crate::serve::rights_at_door::{Shown, excerpt};

pub(super) fn article_page(wish: &Wish, parts: &ArticleParts, shown: Shown) -> Markup {
    let words = wish.words();
    let version = parts.shown();
    let article = &version.article;
    let title = article.title.as_deref().unwrap_or(words.no_title);
    let language = article
        .language
        .as_deref()
        .filter(|tag| is_tag(tag))
        .unwrap_or("ko");
    let content = html! {
        article {
            header {
                p {
                    a href={ "/sites/" (step(&version.kept.site)) } { (quoted(&parts.paper)) }
                    @if let Some(section) = &article.section {
                    " · " a href=(section_path(section, &version.kept.site)) {
                        bdi lang=(language) { (section) }
                    }
                    @if let Some(subsection) = &article.subsection {
                        " › " bdi lang=(language) { (subsection) }
                    }
                    }
                }
                h1 lang=(language) dir="auto" { (title) }
                @let is_whole = shown == Shown::Whole;
                @if let Some(subtitle) = article.subtitle.as_ref().filter(|_| is_whole) {
                    p.subtitle lang=(language) dir="auto" { (subtitle) }
                }
                (notices(wish, parts, shown))
                p { (line(wish, parts)) }
            }
            @match shown {
                Shown::Whole => (story(wish, parts, language)),
                Shown::Excerpt => p lang=(language) dir="auto" { (excerpt(article)) },
            }
            footer { (facts(wish, parts, shown)) }
            // COinS.
            span.Z3988 title=(coins(&Citation::of(version, &parts.capture, &parts.paper))) {}
        }
    };
    page_with(wish, title, &head(parts), &content)
}

/// Tells whether a text may be the tag of a language (BCP 47).
fn is_tag(text: &str) -> bool {
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.len() <= 35 && text.split('-').all(is_subtag)
}

/// What has to be known before the article is read.
fn notices(wish: &Wish, parts: &ArticleParts, shown: Shown) -> Markup {
    let words = wish.words();
    let version = parts.shown();
    html! {
        @match version.article.access {
            Access::Open => {},
            Access::Members => p.notice { (words.members_only) },
            Access::Gone => p.notice { (words.gone) },
        }
        @if shown == Shown::Excerpt { p.notice { (words.reserved) } }
        @if !version.flaws.is_empty() {
            p.notice { (words.damaged) " " span lang="en" { (in_words(&version.flaws)) } }
        }
        @if !parts.is_newest() {
            p.notice { a href=(article_path(&parts.found.id)) {
                (words.version) " " (version.kept.version) " / " (parts.versions.len())
            } }
        }
    }
}

/// The byline and the moments.
fn line(wish: &Wish, parts: &ArticleParts) -> Markup {
    let words = wish.words();
    let article = &parts.shown().article;
    let byline = article
        .byline
        .clone()
        .or_else(|| Some(article.authors.join(", ")).filter(|authors| !authors.is_empty()));
    html! {
        @if let Some(byline) = byline { (quoted(&byline)) " · " }
        @match article.published() {
            Some(at) => { (words.published) " " time datetime=(at) { (moment(&at)) } }
            None => (words.no_date),
        }
        @if let Some(at) = article.modified_at {
            " · " (words.modified) " " time { (moment(&at.to_string())) }
        }
    }
}

/// The photos and the text.
fn story(wish: &Wish, parts: &ArticleParts, language: &str) -> Markup {
    let article = &parts.shown().article;
    html! {
        @for (n, image) in article.images.iter().enumerate() { (photo(wish, parts, n, image)) }
        div.story lang=(language) {
            @for paragraph in &article.paragraphs { p dir="auto" { (paragraph) } }
        }
        @if let Some(rights) = &article.rights { p lang=(language) { small { (rights) } } }
    }
}

fn photo(wish: &Wish, parts: &ArticleParts, n: usize, image: &Image) -> Markup {
    let words = wish.words();
    let is_kept = parts
        .photos
        .iter()
        .any(|photo| photo.url == image.url && photo.sha256.is_some());
    let (caption, version) = (image.caption.as_deref(), parts.shown().kept.version);
    html! {
        figure {
            @if is_kept {
                img loading="lazy" alt=(caption.unwrap_or_default())
                    src={ (article_path(&parts.found.id)) "/photo/" (version) "/" (n + 1) };
            } @else {
                p.absent { (words.photo_not_kept) }
            }
            @if caption.is_some() || image.credit.is_some() {
                figcaption dir="auto" lang=[caption.and_then(language_of)] {
                    (caption.unwrap_or_default())
                    @if let Some(credit) = &image.credit { " " small { (credit) } }
                }
            }
        }
    }
}

/// Where it is from, and what else is kept of it.
fn facts(wish: &Wish, parts: &ArticleParts, shown: Shown) -> Markup {
    let words = wish.words();
    let version = parts.shown();
    let (article, kept) = (&version.article, &version.kept);
    let path = article_path(&parts.found.id);
    html! {
        dl {
            dt { (words.source) }
            dd {
                @match outside(&kept.url) {
                    Some(url) => a rel="noopener noreferrer" href=(url) { bdi { (url) } },
                    None => bdi { (kept.url) },
                }
            }
            @if !article.tags.is_empty() && shown == Shown::Whole {
                dt { (words.tags) } dd { (quoted(&article.tags.join(", "))) }
            }
            dt { (words.seen) } dd { (moment(&kept.first_seen_at)) " UTC" }
            dt { (words.fetched) } dd {
                (moment(&kept.fetched_at)) " UTC · "
                @match &parts.capture.sha256 {
                    Some(_) if shown == Shown::Excerpt => {},
                    Some(_) => a href={ (path) "/capture/" (parts.capture.id) } {
                        (words.as_it_came)
                    },
                    None => (words.not_kept),
                }
            }
            @if let Some(sha256) = parts.capture.sha256.as_ref().filter(|_| shown == Shown::Whole) {
                dt { (words.page_hash) } dd { code { (sha256) } }
            }
            dt { (words.versions) } dd {
                (steps(wish, parts, &path))
                @if parts.versions.len() > 1 && shown == Shown::Whole {
                    a href={ (path) "/diff" } { (words.what_changed) }
                }
            }
            dt { (words.cite) } dd {
                @let path = format!("{path}/versions/{}", kept.version);
                a href={ (path) "/cite.ris" } { "RIS" } " "
                a href={ (path) "/cite.bib" } { "BibTeX" } " "
                a href={ (path) "/cite.json" } { "CSL-JSON" }
                @if shown == Shown::Whole && parts.is_newest() {
                    " · " a href={ (article_path(&parts.found.id)) ".json" } { "JSON" }
                    " " a href={ (article_path(&parts.found.id)) ".md" } { "Markdown" }
                }
            }
        }
    }
}

/// Leads to the versions before and after, and to all of them.
fn steps(wish: &Wish, parts: &ArticleParts, path: &str) -> Markup {
    let words = wish.words();
    let at = |n: u64| format!("{path}/versions/{n}");
    html! {
        @if let Some(former) = parts.former() {
            a rel="prev" href=(at(former)) { (words.former) } " "
        }
        a href={ (path) "/versions" } {
            (words.version) " " (parts.shown().kept.version) " / " (parts.versions.len())
        }
        " "
        @if let Some(next) = parts.next() {
            a rel="next" href=(at(next)) { (words.next) } " "
        }
    }
}

/// What Zotero and other programs read of a page (Highwire Press tags).
fn head(parts: &ArticleParts) -> Markup {
    let version = parts.shown();
    let citation = Citation::of(version, &parts.capture, &parts.paper);
    html! {
        @if let Some(title) = &citation.title { meta name="citation_title" content=(title); }
        @for author in &citation.authors { meta name="citation_author" content=(author); }
        meta name="citation_journal_title" content=(citation.paper);
        @if let Some(day) = citation.published {
            meta name="citation_publication_date" content=(day.strftime("%Y/%m/%d"));
        }
        @if let Some(language) = &citation.language {
            meta name="citation_language" content=(language);
        }
        @if outside(&citation.url).is_some() {
            meta name="citation_public_url" content=(citation.url);
        }
    }
}
