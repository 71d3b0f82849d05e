//! Words to the service manager that started the program (`sd_notify`); none where there is none.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sd_notify::NotifyState;

use crate::clock::Clock;
use crate::time::Timestamp;

/// A watchdog wants to hear every few minutes, and a manager that does not listen would keep the
/// program waiting: a socket holds ten words.
const ALIVE: Duration = Duration::from_secs(5);

/// Everything is read, and signals are heard.
pub(super) fn ready() {
    tell(NotifyState::Ready);
}

/// The program is alive: the watchdog hears it.
pub(super) fn alive() {
    static TOLD: Mutex<Timestamp> = Mutex::new(Timestamp::EPOCH);
    let now = Clock::system().now();
    // A thread that failed while it held the lock left a moment all the same.
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    // A moment ahead is from a clock that was set back.
    if *told > now || now.since(*told) >= ALIVE {
        *told = now;
        tell(NotifyState::Watchdog);
    }
}

/// What is being done, for `systemctl status`.
pub(super) fn status(words: &str) {
    tell(NotifyState::Status(&words.replace('\n', " ")));
}

pub(super) fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    // A manager that has gone away is no reason to stop.
    let _ = sd_notify::notify(&[state]);
}
