//! Signals to commands that are no crawl: work stops between two steps, and a file that is half written goes.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::exit::Exit;

/// SIGINT and SIGTERM, caught from here on.
pub(super) struct Caught {
    runtime: tokio::runtime::Runtime,
    pub signals: Signals,
}

/// The signals that were caught, heard one after the other; none is lost that came while nobody listened.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub async fn next(&mut self) -> Exit {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        }
    }
}

impl Caught {
    pub fn new() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let _inside = runtime.enter();
        let (interrupt, terminate) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        drop(_inside);
        Ok(Self {
            runtime,
            signals: Signals {
                interrupt,
                terminate,
            },
        })
    }

    /// From a thread of its own: notes the first signal, for work that stops by itself; a second one ends the process, and
    /// whatever is not saved was never there.
    pub fn noted(mut self) -> Arc<OnceLock<Exit>> {
        let noted = Arc::new(OnceLock::new());
        let first = Arc::clone(&noted);
        std::thread::spawn(move || {
            loop {
                let exit = self.next();
                if first.set(exit).is_err() {
                    std::process::exit(exit.code().into());
                }
            }
        });
        noted
    }

    /// Does something within the runtime that hears signals, as to listen to one more.
    pub fn inside<T>(&self, act: impl FnOnce() -> T) -> T {
        let _inside = self.runtime.enter();
        act()
    }

    /// Waits for something else, unless a signal is there or comes first. One that came between two waits is not lost.
    pub fn unless_caught<T>(&mut self, other: impl Future<Output = T>) -> Result<T, Exit> {
        let Self { runtime, signals } = self;
        runtime.block_on(async {
            tokio::select! {
                biased;
                exit = signals.next() => Err(exit),
                done = other => Ok(done),
            }
        })
    }

    fn next(&mut self) -> Exit {
        let never = std::future::pending::<std::convert::Infallible>();
        self.unless_caught(never)
            .map_or_else(|exit| exit, |never| match never {})
    }

    /// From a thread of its own: at a signal removes the part, and ends the process.
    pub fn remove_at_signal(mut self, part: PathBuf) {
        std::thread::spawn(move || {
            let exit = self.next();
            // Renamed already, it is whole, and there is nothing to remove.
            let _ = std::fs::remove_file(part);
            std::process::exit(exit.code().into());
        });
    }
}
