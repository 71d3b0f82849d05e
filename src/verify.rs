//! Verification: compares everything in an archive with the hashes made on arrival, and repairs it.

mod damage;
mod repair;

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use crate::archive::{ArchiveError, Reader, RowRead, StoredBody, StoredRow};

pub use damage::{Damage, DamageKind, Repair};
pub use repair::repair;

/// The most damaged items that one run names and repairs, so that the report stays bounded; all are
/// counted.
const NAMED: usize = 1_000;

/// Rows between two progress reports, so that reporting costs little.
const TOLD: u64 = 256;

/// The counts of checked rows, and the damage found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    pub bodies: u64,
    /// Answers, each held against the ledger.
    pub captures: u64,
    pub versions: u64,
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
    let mut check = Check {
        reader,
        findings: VerifyReport::default(),
        watch,
    };

    check.structure()?;
    let rows = check.ledger()?;
    let bodies = check.bodies(sites)?;
    check.captures(sites, &bodies, &rows)?;
    check.versions(sites)?;
    check.robots(&rows)?;
    check.texts()?;
    Ok(check.findings.without_echoes())
}

/// A verification under way.
struct Check<'r, W> {
    reader: &'r Reader,
    findings: VerifyReport,
    watch: W,
}

impl<W: FnMut(&VerifyProgress)> Check<'_, W> {
    fn structure(&mut self) -> Result<(), ArchiveError> {
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
    fn ledger(&mut self) -> Result<BTreeSet<i64>, ArchiveError> {
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

    /// Returns the bodies that are damaged.
    fn bodies(&mut self, sites: &[String]) -> Result<BTreeSet<i64>, ArchiveError> {
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

    fn captures(
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

    fn versions(&mut self, sites: &[String]) -> Result<(), ArchiveError> {
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

    fn robots(&mut self, rows: &BTreeSet<i64>) -> Result<(), ArchiveError> {
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

    fn texts(&mut self) -> Result<(), ArchiveError> {
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

impl VerifyReport {
    fn add(&mut self, damage: Damage) {
        self.damaged += 1;
        if self.damage.len() < NAMED {
            self.damage.push(damage);
        }
    }

    /// SQLite tells that a check of a table failed and not in which row; the rows were found by
    /// their own check.
    fn without_echoes(mut self) -> Self {
        let has_versions = self
            .damage
            .iter()
            .any(|one| one.kind == DamageKind::Version);
        let all = self.damage.len();
        self.damage
            .retain(|one| !(has_versions && one.is_echo_of_version()));
        self.damaged -= (all - self.damage.len()) as u64;
        self
    }
}
