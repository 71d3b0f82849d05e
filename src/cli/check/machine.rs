//! The check of the machine: its disk and its clock.

use std::path::Path;

use crate::cli::check::finding::Finding;
use crate::clock::Clock;
use crate::config::units::Bytes;
use crate::crawl_session::check_free_disk;
use crate::time::Timestamp;

/// The earliest time that a clock may tell, 2026-01-01: the program was written later.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// The bytes that are written to try the disk: an empty file could be written on a full one, too.
static PROBE: [u8; 65_536] = [0; 65_536];

/// Checks that the disk has room, and that the data folder can be written.
pub(super) fn check_disk(data: &Path, least: Bytes) -> Finding {
    if let Err(too_little) = check_free_disk(data, least) {
        return Finding::wrong("disk", too_little.to_string());
    }

    let folder = nearest_folder(data);
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let written = std::fs::write(&probe, PROBE);
    // Where the probe was not written, there is nothing to remove.
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Finding::well("disk", format!("{} can be written", data.display())),
        Err(why) => Finding::wrong(
            "disk",
            format!("{} cannot be written: {why}", data.display()),
        ),
    }
}

/// Returns the folder itself where it is there, or else the folder that it would be made in: a
/// check makes none.
fn nearest_folder(data: &Path) -> &Path {
    let working_folder = Path::new(".");
    data.ancestors()
        .map(|folder| match folder.as_os_str().is_empty() {
            true => working_folder,
            false => folder,
        })
        .find(|folder| folder.exists())
        .unwrap_or(working_folder)
}

/// Checks that the clock may be right.
pub(super) fn check_clock() -> Finding {
    let now = Clock::system().now();
    if now >= EARLIEST {
        Finding::well("clock", now.to_string())
    } else {
        Finding::wrong("clock", format!("{now} cannot be: set the clock"))
    }
}
