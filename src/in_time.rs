//! Work that may take too long: it is done on a thread of its own, and left behind when its time is over.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

/// What reading one page may take.
pub const BUDGET: Duration = Duration::from_secs(2);

/// Work begins when a processor is free for it, so that pages do not use up one another's time. What is overdue keeps its
/// processor until it really ends.
static PROCESSORS: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from))));

/// KiB that all pages that are read at once may take by their estimates. One page of the heaviest kind has room in it, and
/// some ten ordinary ones; with a crawl's other needs, some 50 MB, that stays under 150 MB.
const ROOM: u32 = 76_000;

/// The memory that is left for pages. What is overdue keeps its part until it really ends.
static MEMORY: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(ROOM as usize)));

/// Where all processors are held by what does not end, work begins all the same after this time. Where all memory is, it
/// is not begun.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    #[error("reading it took longer than {} s", BUDGET.as_secs())]
    Overdue,
    #[error("the reader failed on it, which is a defect of saseo's")]
    Panicked,
    #[error("other pages held all memory for reading for {} s; `saseo reextract` reads it again", PATIENCE.as_secs())]
    Crowded,
}

/// A page whose part is so many KiB leaves memory behind that the next one might not find, since another thread reads it.
/// Ordinary pages have a tenth.
const LARGE: u32 = 16_000;

/// Memory that a page is read in, until it is dropped.
#[derive(Debug)]
pub struct Room {
    part: OwnedSemaphorePermit,
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.part.num_permits() >= LARGE as usize {
            saseo_allocator::return_all();
        }
    }
}

/// Waits until there is room for a page that may take so many bytes.
///
/// # Errors
///
/// Fails where there is none for a minute.
pub async fn room(bytes: usize) -> Result<Room, Undone> {
    match room_at_once(bytes) {
        Some(room) => Ok(room),
        // The wait is in real time, also in a simulation.
        None => spawn_blocking(move || room_now(bytes)).await.unwrap_or(Err(Undone::Panicked)),
    }
}

/// The same for those who have nothing else to do meanwhile.
pub fn room_now(bytes: usize) -> Result<Room, Undone> {
    if let Some(room) = room_at_once(bytes) {
        return Ok(room);
    }
    // The caller's thread may be one of a runtime, which must not begin another.
    let wait = move || {
        let runtime = Builder::new_current_thread().enable_time().build().map_err(|_| Undone::Crowded)?;
        let part = async { tokio::time::timeout(PATIENCE, Arc::clone(&MEMORY).acquire_many_owned(part(bytes))).await };
        // The semaphore is never closed.
        runtime.block_on(part).ok().and_then(Result::ok).map(|part| Room { part }).ok_or(Undone::Crowded)
    };
    std::thread::spawn(wait).join().unwrap_or(Err(Undone::Panicked))
}

fn room_at_once(bytes: usize) -> Option<Room> {
    Arc::clone(&MEMORY).try_acquire_many_owned(part(bytes)).ok().map(|part| Room { part })
}

/// KiB of the memory for so many bytes; what takes more than there is takes all of it.
fn part(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(ROOM).clamp(1, ROOM)
}

/// Does `work`, which may take so many bytes, on a thread of its own. What is overdue cannot be stopped: it runs on, and
/// nobody waits for it.
pub async fn within<T: Send + 'static>(
    budget: Duration,
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Undone> {
    let room = room(bytes).await?;
    // The semaphore is never closed; without a permit there is only patience.
    let processor = tokio::time::timeout(PATIENCE, Arc::clone(&PROCESSORS).acquire_owned()).await;
    let work = move || {
        let _held = (room, processor);
        work()
    };
    match tokio::time::timeout(budget, spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(Undone::Panicked),
        Err(_) => Err(Undone::Overdue),
    }
}

/// The same for those who have nothing else to do meanwhile.
pub fn within_now<T: Send + 'static>(
    budget: Duration,
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Undone> {
    let room = room_now(bytes)?;
    let (done, result) = channel();
    let work = move || {
        let _held = room;
        work()
    };
    // Nobody listens any more where it is overdue.
    std::thread::spawn(move || done.send(work()).ok());
    result.recv_timeout(budget).map_err(|why| match why {
        RecvTimeoutError::Timeout => Undone::Overdue,
        RecvTimeoutError::Disconnected => Undone::Panicked,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_does_not_end_is_left_behind() {
        let (release, released) = channel::<()>();
        let endless = within(Duration::ZERO, 1, move || released.recv().is_ok());
        assert_eq!(endless.await, Err(Undone::Overdue));
        release.send(()).unwrap();
        let (release, released) = channel::<()>();
        assert_eq!(within_now(Duration::ZERO, 1, move || released.recv().is_ok()), Err(Undone::Overdue));
        release.send(()).unwrap();
    }

    #[tokio::test]
    async fn work_that_ends_or_fails_is_told() {
        assert_eq!((within(Duration::MAX, 1, || 7).await, within_now(Duration::MAX, 1, || 7)), (Ok(7), Ok(7)));
        assert_eq!(within_now(Duration::MAX, 1, || -> u8 { panic!("a page broke its reader") }), Err(Undone::Panicked));
        assert_eq!(
            within(Duration::MAX, 1, || -> u8 { panic!("a page broke its reader") }).await,
            Err(Undone::Panicked)
        );
    }

    #[tokio::test]
    async fn pages_that_do_not_end_keep_their_memory_and_others_wait_for_it() {
        // Every other test of this module takes a single KiB.
        let (release, released) = channel::<()>();
        let heavy = within(Duration::ZERO, usize::MAX - 1023, move || released.recv().is_ok());
        assert_eq!(heavy.await, Err(Undone::Overdue));
        assert!(room_at_once(1).is_none(), "an overdue page holds all of it");

        let waiting = tokio::spawn(room(1));
        release.send(()).unwrap();
        assert!(waiting.await.unwrap().is_ok());
    }

    #[test]
    fn a_page_takes_its_part_and_never_more_than_there_is() {
        assert_eq!([part(0), part(1024), part(1025), part(usize::MAX - 1023)], [1, 1, 2, ROOM]);
    }
}
