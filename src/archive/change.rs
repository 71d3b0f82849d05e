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
    /// It was gone, and its paper has it again.
    Back,
    /// It was taken out of the archive: no version of it is kept.
    TakenDown,
    /// Its paper declares other rights for it. Its versions stay.
    Rights,
}

impl ChangeKind {
    const ALL: [Self; 6] = [
        Self::New,
        Self::Changed,
        Self::Gone,
        Self::Back,
        Self::TakenDown,
        Self::Rights,
    ];

    /// Returns the name in exports and in the archive.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Back => "back",
            Self::TakenDown => "taken_down",
            Self::Rights => "rights",
        }
    }

    /// Returns the kind of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
