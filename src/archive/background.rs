//! A thread that does asynchronous work for code that waits for it, within a runtime or without.

use std::future::Future;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

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
