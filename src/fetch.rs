//! One request, sent once, with every limit on; redirects are told, not followed.

mod coding;
mod http;
mod ping;
mod public;

use std::future::Future;
use std::net::IpAddr;

use crate::frontier::Visit;
use crate::page_url::Host;
use crate::politeness::{ResponseClass, Turn, refuses, retry_after};
use crate::time::Timestamp;

pub use http::{Caller, Http, user_agent};
pub use ping::Ping;
pub use public::is_public;

/// The network. There are two: [`Http`], and the simulated one of the tests.
pub trait Web: Send + Sync + 'static {
    /// Finds the address of a host's server.
    fn locate(
        &self,
        host: &Host,
        reach: Reach,
    ) -> impl Future<Output = Result<IpAddr, Trouble>> + Send;

    /// Sends one request and reads its whole answer.
    fn fetch(
        &self,
        visit: Visit,
        reach: Reach,
        asking: RequestTerms,
    ) -> impl Future<Output = (Turn, Result<Answer, Trouble>)> + Send;
}

/// Which servers may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Any address: the user's own server.
    Own,
}

/// How a page is asked for, beside its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestTerms {
    /// The validators of the copy that is kept, to be told that nothing changed.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// So many bytes of the body are enough: the rest is not read. Without it, a body over the limit is no answer.
    pub enough: Option<usize>,
    /// Of a body over the limit, what is within it does.
    pub part_will_do: bool,
}

/// A whole answer, its body decoded from the transfer's and the content's coding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// In the order they came; names in lower case.
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

    /// Tells whether the page that was asked for came, whole.
    pub fn is_good(&self) -> bool {
        (200..=299).contains(&self.status) && self.status != 206
    }

    /// Tells whether the page is somewhere else (RFC 9110 §15.4).
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// Tells whether the host would rather not be asked, now or at all.
    pub fn is_refusal(&self) -> bool {
        refuses(self.status) || matches!(self.status, 429 | 503)
    }

    /// Returns the moment that Retry-After names, where the answer is no good one (RFC 9110 §10.2.3).
    pub fn wished_rest(&self, now: Timestamp) -> Option<Timestamp> {
        if self.status < 300 {
            return None;
        }
        retry_after(self.lines("retry-after"), now)
    }
}

/// Returns how a host behaved, as far as status and headers tell, which decides when it is asked again.
pub fn manner(result: Result<&Answer, &Trouble>, now: Timestamp) -> ResponseClass {
    let answer = match result {
        Ok(answer) => answer,
        Err(Trouble::TooLarge { .. } | Trouble::WantsHttp1) => return ResponseClass::Answered,
        Err(_) => return ResponseClass::Failed,
    };
    let until = answer.wished_rest(now);
    match answer.status {
        429 | 503 => ResponseClass::Busy { until },
        _ if until.is_some() => ResponseClass::Busy { until },
        status if refuses(status) => ResponseClass::Refused,
        500..=599 => ResponseClass::Failed,
        _ => ResponseClass::Answered,
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Trouble {
    #[error("the name {host} cannot be resolved: {why}")]
    NoAddress { host: String, why: String },
    #[error(
        "{host} is at a private address ({address}), and only your own server may be: own_site = true in its site file"
    )]
    PrivateAddress { host: String, address: IpAddr },
    #[error(
        "{host} is at port {port}, where no newspaper is: a site's own port may be in its file, others in limits.ports"
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
    /// The next request to the host goes over HTTP/1.1.
    #[error("the server wants to be asked over HTTP/1.1")]
    WantsHttp1,
}

impl Trouble {
    /// Whether the host itself is out of reach, as opposed to one page of it.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::NoAddress { .. }
            | Self::PrivateAddress { .. }
            | Self::OddPort { .. }
            | Self::Connect { .. } => true,
            Self::Timeout | Self::TooLarge { .. } | Self::Broken { .. } | Self::WantsHttp1 => false,
        }
    }
}
