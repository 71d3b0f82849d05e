//! Verification: compares everything in an archive with the hashes made on arrival, and repairs it.

mod check;
mod damage;
mod journal;
mod repair;
mod scope;

use serde::Serialize;

use crate::archive::{ArchiveError, Reader};
use crate::verify::check::Check;

pub use damage::{Damage, DamageKind, Repair};
pub use journal::VerifyJournal;
pub use repair::repair;
pub use scope::{EarlierRuns, RowCounts, VerifyScope};

/// The most damaged items that one run names and repairs, so that the report stays bounded; all are
/// counted.
const NAMED: usize = 1_000;

/// The counts of checked rows, and the damage found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// What was looked at: `whole`, `sites`, `sample` or `since-last`.
    pub scope: &'static str,
    /// About how many rows there are of each kind.
    pub of: RowCounts,
    /// What earlier runs of this verification found sound, which is not looked at again.
    pub earlier: Option<EarlierRuns>,
    /// Whether this run checked the file's structure.
    pub structure: bool,
    /// Whether bodies of before the marks were compressed anew since, so that all were looked at.
    pub recompressed: bool,
    pub bodies: u64,
    /// Pages that others are compressed with.
    pub dictionaries: u64,
    /// Answers, each held against the ledger.
    pub captures: u64,
    pub versions: u64,
    /// Articles in the full-text index, each held against its text.
    pub words: u64,
    pub robots: u64,
    /// Copies of robots.txt whose body the ledger has a digest of.
    pub robots_compared: u64,
    pub ledger_rows: u64,
    /// How many damaged things there are.
    pub damaged: u64,
    /// Of them, those that were mended.
    pub repaired: u64,
    /// The first of them.
    pub damage: Vec<Damage>,
}

/// The progress of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress {
    pub what: &'static str,
    pub done: u64,
    /// The approximate total; 0 if it is unknown.
    pub of: u64,
}

/// Verifies an archive: the file as a whole, and the bodies and versions of the named sites, or of
/// all where none is named. Nothing is written, and a crawl may run meanwhile.
///
/// # Errors
///
/// Returns an error if the archive cannot be read at all. Damage in it is a finding, not an error.
pub fn verify(
    reader: &Reader,
    sites: &[String],
    watch: impl FnMut(&VerifyProgress),
) -> Result<VerifyReport, ArchiveError> {
    checked(Check::new(reader, VerifyScope::Whole(sites), None, watch))
}

/// Verifies the part of an archive that a scope names. Nothing is written.
///
/// # Errors
///
/// Returns an error if the archive cannot be read at all.
pub fn verify_part(
    reader: &Reader,
    scope: VerifyScope<'_>,
    watch: impl FnMut(&VerifyProgress),
) -> Result<VerifyReport, ArchiveError> {
    checked(Check::new(reader, scope, None, watch))
}

/// Verifies a whole archive, and notes in its journal how far it came. One that was interrupted
/// goes on from there.
///
/// # Errors
///
/// Returns an error if the archive cannot be read at all. A journal that cannot be written is no
/// error: it tells so itself.
pub fn verify_noting(
    reader: &Reader,
    journal: &mut VerifyJournal,
    watch: impl FnMut(&VerifyProgress),
) -> Result<VerifyReport, ArchiveError> {
    checked(Check::new(
        reader,
        VerifyScope::Whole(&[]),
        Some(journal),
        watch,
    ))
}

fn checked<W: FnMut(&VerifyProgress)>(
    mut check: Check<'_, W>,
) -> Result<VerifyReport, ArchiveError> {
    check.begin()?;
    check.schema()?;
    check.structure()?;
    let rows = check.ledger()?;
    check.dictionaries()?;
    let bodies = check.bodies()?;
    check.captures(&bodies, &rows)?;
    check.versions()?;
    check.words()?;
    check.robots(&rows)?;
    check.tables()?;
    check.end()
}

impl VerifyReport {
    fn add(&mut self, damage: Damage) {
        self.damaged += 1;
        if self.damage.len() < NAMED {
            self.damage.push(damage);
        }
    }

    /// SQLite tells that a check of a table failed and not in which row, and that an answer refers
    /// to nothing and not of which address it is; the rows were found by their own check.
    fn without_echoes(mut self) -> Self {
        let told: Vec<Damage> = self
            .damage
            .iter()
            .filter(|one| matches!(one.kind, DamageKind::Version | DamageKind::Capture))
            .cloned()
            .collect();
        let all = self.damage.len();
        self.damage
            .retain(|one| !told.iter().any(|told| one.is_echo_of(told)));
        self.damaged -= (all - self.damage.len()) as u64;
        self
    }
}
