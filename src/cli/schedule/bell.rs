//! What ends a wait between two crawls: its time, or a signal.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::exit::Exit;
use crate::cli::interrupt::{Caught, Signals};
use crate::clock::Clock;
use crate::time::Timestamp;

/// Why a wait ended.
pub(crate) enum Woken {
    InTime,
    /// SIGHUP: the configuration is read again.
    Reload,
}

pub(crate) struct Bell {
    caught: Caught,
    hangup: Signal,
}

impl Bell {
    pub fn new() -> std::io::Result<Self> {
        let caught = Caught::new()?;
        let hangup = caught.inside(|| signal(SignalKind::hangup()))?;
        Ok(Self { caught, hangup })
    }

    /// Waits until a moment; `Err` where SIGINT or SIGTERM came.
    pub fn wait(&mut self, until: Timestamp) -> Result<Woken, Exit> {
        let Self { caught, hangup } = self;
        // Anew each time: the system's clock may have been set, and a wait may begin after a long sleep of the machine.
        let clock = Clock::system();
        caught.unless_caught(async {
            tokio::select! {
                biased;
                _ = hangup.recv() => Woken::Reload,
                () = clock.sleep_until(until) => Woken::InTime,
            }
        })
    }

    /// The signals that stop, and the one that reloads, for a crawl to hear.
    pub fn parts(&mut self) -> (&mut Signals, &mut Signal) {
        (&mut self.caught.signals, &mut self.hangup)
    }

    /// Does something that ends by itself soon, unless SIGINT or SIGTERM comes first.
    pub fn during<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Exit> {
        self.caught.unless_caught(work)
    }
}
