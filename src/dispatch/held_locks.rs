//! The hosts that this process has locked on this machine. A lock is an open file, and a process
//! may have more hosts than open files. Locks of hosts that are not being asked are therefore
//! released.

use std::collections::HashMap;

use crate::host_lock::{HostLock, HostLockError, HostLocks};
use crate::page_url::Host;
use crate::time::Timestamp;

/// The most locks that are held, unless more hosts are asked at one time. Some systems let a
/// process open only 256 files, and connections need as many as locks.
const MOST: usize = 100;

/// The held locks, and the name that they are taken in.
#[derive(Debug)]
pub(super) struct HeldLocks {
    locks: HostLocks,
    holder: String,
    held: HashMap<Host, HostLock>,
    /// When each of them may be asked again.
    not_before: HashMap<Host, Timestamp>,
    /// The hosts that were released since that was asked last.
    released: Vec<ReleasedHost>,
}

/// A host that others may ask now, and the moment before which nobody may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReleasedHost {
    pub host: Host,
    pub not_before: Option<Timestamp>,
}

impl HeldLocks {
    pub(super) fn new(locks: HostLocks, holder: String) -> Self {
        Self {
            locks,
            holder,
            held: HashMap::new(),
            not_before: HashMap::new(),
            released: Vec::new(),
        }
    }

    pub(super) fn has(&self, host: &Host) -> bool {
        self.held.contains_key(host)
    }

    /// Locks a host, and returns the moment before which it must not be asked, as its last holder
    /// noted it. Where many locks are held, that of a host that is not being asked is released.
    ///
    /// # Errors
    ///
    /// Fails where another crawl on this machine holds the lock, or where none can be made.
    pub(super) fn take(
        &mut self,
        host: &Host,
        is_asked: impl Fn(&Host) -> bool,
    ) -> Result<Option<Timestamp>, HostLockError> {
        if self.held.len() >= MOST
            && let Some(idle) = self.held.keys().find(|host| !is_asked(host)).cloned()
        {
            self.release(&idle);
        }

        let lock = self.locks.take(host, &self.holder)?;
        // Nobody was told yet that it was released.
        self.released.retain(|released| released.host != *host);
        let not_before = lock.not_before;
        self.held.insert(host.clone(), lock);
        Ok(not_before)
    }

    /// Releases a host to other processes. This one locks it anew before the next request.
    pub(super) fn release(&mut self, host: &Host) {
        if self.held.remove(host).is_some() {
            self.released.push(ReleasedHost {
                host: host.clone(),
                not_before: self.not_before.remove(host),
            });
        }
    }

    /// Returns the hosts that were released since this was asked last.
    pub(super) fn take_released(&mut self) -> Vec<ReleasedHost> {
        std::mem::take(&mut self.released)
    }

    /// Notes for the next holder the moment before which a host must not be asked.
    pub(super) fn note(&mut self, host: &Host, not_before: Timestamp) {
        if let Some(lock) = self.held.get(host) {
            lock.note(not_before);
            self.not_before.insert(host.clone(), not_before);
        }
    }
}
