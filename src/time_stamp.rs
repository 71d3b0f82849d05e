//! Time stamps of the ledger (RFC 3161): an authority signs that a hash was there at a time.
//!
//! The hash is that of the ledger's last row, which covers every row before it. So whoever has the
//! row's hash checks the stamp with any tool, such as `openssl ts -verify -digest HASH`.

mod algorithm;
mod asn1;
mod error;
mod folder;
mod reply;
mod request;
mod signature;

pub use error::TimeStampError;
pub use folder::StampFolder;
pub use reply::TimeStamp;
pub use request::StampRequest;

/// The largest request or response that is read, in bytes. A response with a chain of four
/// certificates has some 8 KiB.
pub const MOST_BYTES: usize = 64 << 10;
