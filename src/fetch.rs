//! One request, sent once, with every limit on; redirects are told, not followed.

mod http;
mod public;

use std::future::Future;
use std::net::IpAddr;

use crate::frontier::Visit;
use crate::page_url::Host;
use crate::politeness::Turn;

pub use http::{Caller, Http};
pub use public::is_public;

/// The network. There are two: [`Http`], and the simulated one of the tests.
pub trait Web: Send + Sync + 'static {
    /// Finds the address of a host's server.
    fn locate(&self, host: &Host, reach: Reach) -> impl Future<Output = Result<IpAddr, Trouble>> + Send;

    /// Sends one request and reads its whole answer.
    fn fetch(
        &self,
        visit: Visit,
        reach: Reach,
        asking: Asking,
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
pub struct Asking {
    /// The validators of the copy that is kept, to be told that nothing changed.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// So many bytes of the body are enough: the rest is not read. Without it, a body over the limit is no answer.
    pub enough: Option<usize>,
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
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
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
}

impl Trouble {
    /// Whether the host itself is out of reach, as opposed to one page of it.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::NoAddress { .. } | Self::PrivateAddress { .. } | Self::OddPort { .. } | Self::Connect { .. } => true,
            Self::Timeout | Self::TooLarge { .. } | Self::Broken { .. } => false,
        }
    }
}
