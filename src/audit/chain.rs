//! The ledger's chain: no row is missing or changed, and every run has its terms before its
//! requests.

use std::collections::HashSet;

use crate::archive::{Form, LedgerEntry, LedgerRecord, RunId};
use crate::audit::violation::Violation;

/// The chain as far as it was followed.
#[derive(Debug, Default)]
pub(super) struct ChainCheck {
    /// The runs that may be under way: their terms were read since the last process began.
    begun: HashSet<RunId>,
    /// The run without terms that was reported last, so that each is reported once.
    told: Option<RunId>,
}

impl ChainCheck {
    /// Follows the chain by one row.
    pub(super) fn follow(&mut self, entry: &LedgerEntry<'_>, violations: &mut Vec<Violation>) {
        violations.extend(broken_link(entry));

        match &entry.what {
            LedgerRecord::Began { terms: Some(terms) } => {
                if !terms.joins {
                    self.begun.clear();
                }
                self.begun.insert(entry.run);
            }
            LedgerRecord::Began { terms: None } => {
                self.begun = HashSet::from([entry.run]);
                let happened = format!("the terms in row {} cannot be read", entry.id);
                violations.push(Violation::of_chain(
                    &[entry.id],
                    "a run begins with its terms",
                    happened,
                ));
            }
            LedgerRecord::Unreadable { why } => {
                let happened = format!("row {} cannot be read: {why}", entry.id);
                violations.push(Violation::of_chain(
                    &[entry.id],
                    "rows as saseo writes them",
                    happened,
                ));
            }
            LedgerRecord::Announced { .. } | LedgerRecord::Ended { .. } => {
                self.belongs(entry, violations)
            }
        }
    }

    /// Checks that a request's row stands after its run's terms. Schema 1 had no terms.
    fn belongs(&mut self, entry: &LedgerEntry<'_>, violations: &mut Vec<Violation>) {
        let is_well = match entry.form {
            Form::First => self.begun.is_empty(),
            Form::Second => self.begun.contains(&entry.run),
        };

        if is_well || self.told == Some(entry.run) {
            return;
        }

        self.told = Some(entry.run);
        let happened = format!(
            "row {} belongs to run {}, whose terms do not stand before it",
            entry.id, entry.run.0
        );
        violations.push(Violation::of_chain(
            &[entry.id],
            "a run begins with its terms",
            happened,
        ));
    }
}

/// Returns a violation where a row does not continue the one before it.
fn broken_link(entry: &LedgerEntry<'_>) -> Option<Violation> {
    if entry.id != entry.previous.saturating_add(1) {
        return Some(missing(entry));
    }

    (!entry.chained).then(|| {
        let happened = format!(
            "row {} or the one before it was changed: its hash is another",
            entry.id
        );
        Violation::of_chain(
            &[entry.id],
            "the hash of the row before and the row's fields",
            happened,
        )
    })
}

fn missing(entry: &LedgerEntry<'_>) -> Violation {
    let (first, last) = (entry.previous.saturating_add(1), entry.id.saturating_sub(1));

    let happened = match entry.id {
        _ if last < first => format!("row {} comes after row {}", entry.id, entry.previous),
        _ if last == first => format!("row {first} is missing"),
        _ => format!("rows {first} to {last} are missing"),
    };

    Violation::of_chain(&[entry.id], "every row that was written", happened)
}
