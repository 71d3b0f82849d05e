//! Signed requests, by which a paper knows that it is this crawler that asks: Web Bot Auth, which
//! is HTTP Message Signatures (RFC 9421) with a key that the crawler's own site shows.
//!
//! The forms are those of draft-ietf-webbotauth-httpsig-protocol-00. A signature proves who asks,
//! and gives no right: no rule of politeness asks whether a request is signed.
//!
//! The crate web-bot-auth 0.7 is not used. It reads the clock by itself, cannot sign a member of
//! the dictionary `Signature-Agent` at a given moment, and would bring a second library of
//! signatures (ed25519-dalek), a second sfv and a second sha2. aws-lc-rs and sfv are in the tree,
//! and the signature base is some lines.

mod directory;
mod key;
mod key_file;
mod pem;
mod request_signer;
mod signature_base;

pub use directory::{DirectoryAnswer, KeyDirectory};
pub use key::SigningKey;
pub use key_file::{KeyError, MadeKey};
pub use request_signer::{NoRandomNumber, RequestSigner, SignatureHeaders};

/// The path at which a site shows the keys of its crawler.
pub const DIRECTORY_PATH: &str = "/.well-known/http-message-signatures-directory";
