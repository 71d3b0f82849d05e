//! An archive that is there, opened for writing.

use std::ops::{Deref, DerefMut};

use crate::archive::{Lease, Lock, Writer};
use crate::cli::Common;
use crate::clock::Clock;
use crate::config_folder::Config;

/// An archive that one command writes. Its lease ends with the value, so that the next command need
/// not wait for the end of that lease.
#[derive(Debug)]
pub(super) struct CommandArchive {
    writer: Writer,
    lease: Lease,
}

impl Deref for CommandArchive {
    type Target = Writer;

    fn deref(&self) -> &Writer {
        &self.writer
    }
}

impl DerefMut for CommandArchive {
    fn deref_mut(&mut self) -> &mut Writer {
        &mut self.writer
    }
}

impl Drop for CommandArchive {
    fn drop(&mut self) {
        // The command has told what failed. A lease that cannot be ended ends by itself.
        let _ = self
            .writer
            .abandon()
            .and_then(|()| self.writer.end_lease(self.lease));
    }
}

/// Opens the archive for writing. There must be one: nothing is begun here.
///
/// # Errors
///
/// Fails where there is none, and where another run holds it.
pub(super) fn open_archive(
    common: &Common,
    command: &str,
    clock: &Clock,
) -> anyhow::Result<(CommandArchive, Lease)> {
    let configuration = Config::find(common.config.as_deref())?;
    match common.reader() {
        Ok(_) => {}
        Err(error) if error.is_not_ready() => {}
        Err(error) => return Err(error.into()),
    }

    let place = common.place()?;
    let holder = Lock::name_of_holder(command, clock.now());
    let lock = Lock::take(place.data(), &holder)?;
    let mut writer = Writer::at(&place, lock, configuration.settings.archive.durability)?;
    let lease = writer.take_lease(&holder, clock.now(), clock.uptime().as_ref())?;
    writer.save()?;
    Ok((CommandArchive { writer, lease }, lease))
}
