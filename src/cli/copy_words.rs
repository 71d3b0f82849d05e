//! Words for the progress of a copy of the archive, and for the damage in it.

use crate::archive::CopyProgress;
use crate::cli::console;
use crate::counts;
use crate::verify::{VerifyProgress, VerifyReport};

/// The most damaged things that are named; `saseo verify` names all of them.
const MOST_NAMED: usize = 20;

/// Returns the progress of a copy.
pub(super) fn copying(progress: CopyProgress) -> String {
    let (copied, of) = (counts::size(progress.copied), counts::size(progress.of));
    format!("copying: {copied} of {of}")
}

/// Returns the progress of its check.
pub(super) fn checking(progress: &VerifyProgress) -> String {
    match progress.of {
        0 => format!("checking {}", progress.what),
        of => format!(
            "checking {}: {} of about {of}",
            progress.what, progress.done
        ),
    }
}

/// Names what is damaged, a line each.
pub(super) fn tell_damage(report: &VerifyReport) -> anyhow::Result<()> {
    for damage in report.damage.iter().take(MOST_NAMED) {
        console::data(&format!("damaged: {}: {}", damage.what, damage.why))?;
    }
    Ok(())
}
