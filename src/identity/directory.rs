//! The directory of keys: what the site of a crawler shows, so that papers can check signatures.

use std::time::Duration;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::identity::key::{PublicJwk, SigningKey};
use crate::identity::signature_base::{
    Component, ComponentPart, Parameter, bytes_member, signature_base, signature_params,
};
use crate::time::Timestamp;

/// The media type of a directory.
const MEDIA_TYPE: &str = "application/http-message-signatures-directory+json";

/// How long others may keep a directory: a day. A key that is taken out counts until then.
const CACHING: &str = "max-age=86400";

/// The public keys of a crawler, as a JSON Web Key Set (RFC 7517 §5).
#[derive(Debug, Serialize)]
pub struct KeyDirectory {
    keys: Vec<PublicJwk>,
}

/// The answer to a request for a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryAnswer {
    /// To be sent to the letter: the headers have its digest.
    pub body: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
}

impl KeyDirectory {
    /// Makes a directory of keys.
    pub fn of(keys: &[SigningKey]) -> Self {
        Self {
            keys: keys.iter().map(SigningKey::jwk).collect(),
        }
    }

    /// Returns the directory in JSON, a line.
    pub fn body(&self) -> String {
        let json = serde_json::to_string(self).expect("texts have a JSON form");
        format!("{json}\n")
    }
}

impl DirectoryAnswer {
    /// Signs the directory of these keys for the host that shows it, with each of the keys: that
    /// nobody shows the keys of others as their own.
    pub fn signed(keys: &[SigningKey], authority: &str, now: Timestamp, valid: Duration) -> Self {
        let created = now.millis().div_euclid(1000);
        let valid = i64::try_from(valid.as_secs()).unwrap_or(i64::MAX);
        let expires = created
            .saturating_add(valid)
            .min(Timestamp::MAX.millis() / 1000);
        Self::of(
            KeyDirectory::of(keys).body(),
            keys,
            authority,
            [created, expires],
        )
    }

    fn of(body: String, keys: &[SigningKey], authority: &str, times: [i64; 2]) -> Self {
        let digest = bytes_member("sha-256", &Sha256::digest(&body));
        let covered = [
            Component {
                name: "@authority",
                part: ComponentPart::OfRequest,
                value: authority,
            },
            Component {
                name: "content-digest",
                part: ComponentPart::Whole,
                value: &digest,
            },
        ];

        let (mut inputs, mut signatures) = (Vec::new(), Vec::new());
        for (k, key) in keys.iter().enumerate() {
            let label = format!("binding{}", k + 1);
            let params = signature_params(
                &covered,
                &[
                    Parameter::number("created", times[0]),
                    Parameter::number("expires", times[1]),
                    Parameter::text("keyid", key.id()),
                    Parameter::text("tag", "http-message-signatures-directory"),
                ],
            );
            let base = signature_base(&covered, &params);
            inputs.push(format!("{label}={params}"));
            signatures.push(bytes_member(&label, &key.sign(base.as_bytes())));
        }

        let headers = vec![
            ("Content-Type", MEDIA_TYPE.to_owned()),
            ("Cache-Control", CACHING.to_owned()),
            ("Content-Digest", digest.clone()),
            ("Signature-Input", inputs.join(", ")),
            ("Signature", signatures.join(", ")),
        ];
        Self { body, headers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::key::tests::rfc_9421_key;

    fn header<'a>(answer: &'a DirectoryAnswer, name: &str) -> &'a str {
        let found = answer.headers.iter().find(|(known, _)| *known == name);
        &found.unwrap().1
    }

    /// The example of the draft, "Signed Directory Response".
    #[test]
    fn the_example_of_the_draft_is_signed_to_the_letter() {
        let keys = [rfc_9421_key()];
        let body = KeyDirectory::of(&keys).body();
        assert_eq!(
            body,
            "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\
             \"kid\":\"poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U\",\
             \"x\":\"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs\",\"use\":\"sig\"}]}\n"
        );

        let of_draft = body.trim_end().to_owned();
        let times = [1_735_689_600, 4_889_289_600];
        let answer = DirectoryAnswer::of(of_draft, &keys, "signature-agent.test", times);
        assert_eq!(
            header(&answer, "Content-Digest"),
            "sha-256=:CADMT2aBdV/rqQr/NIru64ERQkCobVvllA4V0fLFDu0=:"
        );
        assert_eq!(
            header(&answer, "Signature-Input"),
            "binding1=(\"@authority\";req \"content-digest\");created=1735689600\
             ;expires=4889289600;keyid=\"poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U\"\
             ;tag=\"http-message-signatures-directory\""
        );
        assert_eq!(
            header(&answer, "Signature"),
            "binding1=:l6P8R67tm3kujAxbHWio7ll01qrEZ0dKD/WWlGhNYEmTnFZM8Wt0VQ9zqGfvo7T/UMkBxsigzCh\
             M1Gpz7gOVBg==:"
        );
    }

    #[test]
    fn each_key_signs_the_directory() {
        let keys = [rfc_9421_key(), SigningKey::generate().unwrap()];
        let day = Duration::from_secs(86_400);
        let answer = DirectoryAnswer::signed(&keys, "crawler.example", Timestamp::EPOCH, day);
        let input = header(&answer, "Signature-Input");

        for (label, key) in ["binding1=(", "binding2=("].iter().zip(&keys) {
            assert!(input.contains(label) && input.contains(key.id()), "{input}");
        }
        assert!(input.contains(";created=0;expires=86400;"), "{input}");
        assert!(header(&answer, "Signature").contains(", binding2=:"));
    }
}
