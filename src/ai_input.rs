//! Whether an answer may be made with an article (`ai_input`), by what its paper declares.
//!
//! Of a version, two declarations count: the newest one about its article, and the one that was in
//! force when its page was fetched. The stricter of them holds.

use std::time::Duration;

use crate::archive::{ArticleVersion, Declaration};
use crate::rights::{Claim, DeclaredRights, Purpose, Statement, UseLevel};
use crate::time::Timestamp;

/// The columns that tell of rights.
const OF_RIGHTS: [&str; 4] = ["statements", "uses", "use_level", "licences"];

/// Moments of versions are told in whole seconds.
const SECOND: Duration = Duration::from_secs(1);

/// Why no answer may be made with an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reservation {
    /// The statements that reserve it, each with the fetch that told it first.
    pub statements: Vec<(Timestamp, Statement)>,
    /// What a paper declared cannot be read, and counts as a reservation.
    pub is_unreadable: bool,
}

impl Reservation {
    /// Returns the reservation of a version whose page was fetched in this second; `None` where an
    /// answer may be made with it. Where the second is not known, all declarations count. The
    /// newest one stands last.
    pub(crate) fn of(declarations: &[Declaration], fetched_at: Option<Timestamp>) -> Option<Self> {
        let newest = declarations.len().saturating_sub(1);
        let (from, until) = match fetched_at {
            Some(second) => (
                declarations.iter().rposition(|one| one.at <= second),
                second + SECOND,
            ),
            None => (None, Timestamp::MAX),
        };

        let mut reservation = Self::default();
        for (place, declaration) in declarations.iter().enumerate() {
            let is_of_fetch = from.is_none_or(|from| place >= from) && declaration.at < until;
            if is_of_fetch || place == newest {
                reservation.add(declaration);
            }
        }
        (reservation != Self::default()).then_some(reservation)
    }

    fn add(&mut self, declaration: &Declaration) {
        let Some(rights) = &declaration.rights else {
            self.is_unreadable = true;
            return;
        };
        for statement in rights.statements() {
            let is_known = self.statements.iter().any(|(_, known)| known == statement);
            if reserves(statement) && !is_known {
                self.statements.push((declaration.at, statement.clone()));
            }
        }
    }
}

/// Tells whether the newest declaration about an article reserves it. What cannot be read of its
/// statements counts as a reservation.
pub(crate) fn is_reserved(version: &ArticleVersion) -> bool {
    let is_unreadable = version
        .flaws
        .iter()
        .any(|flaw| OF_RIGHTS.contains(&flaw.column));
    is_unreadable || has_reservation(&version.article.declared_rights)
}

fn has_reservation(rights: &DeclaredRights) -> bool {
    rights.statements().iter().any(reserves)
}

/// Tells whether a statement reserves the use in answers, or allows no more than a reference.
fn reserves(statement: &Statement) -> bool {
    match &statement.claim {
        Claim::Level(level) => *level <= UseLevel::Reference,
        claim @ (Claim::Use(..)
        | Claim::Licence(_)
        | Claim::NoArchive
        | Claim::UnavailableAfter(_)
        | Claim::Unknown(_)) => Purpose::AiInput.is_reserved_by(claim, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::{Use, UseState};

    const FETCHED: Timestamp = Timestamp::from_seconds(1_000);

    fn declared(seconds: i64, claims: impl IntoIterator<Item = Claim>) -> Declaration {
        let statements = claims
            .into_iter()
            .map(|claim| Statement::new("header", claim, "so"));
        Declaration {
            at: Timestamp::from_seconds(seconds),
            rights: Some(DeclaredRights::of(statements)),
        }
    }

    fn use_of(wanted: Use, state: UseState) -> Claim {
        Claim::Use(wanted, state)
    }

    fn reserving(seconds: i64) -> Declaration {
        declared(seconds, [use_of(Use::AiInput, UseState::Reserved)])
    }

    fn allowing(seconds: i64) -> Declaration {
        declared(seconds, [use_of(Use::AiInput, UseState::Allowed)])
    }

    #[test]
    fn the_declaration_of_the_fetch_and_the_newest_one_both_reserve() {
        for (history, is_reserved) in [
            (vec![], false),
            (vec![allowing(1)], false),
            (vec![reserving(1), allowing(2), allowing(3)], false),
            (vec![reserving(1), allowing(2_000)], true),
            (vec![reserving(1_000), allowing(2_000)], true),
            (vec![allowing(1), reserving(2_000)], true),
            (vec![allowing(1), reserving(2_000), allowing(3_000)], false),
        ] {
            let found = Reservation::of(&history, Some(FETCHED));
            assert_eq!(found.is_some(), is_reserved, "{history:?}");
        }
    }

    #[test]
    fn a_declaration_of_the_same_second_counts() {
        let within = Declaration {
            at: FETCHED + Duration::from_millis(999),
            ..reserving(0)
        };
        let history = [within, allowing(3_000)];
        assert!(Reservation::of(&history, Some(FETCHED)).is_some());
    }

    #[test]
    fn where_the_fetch_is_not_known_every_declaration_counts() {
        let history = [allowing(1), reserving(2), allowing(3)];
        assert!(Reservation::of(&history, None).is_some());
        assert!(Reservation::of(&[], None).is_none());
    }

    #[test]
    fn what_cannot_be_read_is_reserved() {
        let unreadable = Declaration {
            at: FETCHED,
            rights: None,
        };
        let found = Reservation::of(&[unreadable], Some(FETCHED)).unwrap();
        assert!(found.is_unreadable && found.statements.is_empty());
    }

    #[test]
    fn a_level_below_full_reserves_and_other_uses_do_not() {
        let one = |claim| Reservation::of(&[declared(1, [claim])], Some(FETCHED)).is_some();
        assert!(one(Claim::Level(UseLevel::Immediate)));
        assert!(one(Claim::Level(UseLevel::Reference)));
        assert!(!one(Claim::Level(UseLevel::Full)));
        assert!(!one(use_of(Use::AiTrain, UseState::Reserved)));
        assert!(!one(use_of(Use::Search, UseState::Reserved)));
        assert!(!one(Claim::NoArchive));
    }
}
