//! The two indexes of FTS5 that are searched.

/// An index that is searched: its words, and the version of each article that they come from.
#[derive(Clone, Copy)]
pub(super) struct SearchedIndex {
    pub(super) words: &'static str,
    versions: &'static str,
    /// Which of its articles count.
    pub(super) condition: &'static str,
}

impl SearchedIndex {
    /// Returns the join of the versions that its words come from.
    pub(super) fn searched(self) -> String {
        let Self {
            words, versions, ..
        } = self;
        format!("CROSS JOIN {versions} AS searched ON searched.article_id = {words}.rowid")
    }

    /// Returns the join of what is told about its articles.
    pub(super) fn told(self) -> String {
        format!(
            "{} CROSS JOIN article ON article.id = searched.article_id
             CROSS JOIN site ON site.id = article.site_id
             CROSS JOIN version ON version.id = searched.version_id",
            self.searched()
        )
    }
}

/// The index in the archive, as far as no later change made it old.
pub(super) const KEPT: SearchedIndex = SearchedIndex {
    words: "article_words",
    versions: "indexed_version",
    condition: "article_words.rowid NOT IN (SELECT article_id FROM late_article)",
};

/// The articles that changed since, in memory.
pub(super) const LATE: SearchedIndex = SearchedIndex {
    words: "late_words",
    versions: "late_version",
    condition: "true",
};
