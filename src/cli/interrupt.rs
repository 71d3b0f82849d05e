//! Signals while a file is written: what is half written goes before the process does.

use std::path::PathBuf;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::exit::Exit;

/// SIGINT and SIGTERM, caught from here on.
pub(in crate::cli) struct Caught {
    runtime: tokio::runtime::Runtime,
    interrupt: Signal,
    terminate: Signal,
}

impl Caught {
    pub fn new() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let _inside = runtime.enter();
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        drop(_inside);
        Ok(Self { runtime, interrupt, terminate })
    }

    /// From a thread of its own: at a signal removes the part, and ends the process.
    pub fn remove_at_signal(mut self, part: PathBuf) {
        std::thread::spawn(move || {
            let exit = self.runtime.block_on(async {
                tokio::select! {
                    _ = self.interrupt.recv() => Exit::Interrupted,
                    _ = self.terminate.recv() => Exit::Terminated,
                }
            });
            // Renamed already, it is whole, and there is nothing to remove.
            let _ = std::fs::remove_file(part);
            std::process::exit(exit.code().into());
        });
    }
}
