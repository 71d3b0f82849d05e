//! A thread that does asynchronous work for code that waits for it, within a runtime or without.

use std::future::Future;
use std::io;
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// A runtime with one thread of its own. To wait for its end is not allowed within another runtime,
/// so nobody does.
#[derive(Debug)]
pub(super) struct BackgroundRuntime(Option<Runtime>);

/// Work that a background thread does.
#[derive(Debug)]
pub(super) struct BackgroundWork<T>(mpsc::Receiver<T>);

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
        if let Some(runtime) = &self.0 {
            runtime.spawn(async move {
                // The receiver may have gone.
                let _ = give.send(work.await);
            });
        }
        BackgroundWork(take)
    }

    /// Does some work, and waits for its result as long as it takes.
    pub(super) fn wait_for<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        match self.begin(work).result(None) {
            Some(result) => result,
            None => unreachable!("the thread lives as long as the runtime"),
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
    /// Waits for the result; returns `None` where it does not come in time.
    pub(super) fn result(self, patience: Option<Duration>) -> Option<T> {
        match patience {
            Some(patience) => self.0.recv_timeout(patience).ok(),
            None => self.0.recv().ok(),
        }
    }

    /// Waits for a while, and returns the result, if it came by then.
    pub(super) fn result_within(&self, patience: Duration) -> Option<T> {
        self.0.recv_timeout(patience).ok()
    }

    /// Returns the result, if it has come.
    pub(super) fn result_now(&self) -> Option<T> {
        self.0.try_recv().ok()
    }
}
