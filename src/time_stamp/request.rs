//! The request for a time stamp of one hash.

use aws_lc_rs::rand;
use der::asn1::{Int, OctetString};
use der::{Any, Decode, Encode};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::time_stamp::TimeStampError;
use crate::time_stamp::asn1::{MessageImprint, SHA_256, TimeStampReq};

/// The octets of a nonce: nobody guesses 16 random ones, and every authority takes them.
const NONCE: usize = 16;

/// The form of a request.
const VERSION: u8 = 1;

/// A request for a time stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampRequest {
    message: TimeStampReq,
}

impl StampRequest {
    /// Makes a request for the stamp of a SHA-256 hash, with a new nonce. It asks for the
    /// certificate of the signer, so that the response proves its time without other files.
    ///
    /// # Errors
    ///
    /// Fails where the system has no random numbers.
    pub fn of(hash: [u8; 32]) -> Result<Self, TimeStampError> {
        let mut nonce = [0; NONCE];
        rand::fill(&mut nonce).map_err(|_| TimeStampError::NoRandomness)?;
        // A positive number with the same length each time.
        nonce[0] = 0x40 | (nonce[0] & 0x3f);

        let message = (|| {
            Ok(TimeStampReq {
                version: VERSION,
                message_imprint: imprint(hash)?,
                req_policy: None,
                nonce: Some(Int::new(&nonce)?),
                cert_req: true,
                extensions: None,
            })
        })();
        let message = message.map_err(TimeStampError::unreadable("request"))?;
        Ok(Self { message })
    }

    /// Reads a request that was written before.
    ///
    /// # Errors
    ///
    /// Fails where the bytes are no such request.
    pub fn read(bytes: &[u8]) -> Result<Self, TimeStampError> {
        let message = TimeStampReq::from_der(bytes);
        let message = message.map_err(TimeStampError::unreadable("request"))?;
        Ok(Self { message })
    }

    /// Returns the request as it is sent.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be encoded.
    pub fn bytes(&self) -> Result<Vec<u8>, TimeStampError> {
        self.message
            .to_der()
            .map_err(TimeStampError::unreadable("request"))
    }

    /// Tells whether it asks for the stamp of this hash.
    pub fn is_of(&self, hash: [u8; 32]) -> bool {
        hash_of(&self.message.message_imprint) == Some(hash)
    }

    /// Returns the hash to be stamped; `None` if it is no SHA-256.
    pub(super) fn hash(&self) -> Option<[u8; 32]> {
        hash_of(&self.message.message_imprint)
    }

    pub(super) fn nonce(&self) -> Option<&Int> {
        self.message.nonce.as_ref()
    }
}

/// Returns the imprint of a SHA-256 hash. The parameters are a NULL, as `openssl ts` writes them.
fn imprint(hash: [u8; 32]) -> der::Result<MessageImprint> {
    Ok(MessageImprint {
        hash_algorithm: AlgorithmIdentifierOwned {
            oid: SHA_256,
            parameters: Some(Any::null()),
        },
        hashed_message: OctetString::new(hash)?,
    })
}

/// Returns the hash of an imprint; `None` if it is no SHA-256.
pub(super) fn hash_of(imprint: &MessageImprint) -> Option<[u8; 32]> {
    let hash = imprint.hashed_message.as_bytes().try_into().ok();
    hash.filter(|_| imprint.hash_algorithm.oid == SHA_256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_it_was_written_and_has_a_nonce_of_its_own() {
        let request = StampRequest::of([7; 32]).unwrap();
        let again = StampRequest::read(&request.bytes().unwrap()).unwrap();

        assert_eq!(again, request);
        assert!(again.is_of([7; 32]) && !again.is_of([8; 32]));
        assert_ne!(StampRequest::of([7; 32]).unwrap(), request);
        assert_eq!(request.nonce().unwrap().as_bytes().len(), NONCE);
    }

    #[test]
    fn bytes_of_something_else_are_no_request() {
        let request = StampRequest::of([7; 32]).unwrap().bytes().unwrap();
        for bytes in [
            &b""[..],
            b"<html>",
            &request[1..],
            &[&request[..], b"x"].concat(),
        ] {
            assert!(StampRequest::read(bytes).is_err());
        }
    }
}
