//! What a reader sees of an article whose paper reserves it.

use crate::archive::ArticleVersion;
use crate::extract::Article;
use crate::rights::Purpose;
use crate::serve::door::Door;

/// Letters of the beginning that is shown of a reserved text.
const EXCERPT: usize = 200;

/// The columns that tell of rights.
const OF_RIGHTS: [&str; 4] = ["statements", "uses", "use_level", "licences"];

/// How much of an article is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Whole,
    /// Its beginning, and the link to its paper.
    Excerpt,
}

impl Shown {
    /// Decides by who reads: the archive's own user sees what is kept. To others, an article is shown whole unless its paper reserves the use in answers (`ai_input`)
    /// or allows no more than a reference. What cannot be read of its statements counts as a
    /// reservation.
    pub(super) fn at(door: &Door, version: &ArticleVersion) -> Self {
        let article = &version.article;
        let is_unknown = version
            .flaws
            .iter()
            .any(|flaw| OF_RIGHTS.contains(&flaw.column));
        let rights = &article.declared_rights;
        let at = article.published_at.map(|at| at.at);
        let is_reserved = is_unknown || !rights.sources_against(Purpose::Display, at).is_empty();
        if !door.is_private() && is_reserved {
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
