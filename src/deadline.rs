//! Work that may take too long: it is done on a thread of its own, and left behind when its time is over.

use std::panic::{AssertUnwindSafe, catch_unwind};
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
static PROCESSORS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    Arc::new(Semaphore::new(
        available_parallelism().map_or(1, usize::from),
    ))
});

/// KiB that all pages that are read at once may take by their estimates. One page of the heaviest
/// kind has room in it, and some ten ordinary ones; with a crawl's other needs, some 50 MB, that
/// stays under 150 MB.
const ROOM: u32 = 66_000;

/// The memory that is left for pages. What is overdue keeps its part until it really ends.
static MEMORY: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(ROOM as usize)));

/// Where all processors are held by what does not end, work begins all the same after this time.
/// Where all memory is, it is not begun.
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

/// A page whose part is so many KiB leaves memory behind that the next one might not find, since
/// another thread reads it. With a profile those are pages over 800 kB; without one, of 164 real
/// pages the largest is estimated at 23 MB.
const LARGE: u32 = 28_000;

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
        None => spawn_blocking(move || room_now(bytes))
            .await
            .unwrap_or(Err(Undone::Panicked)),
    }
}

/// The same for those who have nothing else to do meanwhile.
pub fn room_now(bytes: usize) -> Result<Room, Undone> {
    if let Some(room) = room_at_once(bytes) {
        return Ok(room);
    }

    // The caller's thread may be one of a runtime, which must not begin another.
    let wait = move || {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|_| Undone::Crowded)?;
        let part = async {
            tokio::time::timeout(
                PATIENCE,
                Arc::clone(&MEMORY).acquire_many_owned(part(bytes)),
            )
            .await
        };
        // The semaphore is never closed.
        runtime
            .block_on(part)
            .ok()
            .and_then(Result::ok)
            .map(|part| Room { part })
            .ok_or(Undone::Crowded)
    };
    std::thread::spawn(wait)
        .join()
        .unwrap_or(Err(Undone::Panicked))
}

/// Waits for room to weigh a page in, which takes `most` bytes at most, and then for what it
/// weighs.
///
/// # Errors
///
/// Fails where there is no room for a minute, and where `weigh` panics.
pub async fn room_as_weighed(most: usize, weigh: impl FnOnce() -> usize) -> Result<Room, Undone> {
    let bytes = weighed(room(most).await?, weigh)?;
    room(bytes).await
}

/// The same for those who have nothing else to do meanwhile.
pub fn room_as_weighed_now(most: usize, weigh: impl FnOnce() -> usize) -> Result<Room, Undone> {
    let bytes = weighed(room_now(most)?, weigh)?;
    room_now(bytes)
}

/// Two pages that kept what they were weighed in, and waited for more, would wait for each other.
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

/// KiB of the memory for so many bytes; what takes more than there is takes all of it.
fn part(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024))
        .unwrap_or(ROOM)
        .clamp(1, ROOM)
}

/// Does `work` on a thread of its own, in `room`. What is overdue cannot be stopped: it runs on,
/// and nobody waits for it.
pub async fn within<T: Send + 'static>(
    budget: Duration,
    room: Room,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Undone> {
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
    room: Room,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Undone> {
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
    async fn work_that_ends_or_fails_is_told() {
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
    async fn a_page_waits_until_those_before_it_have_left_it_room() {
        let whole = room(usize::MAX).await.unwrap();
        assert!(room_at_once(1).is_none());

        // It can be weighed, and has its room, only once the other is gone.
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
