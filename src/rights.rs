//! Rights that a paper declares: which uses of an article it allows or reserves, and its words.

mod agents;
mod declared;
mod moment;
#[cfg(feature = "archive")]
mod preferences;
mod purpose;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

pub use agents::{AI_AGENTS, AI_TXT_AGENTS, AiAgent, ROBOTS_AGENTS, of_agent};
pub use declared::{
    DeclaredRights, LICENCE_HEADER, RSL, RSL_HEADER, RSL_LINK, RSL_ROBOTS, Statement,
};
#[cfg(feature = "archive")]
pub use preferences::{content_signal, content_usage};
pub use purpose::Purpose;

/// A use of an article, beside reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// A search engine finds it, and shows a link to it.
    Search,
    /// A model answers with it.
    AiInput,
    /// A model is trained with it.
    AiTrain,
    /// Text and data mining.
    Tdm,
}

/// What a paper declares about a use.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum UseState {
    Allowed,
    Reserved,
    #[default]
    Unsaid,
}

/// How much of an article may be used (Content Signals), the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UseLevel {
    Immediate,
    Reference,
    Full,
}

/// The uses of an article, each with what is declared about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uses {
    pub search: UseState,
    pub ai_input: UseState,
    pub ai_train: UseState,
    pub tdm: UseState,
}

/// What one statement claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    Use(Use, UseState),
    Level(UseLevel),
    /// The address of a licence.
    Licence(String),
    /// No copy may be kept.
    NoArchive,
    /// From a moment on, the page is neither to be found nor to be kept.
    UnavailableAfter(#[serde(with = "moment")] Timestamp),
    /// A key that no vocabulary has.
    Unknown(String),
}

impl Use {
    /// All uses, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Search, Self::AiInput, Self::AiTrain, Self::Tdm];

    /// Returns the name that exports tell.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::AiInput => "ai_input",
            Self::AiTrain => "ai_train",
            Self::Tdm => "tdm",
        }
    }
}

impl UseState {
    /// Returns the name that exports tell.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Reserved => "reserved",
            Self::Unsaid => "unsaid",
        }
    }
}

impl UseLevel {
    /// Returns the level of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Immediate, Self::Reference, Self::Full]
            .into_iter()
            .find(|level| level.name() == name)
    }

    /// Returns the name that exports tell.
    pub fn name(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::Reference => "reference",
            Self::Full => "full",
        }
    }
}

impl Uses {
    /// Returns what is declared about a use.
    pub fn of(self, wanted: Use) -> UseState {
        match wanted {
            Use::Search => self.search,
            Use::AiInput => self.ai_input,
            Use::AiTrain => self.ai_train,
            Use::Tdm => self.tdm,
        }
    }

    /// Returns the uses of which something is declared.
    pub fn told(self) -> impl Iterator<Item = (Use, UseState)> {
        let all = Use::ALL.into_iter();
        all.map(move |wanted| (wanted, self.of(wanted)))
            .filter(|(_, state)| *state != UseState::Unsaid)
    }
}

/// `search=allowed ai_train=reserved`; unsaid uses are left out.
impl fmt::Display for Uses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told();
        let told = told.map(|(wanted, state)| format!("{}={}", wanted.name(), state.name()));
        f.write_str(&told.collect::<Vec<_>>().join(" "))
    }
}
