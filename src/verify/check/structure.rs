//! The checks of the file's structure, and of the tables that have no hash.

use std::collections::BTreeSet;

use crate::archive::{ArchiveError, BadText, RowRead, RowSpan};
use crate::verify::VerifyProgress;
use crate::verify::check::Check;
use crate::verify::damage::{Damage, DamageKind};
use crate::verify::scope::VerifyScope;

impl<W: FnMut(&VerifyProgress)> Check<'_, W> {
    /// Checks the schema's text, which is read at once.
    pub(crate) fn schema(&mut self) -> Result<(), ArchiveError> {
        for fault in self.reader.schema_faults()? {
            self.add(Damage::of_schema(fault));
        }
        Ok(())
    }

    /// Checks the file as SQLite sees it, which reads all of it: so in whole verifications only.
    pub(crate) fn structure(&mut self) -> Result<(), ArchiveError> {
        match self.scope {
            VerifyScope::Whole(_) => {}
            VerifyScope::Sample { .. } | VerifyScope::Since(_) => return Ok(()),
        }
        if self
            .journal
            .as_ref()
            .is_some_and(|journal| journal.has_structure())
        {
            return Ok(());
        }

        self.tell_step("the file's structure");
        let faults = self.reader.faults()?;
        self.findings.structure = self.reader.has_structure();
        if faults.is_empty()
            && let Some(journal) = &mut self.journal
        {
            journal.note_structure(self.reader)?;
        }
        for fault in faults {
            self.add(Damage::of_file(fault));
        }
        Ok(())
    }

    /// Checks the tables that have no hash. A row is told once.
    pub(crate) fn tables(&mut self) -> Result<(), ArchiveError> {
        self.tell_step("the other tables");
        let span = self.sample().map_or(RowSpan::After(0), RowSpan::Sample);
        let mut told = BTreeSet::new();

        for looked in self.reader.broken_rules(span) {
            if let RowRead::Row(bad) = looked? {
                told.insert((bad.table.clone(), bad.row));
                self.add(Damage::of_row(DamageKind::Row, bad));
            }
        }
        for looked in self.reader.bad_texts(span)? {
            match looked? {
                // Rows of these tables are told as articles or copies of robots.txt already.
                RowRead::Lost(lost)
                    if matches!(lost.table.as_str(), "article" | "capture" | "robots") => {}
                RowRead::Lost(lost) => self.add(Damage::of_lost(DamageKind::Text, lost)),
                RowRead::Row(bad) => self.bad_row(bad, &told),
            }
        }
        match self.scope {
            VerifyScope::Sample { .. } => {}
            VerifyScope::Whole(_) | VerifyScope::Since(_) => self.missing_rows()?,
        }
        Ok(())
    }

    fn bad_row(&mut self, bad: BadText, told: &BTreeSet<(String, i64)>) {
        let kind = match bad.checksum {
            None => DamageKind::Text,
            Some(_) => DamageKind::Row,
        };
        let damage = Damage::of_row(kind, bad.clone());
        let is_told = told.contains(&(bad.table, bad.row))
            || self
                .findings
                .damage
                .iter()
                .any(|one| one.is_of_row(&damage));

        if kind == DamageKind::Text || !is_told {
            self.add(damage);
        }
    }

    fn missing_rows(&mut self) -> Result<(), ArchiveError> {
        for bad in self.reader.missing_rows()? {
            let damage = Damage::of_row(DamageKind::Row, bad);
            // A row that cannot be read is told as one of a range.
            if !self
                .findings
                .damage
                .iter()
                .any(|one| one.is_of_row(&damage))
            {
                self.add(damage);
            }
        }
        Ok(())
    }
}
