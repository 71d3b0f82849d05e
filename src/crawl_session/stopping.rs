//! Signals during a session: they stop the crawl in two steps, or reload the configuration.

use std::convert::Infallible;

use tokio::sync::watch;

use crate::crawl::Stop;
use crate::signals::{HangupSignal, StopSignal, StopSignals};

/// The two steps of stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopping {
    /// After the first signal: no new requests, and answers under way are settled.
    Finish,
    /// After the second signal: requests under way are dropped.
    Drop,
}

/// Passes the signals of the process on to a session.
pub struct SignalRelay<'a> {
    stops: &'a mut StopSignals,
    /// SIGHUP, and what reloads the configuration.
    hangup: Option<(&'a mut HangupSignal, &'a mut dyn FnMut())>,
    /// Hears of each step of stopping.
    told: &'a dyn Fn(Stopping),
}

impl<'a> SignalRelay<'a> {
    /// Makes a relay of the stop signals. `told` hears of each step before it is taken.
    pub fn of(stops: &'a mut StopSignals, told: &'a dyn Fn(Stopping)) -> Self {
        Self {
            stops,
            hangup: None,
            told,
        }
    }

    /// Adds SIGHUP, with what reloads the configuration.
    pub fn with_hangup(self, hangup: &'a mut HangupSignal, reload: &'a mut dyn FnMut()) -> Self {
        Self {
            hangup: Some((hangup, reload)),
            ..self
        }
    }

    /// Passes signals on for as long as the session lives. The first stop signal lets answers under
    /// way be settled; the second drops them. `first` becomes the first stop signal.
    pub async fn relay(
        &mut self,
        stop: &watch::Sender<Stop>,
        first: &mut Option<StopSignal>,
    ) -> Infallible {
        loop {
            let signal = self.next_stop(stop).await;
            let is_first = first.is_none();
            first.get_or_insert(signal);

            if is_first {
                (self.told)(Stopping::Finish);
                stop.send_replace(Stop::Finish);
            } else {
                (self.told)(Stopping::Drop);
                stop.send_replace(Stop::Now);
            }
        }
    }

    /// Waits for a stop signal. Reloads the configuration at each SIGHUP meanwhile.
    async fn next_stop(&mut self, stop: &watch::Sender<Stop>) -> StopSignal {
        let Some((hangup, reload)) = &mut self.hangup else {
            return self.stops.next().await;
        };

        loop {
            tokio::select! {
                biased;
                signal = self.stops.next() => return signal,
                () = hangup.next() => {
                    reload();
                    // Wakes the crawl, which asks its agenda again.
                    stop.send_modify(|_| {});
                }
            }
        }
    }
}
