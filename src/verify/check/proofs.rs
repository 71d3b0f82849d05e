//! The checks against the ledger, and of the ledger itself.

use std::collections::BTreeSet;

use crate::archive::{ArchiveError, LedgerMark, RowRead, StoredRow};
use crate::verify::VerifyProgress;
use crate::verify::check::{Check, is_in};
use crate::verify::damage::{Damage, DamageKind};
use crate::verify::scope::{Stage, VerifyScope};

impl<W: FnMut(&VerifyProgress)> Check<'_, W> {
    /// Returns the rows that are damaged: what is held against them may be sound.
    pub(crate) fn ledger(&mut self) -> Result<BTreeSet<i64>, ArchiveError> {
        self.begin_stage(Stage::Ledger)?;
        let sound = match self.scope {
            VerifyScope::Since(marks) => marks.ledger.clone(),
            VerifyScope::Whole(_) | VerifyScope::Sample { .. } => {
                let journal = self.journal.as_ref();
                journal.map_or_else(LedgerMark::default, |journal| journal.sound_ledger())
            }
        };
        let mut damaged = BTreeSet::new();

        for looked in self.reader.stored_ledger(self.sample(), &sound) {
            match looked? {
                RowRead::Lost(lost) => self.add(Damage::of_lost(DamageKind::Ledger, lost)),
                RowRead::Row(row) => {
                    self.findings.ledger_rows += 1;
                    self.ledger_row(row, &mut damaged)?;
                }
            }
            self.tell(Stage::Ledger, self.findings.ledger_rows);
        }
        self.end_stage()?;
        Ok(damaged)
    }

    fn ledger_row(
        &mut self,
        row: StoredRow,
        damaged: &mut BTreeSet<i64>,
    ) -> Result<(), ArchiveError> {
        let StoredRow {
            id,
            previous,
            run,
            hash,
            fault,
        } = row;

        if let Some(why) = fault {
            self.add(Damage::of_ledger(id, run, why));
            damaged.extend([previous, id]);
            return Ok(());
        }
        if let Some(journal) = &mut self.journal
            && !self.is_frozen
        {
            journal.note_ledger_hash(&hash);
        }
        self.pass(Stage::Ledger, id, self.findings.ledger_rows)
    }

    pub(crate) fn captures(
        &mut self,
        bodies: &BTreeSet<i64>,
        rows: &BTreeSet<i64>,
    ) -> Result<(), ArchiveError> {
        let span = self.begin_stage(Stage::Captures)?;

        for looked in self.reader.stored_captures(self.sites(), span)? {
            match looked? {
                RowRead::Lost(lost) => self.add(Damage::of_lost(DamageKind::Capture, lost)),
                RowRead::Row(mut capture) => {
                    self.findings.captures += 1;
                    let id = capture.id;
                    // A damaged body was told already, with the answers that brought it; so was a
                    // row of the ledger.
                    let is_told = capture.body.is_some_and(|body| bodies.contains(&body))
                        || is_in(capture.ended, rows);
                    self.is_frozen |= is_told;
                    if let Some(fault) = capture.fault.take().filter(|_| !is_told) {
                        self.add(Damage::of_capture(capture, fault));
                    }
                    self.pass(Stage::Captures, id, self.findings.captures)?;
                }
            }
            self.tell(Stage::Captures, self.findings.captures);
        }
        self.end_stage()
    }

    pub(crate) fn robots(&mut self, rows: &BTreeSet<i64>) -> Result<(), ArchiveError> {
        let span = self.begin_stage(Stage::Robots)?;

        for looked in self.reader.stored_robots(span) {
            match looked? {
                RowRead::Lost(lost) => self.add(Damage::of_lost(DamageKind::Robots, lost)),
                RowRead::Row(copy) => {
                    self.findings.robots += 1;
                    self.findings.robots_compared += u64::from(copy.is_compared);
                    let is_told = is_in(copy.ended, rows);
                    self.is_frozen |= is_told;
                    if let Some(fault) = copy.fault.as_ref().filter(|_| !is_told) {
                        self.add(Damage::of_robots(&copy, fault));
                    }
                    self.pass(Stage::Robots, copy.id, self.findings.robots)?;
                }
            }
            self.tell(Stage::Robots, self.findings.robots);
        }
        self.end_stage()
    }
}
