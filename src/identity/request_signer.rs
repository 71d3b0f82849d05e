//! The signature of one request.

use std::time::Duration;

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::identity::key::SigningKey;
use crate::identity::signature_base::{
    Component, ComponentPart, Parameter, bytes_member, quoted, signature_base, signature_params,
    text_member,
};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// The label of the signature, and the key of its member in Signature-Agent.
const LABEL: &str = "sig1";

/// How long a signature is valid. It is sent at once, and checked when the request's head has come:
/// a minute has room for a slow connection and for clocks that differ by some seconds. The draft
/// asks for a day at most.
const VALID: Duration = Duration::from_secs(60);

/// The octets of a nonce: as many as in the examples of the draft.
const NONCE: usize = 64;

/// Who signs requests: a key, and the site that shows its public part.
#[derive(Clone, Debug)]
pub struct RequestSigner {
    key: SigningKey,
    directory: Option<String>,
}

/// The headers of a signed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// Where the key is shown: Signature-Agent.
    pub agent: Option<String>,
    /// What is signed: Signature-Input.
    pub input: String,
    /// Signature.
    pub signature: String,
}

/// The system has no random numbers, so that there is no nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no random number could be drawn for the signature")]
pub struct NoRandomNumber;

impl RequestSigner {
    /// Signs by a key. `directory` is the origin of the site that shows it.
    pub fn new(key: SigningKey, directory: Option<String>) -> Self {
        Self { key, directory }
    }

    /// Returns the id of the key.
    pub fn key_id(&self) -> &str {
        self.key.id()
    }

    /// Returns the origin of the site that shows the key; `None` where none is told.
    pub fn directory(&self) -> Option<&str> {
        self.directory.as_deref()
    }

    /// Signs the request for a page that is sent now.
    ///
    /// # Errors
    ///
    /// Fails where the system has no random numbers.
    pub fn sign(&self, url: &PageUrl, now: Timestamp) -> Result<SignatureHeaders, NoRandomNumber> {
        let mut nonce = [0; NONCE];
        rand::fill(&mut nonce).map_err(|_| NoRandomNumber)?;
        let created = now.millis().div_euclid(1000);

        // A host's text is the authority of RFC 9421 §2.2.3: in lower case, without a default port.
        let host = url.host();
        let particulars = Particulars {
            authority: host.as_str(),
            created,
            expires: created.saturating_add(VALID.as_secs().cast_signed()),
            nonce: &STANDARD.encode(nonce),
            label: LABEL,
        };
        Ok(self.headers(&particulars))
    }

    fn headers(&self, particulars: &Particulars<'_>) -> SignatureHeaders {
        let label = particulars.label;
        let agent = self.directory.as_deref().map(quoted);
        let authority = Component {
            name: "@authority",
            part: ComponentPart::Whole,
            value: particulars.authority,
        };
        let of_agent = agent.as_deref().map(|value| Component {
            name: "signature-agent",
            part: ComponentPart::Member(label),
            value,
        });
        let covered: Vec<Component<'_>> = [authority].into_iter().chain(of_agent).collect();

        // In the order of the draft's examples.
        let params = signature_params(
            &covered,
            &[
                Parameter::number("created", particulars.created),
                Parameter::text("keyid", self.key.id()),
                Parameter::text("alg", "ed25519"),
                Parameter::number("expires", particulars.expires),
                Parameter::text("nonce", particulars.nonce),
                Parameter::text("tag", "web-bot-auth"),
            ],
        );
        let base = signature_base(&covered, &params);
        SignatureHeaders {
            agent: self
                .directory
                .as_deref()
                .map(|directory| text_member(label, directory)),
            input: format!("{label}={params}"),
            signature: bytes_member(label, &self.key.sign(base.as_bytes())),
        }
    }
}

/// What one signature has of its own.
#[derive(Debug)]
struct Particulars<'r> {
    authority: &'r str,
    /// In seconds since 1970.
    created: i64,
    expires: i64,
    nonce: &'r str,
    label: &'r str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::key::tests::rfc_9421_key;

    const NOW: Timestamp = Timestamp::from_millis(1_795_520_550_999);

    fn signed(address: &str) -> SignatureHeaders {
        let signer = RequestSigner::new(rfc_9421_key(), None);
        let url = PageUrl::parse(address).unwrap();
        signer.sign(&url, NOW).unwrap()
    }

    /// Returns the number of a parameter.
    fn number(headers: &SignatureHeaders, name: &str) -> i64 {
        let after = headers.input.split_once(&format!(";{name}=")).unwrap().1;
        after.split(';').next().unwrap().parse().unwrap()
    }

    /// The example of the draft, "EdDSA Using Curve edwards25519".
    #[test]
    fn the_example_of_the_draft_is_signed_to_the_letter() {
        let directory = Some("https://signature-agent.test".to_owned());
        let headers = RequestSigner::new(rfc_9421_key(), directory).headers(&Particulars {
            authority: "example.com",
            created: 1_735_689_600,
            expires: 4_889_289_600,
            nonce: "n9p433xm+NJ3ph3upfBIGmsuwHw387YV7Q/F+6BSpGCVjYCqQw6rznNA8PVVLySrAWsv0hQtFioQ\
                b6E1YsauiA==",
            label: "agent2",
        });

        assert_eq!(
            headers.agent.as_deref(),
            Some("agent2=\"https://signature-agent.test\"")
        );
        assert_eq!(
            headers.input,
            "agent2=(\"@authority\" \"signature-agent\";key=\"agent2\");created=1735689600\
             ;keyid=\"poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U\";alg=\"ed25519\"\
             ;expires=4889289600;nonce=\"n9p433xm+NJ3ph3upfBIGmsuwHw387YV7Q/F+6BSpGCVjYCqQw6rznNA8\
             PVVLySrAWsv0hQtFioQb6E1YsauiA==\";tag=\"web-bot-auth\""
        );
        assert_eq!(
            headers.signature,
            "agent2=:RdNFx5Bj6au3YgAMQL/RzmUlZE8QZLIaXGRpw985hWnwPfMxT228NMk6ehRS1PSl4e8PhbNZACS\
             anGdhEwYCCg==:"
        );
    }

    #[test]
    fn a_signature_is_valid_from_its_second_for_a_minute() {
        let headers = signed("https://paper.example/");
        assert_eq!(number(&headers, "created"), 1_795_520_550);
        assert_eq!(number(&headers, "expires"), 1_795_520_610);
    }

    #[test]
    fn a_clock_that_stands_wrong_is_signed_as_it_stands() {
        let signer = RequestSigner::new(rfc_9421_key(), None);
        let url = PageUrl::parse("https://paper.example/").unwrap();
        for (now, created) in [
            (Timestamp::from_millis(-1), -1),
            (Timestamp::EPOCH, 0),
            (Timestamp::MAX, 253_402_207_200),
        ] {
            let headers = signer.sign(&url, now).unwrap();
            assert_eq!(number(&headers, "created"), created);
            assert_eq!(number(&headers, "expires"), created + 60);
        }
    }

    #[test]
    fn two_signatures_of_one_moment_differ() {
        assert_ne!(
            signed("https://paper.example/"),
            signed("https://paper.example/")
        );
    }

    #[test]
    fn without_a_directory_the_authority_alone_is_signed() {
        let headers = signed("https://paper.example/");
        assert_eq!(headers.agent, None);
        assert!(headers.input.starts_with("sig1=(\"@authority\");created="));
    }

    /// A signature of each authority, made by hand, is the one that the signer makes.
    #[test]
    fn the_authority_is_in_lower_case_with_its_port_unless_that_is_the_usual_one() {
        for (address, authority) in [
            ("https://Paper.EXAMPLE/a?b", "paper.example"),
            ("https://paper.example:443/", "paper.example"),
            ("http://paper.example:80/", "paper.example"),
            ("https://paper.example:80/", "paper.example:80"),
            ("http://paper.example:8080/", "paper.example:8080"),
            ("http://[2001:DB8::1]/", "[2001:db8::1]"),
            ("http://[::1]:8080/", "[::1]:8080"),
            ("http://127.0.0.1:443/", "127.0.0.1:443"),
            ("https://신문.kr/", "xn--z92b13l.kr"),
        ] {
            let headers = signed(address);
            let params = headers.input.strip_prefix("sig1=").unwrap();
            let base = format!("\"@authority\": {authority}\n\"@signature-params\": {params}");
            let by_hand = STANDARD.encode(rfc_9421_key().sign(base.as_bytes()));
            assert_eq!(headers.signature, format!("sig1=:{by_hand}:"), "{address}");
        }
    }
}
