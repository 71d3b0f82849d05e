//! One request: sent once, within all limits. Redirects are reported, not followed.

mod coding;
mod http;
mod own_service;
mod ping;
mod public;
mod time_stamp_query;

use std::future::Future;
use std::net::IpAddr;

use crate::frontier::Visit;
use crate::identity::RequestSigner;
use crate::page_url::Host;
use crate::politeness::{ResponseClass, Turn, refuses, retry_after};
use crate::time::Timestamp;

pub use http::{Caller, Http, user_agent};
pub use ping::Ping;
pub use public::is_public;
pub use time_stamp_query::TimeStampQuery;

/// The network. It has two implementations: [`Http`], and the simulated network of the tests.
pub trait Web: Send + Sync + 'static {
    /// Resolves a host to the address of its server.
    ///
    /// # Errors
    ///
    /// If the name has no address, or none that may be asked.
    fn locate(
        &self,
        host: &Host,
        reach: Reach,
    ) -> impl Future<Output = Result<IpAddr, Trouble>> + Send;

    /// Returns who signs the requests; `None` where they are not signed.
    fn signer(&self) -> Option<&RequestSigner> {
        None
    }

    /// Sends one request and reads its whole answer. It spends the visit, and returns its turn.
    fn fetch(
        &self,
        visit: Visit,
        reach: Reach,
        terms: RequestTerms,
    ) -> impl Future<Output = (Turn, Result<Answer, Trouble>)> + Send;
}

/// The servers that requests may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Any address: the user's own server.
    Own,
}

/// The terms of a request, besides its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestTerms {
    /// The ETag of the kept copy, so that an unchanged page is answered with 304.
    pub etag: Option<String>,
    /// The Last-Modified of the kept copy, for the same purpose.
    pub last_modified: Option<String>,
    /// The part of the body that is enough, in bytes. The rest is not read. Without it, a body over
    /// the caller's limit is an error.
    pub read_at_most: Option<usize>,
    /// Of a body over the limit, keep the part within it instead of failing.
    pub accept_part: bool,
}

/// A whole answer. Transfer coding and content codings of the body are undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// In the order in which they came; names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the first header of that name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the values of every header line of that name, which is in lower case.
    pub fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Tells whether the requested page came whole.
    pub fn is_good(&self) -> bool {
        (200..=299).contains(&self.status) && self.status != 206
    }

    /// Tells whether the page is somewhere else (RFC 9110 §15.4).
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// Tells whether the host refuses requests, for now or altogether.
    pub fn is_refusal(&self) -> bool {
        refuses(self.status) || matches!(self.status, 429 | 503)
    }

    /// Returns the moment that Retry-After names; `None` if the answer is a good one (RFC 9110
    /// §10.2.3).
    pub fn retry_after(&self, now: Timestamp) -> Option<Timestamp> {
        if self.status < 300 {
            return None;
        }
        retry_after(self.lines("retry-after"), now)
    }
}

/// Returns the class of a response by its status and headers. It decides the host's next gap.
pub fn classify_response(result: Result<&Answer, &Trouble>, now: Timestamp) -> ResponseClass {
    let answer = match result {
        Ok(answer) => answer,
        Err(Trouble::TooLarge { .. } | Trouble::WantsHttp1) => return ResponseClass::Answered,
        Err(
            Trouble::NoAddress { .. }
            | Trouble::PrivateAddress { .. }
            | Trouble::OddPort { .. }
            | Trouble::Connect { .. }
            | Trouble::Timeout
            | Trouble::Broken { .. },
        ) => return ResponseClass::Failed,
    };

    let until = answer.retry_after(now);
    match answer.status {
        429 | 503 => ResponseClass::Busy { until },
        _ if until.is_some() => ResponseClass::Busy { until },
        status if refuses(status) => ResponseClass::Refused,
        500..=599 => ResponseClass::Failed,
        _ => ResponseClass::Answered,
    }
}

/// The reason why a request has no whole answer.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Trouble {
    #[error("the name {host} cannot be resolved: {why}")]
    NoAddress { host: String, why: String },
    #[error(
        "{host} is at a private address ({address}), and only your own server may be: \
         own_site = true in its site file"
    )]
    PrivateAddress { host: String, address: IpAddr },
    #[error(
        "{host} is at port {port}, where no newspaper is: a site's own port may be in its file, \
         others in limits.ports"
    )]
    OddPort { host: String, port: u16 },
    #[error("{host} cannot be reached: {why}")]
    Connect { host: String, why: String },
    #[error("no whole answer within the time limit")]
    Timeout,
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the answer broke off or is malformed: {why}")]
    Broken { why: String },
    /// The next request to the host uses HTTP/1.1.
    #[error("the server wants to be asked over HTTP/1.1")]
    WantsHttp1,
}

impl Trouble {
    /// Tells whether the host itself is down, as opposed to one page of it.
    pub fn is_host_down(&self) -> bool {
        match self {
            Self::NoAddress { .. }
            | Self::PrivateAddress { .. }
            | Self::OddPort { .. }
            | Self::Connect { .. } => true,
            Self::Timeout | Self::TooLarge { .. } | Self::Broken { .. } | Self::WantsHttp1 => false,
        }
    }
}
