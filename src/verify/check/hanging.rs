//! What hangs on damaged rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::{ArchiveError, Parent};
use crate::verify::check::Check;
use crate::verify::{NAMED, VerifyProgress};

impl<W: FnMut(&VerifyProgress)> Check<'_, W> {
    /// Names with each damaged thing what is made from it. Each kind of rows is searched once.
    pub(super) fn tell_what_hangs_on_it(&mut self) -> Result<(), ArchiveError> {
        let mut parents: BTreeMap<Parent, BTreeSet<i64>> = BTreeMap::new();
        for damage in &self.findings.damage {
            if let Some((parent, rows)) = &damage.rows {
                let rows = rows.clone().take(NAMED);
                parents.entry(*parent).or_default().extend(rows);
            }
        }

        for (parent, rows) in parents {
            let found = self.reader.dependents(parent, &rows)?;
            for damage in &mut self.findings.damage {
                let own = damage.rows.as_ref().filter(|(of, _)| *of == parent);
                if let Some((_, rows)) = own {
                    let all = found.range(rows.clone()).map(|(_, dependents)| dependents);
                    damage.hangs_on_it = all.cloned().reduce(|sum, one| sum.with(one));
                }
            }
        }
        Ok(())
    }
}
