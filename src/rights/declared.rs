//! What a paper declares about one article: statements with their sources and words.

use std::cmp::Ordering;
#[cfg(feature = "archive")]
use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::rights::{Claim, Purpose, Use, UseLevel, UseState, Uses};
use crate::time::Timestamp;

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

/// The source of what RSL licence files say.
pub const RSL: &str = "rsl licence";
/// The source of licences in `Link` headers, which name the media type of RSL.
pub const RSL_HEADER: &str = "header link";
/// The source of other licences in `Link` headers.
pub const LICENCE_HEADER: &str = "link header";
/// The source of licences in `License:` lines of robots.txt.
pub const RSL_ROBOTS: &str = "robots.txt license";
/// The source of licences in `<link rel="license">` with the media type of RSL.
pub const RSL_LINK: &str = "rsl link";

/// The most statements about one article. An honest paper makes a few.
const MOST: usize = 100;
/// The most statements of one claim: six claims reserve something, and all of them find room.
const MOST_OF_A_CLAIM: usize = 20;
/// The most bytes of a statement's words that are kept: nobody reads more of them.
const LONGEST_WORDS: usize = 500;
/// No address has more octets.
const LONGEST_ADDRESS: usize = 2048;

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
            // A page may name many moments.
            Claim::UnavailableAfter(_) => 1,
            Claim::Level(_) => 2,
            Claim::Use(_, UseState::Allowed | UseState::Unsaid) => 3,
            Claim::Licence(_) => 4,
            Claim::Unknown(_) => 5,
        }
    }

    /// Compares statements by their place: equal rights have one order, whoever tells them first.
    fn place(&self, other: &Self) -> Ordering {
        let ranks = self.rank().cmp(&other.rank());
        ranks
            .then_with(|| self.source.cmp(&other.source))
            .then_with(|| self.claim.cmp(&other.claim))
            .then_with(|| self.words.cmp(&other.words))
    }

    fn is_bounded(&self) -> bool {
        match &self.claim {
            Claim::Licence(text) | Claim::Unknown(text) => text.len() <= LONGEST_ADDRESS,
            Claim::Use(..) | Claim::Level(_) | Claim::NoArchive | Claim::UnavailableAfter(_) => {
                true
            }
        }
    }
}

impl DeclaredRights {
    /// Takes statements in one order, reservations first and each once, so that equal rights are
    /// kept once. Where there are too many, no reservation is lost behind others.
    pub fn of(statements: impl IntoIterator<Item = Statement>) -> Self {
        let bounded = statements.into_iter().filter(Statement::is_bounded);
        let mut statements: Vec<Statement> = bounded.collect();
        statements.sort_by(Statement::place);

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

    /// Tells whether others are the same statements, in whatever order an archive has them.
    #[cfg(feature = "archive")]
    pub fn are_those_of(&self, other: &Self) -> bool {
        let these: HashSet<&Statement> = self.0.iter().collect();
        let those: HashSet<&Statement> = other.0.iter().collect();
        these == those
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
            Claim::Use(..)
            | Claim::Licence(_)
            | Claim::NoArchive
            | Claim::UnavailableAfter(_)
            | Claim::Unknown(_) => None,
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

    /// Returns the addresses of the licences that the page itself says to be in RSL.
    #[cfg(feature = "archive")]
    pub fn rsl_of_page(&self) -> impl Iterator<Item = &str> {
        self.licences_of(&[RSL_HEADER, RSL_LINK])
    }

    /// Returns the addresses of all licences in RSL that are named, by the page or by robots.txt.
    #[cfg(feature = "archive")]
    pub fn rsl_licences(&self) -> impl Iterator<Item = &str> {
        self.licences_of(&[RSL_HEADER, RSL_LINK, RSL_ROBOTS])
    }

    #[cfg(feature = "archive")]
    fn licences_of(&self, sources: &'static [&str]) -> impl Iterator<Item = &str> {
        let statements = self.0.iter();
        statements
            .filter(|one| sources.contains(&one.source.as_str()))
            .filter_map(|one| match &one.claim {
                Claim::Licence(address) => Some(address.as_str()),
                Claim::Use(..)
                | Claim::Level(_)
                | Claim::NoArchive
                | Claim::UnavailableAfter(_)
                | Claim::Unknown(_) => None,
            })
    }

    /// Returns the sources that make a claim, each once.
    pub fn sources(&self, claim: &Claim) -> Vec<&str> {
        self.sources_of(|one| one == claim)
    }

    /// Returns the sources that reserve a purpose at a moment, each once.
    pub fn sources_against(&self, purpose: Purpose, at: Option<Timestamp>) -> Vec<&str> {
        self.sources_of(|claim| purpose.is_reserved_by(claim, at))
    }

    fn sources_of(&self, is_meant: impl Fn(&Claim) -> bool) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for statement in self.0.iter().filter(|one| is_meant(&one.claim)) {
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
        let told = Some(self.uses().to_string()).filter(|told| !told.is_empty());
        let level = self
            .use_level()
            .map(|level| format!("use={}", level.name()));
        let licences = self.licences();
        let licences = licences.iter().map(|address| format!("licence={address}"));

        let all: Vec<String> = told.into_iter().chain(level).chain(licences).collect();
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
    fn equal_rights_have_one_order_and_another_order_is_no_change() {
        let claims = [
            Claim::Use(Use::Tdm, UseState::Reserved),
            Claim::Use(Use::AiTrain, UseState::Reserved),
            Claim::NoArchive,
            Claim::Licence("https://paper.example/b.xml".into()),
            Claim::Licence("https://paper.example/a.xml".into()),
        ];
        let told = claims.iter().flat_map(|claim| {
            ["rsl licence", "header"].map(|source| Statement::new(source, claim.clone(), "so"))
        });
        let told: Vec<Statement> = told.collect();
        let turned = told.iter().rev().cloned();
        assert_eq!(
            DeclaredRights::of(told.clone()),
            DeclaredRights::of(turned.clone())
        );

        let kept = DeclaredRights(turned.collect());
        assert!(kept.are_those_of(&DeclaredRights::of(told.clone())));
        assert!(!kept.are_those_of(&DeclaredRights::of(told[1..].to_vec())));
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
