//! The robots.txt copies that requests name: each is compared with the response that brought it,
//! then parsed and cached.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use crate::archive::{
    ArchiveError, RobotsArrival, RobotsArrivals, RobotsCopy, RobotsId, RobotsOutcome,
};
use crate::audit::violation::{Violation, ViolationKind};
use crate::page_url::PageUrl;
use crate::robots::{FRESH, Robots, Ruling};
use crate::time::Timestamp;

/// Parsed copies are kept up to so many bytes of their bodies: every origin has a new one each day.
const KEPT: usize = 4 << 20;

/// A copy, ready to decide.
#[derive(Debug)]
pub(super) struct KnownCopy {
    pub origin: String,
    pub fetched_at: Timestamp,
    pub expires_at: Timestamp,
    pub robots: Robots,
    /// Index into [`Copies::versions`].
    pub version: usize,
}

/// One wording of an origin's robots.txt, however often it was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RobotsVersion {
    pub origin: String,
    /// The SHA-256 of the file, or why there was none.
    pub wording: String,
    pub first_fetched: Timestamp,
    pub last_fetched: Timestamp,
    /// How many requests it allowed.
    pub requests: u64,
}

/// All copies that requests have named so far.
#[derive(Debug, Default)]
pub(super) struct Copies {
    known: HashMap<RobotsId, KnownCopy>,
    bytes: usize,
    agent: String,
    /// Copies whose fault was reported.
    told: HashSet<RobotsId>,
    pub versions: Vec<RobotsVersion>,
    by_wording: HashMap<(String, String), usize>,
    /// The last moment of the rows of schema 1, whose copies name no request.
    pub old_until: Option<Timestamp>,
    /// Whether an answer to a request for a robots.txt was ever a redirect.
    pub redirected: bool,
}

impl Copies {
    /// Parses copies for this agent from now on.
    pub(super) fn read_for(&mut self, agent: &str) {
        if self.agent != agent {
            agent.clone_into(&mut self.agent);
            self.known.clear();
            self.bytes = 0;
        }
    }

    /// Returns the copy that row `row` names, looked up where it is not known; `None` where there
    /// is none.
    pub(super) fn get(
        &mut self,
        id: RobotsId,
        row: i64,
        look_up: impl FnOnce(RobotsId) -> Result<Option<RobotsArrivals>, ArchiveError>,
        violations: &mut Vec<Violation>,
    ) -> Result<Option<&KnownCopy>, ArchiveError> {
        if !self.known.contains_key(&id) {
            let Some(brought) = look_up(id)? else {
                return Ok(None);
            };

            if let Some(fault) = self.fault(&brought, row).filter(|_| self.told.insert(id)) {
                violations.push(of_copy(id, row, &brought, fault));
            }
            self.keep(id, brought.copy);
        }

        Ok(self.known.get(&id))
    }

    fn keep(&mut self, id: RobotsId, copy: RobotsCopy) {
        let (robots, wording, bytes) = match &copy.ruled {
            RobotsOutcome::Rules { body } => (
                Robots::parse(body, &self.agent),
                hex::encode(Sha256::digest(body)),
                body.len(),
            ),
            RobotsOutcome::AllowAll => (Robots::allow_all(), "there was none".to_owned(), 0),
            RobotsOutcome::ForbidAll => (Robots::forbid_all(), "out of reach".to_owned(), 0),
        };

        if self.bytes + bytes > KEPT {
            self.known.clear();
            self.bytes = 0;
        }
        self.bytes += bytes;

        let version = self.version(&copy, wording);

        let RobotsCopy {
            origin,
            fetched_at,
            expires_at,
            ..
        } = copy;
        self.known.insert(
            id,
            KnownCopy {
                origin,
                fetched_at,
                expires_at,
                robots,
                version,
            },
        );
    }

    fn version(&mut self, copy: &RobotsCopy, wording: String) -> usize {
        let key = (copy.origin.clone(), wording);
        if let Some(known) = self.by_wording.get(&key) {
            let version = &mut self.versions[*known];
            version.first_fetched = version.first_fetched.min(copy.fetched_at);
            version.last_fetched = version.last_fetched.max(copy.fetched_at);
            return *known;
        }

        let (origin, wording) = key.clone();
        let (first_fetched, last_fetched) = (copy.fetched_at, copy.fetched_at);
        self.versions.push(RobotsVersion {
            origin,
            wording,
            first_fetched,
            last_fetched,
            requests: 0,
        });

        self.by_wording.insert(key, self.versions.len() - 1);
        self.versions.len() - 1
    }

    /// Returns the fault of a copy, regardless of its use.
    fn fault(
        &self,
        RobotsArrivals {
            copy,
            announced,
            answer,
        }: &RobotsArrivals,
        row: i64,
    ) -> Option<String> {
        if copy.expires_at > copy.fetched_at + FRESH {
            return Some("it is said to hold for more than a day".to_owned());
        }

        match (announced, answer) {
            (None, _) => {
                let is_old = self.old_until.is_some_and(|until| copy.fetched_at <= until);
                (!is_old).then(|| "it names no request that brought it".to_owned())
            }
            (Some(id), None) => Some(format!(
                "row {}, which it names, is no answered request for it",
                id.0
            )),
            (Some(_), Some(answer)) if answer.row >= row => {
                Some("it was brought only later".to_owned())
            }
            (Some(_), Some(answer)) if self.is_of_another(copy, answer) => Some(format!(
                "it was brought by {}, and nothing was redirected",
                answer.host
            )),
            (Some(_), Some(answer)) => differs(copy, answer),
        }
    }

    fn is_of_another(&self, copy: &RobotsCopy, answer: &RobotsArrival) -> bool {
        let is_own =
            PageUrl::parse(&copy.origin).is_ok_and(|origin| origin.host().as_str() == answer.host);
        !is_own && !self.redirected
    }
}

/// Returns how a copy differs from the response that brought it.
fn differs(copy: &RobotsCopy, answer: &RobotsArrival) -> Option<String> {
    if copy.fetched_at != answer.at {
        return Some(format!(
            "it says that it came at {}, its answer ended at {}",
            copy.fetched_at, answer.at
        ));
    }

    if copy.status != answer.status {
        return Some(format!(
            "it says status {:?}, its answer had {:?}",
            copy.status, answer.status
        ));
    }

    let ruling = answer.status.map_or(Ruling::ForbidAll, Ruling::of_status);

    match (ruling, &copy.ruled) {
        (Ruling::Parse, RobotsOutcome::Rules { body }) => {
            let digest: [u8; 32] = Sha256::digest(body).into();
            (answer.digest != Some(digest))
                .then(|| "its body is not the one that came: the digest differs".to_owned())
        }
        // A redirect may end in an error, which forbids all; after five redirects the file counts
        // as absent, which allows all.
        (Ruling::AllowAll | Ruling::Follow, RobotsOutcome::AllowAll) => None,
        (Ruling::ForbidAll | Ruling::Follow, RobotsOutcome::ForbidAll) => None,
        (_, RobotsOutcome::Rules { .. }) => {
            Some("it has rules, which such an answer has not".to_owned())
        }
        (_, RobotsOutcome::AllowAll) => {
            Some("it allows everything, which such an answer does not".to_owned())
        }
        (_, RobotsOutcome::ForbidAll) => {
            Some("it forbids everything, which such an answer does not".to_owned())
        }
    }
}

fn of_copy(id: RobotsId, row: i64, brought: &RobotsArrivals, fault: String) -> Violation {
    let rows: Vec<i64> = brought
        .answer
        .iter()
        .map(|answer| answer.row)
        .chain([row])
        .collect();

    let host = PageUrl::parse(&brought.copy.origin)
        .map_or(brought.copy.origin.clone(), |url| url.host().to_string());
    let owed = "the robots.txt that was obeyed is the one that came".to_owned();

    Violation::at_host(
        ViolationKind::Robots,
        &host,
        &rows,
        owed,
        format!("copy {} is not: {fault}", id.0),
    )
}
