//! The checks, one for each kind of stored thing.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::archive::{ArchiveError, Reader, RowRead, StoredBody, StoredDictionary, StoredRow};
use crate::verify::damage::{Damage, DamageKind};
use crate::verify::{NAMED, VerifyProgress, VerifyReport};

/// Rows between two progress reports, so that reporting costs little.
const TOLD: u64 = 256;

/// A verification under way.
pub(super) struct Check<'r, W> {
    reader: &'r Reader,
    findings: VerifyReport,
    watch: W,
}

impl<'r, W: FnMut(&VerifyProgress)> Check<'r, W> {
    pub(super) fn new(reader: &'r Reader, watch: W) -> Self {
        Self {
            reader,
            findings: VerifyReport::default(),
            watch,
        }
    }

    /// Ends the verification.
    pub(super) fn into_findings(self) -> VerifyReport {
        self.findings
    }

    pub(super) fn structure(&mut self) -> Result<(), ArchiveError> {
        (self.watch)(&VerifyProgress {
            what: "the file's structure",
            done: 0,
            of: 0,
        });
        for fault in self.reader.faults()? {
            self.findings.add(Damage::of_file(fault));
        }
        Ok(())
    }

    /// Returns the rows that are damaged: what is held against them may be sound.
    pub(super) fn ledger(&mut self) -> Result<BTreeSet<i64>, ArchiveError> {
        let of = self.reader.estimated_rows("ledger");
        let (findings, watch) = (&mut self.findings, &mut self.watch);
        let mut damaged = BTreeSet::new();

        for looked in self.reader.stored_ledger() {
            match looked? {
                RowRead::Lost(lost) => findings.add(Damage::of_lost(DamageKind::Ledger, lost)),
                RowRead::Row(StoredRow {
                    id,
                    previous,
                    run,
                    fault,
                }) => {
                    findings.ledger_rows += 1;
                    if let Some(why) = fault {
                        findings.add(Damage::of_ledger(id, run, why));
                        damaged.extend([previous, id]);
                    }
                }
            }
            if findings.ledger_rows.is_multiple_of(TOLD) {
                watch(&VerifyProgress {
                    what: "rows of the ledger",
                    done: findings.ledger_rows,
                    of,
                });
            }
        }
        Ok(damaged)
    }

    /// Checks the pages that others are compressed with. There are few of them.
    pub(super) fn dictionaries(&mut self) -> Result<(), ArchiveError> {
        for looked in self.reader.stored_dictionaries() {
            match looked? {
                RowRead::Lost(lost) => self
                    .findings
                    .add(Damage::of_lost(DamageKind::Dictionary, lost)),
                RowRead::Row(StoredDictionary { id, fault }) => {
                    self.findings.dictionaries += 1;
                    if let Some(why) = fault {
                        self.findings.add(Damage::of_dictionary(id, why));
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns the bodies that are damaged.
    pub(super) fn bodies(&mut self, sites: &[String]) -> Result<BTreeSet<i64>, ArchiveError> {
        let of = self.reader.estimated_rows("body");
        let (findings, watch) = (&mut self.findings, &mut self.watch);
        let (mut seen, mut damaged) = (BTreeSet::new(), Vec::new());

        for looked in self.reader.bodies(sites)? {
            match looked? {
                RowRead::Lost(lost) => {
                    seen.extend((lost.first..=lost.last).take(NAMED));
                    damaged.push(Damage::of_lost(DamageKind::Body, lost));
                }
                RowRead::Row(bodies) => {
                    findings.bodies += bodies.len() as u64;
                    let faults = faults(&bodies)
                        .into_iter()
                        .filter(|(id, _)| seen.insert(*id));
                    damaged.extend(faults.map(|(id, why)| Damage::of_body(id, why)));
                }
            }
            watch(&VerifyProgress {
                what: "bodies",
                done: findings.bodies,
                of,
            });
        }

        // Each damaged body is told with the answers that brought it.
        let captures = self.reader.captures_of(&seen)?;
        damaged
            .into_iter()
            .for_each(|one| self.findings.add(one.with_captures(&captures)));
        Ok(seen)
    }

    pub(super) fn captures(
        &mut self,
        sites: &[String],
        bodies: &BTreeSet<i64>,
        rows: &BTreeSet<i64>,
    ) -> Result<(), ArchiveError> {
        let of = self.reader.estimated_rows("capture");
        let (findings, watch) = (&mut self.findings, &mut self.watch);

        for looked in self.reader.stored_captures(sites)? {
            match looked? {
                RowRead::Lost(lost) => findings.add(Damage::of_lost(DamageKind::Capture, lost)),
                RowRead::Row(mut capture) => {
                    findings.captures += 1;
                    // A damaged body was told already, with the answers that brought it; so was a
                    // row of the ledger.
                    let is_told = capture.body.is_some_and(|body| bodies.contains(&body))
                        || is_in(capture.ended, rows);
                    if let Some(fault) = capture.fault.take().filter(|_| !is_told) {
                        findings.add(Damage::of_capture(capture, fault));
                    }
                }
            }
            if findings.captures.is_multiple_of(TOLD) {
                watch(&VerifyProgress {
                    what: "answers",
                    done: findings.captures,
                    of,
                });
            }
        }
        Ok(())
    }

    pub(super) fn versions(&mut self, sites: &[String]) -> Result<(), ArchiveError> {
        let of = self.reader.estimated_rows("article");
        let (findings, watch) = (&mut self.findings, &mut self.watch);

        for looked in self.reader.stored_versions(sites)? {
            match looked? {
                RowRead::Lost(lost) => findings.add(Damage::of_lost(DamageKind::Version, lost)),
                RowRead::Row(version) => {
                    findings.versions += u64::from(version.n.is_some());
                    if version.n.is_none() || !version.flaws.is_empty() {
                        findings.add(Damage::of_version(version));
                    }
                }
            }
            if findings.versions.is_multiple_of(TOLD) {
                watch(&VerifyProgress {
                    what: "versions of articles",
                    done: findings.versions,
                    of,
                });
            }
        }
        Ok(())
    }

    pub(super) fn robots(&mut self, rows: &BTreeSet<i64>) -> Result<(), ArchiveError> {
        let of = self.reader.estimated_rows("robots");
        let (findings, watch) = (&mut self.findings, &mut self.watch);

        for looked in self.reader.stored_robots() {
            match looked? {
                RowRead::Lost(lost) => findings.add(Damage::of_lost(DamageKind::Robots, lost)),
                RowRead::Row(copy) => {
                    findings.robots += 1;
                    findings.robots_compared += u64::from(copy.is_compared);
                    if let Some(fault) = copy.fault.as_ref().filter(|_| !is_in(copy.ended, rows)) {
                        findings.add(Damage::of_robots(&copy, fault));
                    }
                }
            }
            watch(&VerifyProgress {
                what: "copies of robots.txt",
                done: findings.robots,
                of,
            });
        }
        Ok(())
    }

    pub(super) fn texts(&mut self) -> Result<(), ArchiveError> {
        (self.watch)(&VerifyProgress {
            what: "texts of the other tables",
            done: 0,
            of: 0,
        });
        let findings = &mut self.findings;

        for looked in self.reader.bad_texts()? {
            match looked? {
                // Rows of these tables are told as articles or copies of robots.txt already.
                RowRead::Lost(lost)
                    if matches!(lost.table.as_str(), "article" | "capture" | "robots") => {}
                RowRead::Lost(lost) => findings.add(Damage::of_lost(DamageKind::Text, lost)),
                RowRead::Row(bad) => findings.add(Damage::of_text(bad)),
            }
        }
        Ok(())
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
