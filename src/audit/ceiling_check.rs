//! The ceilings: the time from one request to the next at one server address, and in all.

use std::collections::HashMap;

use crate::audit::promises::Promises;
use crate::audit::violation::{Violation, ViolationKind, seconds};
use crate::time::Timestamp;

/// A request, as far as the next one depends on it.
#[derive(Clone, Copy, Debug)]
struct EarlierRequest {
    row: i64,
    at: Timestamp,
}

/// The fields of an announced request that the ceilings depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct CappedRequest<'a> {
    pub row: i64,
    pub at: Timestamp,
    pub host: &'a str,
    /// The server's address. `None` where it is unknown, or where it is the user's own, which has
    /// no ceiling.
    pub server: Option<&'a str>,
}

/// The last request to each server address, and of all.
#[derive(Debug, Default)]
pub(super) struct CeilingCheck {
    total: Option<EarlierRequest>,
    servers: HashMap<String, EarlierRequest>,
}

impl CeilingCheck {
    /// Checks an announced request against the ceiling of all requests and that of its server.
    pub(super) fn announced(
        &mut self,
        request: CappedRequest<'_>,
        promises: &Promises,
        violations: &mut Vec<Violation>,
    ) {
        let CappedRequest {
            row,
            at,
            host,
            server,
        } = request;
        let asked = EarlierRequest { row, at };

        if let Some(before) = self.total.replace(asked) {
            violations.extend(too_close(before, asked, promises.total, host, "in all"));
        }

        let Some(server) = server else {
            return;
        };

        match self.servers.get_mut(server) {
            Some(last) => {
                let before = std::mem::replace(last, asked);
                violations.extend(too_close(before, asked, promises.server, host, server));
            }
            None => drop(self.servers.insert(server.to_owned(), asked)),
        }
    }

    /// Moves what is later than a moment to it: the clock was set back.
    pub(super) fn set_back(&mut self, to: Timestamp) {
        for asked in self.servers.values_mut().chain(&mut self.total) {
            asked.at = asked.at.min(to);
        }
    }
}

/// Returns a violation if a request came too soon after the one before it. Before the first terms
/// nothing is owed, so nothing is broken.
fn too_close(
    before: EarlierRequest,
    asked: EarlierRequest,
    owed: i64,
    host: &str,
    whom: &str,
) -> Option<Violation> {
    let came = asked.at.millis() - before.at.millis();

    (owed > 0 && came < owed).then(|| {
        let owed = format!("{} from one request to the next ({whom})", seconds(owed));
        let happened = format!(
            "row {} was announced {} after row {}",
            asked.row,
            seconds(came),
            before.row
        );
        Violation::at_host(
            ViolationKind::Ceiling,
            host,
            &[before.row, asked.row],
            owed,
            happened,
        )
    })
}
