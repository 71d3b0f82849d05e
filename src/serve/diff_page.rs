//! `/a/SITE/NAME/diff`: what changed from one version to another, word by word.

use maud::{Markup, html};

use crate::archive::ArticleVersion;
use crate::history::{self, Paragraph, Piece};
use crate::serve::article_address::article_path;
use crate::serve::article_parts::ArticleParts;
use crate::serve::failure::NoPage;
use crate::serve::frame::page;
use crate::serve::moment::moment;
use crate::serve::query::Wish;

/// The numbers of two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VersionSpan {
    from: u64,
    to: u64,
}

impl VersionSpan {
    /// Reads `A..B`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once("..")?;
        Some(Self {
            from: from.parse().ok()?,
            to: to.parse().ok()?,
        })
    }
}

/// Returns the page of a span; of the last two versions where none is named.
pub(super) fn diff_page(
    wish: &Wish,
    parts: &ArticleParts,
    span: Option<VersionSpan>,
) -> Result<Markup, NoPage> {
    let words = wish.words();
    let versions = &parts.versions;
    let of = |n: u64| {
        let one = versions.iter().position(|one| one.kept.version == n);
        one.ok_or(NoPage::NotFound)
    };
    let places = match (span, versions.len()) {
        (Some(span), _) => Some((of(span.from)?, of(span.to)?)),
        (None, 0 | 1) => None,
        (None, all) => Some((all - 2, all - 1)),
    };

    let path = article_path(&parts.found.id);
    let title = parts
        .shown()
        .article
        .title
        .as_deref()
        .unwrap_or(words.no_title);
    let content = html! {
        h1 { (words.what_changed) }
        p { a href=(path) { bdi { (title) } } }
        @match places {
            None => p { (words.one_version) },
            Some((old, new)) => {
                (steps(wish, versions, &path, (old, new)))
                (changes(wish, &versions[old], &versions[new]))
            }
        }
    };
    Ok(page(wish, words.what_changed, &content))
}

/// The two versions, and the steps to their neighbours.
fn steps(
    wish: &Wish,
    versions: &[ArticleVersion],
    path: &str,
    (old, new): (usize, usize),
) -> Markup {
    let words = wish.words();
    let number = |place: usize| versions[place].kept.version;
    let told = |place: usize| {
        let kept = &versions[place].kept;
        format!(
            "{} {} ({})",
            words.version,
            kept.version,
            moment(&kept.fetched_at)
        )
    };
    html! {
        p { (told(old)) " → " (told(new)) }
        nav aria-label=(words.versions) {
            @if old > 0 {
                a rel="prev" href={ (path) "/diff/" (number(old - 1)) ".." (number(old)) } {
                    "← " (number(old - 1)) ".." (number(old))
                }
            }
            " "
            @if new + 1 < versions.len() {
                a rel="next" href={ (path) "/diff/" (number(new)) ".." (number(new + 1)) } {
                    (number(new)) ".." (number(new + 1)) " →"
                }
            }
        }
    }
}

fn changes(wish: &Wish, old: &ArticleVersion, new: &ArticleVersion) -> Markup {
    let words = wish.words();
    let fields = history::fields(&old.article, &new.article);
    let paragraphs = history::words(&old.article.text(), &new.article.text());
    html! {
        @if !fields.is_empty() {
            dl {
                @for field in &fields {
                    dt { code { (field.field) } }
                    dd dir="auto" {
                        @if let Some(old) = &field.old { del { (old) } " " }
                        @if let Some(new) = &field.new { ins { (new) } }
                    }
                }
            }
        }
        div.story {
            @for part in folded(&paragraphs) {
                @match part {
                    Folded::Same(count) => p.same { (count) (words.unchanged) },
                    Folded::Changed(pieces) => p dir="auto" {
                        @for piece in pieces {
                            @match piece {
                                Piece::Kept(text) => (text),
                                Piece::Removed(text) => del { (text) },
                                Piece::Added(text) => ins { (text) },
                            }
                        }
                    },
                }
            }
        }
    }
}

/// Paragraphs of both texts, those that stayed counted together.
enum Folded<'a> {
    Same(usize),
    Changed(&'a [Piece]),
}

fn folded(paragraphs: &[Paragraph]) -> Vec<Folded<'_>> {
    let mut folded = Vec::new();
    for paragraph in paragraphs {
        match (paragraph, folded.last_mut()) {
            (Paragraph::Same(_), Some(Folded::Same(count))) => *count += 1,
            (Paragraph::Same(_), Some(Folded::Changed(_)) | None) => folded.push(Folded::Same(1)),
            (Paragraph::Changed(pieces), _) => folded.push(Folded::Changed(pieces)),
        }
    }
    folded
}
