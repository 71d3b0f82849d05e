//! How long a scheduler stays.

/// Whether a scheduler ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleMode {
    /// Crawls what is due, and ends. A paper that was never crawled is due.
    Once,
    /// Crawls until it is stopped. A paper that was never crawled waits for its time.
    UntilStopped,
}

impl ScheduleMode {
    /// The mode of a command with or without `--once`.
    pub fn of_once(is_once: bool) -> Self {
        if is_once {
            Self::Once
        } else {
            Self::UntilStopped
        }
    }
}
