//! Rights that a paper declares: which uses of an article it allows or reserves, and its words.

mod agents;
#[cfg(feature = "archive")]
mod preferences;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use agents::{AI_AGENTS, AiAgent, of_agent};
#[cfg(feature = "archive")]
pub use preferences::{content_signal, content_usage};

/// A use of an article, beside reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// A purpose for which articles leave the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    AiTraining,
    AiInput,
    Search,
    Archive,
}

/// What one statement claims.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    Use(Use, UseState),
    Level(UseLevel),
    /// The address of a licence.
    Licence(String),
    /// No copy may be kept.
    NoArchive,
    /// A key that no vocabulary has.
    Unknown(String),
}

/// One statement of a paper, with its source and its words as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Statement {
    /// `robots.txt content-usage`, `header content-signal`, `tdmrep.json`.
    pub source: String,
    pub claim: Claim,
    /// As they stand at the source.
    pub words: String,
}

/// All statements about one article, in one order and each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeclaredRights(Vec<Statement>);

/// The most statements about one article. An honest paper makes a few.
const MOST: usize = 100;
/// The most statements of one claim: five claims reserve something, and all of them find room.
const MOST_OF_A_CLAIM: usize = 20;
/// The most bytes of a statement's words that are kept: nobody reads more of them.
const LONGEST_WORDS: usize = 500;
/// No address has more octets.
const LONGEST_ADDRESS: usize = 2048;

impl Purpose {
    /// Returns the purpose of a name.
    ///
    /// # Errors
    ///
    /// Fails where there is none; the error has the names.
    pub fn from_name(name: &str) -> Result<Self, String> {
        let all = [Self::AiTraining, Self::AiInput, Self::Search, Self::Archive];
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
        }
    }

    /// Returns the claim that reserves it.
    pub fn reservation(self) -> Claim {
        match self {
            Self::AiTraining => Claim::Use(Use::AiTrain, UseState::Reserved),
            Self::AiInput => Claim::Use(Use::AiInput, UseState::Reserved),
            Self::Search => Claim::Use(Use::Search, UseState::Reserved),
            Self::Archive => Claim::NoArchive,
        }
    }
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
}

impl Statement {
    /// Makes a statement, whose words are cut to a readable length.
    pub fn new(source: &str, claim: Claim, words: &str) -> Self {
        let words = words[..words.floor_char_boundary(LONGEST_WORDS)].trim();
        Self {
            source: source.to_owned(),
            claim,
            words: words.to_owned(),
        }
    }

    /// Returns its place among the statements of an article: what reserves most comes first.
    fn rank(&self) -> u8 {
        match &self.claim {
            Claim::Use(_, UseState::Reserved) | Claim::NoArchive => 0,
            Claim::Level(_) => 1,
            Claim::Use(_, UseState::Allowed | UseState::Unsaid) => 2,
            Claim::Licence(_) => 3,
            Claim::Unknown(_) => 4,
        }
    }

    fn is_bounded(&self) -> bool {
        match &self.claim {
            Claim::Licence(text) | Claim::Unknown(text) => text.len() <= LONGEST_ADDRESS,
            Claim::Use(..) | Claim::Level(_) | Claim::NoArchive => true,
        }
    }
}

impl DeclaredRights {
    /// Takes statements in one order, reservations first and each once, so that equal rights are
    /// kept once. Where there are too many, no reservation is lost behind others.
    pub fn of(statements: impl IntoIterator<Item = Statement>) -> Self {
        let bounded = statements.into_iter().filter(Statement::is_bounded);
        let mut statements: Vec<Statement> = bounded.collect();
        statements.sort_by_key(Statement::rank);

        let mut told: Vec<Statement> = Vec::new();
        for statement in statements {
            let alike = told.iter().filter(|other| other.claim == statement.claim);
            let has_room = told.len() < MOST && alike.count() < MOST_OF_A_CLAIM;
            if has_room && !told.contains(&statement) {
                told.push(statement);
            }
        }
        Self(told)
    }

    /// Returns the statements, with their sources and words.
    pub fn statements(&self) -> &[Statement] {
        &self.0
    }

    /// Returns what is declared about each use. Of contradictory statements the reservation wins.
    pub fn uses(&self) -> Uses {
        Uses {
            search: self.state(Use::Search),
            ai_input: self.state(Use::AiInput),
            ai_train: self.state(Use::AiTrain),
            tdm: self.state(Use::Tdm),
        }
    }

    fn state(&self, wanted: Use) -> UseState {
        let says = |state| {
            let claim = Claim::Use(wanted, state);
            self.0.iter().any(|statement| statement.claim == claim)
        };
        match (says(UseState::Reserved), says(UseState::Allowed)) {
            (true, _) => UseState::Reserved,
            (false, true) => UseState::Allowed,
            (false, false) => UseState::Unsaid,
        }
    }

    /// Returns the lowest level that is declared.
    pub fn use_level(&self) -> Option<UseLevel> {
        let levels = self.0.iter().filter_map(|statement| match statement.claim {
            Claim::Level(level) => Some(level),
            Claim::Use(..) | Claim::Licence(_) | Claim::NoArchive | Claim::Unknown(_) => None,
        });
        levels.min()
    }

    /// Returns the addresses of the licences, each once.
    pub fn licences(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for statement in &self.0 {
            if let Claim::Licence(address) = &statement.claim
                && !found.contains(address)
            {
                found.push(address.clone());
            }
        }
        found
    }

    /// Returns the sources that make a claim, each once.
    pub fn sources(&self, claim: &Claim) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for statement in self.0.iter().filter(|one| one.claim == *claim) {
            if !found.contains(&statement.source.as_str()) {
                found.push(&statement.source);
            }
        }
        found
    }
}

/// `search=allowed ai_train=reserved use=reference licence=https://…`; unsaid uses are left out.
impl fmt::Display for DeclaredRights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uses = self.uses();
        let told = Use::ALL
            .into_iter()
            .filter(|wanted| uses.of(*wanted) != UseState::Unsaid)
            .map(|wanted| format!("{}={}", wanted.name(), uses.of(wanted).name()));
        let level = self
            .use_level()
            .map(|level| format!("use={}", level.name()));
        let licences = self.licences();
        let licences = licences.iter().map(|address| format!("licence={address}"));

        let all: Vec<String> = told.chain(level).chain(licences).collect();
        f.write_str(&all.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(wanted: Use, state: UseState) -> Statement {
        Statement::new("header", Claim::Use(wanted, state), "so")
    }

    #[test]
    fn of_contradictory_statements_the_reservation_wins_in_any_order() {
        let (yes, no) = (
            say(Use::AiTrain, UseState::Allowed),
            say(Use::AiTrain, UseState::Reserved),
        );
        for statements in [vec![yes.clone(), no.clone()], vec![no, yes]] {
            let uses = DeclaredRights::of(statements).uses();
            assert_eq!(
                (uses.ai_train, uses.search),
                (UseState::Reserved, UseState::Unsaid)
            );
        }
    }

    #[test]
    fn statements_and_their_words_are_bounded() {
        let long = "책".repeat(1000);
        let many =
            (0..1000).map(|n| Statement::new("header", Claim::Unknown(n.to_string()), &long));
        let rights = DeclaredRights::of(many);
        assert_eq!(rights.statements().len(), MOST);
        assert!(rights.statements()[0].words.len() <= LONGEST_WORDS);
        let address = Claim::Licence("x".repeat(LONGEST_ADDRESS + 1));
        assert!(
            DeclaredRights::of([Statement::new("header", address, "")])
                .licences()
                .is_empty()
        );
    }

    #[test]
    fn rights_are_the_same_after_they_were_written() {
        let level = Statement::new("header", Claim::Level(UseLevel::Reference), "use=reference");
        let rights = DeclaredRights::of([say(Use::Tdm, UseState::Reserved), level]);
        let text = serde_json::to_string(&rights).unwrap();
        assert_eq!(
            serde_json::from_str::<DeclaredRights>(&text).unwrap(),
            rights
        );
    }
}
