//! Pages that brought no article, and runs that failed, as `status --failures` tells them.

use crate::archive::{ArchiveError, FailedRun, Failure, Reader};

/// Returns the pages that brought nothing, and then those that wait for another try: at most `most`
/// of each.
pub(super) fn pages(reader: &Reader, most: Option<u32>) -> Result<Vec<Failure>, ArchiveError> {
    let mut failures = reader.failures(most)?;
    failures.extend(reader.waiting(most)?);
    Ok(failures)
}

/// Returns a failed run as a line.
pub(super) fn of_run(run: &FailedRun) -> String {
    let FailedRun {
        run,
        site,
        command,
        started_at,
        how,
        why,
    } = run;

    let of = site
        .as_ref()
        .map(|site| format!(" of {site}"))
        .unwrap_or_default();
    let how = how.as_deref().unwrap_or("not ended");
    let why = why.as_deref().unwrap_or("why is not known");
    format!("{started_at} run {run} ({command}{of}) {how}: {why}")
}

/// Returns a page that brought nothing, or waits, as a line.
pub(super) fn of_page(page: &Failure) -> String {
    let Failure {
        url,
        verdict,
        reason,
        settled_at,
        due_at,
        ..
    } = page;

    let why = reason
        .as_ref()
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    match (settled_at, due_at) {
        (Some(settled_at), _) => format!("{settled_at} {verdict} {url}{why}"),
        (None, Some(due_at)) => format!("{verdict} until {due_at} {url}{why}"),
        (None, None) => format!("{verdict} {url}{why}"),
    }
}
