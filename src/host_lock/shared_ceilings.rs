//! The ceilings by server address and in total, which all crawls of this machine share. Each is a
//! small file that is locked while a request is claimed.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::host_lock::folder::{Folder, links_of_plain};
use crate::host_lock::head;
use crate::politeness::{AtCeiling, SharedCeiling};
use crate::time::Timestamp;

/// The wait after which a crawl tries again that found a claim under way. A claim takes
/// microseconds, and a millisecond is the shortest wait of a timer.
const CLAIM_RETRY: Duration = Duration::from_millis(1);

/// The most files that are kept open: few, because opening a file again costs little.
const MAX_OPEN: usize = 32;

/// Attempts to lock a file that others remove at the same time. After so many, somebody removes it
/// on purpose.
const TRIES: u32 = 3;

/// The number of crawls that this process began. Each crawl waits under a number of its own.
static CRAWLS: AtomicU32 = AtomicU32::new(0);

/// One crawl's access to the shared ceilings.
#[derive(Debug)]
pub struct SharedCeilings {
    folder: PathBuf,
    crawl: u64,
    per_server: Duration,
    total: Duration,
    open: HashMap<Option<IpAddr>, Arc<File>>,
    /// A warning that ceilings are not shared was written.
    has_warned: bool,
}

impl SharedCeilings {
    /// Returns the access of one more crawl. `per_server` and `total` are its shortest times from
    /// one request to the next.
    pub(super) fn new(folder: &Path, per_server: Duration, total: Duration) -> Self {
        let number = CRAWLS.fetch_add(1, Ordering::Relaxed);
        Self {
            folder: folder.to_owned(),
            crawl: u64::from(std::process::id()) << 32 | u64::from(number),
            per_server,
            total,
            open: HashMap::new(),
            has_warned: false,
        }
    }

    /// Claims the moment `now` for a request that is about to be announced, under both ceilings or
    /// under none. A request without `server`, to the user's own host, counts in the total only.
    ///
    /// A ceiling whose file cannot be used is not shared from then on, with one warning. This crawl
    /// still keeps it, and its hosts are locked; a full disk must not end the crawl.
    ///
    /// # Errors
    ///
    /// The ceiling that is reached, and the moment to try again.
    pub fn claim(&mut self, server: Option<IpAddr>, now: Timestamp) -> Result<(), AtCeiling> {
        let by_server = match server {
            Some(_) => self.claim_by_server(server, now)?,
            None => None,
        };

        // The server's file stays locked, and is written only if the total allows the request: so
        // no turn is lost. Files are always locked in this order, so that two crawls never refuse
        // each other again and again.
        let mut total = self
            .lock(None)
            .map_err(|Busy| AtCeiling::Total(now + CLAIM_RETRY))?;
        let claimed = total
            .as_mut()
            .map_or(Ok(()), |it| it.ceiling.claim(self.crawl, self.total, now));
        self.write(total);
        claimed.map_err(AtCeiling::Total)?;

        self.write(by_server);
        Ok(())
    }

    /// Claims a request to a server, and returns the ceiling still locked and not yet written.
    fn claim_by_server(
        &mut self,
        server: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Option<LockedCeiling>, AtCeiling> {
        let mut locked = self
            .lock(server)
            .map_err(|Busy| AtCeiling::Server(now + CLAIM_RETRY))?;
        let claimed = locked.as_mut().map_or(Ok(()), |it| {
            it.ceiling.claim(self.crawl, self.per_server, now)
        });

        match claimed {
            Ok(()) => Ok(locked),
            Err(due) => {
                self.write(locked);
                Err(AtCeiling::Server(due))
            }
        }
    }

    /// Locks a ceiling's file and reads it; `None` if it cannot be used.
    fn lock(&mut self, server: Option<IpAddr>) -> Result<Option<LockedCeiling>, Busy> {
        for _ in 0..TRIES {
            let locked = self.file(server).and_then(LockedCeiling::take);
            match locked {
                // It was removed after it was opened, so its lock protects nothing.
                Ok(FileAccess::Removed) => drop(self.open.remove(&server)),
                Ok(FileAccess::Locked(locked)) => return Ok(Some(locked)),
                Ok(FileAccess::Busy) => return Err(Busy),
                Err(why) => {
                    self.warn(&why);
                    return Ok(None);
                }
            }
        }

        self.warn(&io::Error::other("others remove its files again and again"));
        Ok(None)
    }

    /// Returns a ceiling's file, open.
    fn file(&mut self, server: Option<IpAddr>) -> io::Result<Arc<File>> {
        if let Some(file) = self.open.get(&server) {
            return Ok(Arc::clone(file));
        }

        if self.open.len() > MAX_OPEN {
            self.open.clear();
        }

        let name = server.map_or_else(|| "total".to_owned(), |server| format!("server-{server}"));
        let file = Arc::new(Folder::open(&self.folder)?.file(&name)?);
        self.open.insert(server, Arc::clone(&file));
        Ok(file)
    }

    fn write(&mut self, locked: Option<LockedCeiling>) {
        if let Some(Err(why)) = locked.map(LockedCeiling::write) {
            self.warn(&why);
        }
    }

    /// Warns once that ceilings are not shared.
    fn warn(&mut self, why: &io::Error) {
        if !self.has_warned {
            let folder = self.folder.display();
            tracing::warn!(
                %folder, %why,
                "ceilings are not shared with other crawls; name another folder with \
                 SASEO_RUNTIME_DIR"
            );
        }
        self.has_warned = true;
    }
}

/// Another process has the file locked.
struct Busy;

/// The result of an attempt to lock a file.
enum FileAccess {
    Locked(LockedCeiling),
    Busy,
    Removed,
}

/// A ceiling, with its file locked until this is dropped.
struct LockedCeiling {
    file: Arc<File>,
    ceiling: SharedCeiling,
}

impl LockedCeiling {
    fn take(file: Arc<File>) -> io::Result<FileAccess> {
        match file.try_lock() {
            Ok(()) => {}
            // It does not wait: a process that is paused with the lock would block all others.
            Err(TryLockError::WouldBlock) => return Ok(FileAccess::Busy),
            Err(TryLockError::Error(why)) => return Err(why),
        }

        let mut locked = Self {
            file,
            ceiling: SharedCeiling::default(),
        };
        if links_of_plain(&locked.file)? == 0 {
            return Ok(FileAccess::Removed);
        }
        locked.ceiling = SharedCeiling::parse(&head(&locked.file)?);
        Ok(FileAccess::Locked(locked))
    }

    fn write(self) -> io::Result<()> {
        self.file.write_all_at(self.ceiling.to_text().as_bytes(), 0)
    }
}

impl Drop for LockedCeiling {
    fn drop(&mut self) {
        // The system releases the lock at the latest when the file is closed.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tempfile::TempDir;

    use super::*;
    use crate::host_lock::HostLocks;

    /// 2026-11-24T11:42:30Z; any moment does.
    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
    /// An address for documentation (RFC 5737).
    const SERVER: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));
    /// The ceiling by server of all crawls here.
    const HALF: Duration = Duration::from_millis(500);
    /// The total ceiling of all crawls here: shorter than [`HALF`], so that each can be met alone.
    const SHORT: Duration = Duration::from_millis(20);

    fn crawl(folder: &TempDir) -> SharedCeilings {
        HostLocks::new(Some(folder.path().into())).ceilings(HALF, SHORT)
    }

    #[test]
    fn two_crawls_cannot_claim_one_moment() {
        let folder = TempDir::new().unwrap();
        let (mut one, mut other) = (crawl(&folder), crawl(&folder));

        assert_eq!(one.claim(SERVER, NOW), Ok(()));
        assert_eq!(
            other.claim(SERVER, NOW + SHORT),
            Err(AtCeiling::Server(NOW + HALF))
        );
        assert_eq!(other.claim(SERVER, NOW + HALF), Ok(()));
    }

    #[test]
    fn own_hosts_count_in_the_total_and_a_server_loses_no_turn_when_the_total_refuses() {
        let folder = TempDir::new().unwrap();
        let (mut one, mut other) = (crawl(&folder), crawl(&folder));

        assert_eq!(one.claim(None, NOW), Ok(()));
        assert_eq!(other.claim(SERVER, NOW), Err(AtCeiling::Total(NOW + SHORT)));
        assert_eq!(other.claim(SERVER, NOW + SHORT), Ok(()));
    }

    #[test]
    fn a_file_under_another_process_lock_is_not_waited_for() {
        let folder = TempDir::new().unwrap();
        let mut one = crawl(&folder);
        assert_eq!(one.claim(None, NOW), Ok(()));

        let held = File::open(folder.path().join("total")).unwrap();
        held.lock().unwrap();
        assert_eq!(
            one.claim(SERVER, NOW + HALF),
            Err(AtCeiling::Total(NOW + HALF + CLAIM_RETRY))
        );

        held.unlock().unwrap();
        assert_eq!(one.claim(SERVER, NOW + HALF), Ok(()));
    }

    #[test]
    fn files_that_are_removed_are_made_anew_for_all() {
        let folder = TempDir::new().unwrap();
        let (mut one, mut other) = (crawl(&folder), crawl(&folder));
        assert_eq!(
            (one.claim(SERVER, NOW), other.claim(None, NOW + SHORT)),
            (Ok(()), Ok(()))
        );

        std::fs::remove_dir_all(folder.path()).unwrap();

        assert_eq!(one.claim(SERVER, NOW + HALF), Ok(()));
        assert_eq!(
            other.claim(SERVER, NOW + HALF),
            Err(AtCeiling::Server(NOW + HALF * 2))
        );
    }

    #[test]
    fn a_ceiling_that_cannot_be_shared_ends_no_crawl_and_the_other_is_shared_still() {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("total")).unwrap();
        let (mut one, mut other) = (crawl(&folder), crawl(&folder));

        assert_eq!(one.claim(SERVER, NOW), Ok(()));
        assert!(one.has_warned);
        assert_eq!(other.claim(SERVER, NOW), Err(AtCeiling::Server(NOW + HALF)));
    }

    #[test]
    fn many_servers_keep_few_files_open() {
        let folder = TempDir::new().unwrap();
        let mut one = crawl(&folder);

        for k in 0..=255 {
            let now = NOW + SHORT * u32::from(k);
            assert_eq!(one.claim(Some([192, 0, 2, k].into()), now), Ok(()));
            assert!(one.open.len() <= MAX_OPEN + 1);
        }
    }

    #[test]
    fn of_two_crawls_that_claim_at_the_same_moment_one_has_the_turn() {
        let folder = TempDir::new().unwrap();
        let (ready, claimed) = (AtomicU32::new(0), Mutex::new(Vec::new()));

        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut one = crawl(&folder);
                    for round in 0..5_000 {
                        // Both threads are here before one continues. They spin, since a sleep
                        // would let one of them always be first.
                        ready.fetch_add(1, Ordering::SeqCst);
                        while ready.load(Ordering::SeqCst) < 2 * (round + 1) {
                            std::thread::yield_now();
                        }
                        let now = NOW + HALF * round;
                        if one.claim(SERVER, now).is_ok() {
                            claimed.lock().unwrap().push(now);
                        }
                    }
                });
            }
        });

        let mut claimed = claimed.into_inner().unwrap();
        claimed.sort();
        assert!(
            claimed.windows(2).all(|pair| pair[0] < pair[1]),
            "a moment was claimed twice"
        );
        assert!(claimed.len() > 1_000, "{} claims", claimed.len());
    }
}
