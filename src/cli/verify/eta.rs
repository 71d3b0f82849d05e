//! How long the stage of a verification that is under way will take.

use std::time::Duration;

use crate::cli::progress::in_words;
use crate::clock::Clock;
use crate::time::Timestamp;
use crate::verify::VerifyProgress;

/// A stage's first seconds tell nothing of its pace.
const TOO_EARLY: Duration = Duration::from_secs(3);

/// The pace of the stage under way.
pub(super) struct Eta {
    clock: Clock,
    what: &'static str,
    began: Timestamp,
    /// What was done when it began.
    from: u64,
}

impl Eta {
    /// Begins before the first stage.
    pub(super) fn new() -> Self {
        let clock = Clock::system();
        Self {
            clock,
            what: "",
            began: clock.now(),
            from: 0,
        }
    }

    /// Says how long the stage will take, behind a comma; nothing where that is not known yet.
    pub(super) fn words(&mut self, progress: &VerifyProgress) -> String {
        let now = self.clock.now();
        if progress.what != self.what {
            (self.what, self.began, self.from) = (progress.what, now, progress.done);
        }

        let (spent, done) = (now.since(self.began), progress.done - self.from);
        if spent < TOO_EARLY || done == 0 {
            return String::new();
        }
        let left = progress.of.saturating_sub(progress.done);
        let left = spent.mul_f64(left as f64 / done as f64);
        format!(", about {} left", in_words(left))
    }
}
