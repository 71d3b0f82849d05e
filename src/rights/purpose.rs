//! Purposes for which articles leave the archive, and the claims that reserve them.

use crate::rights::{Claim, Use, UseLevel, UseState};
use crate::time::Timestamp;

/// A purpose for which articles leave the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    AiTraining,
    AiInput,
    Search,
    Archive,
    /// Readers other than the archive's own user see the whole text. A reservation of answers, and
    /// a level that allows no more than a reference, are against it.
    Display,
}

impl Purpose {
    /// Returns the purpose of a name.
    ///
    /// # Errors
    ///
    /// Fails where there is none; the error has the names.
    pub fn from_name(name: &str) -> Result<Self, String> {
        let all = [
            Self::AiTraining,
            Self::AiInput,
            Self::Search,
            Self::Archive,
            Self::Display,
        ];
        all.into_iter()
            .find(|one| one.name() == name)
            .ok_or_else(|| {
                format!(
                    "{name:?} is no purpose: choose {}",
                    all.map(Self::name).join(", ")
                )
            })
    }

    /// Returns the name of the purpose.
    pub fn name(self) -> &'static str {
        match self {
            Self::AiTraining => "ai-training",
            Self::AiInput => "ai-input",
            Self::Search => "search",
            Self::Archive => "archive",
            Self::Display => "display",
        }
    }

    /// Tells whether a claim reserves it at a moment. Where none is named, every moment that a page
    /// names counts as passed.
    pub fn is_reserved_by(self, claim: &Claim, at: Option<Timestamp>) -> bool {
        match claim {
            Claim::Use(wanted, UseState::Reserved) => Some(*wanted) == self.reserved_use(),
            Claim::NoArchive => self == Self::Archive,
            Claim::Level(level) => self == Self::Display && *level <= UseLevel::Reference,
            Claim::UnavailableAfter(from) => {
                let is_due = at.is_none_or(|at| *from <= at);
                is_due && matches!(self, Self::Archive | Self::Search)
            }
            Claim::Use(_, UseState::Allowed | UseState::Unsaid)
            | Claim::Licence(_)
            | Claim::Unknown(_) => false,
        }
    }

    fn reserved_use(self) -> Option<Use> {
        match self {
            Self::AiTraining => Some(Use::AiTrain),
            Self::AiInput | Self::Display => Some(Use::AiInput),
            Self::Search => Some(Use::Search),
            Self::Archive => None,
        }
    }
}
