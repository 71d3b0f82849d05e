//! The hosts that this process has locked on this machine. A lock is an open file, and there may be
//! more hosts than a process may open files: locks of hosts that are not being asked are let go.

use std::collections::HashMap;

use crate::host_lock::{HostLock, HostLockError, HostLocks};
use crate::page_url::Host;
use crate::time::Timestamp;

/// So many locks are held, unless more hosts are asked at once. Systems let a process open 256 files
/// or more, and connections need as many again.
const MOST: usize = 100;

/// The locks, and in whose name they are taken.
#[derive(Debug)]
pub(super) struct HeldLocks {
    locks: HostLocks,
    holder: String,
    held: HashMap<Host, HostLock>,
}

impl HeldLocks {
    pub fn new(locks: HostLocks, holder: String) -> Self {
        Self {
            locks,
            holder,
            held: HashMap::new(),
        }
    }

    pub fn has(&self, host: &Host) -> bool {
        self.held.contains_key(host)
    }

    /// Locks a host, and returns the word of whoever held it last: not to be asked before that
    /// moment. Where many are held, one that is not being asked makes room.
    ///
    /// # Errors
    ///
    /// Where another crawl on this machine holds it, or no lock can be kept.
    pub fn take(
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
        let not_before = lock.not_before;
        self.held.insert(host.clone(), lock);
        Ok(not_before)
    }

    /// Lets another process ask a host. This one locks it anew before it asks again.
    pub fn release(&mut self, host: &Host) {
        self.held.remove(host);
    }

    /// Leaves word for whoever asks a host next.
    pub fn note(&self, host: &Host, not_before: Timestamp) {
        if let Some(lock) = self.held.get(host) {
            lock.note(not_before);
        }
    }
}
