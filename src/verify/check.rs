//! The checks, one for each kind of stored thing.

mod articles;
mod hanging;
mod proofs;
mod structure;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::archive::{
    ArchiveError, ArticleChoice, Reader, RowRead, RowSample, RowSpan, StoredBody, StoredDictionary,
};
use crate::verify::damage::{Damage, DamageKind};
use crate::verify::journal::VerifyJournal;
use crate::verify::scope::{RowCounts, Stage, VerifyScope};
use crate::verify::{NAMED, VerifyProgress, VerifyReport};

/// Rows between two progress reports, so that reporting costs little.
const TOLD: u64 = 256;

/// A verification under way.
pub(super) struct Check<'c, W> {
    reader: &'c Reader,
    scope: VerifyScope<'c>,
    /// Of a whole verification that can be gone on with.
    journal: Option<&'c mut VerifyJournal>,
    findings: VerifyReport,
    watch: W,
    /// The stage under way has found damage: the rows behind it are looked at again if this
    /// verification is interrupted.
    is_frozen: bool,
    /// Articles with a damaged version, whose words are damaged as well.
    damaged_articles: BTreeSet<i64>,
}

impl<'c, W: FnMut(&VerifyProgress)> Check<'c, W> {
    pub(super) fn new(
        reader: &'c Reader,
        scope: VerifyScope<'c>,
        journal: Option<&'c mut VerifyJournal>,
        watch: W,
    ) -> Self {
        Self {
            reader,
            scope,
            journal,
            findings: VerifyReport::default(),
            watch,
            is_frozen: false,
            damaged_articles: BTreeSet::new(),
        }
    }

    /// Notes where the verification begins: in the journal, and in the report.
    pub(super) fn begin(&mut self) -> Result<(), ArchiveError> {
        if let Some(journal) = &mut self.journal {
            journal.begin(self.reader)?;
        }

        let reader = self.reader;
        let rows = |stage: Stage| reader.estimated_rows(stage.table());
        self.findings.scope = self.scope.name();
        self.findings.of = RowCounts {
            ledger_rows: rows(Stage::Ledger),
            bodies: rows(Stage::Bodies),
            captures: rows(Stage::Captures),
            versions: rows(Stage::Versions),
            words: rows(Stage::Words),
            robots: rows(Stage::Robots),
        };
        let earlier = self.journal.as_ref().and_then(|journal| journal.earlier());
        self.findings.earlier = earlier.cloned();
        Ok(())
    }

    /// Ends the verification.
    pub(super) fn end(mut self) -> Result<VerifyReport, ArchiveError> {
        self.findings = self.findings.without_echoes();
        self.tell_what_hangs_on_it()?;
        if let Some(journal) = &mut self.journal {
            journal.end(self.reader, self.findings.damaged)?;
        }
        Ok(self.findings)
    }

    /// Begins a stage, and returns the rows that it looks at.
    fn begin_stage(&mut self, stage: Stage) -> Result<RowSpan, ArchiveError> {
        self.is_frozen = false;
        Ok(match self.scope {
            VerifyScope::Sample { sample, .. } => RowSpan::Sample(sample),
            VerifyScope::Whole(_) => {
                let journal = self.journal.as_ref();
                RowSpan::After(journal.map_or(0, |journal| journal.sound_to(stage)))
            }
            VerifyScope::Since(marks) => RowSpan::After(match stage {
                Stage::Ledger => marks.ledger.row,
                Stage::Bodies if self.reader.has_recompressed_since(marks)? => {
                    self.findings.recompressed = true;
                    0
                }
                Stage::Bodies => marks.body,
                Stage::Captures => marks.capture,
                Stage::Robots => marks.robots,
                // Their articles are chosen in another way.
                Stage::Versions | Stage::Words => 0,
            }),
        })
    }

    /// Notes that the rows of a stage are sound up to a key, of which this run looked at `rows`.
    fn pass(&mut self, stage: Stage, key: i64, rows: u64) -> Result<(), ArchiveError> {
        match &mut self.journal {
            Some(journal) if !self.is_frozen => journal.note(self.reader, stage, key, rows),
            Some(_) | None => Ok(()),
        }
    }

    /// Ends a stage. What it found sound need not be looked at again.
    fn end_stage(&mut self) -> Result<(), ArchiveError> {
        match &mut self.journal {
            Some(journal) => journal.save(self.reader),
            None => Ok(()),
        }
    }

    fn add(&mut self, damage: Damage) {
        self.is_frozen = true;
        self.findings.add(damage);
    }

    /// Tells of the progress now and then.
    fn tell(&mut self, stage: Stage, rows: u64) {
        if rows.is_multiple_of(TOLD) {
            self.tell_now(stage, rows);
        }
    }

    fn tell_now(&mut self, stage: Stage, rows: u64) {
        let earlier = self.findings.earlier.as_ref();
        let before = earlier.map_or(0, |earlier| stage.of(&earlier.rows));
        let of = match self.scope {
            VerifyScope::Whole([]) => stage.of(&self.findings.of),
            VerifyScope::Sample { sample, sites: [] } => {
                stage.of(&self.findings.of) * u64::from(sample.share()) / 1_000_000
            }
            // How many rows there are of some sites, nobody knows.
            VerifyScope::Whole(_) | VerifyScope::Sample { .. } | VerifyScope::Since(_) => 0,
        };

        (self.watch)(&VerifyProgress {
            what: stage.what(),
            done: before + rows,
            of,
        });
    }

    /// Tells of a step that has no rows.
    fn tell_step(&mut self, what: &'static str) {
        (self.watch)(&VerifyProgress {
            what,
            done: 0,
            of: 0,
        });
    }

    fn sites(&self) -> &'c [String] {
        match self.scope {
            VerifyScope::Whole(sites) | VerifyScope::Sample { sites, .. } => sites,
            VerifyScope::Since(_) => &[],
        }
    }

    fn sample(&self) -> Option<RowSample> {
        match self.scope {
            VerifyScope::Sample { sample, .. } => Some(sample),
            VerifyScope::Whole(_) | VerifyScope::Since(_) => None,
        }
    }

    fn articles(&self) -> ArticleChoice<'c> {
        match self.scope {
            VerifyScope::Since(marks) => ArticleChoice::AddedSince(marks),
            VerifyScope::Whole(sites) | VerifyScope::Sample { sites, .. } => {
                ArticleChoice::OfSites(sites)
            }
        }
    }

    /// Checks the pages that others are compressed with. There are few of them.
    pub(super) fn dictionaries(&mut self) -> Result<(), ArchiveError> {
        for looked in self.reader.stored_dictionaries() {
            match looked? {
                RowRead::Lost(lost) => self.add(Damage::of_lost(DamageKind::Dictionary, lost)),
                RowRead::Row(StoredDictionary { id, fault }) => {
                    self.findings.dictionaries += 1;
                    if let Some(why) = fault {
                        self.add(Damage::of_dictionary(id, why));
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns the bodies that are damaged.
    pub(super) fn bodies(&mut self) -> Result<BTreeSet<i64>, ArchiveError> {
        let span = self.begin_stage(Stage::Bodies)?;
        let (mut seen, mut damaged) = (BTreeSet::new(), Vec::new());

        for looked in self.reader.bodies(self.sites(), span)? {
            match looked? {
                RowRead::Lost(lost) => {
                    seen.extend((lost.first..=lost.last).take(NAMED));
                    damaged.push(Damage::of_lost(DamageKind::Body, lost));
                    self.is_frozen = true;
                }
                RowRead::Row(bodies) => {
                    self.findings.bodies += bodies.len() as u64;
                    let faults = faults(&bodies);
                    self.is_frozen |= !faults.is_empty();
                    let faults = faults.into_iter().filter(|(id, _)| seen.insert(*id));
                    damaged.extend(faults.map(|(id, why)| Damage::of_body(id, why)));

                    let last = bodies.last().map_or(0, |body| body.id);
                    self.pass(Stage::Bodies, last, self.findings.bodies)?;
                }
            }
            self.tell_now(Stage::Bodies, self.findings.bodies);
        }

        // Each damaged body is told with the answers that brought it.
        let captures = self.reader.captures_of(&seen)?;
        for damage in damaged {
            self.add(damage.with_captures(&captures));
        }
        self.end_stage()?;
        Ok(seen)
    }
}

/// Unpacks and hashes bodies on all cores.
fn faults(bodies: &[StoredBody]) -> Vec<(i64, String)> {
    bodies
        .par_iter()
        .filter_map(|body| Some((body.id, body.fault()?)))
        .collect()
}

fn is_in(row: Option<i64>, rows: &BTreeSet<i64>) -> bool {
    row.is_some_and(|row| rows.contains(&row))
}
