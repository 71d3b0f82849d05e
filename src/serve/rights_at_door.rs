//! What a reader sees of an article whose paper reserves it.

use crate::ai_input::is_reserved;
use crate::archive::ArticleVersion;
use crate::extract::Article;
use crate::serve::door::Door;

/// Letters of the beginning that is shown of a reserved text.
const EXCERPT: usize = 200;

/// How much of an article is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Whole,
    /// Its beginning, and the link to its paper.
    Excerpt,
}

impl Shown {
    /// Decides by who reads: the archive's own user sees what is kept. To others, an article is
    /// shown whole unless its paper reserves the use in answers (`ai_input`).
    pub(super) fn at(door: &Door, version: &ArticleVersion) -> Self {
        if !door.is_private() && is_reserved(version) {
            Self::Excerpt
        } else {
            Self::Whole
        }
    }
}

/// Returns the beginning of a text: no more than half of it.
pub(super) fn excerpt(article: &Article) -> String {
    let text = article.paragraphs.join(" ");
    let letters = text.chars().count().div_ceil(2).min(EXCERPT);
    let beginning: String = text.chars().take(letters).collect();
    beginning + "…"
}

/// Returns what others see of a reserved article: when and where it stands, its title and writers,
/// and the beginning of its text.
pub(super) fn beginning(article: Article) -> Article {
    Article {
        paragraphs: vec![excerpt(&article)],
        key: article.key,
        canonical_url: article.canonical_url,
        title: article.title,
        authors: article.authors,
        byline: article.byline,
        published_at: article.published_at,
        published_precision: article.published_precision,
        modified_at: article.modified_at,
        section: article.section,
        language: article.language,
        access: article.access,
        opt_outs: article.opt_outs,
        declared_rights: article.declared_rights,
        ..Article::default()
    }
}
