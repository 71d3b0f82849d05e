//! Retries of a scheduler: which errors it survives, and when it tries again.

use std::time::Duration;

use crate::archive::ArchiveError;
use crate::crawl_session::SessionError;
use crate::schedule::error::ScheduleError;
use crate::schedule::event::{ScheduleEvent, ScheduleListener};
use crate::time::Timestamp;

/// The wait after a first failure. It doubles with each further failure in a row.
const FIRST_RETRY: Duration = Duration::from_secs(60);

/// The longest wait after failures. A machine whose network comes back then loses an hour at most.
pub(super) const LONGEST_RETRY: Duration = Duration::from_secs(3600);

/// The longest wait between two looks at the clock, the disk and the archive's lock. The clock may
/// be set, and machines sleep. A watchdog hears from the scheduler as often.
pub(super) const GLANCE: Duration = Duration::from_secs(15);

/// What keeps a scheduler from crawling, as far as its listener heard of it.
#[derive(Debug, Default)]
pub(super) struct Retries {
    /// The holder of the archive, in words.
    held: Option<String>,
    /// The disk has too little room.
    is_paused: bool,
    /// Failures in a row.
    failures: u32,
}

impl Retries {
    /// Notes that the disk has room.
    pub(super) fn has_room(&mut self, listener: &dyn ScheduleListener) {
        if self.is_paused {
            listener.hear(ScheduleEvent::Resumed);
            self.is_paused = false;
        }
    }

    /// Notes a session that went on to its end.
    pub(super) fn succeeded(&mut self) {
        self.held = None;
        self.failures = 0;
    }

    /// Tells an error that is to be survived, and returns when to try again.
    pub(super) fn try_again_at(
        &mut self,
        error: &ScheduleError,
        listener: &dyn ScheduleListener,
        now: Timestamp,
    ) -> Timestamp {
        if let ScheduleError::Session(SessionError::NoRoom(too_little)) = error {
            if !self.is_paused {
                listener.hear(ScheduleEvent::Paused(too_little));
                self.is_paused = true;
            }
            return now + GLANCE;
        }

        if let Some(held @ (ArchiveError::Held { .. } | ArchiveError::LeaseLost)) = error.archive()
        {
            let words = held.to_string();
            if self.held.as_ref() != Some(&words) {
                listener.hear(ScheduleEvent::ArchiveHeld(held));
                self.held = Some(words);
            }
            return now + GLANCE;
        }

        let retry_in = FIRST_RETRY
            .saturating_mul(2u32.saturating_pow(self.failures))
            .min(LONGEST_RETRY);
        self.failures = self.failures.saturating_add(1);
        listener.hear(ScheduleEvent::Failed { error, retry_in });
        now + retry_in
    }
}

/// Returns whether an error ends the scheduler: no time mends it, or it came after a signal to
/// stop.
pub(super) fn is_lasting(error: &ScheduleError) -> bool {
    match error {
        ScheduleError::Config(_) => true,
        ScheduleError::Runtime(_) | ScheduleError::NotReported(_) => false,
        ScheduleError::Session(session) => match session {
            SessionError::FailedWhileStopping { .. } => true,
            SessionError::NoRoom(_) | SessionError::Network(_) | SessionError::Runtime(_) => false,
            SessionError::Archive(archive) => matches!(
                archive,
                ArchiveError::NotAnArchive { .. }
                    | ArchiveError::Newer { .. }
                    | ArchiveError::NotUpgraded { .. }
                    | ArchiveError::Unreadable { .. }
                    | ArchiveError::Damaged(_)
                    | ArchiveError::Lost(_)
                    | ArchiveError::Vanished { .. }
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::crawl::PaperReport;
    use crate::schedule::error::ListenerError;

    /// Keeps what it hears, in its debug form.
    #[derive(Default)]
    struct Heard(RefCell<Vec<String>>);

    impl ScheduleListener for Heard {
        fn hear(&self, event: ScheduleEvent<'_>) {
            self.0.borrow_mut().push(format!("{event:?}"));
        }

        fn report(&self, _: &PaperReport) -> Result<(), ListenerError> {
            Ok(())
        }
    }

    fn network_down() -> ScheduleError {
        ScheduleError::Runtime(std::io::Error::other("no threads"))
    }

    fn held(holder: &str) -> ScheduleError {
        ArchiveError::Held {
            holder: holder.to_owned(),
        }
        .into()
    }

    #[test]
    fn waits_double_with_each_failure_up_to_an_hour_and_begin_anew_after_a_success() {
        let (mut retries, heard) = (Retries::default(), Heard::default());
        let mut minutes = || {
            let until = retries.try_again_at(&network_down(), &heard, Timestamp::EPOCH);
            until.since(Timestamp::EPOCH).as_secs() / 60
        };

        let waits: Vec<u64> = (0..8).map(|_| minutes()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);

        retries.succeeded();
        let until = retries.try_again_at(&network_down(), &heard, Timestamp::EPOCH);
        assert_eq!(until, Timestamp::EPOCH + FIRST_RETRY);
    }

    #[test]
    fn a_held_archive_is_told_once_for_each_holder() {
        let (mut retries, heard) = (Retries::default(), Heard::default());

        for holder in ["crawl", "crawl", "verify"] {
            let until = retries.try_again_at(&held(holder), &heard, Timestamp::EPOCH);
            assert_eq!(until, Timestamp::EPOCH + GLANCE);
        }

        assert_eq!(heard.0.borrow().len(), 2);
    }

    #[test]
    fn a_held_archive_is_waited_for_and_a_wrong_configuration_is_not() {
        let wrong = ScheduleError::Config(crate::config_folder::ConfigError::Usage(
            "no site has a schedule".to_owned(),
        ));
        let stopped = SessionError::FailedWhileStopping {
            why: "the network is gone".into(),
        };

        assert_eq!(
            [held("crawl"), network_down(), wrong, stopped.into()]
                .each_ref()
                .map(is_lasting),
            [false, false, true, true]
        );
    }
}
