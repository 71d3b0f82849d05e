//! Why a response is no time stamp of the ledger's row.

/// What is wrong with a response or a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampError {
    /// The bytes are not what they should be.
    #[error("it is no {what} by RFC 3161 ({why})")]
    Unreadable {
        /// What they should be.
        what: &'static str,
        /// The decoder's words.
        why: String,
    },
    /// The authority says no.
    #[error("the authority did not grant it: {0}")]
    NotGranted(String),
    /// Another hash is stamped.
    #[error("it stamps {found}, and the request was for {wanted}")]
    OtherHash {
        /// The stamped hash.
        found: String,
        /// The hash of the request.
        wanted: String,
    },
    /// Another request was answered.
    #[error("its nonce is not that of the request: it answers another request")]
    OtherNonce,
    /// The signature proves nothing.
    #[error("its signature does not hold: {0}")]
    Signature(&'static str),
    /// The system has no random numbers.
    #[error("no random number could be drawn for the request")]
    NoRandomness,
}

impl TimeStampError {
    /// Returns the error of a decoder that read `what`.
    pub(super) fn unreadable(what: &'static str) -> impl Fn(der::Error) -> Self {
        move |why| Self::Unreadable {
            what,
            why: why.to_string(),
        }
    }
}
