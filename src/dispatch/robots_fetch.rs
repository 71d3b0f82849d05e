//! One request for a robots.txt, and the step that follows from its answer (RFC 9309 §2.3.1).

use std::time::Duration;

use crate::archive::{RobotsCopy, RobotsOutcome};
use crate::fetch::Answer;
use crate::page_url::{Host, PageUrl};
use crate::robots::{ASK_AGAIN, FRESH, REDIRECTS, Ruling};
use crate::time::Timestamp;

/// A request for an origin's robots.txt, at its own address or at one that it was redirected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RobotsFetch {
    pub origin: String,
    pub url: PageUrl,
    /// Redirects that were followed to `url`.
    pub hops: u32,
    /// The host whose pages wait for the file.
    pub host: Host,
    /// The site whose pages wait for the file.
    pub site: String,
}

/// The step that follows from the answer to a request for a robots.txt.
#[derive(Debug)]
pub(crate) enum RobotsStep {
    /// The answer decides: this copy counts from now on.
    Copy(Box<RobotsCopy>),
    /// The answer redirects to another address.
    Hop(RobotsFetch),
}

impl RobotsFetch {
    /// Decides by an answer's status.
    pub(crate) fn follow(&self, answer: Answer, now: Timestamp) -> RobotsStep {
        let status = answer.status;
        let (outcome, why) = match Ruling::of_status(status) {
            Ruling::Parse => (
                RobotsOutcome::Rules { body: answer.body },
                format!("fetched from {}", self.url),
            ),
            Ruling::AllowAll => (
                RobotsOutcome::AllowAll,
                format!("status {status}: there is none"),
            ),
            Ruling::ForbidAll => (
                RobotsOutcome::ForbidAll,
                format!("status {status}: it cannot be had"),
            ),
            Ruling::Follow => match self.next_hop(&answer) {
                Some(hop) => return RobotsStep::Hop(hop),
                None => self.not_followed(status),
            },
        };
        RobotsStep::Copy(Box::new(self.copy(Some(status), outcome, why, now)))
    }

    /// Returns the copy of a file that could not be had at all. It forbids everything (RFC 9309
    /// §2.3.1.4).
    pub(crate) fn unreachable(&self, why: &str, now: Timestamp) -> RobotsCopy {
        let why = format!("it cannot be had: {why}");
        self.copy(None, RobotsOutcome::ForbidAll, why, now)
    }

    /// Returns the address that an answer redirects to. `None` where it names none, or only itself,
    /// or where enough redirects were followed.
    fn next_hop(&self, answer: &Answer) -> Option<Self> {
        let url = self.url.join(answer.header("location")?).ok()?;
        (self.hops < REDIRECTS && url != self.url).then(|| Self {
            url,
            hops: self.hops + 1,
            ..self.clone()
        })
    }

    /// Decides on a redirect that is not followed. After five redirects, a file may count as
    /// unavailable (RFC 9309 §2.3.1.2). A redirect that leads nowhere does not.
    fn not_followed(&self, status: u16) -> (RobotsOutcome, String) {
        if self.hops >= REDIRECTS {
            let why = format!("status {status} after {REDIRECTS} redirects: there is none");
            return (RobotsOutcome::AllowAll, why);
        }
        let why = format!("status {status} and no way to follow: it cannot be had");
        (RobotsOutcome::ForbidAll, why)
    }

    fn copy(
        &self,
        status: Option<u16>,
        outcome: RobotsOutcome,
        why: String,
        now: Timestamp,
    ) -> RobotsCopy {
        RobotsCopy {
            id: None,
            origin: self.origin.clone(),
            fetched_at: now,
            expires_at: now + lifetime(&outcome),
            status,
            ruled: outcome,
            why,
        }
    }
}

/// Returns how long a copy counts. A file that could not be had is soon asked for again.
fn lifetime(outcome: &RobotsOutcome) -> Duration {
    match outcome {
        RobotsOutcome::Rules { .. } | RobotsOutcome::AllowAll => FRESH,
        RobotsOutcome::ForbidAll => ASK_AGAIN,
    }
}
