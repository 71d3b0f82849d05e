//! The signals that a process hears: SIGINT and SIGTERM stop it, SIGHUP has it read its
//! configuration again.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A signal that stops the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    Interrupt,
    Terminate,
}

impl StopSignal {
    /// Returns the exit code of a process that this signal stopped: 128 and the number of the
    /// signal, as shells tell it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// The stop signals. One that comes while nobody listens is not lost.
#[derive(Debug)]
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Waits for the next stop signal. Cancel-safe: a signal that was not returned comes again.
    pub async fn next(&mut self) -> StopSignal {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => StopSignal::Interrupt,
            _ = self.terminate.recv() => StopSignal::Terminate,
        }
    }
}

/// SIGHUP: a service manager wants the configuration to be read again.
#[derive(Debug)]
pub struct HangupSignal(Signal);

impl HangupSignal {
    /// Waits for the next SIGHUP. Cancel-safe, as [`StopSignals::next`].
    pub async fn next(&mut self) {
        self.0.recv().await;
    }
}

/// The stop signals, caught from its making on, with a runtime to wait for them outside of any
/// other.
#[derive(Debug)]
pub struct CaughtSignals {
    runtime: Runtime,
    pub stops: StopSignals,
}

/// Removes a part, and the other parts of this process in its folder: `NAME.PROCESS.part…`.
fn remove_parts(part: &Path) {
    let own = format!(".{}.part", std::process::id());
    let folder = part.parent().unwrap_or(Path::new("."));
    let beside = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let others = beside
        .filter(|entry| entry.file_name().to_string_lossy().contains(&own))
        .map(|entry| entry.path());

    for path in others.chain([part.to_owned()]) {
        // A part that was renamed already is whole, and there is nothing to remove.
        let _ = std::fs::remove_file(&path);
        let _ = std::fs::remove_dir_all(&path);
    }
}

impl CaughtSignals {
    /// Catches SIGINT and SIGTERM from now on: they no longer end the process by themselves.
    ///
    /// # Errors
    ///
    /// Fails where the system gives no runtime or no handler.
    pub fn new() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;

        let inside = runtime.enter();
        let stops = StopSignals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        };
        drop(inside);
        Ok(Self { runtime, stops })
    }

    /// Catches SIGHUP, too.
    ///
    /// # Errors
    ///
    /// Fails where the system gives no handler.
    pub fn hangup(&self) -> std::io::Result<HangupSignal> {
        let _inside = self.runtime.enter();
        signal(SignalKind::hangup()).map(HangupSignal)
    }

    /// Waits for `other`, or for a stop signal. A signal that came between two waits is not lost.
    ///
    /// # Errors
    ///
    /// Returns the stop signal where it comes first.
    pub fn unless_stopped<T>(&mut self, other: impl Future<Output = T>) -> Result<T, StopSignal> {
        let Self { runtime, stops } = self;
        runtime.block_on(async {
            tokio::select! {
                biased;
                stop = stops.next() => Err(stop),
                done = other => Ok(done),
            }
        })
    }

    /// Notes the first stop signal, on a thread of its own, for work that stops by itself. A second
    /// one ends the process: work that is not saved then leaves no trace.
    pub fn noted(mut self) -> Arc<OnceLock<StopSignal>> {
        let noted = Arc::new(OnceLock::new());
        let first = Arc::clone(&noted);
        std::thread::spawn(move || {
            loop {
                let stop = self.wait();
                if first.set(stop).is_err() {
                    std::process::exit(stop.exit_code().into());
                }
            }
        });
        noted
    }

    /// Removes a half-written file or folder at a stop signal, on a thread of its own, with all
    /// that this process has written beside it under such a name, and ends the process.
    pub fn remove_at_stop(mut self, part: PathBuf) {
        std::thread::spawn(move || {
            let stop = self.wait();
            remove_parts(&part);
            std::process::exit(stop.exit_code().into());
        });
    }

    /// Ends the process at a stop signal, on a thread of its own, after `tell`: for work that may
    /// end at any moment.
    #[cfg(feature = "postgres")]
    pub fn end_at_stop(mut self, tell: impl FnOnce() + Send + 'static) {
        std::thread::spawn(move || {
            let stop = self.wait();
            tell();
            std::process::exit(stop.exit_code().into());
        });
    }

    /// Waits for a stop signal.
    pub(crate) fn wait(&mut self) -> StopSignal {
        let never = std::future::pending::<Infallible>();
        match self.unless_stopped(never) {
            Err(stop) => stop,
            Ok(never) => match never {},
        }
    }
}
