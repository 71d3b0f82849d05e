//! An article with everything that its pages tell.

use crate::archive::{ArticleVersion, FoundArticle, PhotoState, Reader, VersionCapture};
use crate::serve::failure::NoPage;

/// An article, its versions, and what is kept of the version that is shown.
#[derive(Debug)]
pub(super) struct ArticleParts {
    pub found: FoundArticle,
    /// The newest last.
    pub versions: Vec<ArticleVersion>,
    /// The place of the shown version among them.
    shown: usize,
    pub photos: Vec<PhotoState>,
    pub capture: VersionCapture,
    /// The title of its paper.
    pub paper: String,
}

impl ArticleParts {
    /// Reads an article by its site and name, in the version of a number or the newest one.
    pub(super) fn read(
        reader: &Reader,
        (site, name): (&str, &str),
        version: Option<u64>,
    ) -> Result<Self, NoPage> {
        let _snapshot = reader.snapshot()?;
        let found = reader.article_of_id(site, name)?;
        let versions = reader.versions(&found)?;
        let shown = match version {
            None => versions.len().checked_sub(1),
            Some(n) => versions.iter().position(|one| one.kept.version == n),
        };
        let shown = shown.ok_or(NoPage::NotFound)?;
        let newest = &versions[shown];
        let titles = reader.titles()?;
        let paper = titles
            .into_iter()
            .find(|(name, _)| *name == newest.kept.site);
        Ok(Self {
            photos: reader.photos(&newest.article)?,
            capture: reader.capture_of_version(&found, newest.kept.version)?,
            paper: paper.map(|(_, title)| title).unwrap_or_default(),
            found,
            shown,
            versions,
        })
    }

    pub(super) fn shown(&self) -> &ArticleVersion {
        &self.versions[self.shown]
    }

    /// Returns the number of the version before the shown one.
    pub(super) fn former(&self) -> Option<u64> {
        let former = self.versions.get(self.shown.checked_sub(1)?)?;
        Some(former.kept.version)
    }

    /// Returns the number of the version after the shown one.
    pub(super) fn next(&self) -> Option<u64> {
        let next = self.versions.get(self.shown + 1)?;
        Some(next.kept.version)
    }

    /// Tells whether the newest version is shown.
    pub(super) fn is_newest(&self) -> bool {
        self.shown + 1 == self.versions.len()
    }
}
