//! Deadlines for work that may take too long. The work runs on a thread of its own, and is
//! abandoned at its deadline.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

/// The time to parse and extract one page. Ordinary pages take milliseconds: a page that takes
/// longer than this is malformed or hostile.
pub(crate) const BUDGET: Duration = Duration::from_secs(2);

/// The free processors. Work begins when a processor is free for it, so that pages do not use up
/// one another's time. Overdue work keeps its processor until it really ends.
static PROCESSORS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    Arc::new(Semaphore::new(
        available_parallelism().map_or(1, usize::from),
    ))
});

/// The KiB that all pages parsed at one time may take together, by their estimates. One page of the
/// heaviest kind fits, or some ten ordinary ones. A crawl needs some 50 MB beside them, and stays
/// under 150 MB in all.
const ROOM: u32 = 66_000;

/// The memory that is free for pages. An overdue page keeps its part until its work really ends.
static MEMORY: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(ROOM as usize)));

/// The longest wait for a processor or for memory. After it, work without a processor begins all
/// the same, since endless work may hold them all. Work without memory is not begun.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Undone {
    #[error("reading it took longer than {} s", BUDGET.as_secs())]
    Overdue,
    #[error("the reader failed on it, which is a defect of saseo's")]
    Panicked,
    #[error(
        "other pages held all memory for reading for {} s; `saseo reextract` reads it again",
        PATIENCE.as_secs()
    )]
    Crowded,
}

/// Above so many KiB, the allocator returns a page's memory to the system. The next page is read by
/// another thread, which might not reuse that memory. With a profile, these are pages over 800 kB.
/// Without one, the largest of 164 real pages is estimated at 23 MB.
const LARGE: u32 = 28_000;

/// The memory reserved for one page. Dropping it frees the memory.
#[derive(Debug)]
pub(crate) struct Room {
    part: OwnedSemaphorePermit,
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.part.num_permits() >= LARGE as usize {
            saseo_allocator::return_all();
        }
    }
}

/// Reserves memory for a page that may take so many bytes. Waits until there is enough.
///
/// # Errors
///
/// Fails where there is not enough for a minute.
pub(crate) async fn room(bytes: usize) -> Result<Room, Undone> {
    match room_at_once(bytes) {
        Some(room) => Ok(room),
        // The wait is in real time, also in a simulation.
        None => spawn_blocking(move || room_now(bytes))
            .await
            .unwrap_or(Err(Undone::Panicked)),
    }
}

/// Does the same as [`room`], and blocks the thread.
///
/// # Errors
///
/// As for [`room`].
pub(crate) fn room_now(bytes: usize) -> Result<Room, Undone> {
    if let Some(room) = room_at_once(bytes) {
        return Ok(room);
    }

    // The caller's thread may belong to a runtime, and must not begin another one.
    std::thread::spawn(move || await_room(bytes))
        .join()
        .unwrap_or(Err(Undone::Panicked))
}

/// Waits for memory in a runtime of its own.
fn await_room(bytes: usize) -> Result<Room, Undone> {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|_| Undone::Crowded)?;
    let part = async {
        let memory = Arc::clone(&MEMORY).acquire_many_owned(part(bytes));
        tokio::time::timeout(PATIENCE, memory).await
    };

    // The semaphore is never closed.
    runtime
        .block_on(part)
        .ok()
        .and_then(Result::ok)
        .map(|part| Room { part })
        .ok_or(Undone::Crowded)
}

/// Reserves memory to estimate what a page takes (`most` bytes at most), calls `weigh` for the
/// estimate in bytes, and then reserves that much.
///
/// # Errors
///
/// Fails where there is not enough memory for a minute, and where `weigh` panics.
pub(crate) async fn room_as_weighed(
    most: usize,
    weigh: impl FnOnce() -> usize,
) -> Result<Room, Undone> {
    let bytes = weighed(room(most).await?, weigh)?;
    room(bytes).await
}

/// Does the same as [`room_as_weighed`], and blocks the thread.
///
/// # Errors
///
/// As for [`room_as_weighed`].
pub(crate) fn room_as_weighed_now(
    most: usize,
    weigh: impl FnOnce() -> usize,
) -> Result<Room, Undone> {
    let bytes = weighed(room_now(most)?, weigh)?;
    room_now(bytes)
}

/// Returns the estimate of a page, and frees the memory that the estimate took. If two pages kept
/// it and waited for more, they would wait for each other.
fn weighed(room: Room, weigh: impl FnOnce() -> usize) -> Result<usize, Undone> {
    let bytes = catch_unwind(AssertUnwindSafe(weigh)).map_err(|_| Undone::Panicked);
    drop(room);
    bytes
}

fn room_at_once(bytes: usize) -> Option<Room> {
    Arc::clone(&MEMORY)
        .try_acquire_many_owned(part(bytes))
        .ok()
        .map(|part| Room { part })
}

/// Returns the KiB of memory for so many bytes. A page that needs more than there is takes all of
/// it.
fn part(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024))
        .unwrap_or(ROOM)
        .clamp(1, ROOM)
}

/// Does `work` on a thread of its own, in `room`. Overdue work cannot be stopped: it runs on, and
/// nobody waits for it.
///
/// # Errors
///
/// Fails where the work is not done within `budget`, and where it panics.
pub(crate) async fn within<T: Send + 'static>(
    budget: Duration,
    room: Room,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Undone> {
    // The semaphore is never closed. After the longest wait, the work begins without a permit.
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

/// Does the same as [`within`], and blocks the thread.
///
/// # Errors
///
/// As for [`within`].
pub(crate) fn within_now<T: Send + 'static>(
    budget: Duration,
    room: Room,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Undone> {
    let (done, result) = channel();
    let work = move || {
        let _held = room;
        work()
    };
    // Sending fails where the work is overdue and the receiver is gone.
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
    async fn work_that_does_not_end_is_abandoned() {
        let (release, released) = channel::<()>();
        let endless = within(Duration::ZERO, room(1).await.unwrap(), move || {
            released.recv().is_ok()
        });
        assert_eq!(endless.await, Err(Undone::Overdue));
        release.send(()).unwrap();

        let (release, released) = channel::<()>();
        let endless = within_now(Duration::ZERO, room_now(1).unwrap(), move || {
            released.recv().is_ok()
        });
        assert_eq!(endless, Err(Undone::Overdue));
        release.send(()).unwrap();
    }

    #[tokio::test]
    async fn work_that_ends_or_fails_says_so() {
        let place = || room_now(1).unwrap();
        let fails = || -> u8 { panic!("a page broke its reader") };

        assert_eq!(within(Duration::MAX, place(), || 7).await, Ok(7));
        assert_eq!(within_now(Duration::MAX, place(), || 7), Ok(7));
        assert_eq!(
            within_now(Duration::MAX, place(), fails),
            Err(Undone::Panicked)
        );
        assert_eq!(
            within(Duration::MAX, place(), fails).await,
            Err(Undone::Panicked)
        );
        assert_eq!(
            room_as_weighed_now(1, || panic!("a page broke its scales")).err(),
            Some(Undone::Panicked)
        );
    }

    #[tokio::test]
    async fn a_page_waits_until_earlier_pages_have_freed_their_memory() {
        let whole = room(usize::MAX).await.unwrap();
        assert!(room_at_once(1).is_none());

        // The next page can be estimated, and gets its memory, only after the first one is dropped.
        let (began, begun) = channel();
        let next = std::thread::spawn(move || {
            began.send(()).unwrap();
            room_as_weighed_now(usize::MAX, || usize::MAX).map(|room| room.part.num_permits())
        });
        begun.recv().unwrap();
        drop(whole);
        assert_eq!(next.join().unwrap(), Ok(ROOM as usize));
        assert!(room(usize::MAX).await.is_ok());
    }
}
