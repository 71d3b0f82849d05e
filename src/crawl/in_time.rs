//! Work that may take too long: it is done beside the crawl, and left behind when its time is over.

use std::sync::LazyLock;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// What reading one page may take.
pub const BUDGET: Duration = Duration::from_secs(2);

/// Work begins when a processor is free for it, so that pages do not use up one another's time.
static PROCESSORS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, usize::from)));

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    Overdue,
    Panicked,
}

/// Does `work` on a thread of its own. What is overdue cannot be stopped: it runs on, and nobody waits for it.
pub async fn within<T: Send + 'static>(
    budget: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Undone> {
    let _processor = PROCESSORS.acquire().await;
    match tokio::time::timeout(budget, spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(Undone::Panicked),
        Err(_) => Err(Undone::Overdue),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn work_that_does_not_end_is_left_behind() {
        let (release, released) = channel::<()>();
        let endless = within(Duration::ZERO, move || released.recv().is_ok());
        assert_eq!(endless.await, Err(Undone::Overdue));
        release.send(()).unwrap();
    }

    #[tokio::test]
    async fn work_that_ends_or_fails_is_told() {
        assert_eq!(within(Duration::MAX, || 7).await, Ok(7));
        assert_eq!(within(Duration::MAX, || -> u8 { panic!("a page broke its reader") }).await, Err(Undone::Panicked));
    }
}
