//! The thread of a session.

use std::future::Future;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::{Builder, Runtime};

/// The thread of a session. To wait for its end is not allowed within another runtime.
#[derive(Debug)]
pub(super) struct SessionRuntime(Option<Runtime>);

impl SessionRuntime {
    pub(super) fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Begins some work at once, and has the thread do the rest of it. Work that was begun earlier
    /// was sent to the server earlier. The result of work that needs no more than its beginning, as
    /// the error of values that cannot be sent, can be taken at once.
    pub(super) fn begin<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Receiver<T> {
        let mut work = Box::pin(work);
        // The first look at it sends what is to be sent.
        match work.as_mut().now_or_never() {
            Some(result) => at_hand(result),
            None => self.hand_over(work),
        }
    }

    /// Has the thread do some work, and waits for its result as long as it takes.
    pub(super) fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        match answer_in_time(&self.hand_over(work), None) {
            Some(answer) => answer,
            None => unreachable!("the runtime lives as long as the session"),
        }
    }

    fn hand_over<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Receiver<T> {
        let (give, take) = mpsc::sync_channel(1);
        if let Some(runtime) = &self.0 {
            runtime.spawn(async move {
                // The receiver may have gone.
                let _ = give.send(work.await);
            });
        }
        take
    }
}

impl Drop for SessionRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Returns a result that need not be waited for.
pub(super) fn at_hand<T>(result: T) -> Receiver<T> {
    let (give, take) = mpsc::sync_channel(1);
    // There is a place for one.
    let _ = give.send(result);
    take
}

/// A process that was stopped for longer than its patience finds the answer as soon as the
/// session's thread has run again.
const AWAKENING: Duration = Duration::from_secs(1);

/// Waits for an answer; `None` where it does not come in time.
pub(super) fn answer_in_time<T>(answer: &Receiver<T>, patience: Option<Duration>) -> Option<T> {
    match patience {
        Some(patience) => answer
            .recv_timeout(patience)
            .or_else(|_| answer.recv_timeout(AWAKENING))
            .ok(),
        None => answer.recv().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_without_a_wait_is_there_at_once_and_another_one_comes() {
        let runtime = SessionRuntime::start().unwrap();
        assert_eq!(runtime.begin(async { 1 }).try_recv(), Ok(1));

        let (give, take) = tokio::sync::oneshot::channel();
        let later = runtime.begin(take);
        assert!(later.try_recv().is_err());
        give.send(2).unwrap();
        assert_eq!(answer_in_time(&later, None), Some(Ok(2)));
    }
}
