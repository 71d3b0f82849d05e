//! An archive that is there, opened for writing.

use crate::archive::{ArchiveError, Lease, Lock, Reader, Writer};
use crate::cli::Common;
use crate::clock::Clock;
use crate::config_folder::Config;

/// Opens the archive for writing. There must be one: nothing is begun here.
///
/// # Errors
///
/// Fails where there is none, and where another run holds it.
pub(super) fn open_archive(
    common: &Common,
    command: &str,
    clock: &Clock,
) -> anyhow::Result<(Writer, Lease)> {
    let configuration = Config::find(common.config.as_deref())?;
    match Reader::open(common.data()) {
        Ok(_) | Err(ArchiveError::Older { .. }) => {}
        Err(error) => return Err(error.into()),
    }

    let holder = Lock::name_of_holder(command, clock.now());
    let lock = Lock::take(common.data(), &holder)?;
    let mut archive = Writer::open(lock, configuration.settings.archive.durability)?;
    let lease = archive.take_lease(&holder, clock.now(), clock.uptime().as_ref())?;
    archive.save()?;
    Ok((archive, lease))
}
