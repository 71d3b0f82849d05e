//! A thread that does asynchronous work for code that waits for it, within a runtime or without.

use std::future::Future;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

/// A runtime with one thread of its own. To wait for its end is not allowed within another runtime,
/// so nobody does.
#[derive(Debug)]
pub(super) struct BackgroundRuntime(Option<Runtime>);

/// Work that a background thread does. It is broken off where the value is dropped.
#[derive(Debug)]
pub(super) struct BackgroundWork<T> {
    result: mpsc::Receiver<T>,
    abort: Option<AbortHandle>,
}

/// Work that was begun.
#[derive(Debug)]
pub(super) enum BegunWork<T> {
    /// It needed no more than its beginning.
    Done(T),
    UnderWay(BackgroundWork<T>),
}

/// The work has no result: a panic ended it.
#[derive(Debug)]
pub(super) struct WorkEnded;

impl BackgroundRuntime {
    /// Starts the thread. The system shows it by its name.
    pub(super) fn start(name: &str) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(name)
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Begins some work at once, in the caller's thread, and has the background thread do the rest
    /// of it. Work that was begun earlier has sent earlier what it sends first. What is done at
    /// once uses no timer and no socket of the runtime: it is not within it.
    pub(super) fn begin_here<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> BegunWork<T> {
        let mut work = Box::pin(work);
        match work.as_mut().now_or_never() {
            Some(result) => BegunWork::Done(result),
            None => BegunWork::UnderWay(self.begin(work)),
        }
    }

    /// Begins some work.
    pub(super) fn begin<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> BackgroundWork<T> {
        let (give, take) = mpsc::sync_channel(1);
        let task = self.0.as_ref().map(|runtime| {
            runtime.spawn(async move {
                // The receiver may have gone.
                let _ = give.send(work.await);
            })
        });
        BackgroundWork {
            result: take,
            abort: task.map(|task| task.abort_handle()),
        }
    }
}

impl Drop for BackgroundRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl<T> BackgroundWork<T> {
    /// Waits for the result as long as it takes.
    ///
    /// # Errors
    ///
    /// Fails where there will be no result.
    pub(super) fn result(&self) -> Result<T, WorkEnded> {
        self.result.recv().map_err(|_| WorkEnded)
    }

    /// Waits for a while; returns `None` where the result did not come by then.
    ///
    /// # Errors
    ///
    /// Fails where there will be no result.
    pub(super) fn result_within(&self, patience: Duration) -> Result<Option<T>, WorkEnded> {
        match self.result.recv_timeout(patience) {
            Ok(result) => Ok(Some(result)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(WorkEnded),
        }
    }
}

impl<T> Drop for BackgroundWork<T> {
    fn drop(&mut self) {
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_without_a_wait_is_there_at_once_and_another_one_comes() {
        let runtime = BackgroundRuntime::start("test").unwrap();
        assert!(matches!(
            runtime.begin_here(async { 1 }),
            BegunWork::Done(1)
        ));

        let (give, take) = tokio::sync::oneshot::channel();
        let BegunWork::UnderWay(later) = runtime.begin_here(take) else {
            panic!("there is no result yet");
        };
        assert!(matches!(later.result_within(Duration::ZERO), Ok(None)));
        give.send(2).unwrap();
        assert!(matches!(later.result(), Ok(Ok(2))));
    }
}
