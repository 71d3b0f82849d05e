//! The key that signs: Ed25519 (RFC 8032), named by its thumbprint.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A private key of Ed25519. Its debug form has the public id alone.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<Ed25519KeyPair>,
    id: String,
}

/// A public key as JSON (RFC 8037 §2).
#[derive(Debug, Serialize)]
pub(super) struct PublicJwk {
    kty: &'static str,
    crv: &'static str,
    kid: String,
    x: String,
    #[serde(rename = "use")]
    used_for: &'static str,
}

impl SigningKey {
    /// Makes a new key; `None` where the system has no random numbers.
    pub(super) fn generate() -> Option<Self> {
        Ed25519KeyPair::generate().ok().map(Self::of)
    }

    /// Reads a key in PKCS#8 (RFC 8410); `None` where it is none of Ed25519.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        Ed25519KeyPair::from_pkcs8(der).ok().map(Self::of)
    }

    fn of(pair: Ed25519KeyPair) -> Self {
        let id = thumbprint(&public_letters(&pair));
        Self {
            pair: Arc::new(pair),
            id,
        }
    }

    /// Returns the key in PKCS#8, version 1, which OpenSSL writes as well.
    pub(super) fn to_pkcs8(&self) -> Option<Vec<u8>> {
        self.pair.to_pkcs8v1().ok().map(|der| der.as_ref().to_vec())
    }

    /// Returns the id of the key: its thumbprint (RFC 7638, RFC 8037 §A.3), which tells nothing of
    /// the private part.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn jwk(&self) -> PublicJwk {
        PublicJwk {
            kty: "OKP",
            crv: "Ed25519",
            kid: self.id.clone(),
            x: public_letters(&self.pair),
            used_for: "sig",
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish()
    }
}

fn public_letters(pair: &Ed25519KeyPair) -> String {
    URL_SAFE_NO_PAD.encode(pair.public_key())
}

/// Returns the thumbprint of the public key: the SHA-256 of its required members in their order.
fn thumbprint(x: &str) -> String {
    let members = format!("{{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"{x}\"}}");
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::identity::pem::read_pem;

    /// The key of RFC 9421 appendix B.1.4, test-key-ed25519. It is public, so it signs no request.
    pub(crate) fn rfc_9421_key() -> SigningKey {
        let text = "-----BEGIN PRIVATE KEY-----\n\
            MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n\
            -----END PRIVATE KEY-----\n";
        SigningKey::from_pkcs8(&read_pem(text).unwrap()).unwrap()
    }

    #[test]
    fn a_key_is_named_by_its_thumbprint() {
        let key = rfc_9421_key();
        assert_eq!(key.id(), "poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U");
        assert_eq!(key.jwk().x, "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
    }

    #[test]
    fn new_keys_differ_and_are_read_as_they_were_written() {
        let (one, other) = (
            SigningKey::generate().unwrap(),
            SigningKey::generate().unwrap(),
        );
        let again = SigningKey::from_pkcs8(&one.to_pkcs8().unwrap()).unwrap();

        assert_ne!(one.id(), other.id());
        assert_eq!(again.id(), one.id());
        assert_eq!(again.sign(b"x"), one.sign(b"x"));
    }

    #[test]
    fn the_debug_form_tells_the_id_alone() {
        let key = rfc_9421_key();
        let told = format!("{key:?}");
        assert_eq!(told, format!("SigningKey {{ id: {:?} }}", key.id()));
    }
}
