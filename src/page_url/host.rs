//! The host of an address: the server to which a gap applies.

use std::fmt;

/// A host: its lower-case name, and its port unless that is the scheme's default.
///
/// `http://a.kr/` and `https://a.kr/` are one host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(pub(super) String);

impl Host {
    /// Reads a host that the archive stored from [`Host::as_str`].
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the host as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
