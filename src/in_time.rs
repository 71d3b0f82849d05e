//! Work that may take too long: it is done on a thread of its own, and left behind when its time is over.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// What reading one page may take.
pub const BUDGET: Duration = Duration::from_secs(2);

/// Work begins when a processor is free for it, so that pages do not use up one another's time. What is overdue keeps its
/// processor until it really ends.
static PROCESSORS: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from))));

/// Where all processors are held by what does not end, work begins all the same after this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    #[error("reading it took longer than {} s", BUDGET.as_secs())]
    Overdue,
    #[error("the reader failed on it, which is a defect of saseo's")]
    Panicked,
}

/// Does `work` on a thread of its own. What is overdue cannot be stopped: it runs on, and nobody waits for it.
pub async fn within<T: Send + 'static>(
    budget: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Undone> {
    // The semaphore is never closed; without a permit there is only patience.
    let processor = tokio::time::timeout(PATIENCE, Arc::clone(&PROCESSORS).acquire_owned()).await;
    let work = move || {
        let _processor = processor;
        work()
    };
    match tokio::time::timeout(budget, spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(Undone::Panicked),
        Err(_) => Err(Undone::Overdue),
    }
}

/// The same for those who have nothing else to do meanwhile.
pub fn within_now<T: Send + 'static>(budget: Duration, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Undone> {
    let (done, result) = channel();
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
        let endless = within(Duration::ZERO, move || released.recv().is_ok());
        assert_eq!(endless.await, Err(Undone::Overdue));
        release.send(()).unwrap();
        let (release, released) = channel::<()>();
        assert_eq!(within_now(Duration::ZERO, move || released.recv().is_ok()), Err(Undone::Overdue));
        release.send(()).unwrap();
    }

    #[tokio::test]
    async fn work_that_ends_or_fails_is_told() {
        assert_eq!((within(Duration::MAX, || 7).await, within_now(Duration::MAX, || 7)), (Ok(7), Ok(7)));
        assert_eq!(within_now(Duration::MAX, || -> u8 { panic!("a page broke its reader") }), Err(Undone::Panicked));
        assert_eq!(within(Duration::MAX, || -> u8 { panic!("a page broke its reader") }).await, Err(Undone::Panicked));
    }
}
