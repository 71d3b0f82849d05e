//! Words to the service manager that started the program (`sd_notify`); none where there is none.

use sd_notify::NotifyState;

/// Everything is read, and signals are heard.
pub(super) fn ready() {
    tell(NotifyState::Ready);
}

/// The program is alive: the watchdog hears it.
pub(super) fn alive() {
    tell(NotifyState::Watchdog);
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
