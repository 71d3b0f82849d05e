//! Messages to the service manager that started the program (`sd_notify`). Without one, nothing is
//! sent.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sd_notify::NotifyState;

use crate::clock::Clock;
use crate::time::Timestamp;

/// The least time between two messages that the program is alive. A watchdog wants one every few
/// minutes. More would fill the socket, which holds ten: a manager that does not listen would then
/// keep the program waiting.
const ALIVE: Duration = Duration::from_secs(5);

/// When the manager last heard that the program is alive.
static TOLD_ALIVE: Mutex<Timestamp> = Mutex::new(Timestamp::EPOCH);

/// Tells that the configuration is read, and signals are heard.
pub(super) fn ready() {
    tell(NotifyState::Ready);
}

/// Tells the watchdog that the program is alive.
pub(super) fn alive() {
    let now = Clock::system().now();
    // A thread that failed while it held the lock has left a moment, too.
    let mut told = TOLD_ALIVE.lock().unwrap_or_else(PoisonError::into_inner);

    // A moment in the future means that the clock was set back.
    if *told > now || now.since(*told) >= ALIVE {
        *told = now;
        tell(NotifyState::Watchdog);
    }
}

/// Tells what is being done, for `systemctl status`.
pub(super) fn status(words: &str) {
    tell(NotifyState::Status(&words.replace('\n', " ")));
}

/// Tells that the program ends.
pub(super) fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    // Nothing depends on the manager: where it has gone away, the program goes on.
    let _ = sd_notify::notify(&[state]);
}
