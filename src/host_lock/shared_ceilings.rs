//! The ceilings by server address and in total, as all crawls of this machine share them: one small
//! file each, locked while a request is claimed.

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

/// A claim takes microseconds: whoever finds one under way comes back after the shortest wait.
const BREATH: Duration = Duration::from_millis(1);

/// So many servers' files are kept open. Opening one again costs little.
const MOST_OPEN: usize = 32;

/// A file may be removed while it is opened; more often than this, somebody removes it on purpose.
const TRIES: u32 = 3;

/// Crawls of this process, so that each waits under a number of its own.
static CRAWLS: AtomicU32 = AtomicU32::new(0);

/// One crawl's access to the ceilings that it shares.
#[derive(Debug)]
pub struct SharedCeilings {
    folder: PathBuf,
    crawl: u64,
    per_server: Duration,
    total: Duration,
    open: HashMap<Option<IpAddr>, Arc<File>>,
    was_told: bool,
}

impl SharedCeilings {
    /// `per_server` and `total` are what this crawl promises from one request to the next.
    pub(super) fn new(folder: &Path, per_server: Duration, total: Duration) -> Self {
        let number = CRAWLS.fetch_add(1, Ordering::Relaxed);
        Self {
            folder: folder.to_owned(),
            crawl: u64::from(std::process::id()) << 32 | u64::from(number),
            per_server,
            total,
            open: HashMap::new(),
            was_told: false,
        }
    }

    /// Claims the moment `now` for a request that is about to be announced, under both ceilings or
    /// under none; else tells which is reached, and when to come back. A request without `server`, to
    /// the user's own host, counts in the total alone.
    ///
    /// A ceiling whose file cannot be used is told once and not shared from then on: this crawl
    /// keeps it all the same, its hosts are locked, and a full disk must not end it.
    pub fn claim(&mut self, server: Option<IpAddr>, now: Timestamp) -> Result<(), AtCeiling> {
        let mut by_server = None;
        if server.is_some() {
            let mut locked = self
                .lock(server)
                .map_err(|Busy| AtCeiling::Server(now + BREATH))?;
            let claimed = locked.as_mut().map_or(Ok(()), |it| {
                it.ceiling.claim(self.crawl, self.per_server, now)
            });
            if let Err(due) = claimed {
                self.write(locked);
                return Err(AtCeiling::Server(due));
            }
            by_server = locked;
        }

        // The server's file stays locked, and is not written where the total refuses: no turn is lost.
        // Files are always locked in this order.
        let mut total = self
            .lock(None)
            .map_err(|Busy| AtCeiling::Total(now + BREATH))?;
        let claimed = total
            .as_mut()
            .map_or(Ok(()), |it| it.ceiling.claim(self.crawl, self.total, now));
        self.write(total);
        claimed.map_err(AtCeiling::Total)?;

        self.write(by_server);
        Ok(())
    }

    /// Locks a ceiling's file and reads it; `None` where it cannot be used.
    fn lock(&mut self, server: Option<IpAddr>) -> Result<Option<Locked>, Busy> {
        for _ in 0..TRIES {
            let locked = self.file(server).and_then(Locked::take);
            match locked {
                // It was removed since it was opened, and locks nothing.
                Ok(FileAccess::Removed) => drop(self.open.remove(&server)),
                Ok(FileAccess::Locked(locked)) => return Ok(Some(locked)),
                Ok(FileAccess::Busy) => return Err(Busy),
                Err(why) => {
                    self.tell(&why);
                    return Ok(None);
                }
            }
        }
        self.tell(&io::Error::other("others remove its files again and again"));
        Ok(None)
    }

    fn file(&mut self, server: Option<IpAddr>) -> io::Result<Arc<File>> {
        if let Some(file) = self.open.get(&server) {
            return Ok(Arc::clone(file));
        }

        if self.open.len() > MOST_OPEN {
            self.open.clear();
        }
        let name = server.map_or_else(|| "total".to_owned(), |server| format!("server-{server}"));
        let file = Arc::new(Folder::open(&self.folder)?.file(&name)?);
        self.open.insert(server, Arc::clone(&file));
        Ok(file)
    }

    fn write(&mut self, locked: Option<Locked>) {
        if let Some(Err(why)) = locked.map(Locked::write) {
            self.tell(&why);
        }
    }

    fn tell(&mut self, why: &io::Error) {
        if !self.was_told {
            let folder = self.folder.display();
            tracing::warn!(%folder, %why, "ceilings are not shared with other crawls; name another folder with SASEO_RUNTIME_DIR");
        }
        self.was_told = true;
    }
}

/// Another process is at the file.
struct Busy;

enum FileAccess {
    Locked(Locked),
    Busy,
    Removed,
}

/// A ceiling's file, locked as long as this lives.
struct Locked {
    file: Arc<File>,
    ceiling: SharedCeiling,
}

impl Locked {
    fn take(file: Arc<File>) -> io::Result<FileAccess> {
        match file.try_lock() {
            Ok(()) => {}
            // Never blocks: a process that was stopped just here would stop all others.
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

impl Drop for Locked {
    fn drop(&mut self) {
        // The system lets it go at the latest when the file is closed.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tempfile::TempDir;

    use super::*;
    use crate::host_lock::HostLocks;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
    const SERVER: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));
    const HALF: Duration = Duration::from_millis(500);
    const SHORT: Duration = Duration::from_millis(20);

    fn crawl(folder: &TempDir) -> SharedCeilings {
        HostLocks::new(Some(folder.path().into())).ceilings(HALF, SHORT)
    }

    #[test]
    fn what_one_crawl_has_claimed_another_has_not() {
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
    fn ones_own_hosts_count_in_all_and_where_that_is_reached_a_server_loses_nothing() {
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
            Err(AtCeiling::Total(NOW + HALF + BREATH))
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
        assert!(one.was_told);
        assert_eq!(other.claim(SERVER, NOW), Err(AtCeiling::Server(NOW + HALF)));
    }

    #[test]
    fn many_servers_keep_few_files_open() {
        let folder = TempDir::new().unwrap();
        let mut one = crawl(&folder);
        for k in 0..=255 {
            let now = NOW + SHORT * u32::from(k);
            assert_eq!(one.claim(Some([192, 0, 2, k].into()), now), Ok(()));
            assert!(one.open.len() <= MOST_OPEN + 1);
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
                        // Both are here before one goes on, and none is put to sleep for it.
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
