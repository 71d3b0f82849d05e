//! What a paper declared about an article, as an assistant is told.

use rmcp::schemars::JsonSchema;
use serde::Serialize;

use crate::ai_input::Reservation;
use crate::mcp::cut_text::cut;
use crate::rights::{Claim, DeclaredRights, Statement, UseLevel, UseState, Uses};
use crate::time::Timestamp;

/// Reasons of one reservation. Further ones say the same.
const MOST_REASONS: usize = 5;

/// Licences of one article.
const MOST_LICENCES: usize = 10;

/// The most letters of a statement's words.
const WORDS: usize = 200;

/// The most letters of an address.
const ADDRESS: usize = 2_048;

/// What the paper declares now about uses of the article. Silence (`unsaid`) is no permission.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct RightsTold {
    uses: UsesTold,
    /// How much of the article may be used, where that is declared: `immediate`, `reference` or
    /// `full`.
    use_level: Option<&'static str>,
    /// The addresses of licences that the paper names.
    licences: Vec<String>,
}

/// Each use is `allowed`, `reserved` or `unsaid`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct UsesTold {
    /// Being found by a search engine.
    search: &'static str,
    /// Being used by a model that answers.
    ai_input: &'static str,
    /// Being used to train a model.
    ai_train: &'static str,
    /// Text and data mining.
    tdm: &'static str,
}

/// Why the text is not given: the paper reserves the use of the article in answers of models.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ReservedTold {
    /// The reason in one sentence, to be passed on.
    reason: String,
    /// The paper's own statements.
    statements: Vec<ReasonTold>,
}

/// A statement of the paper.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ReasonTold {
    /// Where it stood: a header of the answer, robots.txt, a tag of the page, a licence (RSL) or
    /// another file.
    source: String,
    /// What it says: `ai_input reserved`, or `use_level reference`.
    says: String,
    /// Its words as they stood there.
    words: String,
    /// The fetch that told it first.
    declared_at: String,
}

impl RightsTold {
    /// `None` stands for a declaration that cannot be read.
    pub(super) fn of(rights: Option<&DeclaredRights>) -> Self {
        let licences = rights.map(DeclaredRights::licences).unwrap_or_default();
        let licences = licences.iter().take(MOST_LICENCES);
        let uses = match rights {
            Some(rights) => rights.uses(),
            None => Uses {
                search: UseState::Reserved,
                ai_input: UseState::Reserved,
                ai_train: UseState::Reserved,
                tdm: UseState::Reserved,
            },
        };
        Self {
            uses: UsesTold {
                search: uses.search.name(),
                ai_input: uses.ai_input.name(),
                ai_train: uses.ai_train.name(),
                tdm: uses.tdm.name(),
            },
            use_level: rights
                .and_then(DeclaredRights::use_level)
                .map(UseLevel::name),
            licences: licences.map(|address| cut(address, ADDRESS)).collect(),
        }
    }
}

impl From<&Reservation> for ReservedTold {
    fn from(reservation: &Reservation) -> Self {
        // The newest stand last, and are the paper's present word.
        let newest_first = reservation.statements.iter().rev();
        let statements = newest_first.take(MOST_REASONS);
        let statements: Vec<ReasonTold> = statements
            .map(|(at, statement)| ReasonTold::of(*at, statement))
            .collect();
        let reason = match statements.first() {
            Some(first) => format!(
                "The paper reserves this article from answers of models, by {} ({}), seen first \
                 at {}.",
                first.source, first.says, first.declared_at
            ),
            None => "What the paper declared about uses cannot be read in this archive, which \
                     counts as a reservation."
                .to_owned(),
        };
        Self { reason, statements }
    }
}

impl ReasonTold {
    fn of(at: Timestamp, statement: &Statement) -> Self {
        let says = match &statement.claim {
            Claim::Use(wanted, state) => format!("{} {}", wanted.name(), state.name()),
            Claim::Level(level) => format!("use_level {}", level.name()),
            Claim::Licence(_)
            | Claim::NoArchive
            | Claim::UnavailableAfter(_)
            | Claim::Unknown(_) => "another use".to_owned(),
        };
        Self {
            source: cut(&statement.source, WORDS),
            says,
            words: cut(&statement.words, WORDS),
            declared_at: at.to_second().to_string(),
        }
    }
}
