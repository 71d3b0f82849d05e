//! Crawls of papers at their times: the timetable, the starts that are due, and the loop that waits
//! for them. It prints nothing: a [`ScheduleListener`] hears what happens.

mod bell;
mod error;
mod event;
mod free_papers;
mod known_crawls;
mod lease_watch;
mod mode;
mod monitors;
mod options;
mod papers_under_way;
mod retry;
mod scheduler;
mod starts;
mod timetable;
mod worker;

pub use bell::Bell;
pub use error::{ListenerError, ScheduleError};
pub use event::{ScheduleEvent, ScheduleListener};
pub use lease_watch::AwaitedLease;
pub use mode::ScheduleMode;
pub use options::ScheduleOptions;
pub use scheduler::{ScheduleEnd, Scheduler};
pub use starts::scheduled_sites;
pub use timetable::{DueStart, Timetable, missed, next_start};
pub use worker::{WorkerEnd, WorkerEvent, WorkerOptions, work};
