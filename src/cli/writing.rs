//! An archive that is there, opened for writing.

use crate::archive::{Lease, Lock, Writer};
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
    match common.reader() {
        Ok(_) => {}
        Err(error) if error.is_not_ready() => {}
        Err(error) => return Err(error.into()),
    }

    let place = common.place()?;
    let holder = Lock::name_of_holder(command, clock.now());
    let lock = Lock::take(place.data(), &holder)?;
    let mut archive = Writer::at(&place, lock, configuration.settings.archive.durability)?;
    let lease = archive.take_lease(&holder, clock.now(), clock.uptime().as_ref())?;
    archive.save()?;
    archive.adopt_objects(lease)?;
    Ok((archive, lease))
}
