//! Waits between two crawls. A wait ends at its moment, or at a signal.

use crate::clock::Clock;
use crate::signals::{CaughtSignals, HangupSignal, StopSignal, StopSignals};
use crate::time::Timestamp;

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    InTime,
    /// By SIGHUP: the configuration is to be read again.
    ToReload,
}

/// The signals of a scheduler, caught from its making on.
#[derive(Debug)]
pub struct Bell {
    caught: CaughtSignals,
    hangup: HangupSignal,
}

impl Bell {
    /// Catches SIGINT, SIGTERM and SIGHUP from now on.
    ///
    /// # Errors
    ///
    /// Fails where the system gives no runtime or no handler.
    pub fn new() -> std::io::Result<Self> {
        let caught = CaughtSignals::new()?;
        let hangup = caught.hangup()?;
        Ok(Self { caught, hangup })
    }

    /// Waits until a moment, or for SIGHUP.
    ///
    /// # Errors
    ///
    /// Returns the stop signal that came.
    pub(super) fn wait(&mut self, until: Timestamp) -> Result<Woken, StopSignal> {
        let Self { caught, hangup } = self;
        // A new clock each time: the system's clock may have been set, and a wait may begin after a
        // long sleep of the machine.
        let clock = Clock::system();
        caught.unless_stopped(async {
            tokio::select! {
                biased;
                () = hangup.next() => Woken::ToReload,
                () = clock.sleep_until(until) => Woken::InTime,
            }
        })
    }

    /// Waits for work that ends soon by itself.
    ///
    /// # Errors
    ///
    /// Returns the stop signal where it comes first.
    pub(super) fn wait_for<T>(&mut self, work: impl Future<Output = T>) -> Result<T, StopSignal> {
        self.caught.unless_stopped(work)
    }

    /// Returns the stop signals and SIGHUP, for a session to hear.
    pub(super) fn signals(&mut self) -> (&mut StopSignals, &mut HangupSignal) {
        (&mut self.caught.stops, &mut self.hangup)
    }
}
