//! Work that takes longer than a request: one at a time, and its result stays until it is replaced.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::time::Timestamp;

/// Work of one kind. A request begins it, and others see how far it is and what came of it.
#[derive(Debug)]
pub(super) struct OneJob<R> {
    /// How long a result is kept; `None` where it is until the next one.
    kept: Option<Duration>,
    /// The lock is held to look and to replace, and not while the work goes on.
    state: Mutex<JobState<R>>,
}

#[derive(Debug)]
struct JobState<R> {
    running: Option<Arc<RunningJob>>,
    last: Option<Arc<EndedJob<R>>>,
}

/// Work that goes on.
#[derive(Debug)]
pub(super) struct RunningJob {
    pub since: Timestamp,
    done: AtomicU64,
    is_cancelled: AtomicBool,
}

/// Work that ended, with its result or the reason why there is none.
#[derive(Debug)]
pub(super) struct EndedJob<R> {
    pub since: Timestamp,
    pub ended: Timestamp,
    pub result: Result<R, JobFailure>,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JobFailure {
    pub why: String,
    pub cause: FailureCause,
}

/// What a reader is told of a failure, beside its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureCause {
    Other,
    /// A file could not be written because there is no room.
    DiskFull,
    /// An article was taken out of the archive after the work had begun.
    TakenDown,
    /// Papers declared other rights after the work had begun.
    OtherRights,
}

impl JobFailure {
    /// Takes an error with all its causes.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let causes: Vec<&(dyn Error + 'static)> =
            iter::successors(Some(error), |cause| (*cause).source()).collect();
        let words: Vec<String> = causes.iter().map(ToString::to_string).collect();
        let is_full = |cause: &&(dyn Error + 'static)| {
            let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
            matches!(
                kind,
                Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            )
        };
        // SQLite's own words stand in its error.
        let is_disk_full =
            causes.iter().any(is_full) || words.iter().any(|why| why.contains("disk is full"));
        Self {
            why: words.join(": "),
            cause: if is_disk_full {
                FailureCause::DiskFull
            } else {
                FailureCause::Other
            },
        }
    }

    /// Takes a reason that is no error.
    pub(super) fn because(why: &str) -> Self {
        Self {
            why: why.to_owned(),
            cause: FailureCause::Other,
        }
    }
}

impl RunningJob {
    /// Notes how far the work is.
    pub(super) fn note(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }

    /// Returns what was noted last.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Tells whether the work is to end without a result.
    pub(super) fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

impl<R> Default for OneJob<R> {
    fn default() -> Self {
        Self {
            kept: None,
            state: Mutex::new(JobState {
                running: None,
                last: None,
            }),
        }
    }
}

impl<R: Send + Sync + 'static> OneJob<R> {
    /// Keeps a result no longer than this.
    pub(super) fn keeping(time: Duration) -> Self {
        Self {
            kept: Some(time),
            ..Self::default()
        }
    }

    /// Begins the work on a thread that may wait, and returns true; false where it goes on already.
    /// Called on a thread of the runtime.
    pub(super) fn begin(
        self: &Arc<Self>,
        clock: Clock,
        work: impl FnOnce(&RunningJob) -> Result<R, JobFailure> + Send + 'static,
    ) -> bool {
        let Some(running) = self.start(clock.now()) else {
            return false;
        };
        let job = Arc::clone(self);
        let worked = {
            let running = Arc::clone(&running);
            tokio::task::spawn_blocking(move || work(&running))
        };
        tokio::spawn(async move {
            let result = worked.await.unwrap_or_else(|error| {
                tracing::error!(%error, "a job was not done");
                Err(JobFailure::because("it ended without a result"))
            });
            let ended = clock.now();
            job.end(EndedJob {
                since: running.since,
                ended,
                result,
            });
            if let Some(kept) = job.kept {
                clock.sleep_until(ended + kept).await;
                job.forget(ended);
            }
        });
        true
    }

    fn start(&self, now: Timestamp) -> Option<Arc<RunningJob>> {
        let mut state = self.state();
        if state.running.is_some() {
            return None;
        }
        let running = Arc::new(RunningJob {
            since: now,
            done: AtomicU64::new(0),
            is_cancelled: AtomicBool::new(false),
        });
        state.running = Some(Arc::clone(&running));
        Some(running)
    }

    fn end(&self, ended: EndedJob<R>) {
        let mut state = self.state();
        state.running = None;
        state.last = Some(Arc::new(ended));
    }

    /// Returns the work that goes on.
    pub(super) fn running(&self) -> Option<Arc<RunningJob>> {
        self.state().running.clone()
    }

    /// Returns the work that ended last.
    pub(super) fn last(&self) -> Option<Arc<EndedJob<R>>> {
        self.state().last.clone()
    }

    /// Forgets the result of the work that ended last, if that is at least as old as this moment.
    pub(super) fn forget(&self, until: Timestamp) {
        let forgotten = {
            let mut state = self.state();
            let is_old = |last: &Arc<EndedJob<R>>| last.ended <= until;
            state.last.take_if(|last| is_old(last))
        };
        // What goes with a result goes without the lock.
        drop(forgotten);
    }

    /// Replaces the result of work that ended by the reason why it counts no longer.
    pub(super) fn withdraw(&self, ended: &Arc<EndedJob<R>>, failure: JobFailure) {
        let withdrawn = {
            let mut state = self.state();
            let is_same = |last: &mut Arc<EndedJob<R>>| Arc::ptr_eq(last, ended);
            let withdrawn = state.last.take_if(is_same);
            if withdrawn.is_some() {
                state.last = Some(Arc::new(EndedJob {
                    since: ended.since,
                    ended: ended.ended,
                    result: Err(failure),
                }));
            }
            withdrawn
        };
        // What goes with a result goes without the lock.
        drop(withdrawn);
    }

    /// Has the work end without a result.
    pub(super) fn cancel(&self) {
        if let Some(running) = self.running() {
            running.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    fn state(&self) -> MutexGuard<'_, JobState<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_is_begun_and_a_result_stays_until_it_is_old() {
        let job: OneJob<u32> = OneJob::default();
        let at = Timestamp::from_seconds;
        let running = job.start(at(1)).unwrap();
        assert!(job.start(at(2)).is_none());
        job.cancel();
        assert!(running.is_cancelled());

        job.end(EndedJob {
            since: running.since,
            ended: at(5),
            result: Ok(7),
        });
        assert!(job.running().is_none());
        job.forget(at(4));
        assert_eq!(job.last().unwrap().result, Ok(7));
        job.forget(at(5));
        assert!(job.last().is_none());
    }

    /// Begins work, and returns what it ended with.
    async fn worked(
        job: &Arc<OneJob<u32>>,
        clock: Clock,
        work: fn(&RunningJob) -> Result<u32, JobFailure>,
    ) -> Arc<EndedJob<u32>> {
        assert!(job.begin(clock, work));
        loop {
            tokio::task::yield_now().await;
            if let (None, Some(last)) = (job.running(), job.last()) {
                return last;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_result_is_gone_after_its_time_and_a_broken_job_ends_too() {
        let clock = Clock::set_to(Timestamp::EPOCH);
        let hour = Duration::from_secs(3600);
        let job = Arc::new(OneJob::keeping(hour));
        let ended = worked(&job, clock, |_| Ok(7)).await;
        assert_eq!(ended.result, Ok(7));
        clock.sleep_until(ended.ended + hour / 2).await;
        assert!(job.last().is_some());
        clock.sleep_until(ended.ended + hour * 2).await;
        assert!(job.last().is_none());

        let ended = worked(&job, clock, |_| panic!("as a defect does")).await;
        assert!(ended.result.is_err());
        assert_eq!(worked(&job, clock, |_| Ok(8)).await.result, Ok(8));
    }

    #[test]
    fn a_full_disk_is_known_by_the_causes_of_an_error() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot write /x")]
        struct Unwritten(#[source] io::Error);

        let failure = JobFailure::of(&Unwritten(ErrorKind::StorageFull.into()));
        assert_eq!(failure.cause, FailureCause::DiskFull);
        assert!(failure.why.starts_with("cannot write /x: "));
        let failure = JobFailure::of(&Unwritten(ErrorKind::NotFound.into()));
        assert_eq!(failure.cause, FailureCause::Other);
    }
}
