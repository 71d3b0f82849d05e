//! The response of an authority: what it states, and whether that is signed.

use der::asn1::Int;
use der::{Any, Decode, Tag, Tagged};

use crate::time::Timestamp;
use crate::time_stamp::TimeStampError;
use crate::time_stamp::asn1::{
    ContentInfo, PkiStatusInfo, SIGNED_DATA, SignedData, TST_INFO, TimeStampResp, TstInfo,
};
use crate::time_stamp::request::{StampRequest, hash_of};
use crate::time_stamp::signature::signer;

/// The most letters of an authority's own words that are told: they come from the network.
const MOST_WORDS: usize = 200;

/// A statement that a hash was there at a time. Its signature holds; whether its certificate is to
/// be trusted was not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStamp {
    /// The time of the statement.
    pub at: Timestamp,
    /// The SHA-256 hash that was there.
    pub hash: [u8; 32],
    /// The subject of the signer's certificate.
    pub authority: String,
    /// The number of the stamp at its authority, in hexadecimal digits.
    pub serial: String,
    /// The policy of the authority, as an object identifier.
    pub policy: String,
    nonce: Option<Int>,
}

impl TimeStamp {
    /// Reads a response, and checks its signature against the certificate that came with it.
    ///
    /// # Errors
    ///
    /// Fails where it is no response, grants nothing, or is not well signed.
    pub fn read(response: &[u8]) -> Result<Self, TimeStampError> {
        let response = TimeStampResp::from_der(response)
            .map_err(TimeStampError::unreadable("time-stamp response"))?;
        let token = granted(response)?;

        let unreadable = TimeStampError::unreadable("time-stamp token");
        if token.content_type != SIGNED_DATA {
            return Err(unreadable(Tag::Sequence.value_error().into()));
        }
        let signed: SignedData = token.content.decode_as().map_err(&unreadable)?;
        let content = signed.encap_content_info.content.as_ref();
        let content = content.ok_or(TimeStampError::Signature("it has no content"))?;
        if signed.encap_content_info.content_type != TST_INFO {
            return Err(TimeStampError::Signature("what is signed is no time stamp"));
        }

        let info = TstInfo::from_der(content.as_bytes()).map_err(&unreadable)?;
        let at = moment(&info.gen_time)
            .ok_or_else(|| unreadable(Tag::GeneralizedTime.value_error().into()))?;
        let authority = signer(&signed, content.as_bytes(), at)?;
        Ok(Self {
            at,
            hash: hash_of(&info.message_imprint)
                .ok_or_else(|| unreadable(Tag::OctetString.value_error().into()))?,
            authority: plain(&authority),
            serial: hex::encode(info.serial_number.as_bytes()),
            policy: info.policy.to_string(),
            nonce: info.nonce,
        })
    }

    /// Checks that the stamp answers a request: it has its hash and its nonce.
    ///
    /// # Errors
    ///
    /// Says which of them is another.
    pub fn answers(&self, request: &StampRequest) -> Result<(), TimeStampError> {
        if request.hash() != Some(self.hash) {
            return Err(TimeStampError::OtherHash {
                found: hex::encode(self.hash),
                wanted: request.hash().map(hex::encode).unwrap_or_default(),
            });
        }

        if self.nonce.as_ref() != request.nonce() {
            return Err(TimeStampError::OtherNonce);
        }
        Ok(())
    }
}

/// Returns the token of a response that grants one, with or without modifications (RFC 3161
/// §2.4.2).
fn granted(response: TimeStampResp) -> Result<ContentInfo, TimeStampError> {
    let TimeStampResp { status, token } = response;
    match (status.status, token) {
        (0 | 1, Some(token)) => Ok(token),
        (0 | 1, None) => Err(TimeStampError::NotGranted(
            "it says granted, and has no token".to_owned(),
        )),
        (_, _) => Err(TimeStampError::NotGranted(in_words(&status))),
    }
}

/// Returns the reason of an authority that grants nothing.
fn in_words(status: &PkiStatusInfo) -> String {
    let name = match status.status {
        2 => "rejection",
        3 => "waiting",
        4 => "revocation warning",
        5 => "revocation notification",
        _ => "unknown status",
    };
    let reasons = status.fail_info.iter().flat_map(|bits| {
        let set = bits.bits().enumerate().filter(|(_, is_set)| *is_set);
        set.map(|(bit, _)| reason(bit).to_owned())
    });
    let words = status
        .status_string
        .iter()
        .flatten()
        .map(|text| plain(text));
    let told: Vec<String> = reasons.chain(words).collect();

    if told.is_empty() {
        format!("{name} (status {})", status.status)
    } else {
        format!("{name} (status {}): {}", status.status, told.join("; "))
    }
}

/// Returns the meaning of a bit of PKIFailureInfo (RFC 3161 §2.4.2).
fn reason(bit: usize) -> &'static str {
    match bit {
        0 => "unknown or unsupported algorithm",
        2 => "transaction not permitted",
        5 => "the data has the wrong form",
        14 => "the time source is not available",
        15 => "the policy is not supported",
        16 => "the extension is not supported",
        17 => "the additional information is not available",
        25 => "system failure",
        _ => "another reason",
    }
}

/// Returns a text of the network in one short line: without control characters, so that it cannot
/// move the cursor of a terminal.
fn plain(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    visible.take(MOST_WORDS).collect()
}

/// Returns the moment of a GeneralizedTime in UTC, with or without a fraction of a second;
/// a millisecond that has begun counts.
fn moment(time: &Any) -> Option<Timestamp> {
    if time.tag() != Tag::GeneralizedTime {
        return None;
    }

    let text = std::str::from_utf8(time.value()).ok()?;
    let text = text.strip_suffix('Z').filter(|text| text.is_ascii())?;
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 14 || !is_digits(whole) || !fraction.is_none_or(is_digits) {
        return None;
    }

    let fraction: String = fraction.unwrap_or("0").chars().take(3).collect();
    Timestamp::from_rfc3339(&format!(
        "{}-{}-{}T{}:{}:{}.{fraction:0<3}Z",
        &whole[..4],
        &whole[4..6],
        &whole[6..8],
        &whole[8..10],
        &whole[10..12],
        &whole[12..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment_of(text: &str) -> Option<String> {
        let time = Any::new(Tag::GeneralizedTime, text.as_bytes()).unwrap();
        moment(&time).map(|at| at.to_string())
    }

    #[test]
    fn times_are_read_with_fractions_and_without() {
        let is = |text: &str| Some(Timestamp::from_rfc3339(text).unwrap().to_string());

        assert_eq!(moment_of("20261129050607Z"), is("2026-11-29T05:06:07Z"));
        assert_eq!(moment_of("20261129050607.5Z"), is("2026-11-29T05:06:07.5Z"));
        assert_eq!(
            moment_of("20261129050607.123456Z"),
            is("2026-11-29T05:06:07.123Z")
        );
    }

    #[test]
    fn no_other_text_is_a_time() {
        for text in [
            "",
            "Z",
            "20261129050607",
            "202611290506Z",
            "20261329050607Z",
            "20261129050607.Z",
            "20261129050607.5xZ",
            "2026112905060+Z",
            "20261129050607+0900",
            "십일월이십구일Z",
        ] {
            assert_eq!(moment_of(text), None, "{text}");
        }
    }

    #[test]
    fn words_of_the_network_keep_to_one_short_line() {
        assert_eq!(plain("a\u{1b}[2J\nb"), "a [2J b");
        assert_eq!(plain(&"사".repeat(1_000)).chars().count(), MOST_WORDS);
    }
}
