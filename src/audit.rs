//! The audit: checks from the ledger and the robots.txt copies alone whether every request kept the
//! rules.
//!
//! It trusts no conclusion of the crawler. It computes gaps, rights and ceilings again from the
//! rows that were written before each request left.

mod ceiling_check;
mod chain;
mod html;
mod ledger_check;
mod pace;
mod promises;
mod report;
mod rights;
mod rights_page;
mod robots_copies;
mod scope;
mod time_stamps;
mod totals;
mod violation;

use std::ops::ControlFlow;

use crate::archive::{ArchiveError, Reader};
use crate::audit::ledger_check::LedgerCheck;

pub use html::page;
pub use report::{AuditReport, Day, HostFindings, LedgerHead, RobotsFindings, StampedRow};
pub use scope::AuditScope;
pub use totals::Requester;
pub use violation::{Violation, ViolationKind};

/// Audits the archive's whole ledger as it is at this moment, and reports on the hosts in the
/// scope.
///
/// # Errors
///
/// Returns an error if the ledger or a robots.txt copy cannot be read.
///
/// # Examples
///
/// ```
/// # let data = tempfile::tempdir()?;
/// use saseo::{Archive, AuditScope, audit};
///
/// # Archive::lock(data.path())?;
/// let reader = Archive::read(data.path())?;
/// let report = audit(&reader, AuditScope::Everything)?;
/// for violation in &report.violations {
///     println!("{}, but {}", violation.owed, violation.happened);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(reader: &Reader, scope: AuditScope) -> Result<AuditReport, ArchiveError> {
    let mut check = LedgerCheck::new(scope);
    // Nothing ends it before the last row.
    let _ = follow_ledger(reader, &mut check, |_| ControlFlow::Continue(()))?;
    Ok(check.report())
}

/// Audits as [`audit()`] does, and tells each row's number before it is checked. `None` where the
/// audit was ended at a row.
#[cfg(feature = "cli")]
pub(crate) fn audit_watched(
    reader: &Reader,
    scope: AuditScope,
    watch: impl FnMut(i64) -> ControlFlow<()>,
) -> Result<Option<AuditReport>, ArchiveError> {
    let mut check = LedgerCheck::new(scope);
    let followed = follow_ledger(reader, &mut check, watch)?;
    Ok(followed.is_continue().then(|| check.report()))
}

/// Checks each row of the ledger, up to one at which it is told to end.
fn follow_ledger(
    reader: &Reader,
    check: &mut LedgerCheck,
    mut watch: impl FnMut(i64) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, ArchiveError> {
    let mut ledger = reader.ledger()?;
    let mut rows = ledger.rows();
    while let Some(entry) = rows.next_entry()? {
        if watch(entry.id).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        check.follow(&entry, |id| reader.robots_copy(id))?;
    }
    Ok(ControlFlow::Continue(()))
}
