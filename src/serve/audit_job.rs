//! The audit that a reader begins: it reads the whole ledger with a reader of its own.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::archive::{ArchiveError, Reader};
use crate::audit::{AuditReport, AuditScope, audit_watched};
use crate::page_url::PageUrl;
use crate::serve::Desk;
use crate::serve::one_job::{JobFailure, RunningJob};

/// A row is noted after so many: often enough to be watched.
const ROWS_A_NOTE: i64 = 1_000;

/// The result of an audit, and the papers of its hosts.
#[derive(Debug)]
pub(super) struct AuditFindings {
    pub report: AuditReport,
    /// The names of papers by the hosts of their home pages.
    pub papers: BTreeMap<String, Vec<String>>,
}

/// Begins an audit. Returns false where one goes on already.
pub(super) fn begin_audit(desk: &Arc<Desk>) -> bool {
    let owned = Arc::clone(desk);
    desk.audits
        .begin(desk.clock, move |running| audit_all(&owned, running))
}

fn audit_all(desk: &Desk, running: &RunningJob) -> Result<AuditFindings, JobFailure> {
    let audited = desk
        .readers
        .own_reader()
        .and_then(|reader| watched(desk, &reader, running));
    match audited {
        Ok(Some(findings)) => Ok(findings),
        Ok(None) => Err(JobFailure::because("the server ends")),
        Err(error) => Err(JobFailure::of(&error)),
    }
}

fn watched(
    desk: &Desk,
    reader: &Reader,
    running: &RunningJob,
) -> Result<Option<AuditFindings>, ArchiveError> {
    let status = desk.board.status(reader, &desk.sites, desk.clock.now())?;
    let mut papers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for site in &status.sites {
        if let Ok(home) = PageUrl::parse(&site.state.home) {
            let host = home.host().to_string();
            papers
                .entry(host)
                .or_default()
                .push(site.state.site.clone());
        }
    }

    let report = audit_watched(reader, AuditScope::Everything, |row| {
        if row % ROWS_A_NOTE == 0 {
            running.note(row.unsigned_abs());
            if running.is_cancelled() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(report.map(|report| AuditFindings { report, papers }))
}
