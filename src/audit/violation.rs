//! What was broken: the rows, the host, and in words what was owed and what happened.

use serde::Serialize;

/// Which promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ViolationKind {
    /// More requests under way at a host than it takes at once.
    Overlap,
    /// A request sooner than the host's gap.
    Gap,
    /// A request before the moment that a Retry-After named.
    RetryAfter,
    /// A request that no robots.txt allowed.
    Robots,
    /// Requests closer together than the ceilings by server address and in all.
    Ceiling,
    /// The ledger itself: rows missing, changed, or out of order.
    Chain,
}

impl ViolationKind {
    /// Returns its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::RetryAfter => "retry-after",
            Self::Robots => "robots",
            Self::Ceiling => "ceiling",
            Self::Chain => "chain",
        }
    }
}

/// One promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The promise that was broken.
    pub kind: ViolationKind,
    /// Of the ledger; the last is the one at fault.
    pub rows: Vec<i64>,
    /// The host of the request; `None` where the ledger as a whole is wrong.
    pub host: Option<String>,
    /// What was promised.
    pub owed: String,
    /// What happened instead.
    pub happened: String,
}

impl Violation {
    /// One of the ledger itself, at no host.
    pub(super) fn of_chain(rows: &[i64], owed: &str, happened: String) -> Self {
        Self {
            kind: ViolationKind::Chain,
            rows: rows.to_vec(),
            host: None,
            owed: owed.to_owned(),
            happened,
        }
    }

    pub(super) fn at_host(
        kind: ViolationKind,
        host: &str,
        rows: &[i64],
        owed: String,
        happened: String,
    ) -> Self {
        Self {
            kind,
            rows: rows.to_vec(),
            host: Some(host.to_owned()),
            owed,
            happened,
        }
    }
}

/// Returns milliseconds as a person reads them, `0.2 s`.
pub(super) fn seconds(millis: i64) -> String {
    format!("{} s", millis as f64 / 1000.0)
}
