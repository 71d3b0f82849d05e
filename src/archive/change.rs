//! The change log: its kinds of changes.

/// The kind of a change of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The article was found for the first time.
    New,
    /// Its newest version is another one than before.
    Changed,
    /// Its paper took it down. Its versions stay.
    Gone,
}

impl ChangeKind {
    const ALL: [Self; 3] = [Self::New, Self::Changed, Self::Gone];

    /// Returns the name in exports and in the archive.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
        }
    }

    /// Returns the kind of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
