//! An article with everything that its pages tell.

use crate::archive::{
    ArchiveError, ArticleVersion, FoundArticle, PhotoState, Reader, VersionCapture,
};
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
        let found = find(reader, site, name)?;
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

    /// Tells whether the newest version is shown.
    pub(super) fn is_newest(&self) -> bool {
        self.shown + 1 == self.versions.len()
    }
}

/// Finds an article by its whole id alone: an address names one thing.
pub(super) fn find(reader: &Reader, site: &str, name: &str) -> Result<FoundArticle, NoPage> {
    let id = format!("{site}/{name}");
    let found: Result<_, ArchiveError> = reader.find_article(&id);
    match found? {
        found if found.id == id => Ok(found),
        _ => Err(NoPage::NotFound),
    }
}
