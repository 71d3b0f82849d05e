//! What a reader sees of an article whose paper reserves it.

use crate::extract::Article;
use crate::rights::{Purpose, UseLevel};
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
    /// Decides by who reads: the archive's own user sees what is kept. To others, an article is shown whole unless its paper reserves the use in answers (`ai_input`)
    /// or allows no more than a reference.
    pub(super) fn at(door: &Door, article: &Article) -> Self {
        let rights = &article.declared_rights;
        let at = article.published_at.map(|at| at.at);
        let is_reserved = !rights.sources_against(Purpose::AiInput, at).is_empty()
            || rights
                .use_level()
                .is_some_and(|level| level <= UseLevel::Reference);
        if !door.is_private() && is_reserved {
            Self::Excerpt
        } else {
            Self::Whole
        }
    }
}

/// Returns the beginning of a text.
pub(super) fn excerpt(article: &Article) -> String {
    let text = article.paragraphs.join(" ");
    let mut beginning: String = text.chars().take(EXCERPT).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    beginning
}
