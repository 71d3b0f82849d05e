//! The fields by which the articles of a search are counted.

/// What the articles of a search are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountKey {
    Day,
    Site,
    Section,
    Author,
}

impl CountKey {
    /// Returns the expression of an article's value, where `author` is one of its authors.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Day => "substr(version.published_at, 1, 10)",
            Self::Site => "site.name",
            Self::Section => "version.section",
            Self::Author => "author.value",
        }
    }

    /// Returns the join of the table that the expression needs.
    pub(super) fn joined(self) -> &'static str {
        match self {
            Self::Day | Self::Site | Self::Section => "",
            Self::Author => {
                "LEFT JOIN json_each(CASE WHEN json_valid(version.authors)
                             THEN version.authors ELSE '[]' END) AS author ON true"
            }
        }
    }
}
