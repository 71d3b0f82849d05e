//! The signature of a time stamp, checked against the certificate that came with it.

use aws_lc_rs::{digest, signature};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode, Tag, TagNumber, Tagged};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectKeyIdentifier};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::time::Timestamp;
use crate::time_stamp::TimeStampError;
use crate::time_stamp::algorithm::{digest_of, verifier};
use crate::time_stamp::asn1::{Attribute, SHA_256, SignedData, SigningCertificate, TST_INFO};

/// The signed attribute with the type of what is signed.
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");

/// The signed attribute with the digest of what is signed.
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");

/// The signed attribute that names the certificate by its SHA-1 hash (RFC 2634).
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");

/// The signed attribute that names the certificate by any hash (RFC 5035).
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// The purpose of an authority's key (RFC 3161 §2.3).
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// The most certificates that are read: a chain has three or four.
const MOST_CERTIFICATES: usize = 16;

/// The parts of a signer's record (RFC 5652 §5.3).
struct SignerInfo {
    /// The name and number of the certificate, or the identifier of its key.
    certificate: Any,
    digest: AlgorithmIdentifierOwned,
    /// The signed attributes, as they came, without their tag.
    attributes: Any,
    algorithm: AlgorithmIdentifierOwned,
    signature: OctetString,
}

/// The name of a certificate: who issued it, with which number.
#[derive(der::Sequence)]
struct IssuerAndNumber {
    issuer: Name,
    number: SerialNumber,
}

/// Checks that the content was signed by the certificate that came with it, for time stamps, at a
/// time when that was valid. Returns the certificate's subject.
///
/// # Errors
///
/// Says what does not hold.
pub(super) fn signer(
    signed: &SignedData,
    content: &[u8],
    at: Timestamp,
) -> Result<String, TimeStampError> {
    let info = only_signer(signed)?;
    let raw = certificate_of(signed, &info)?;
    let certificate = Certificate::from_der(&raw).map_err(|_| UNREADABLE_CERTIFICATE)?;

    check_attributes(&info, content, &raw)?;
    check_purpose(&certificate, at)?;
    check_signature(&info, &certificate)?;
    Ok(certificate.tbs_certificate().subject().to_string())
}

const UNREADABLE_CERTIFICATE: TimeStampError =
    TimeStampError::Signature("the certificate of its signer cannot be read");

/// Reads the record of the one signer (RFC 3161 §2.4.2).
fn only_signer(signed: &SignedData) -> Result<SignerInfo, TimeStampError> {
    let none =
        || TimeStampError::Signature("it has not exactly one signer in a form that is known");
    let signers = as_list(&signed.signer_infos).ok_or_else(none)?;
    let [signer] = signers.as_slice() else {
        return Err(none());
    };
    let parts: Vec<Any> = signer.decode_as().map_err(|_| none())?;

    let attributes = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(0),
    };
    let [
        _version,
        certificate,
        digest,
        signed,
        algorithm,
        signature,
        ..,
    ] = parts.as_slice()
    else {
        return Err(none());
    };
    if signed.tag() != attributes {
        return Err(none());
    }

    Ok(SignerInfo {
        certificate: certificate.clone(),
        digest: digest.decode_as().map_err(|_| none())?,
        attributes: signed.clone(),
        algorithm: algorithm.decode_as().map_err(|_| none())?,
        signature: signature.decode_as().map_err(|_| none())?,
    })
}

/// Returns the certificate that the signer's record names, as it came.
fn certificate_of(signed: &SignedData, info: &SignerInfo) -> Result<Vec<u8>, TimeStampError> {
    let all = signed.certificates.iter().flatten();
    for any in all.take(MOST_CERTIFICATES) {
        let Ok(raw) = any.to_der() else {
            continue;
        };
        let is_his = Certificate::from_der(&raw).is_ok_and(|found| is_named(&found, info));
        if is_his {
            return Ok(raw);
        }
    }

    Err(TimeStampError::Signature(
        "the certificate of its signer, which the request asked for, did not come with it",
    ))
}

/// Tells whether a signer's record names this certificate.
fn is_named(certificate: &Certificate, info: &SignerInfo) -> bool {
    let body = certificate.tbs_certificate();
    if info.certificate.tag() == Tag::Sequence {
        let named = info.certificate.decode_as::<IssuerAndNumber>();
        return named.is_ok_and(|named| {
            named.issuer == *body.issuer() && named.number == *body.serial_number()
        });
    }

    match body.get_extension::<SubjectKeyIdentifier>() {
        Ok(Some((_, key))) => key.0.as_bytes() == info.certificate.value(),
        Ok(None) | Err(_) => false,
    }
}

/// Checks the signed attributes: the type and digest of the content, and the hash of the
/// certificate.
fn check_attributes(
    info: &SignerInfo,
    content: &[u8],
    certificate: &[u8],
) -> Result<(), TimeStampError> {
    let attributes = attributes(info)?;

    let kind = only_value(&attributes, CONTENT_TYPE)?;
    if kind.decode_as::<ObjectIdentifier>() != Ok(TST_INFO) {
        return Err(TimeStampError::Signature("it was signed as something else"));
    }

    let algorithm = digest_of(info.digest.oid)?;
    let digest = only_value(&attributes, MESSAGE_DIGEST)?;
    let is_of_content = digest
        .decode_as::<OctetString>()
        .is_ok_and(|digest| digest.as_bytes() == digest::digest(algorithm, content).as_ref());
    if !is_of_content {
        return Err(TimeStampError::Signature(
            "its content is not what was signed",
        ));
    }

    if !names_certificate(&attributes, certificate)? {
        return Err(TimeStampError::Signature(
            "it was signed for another certificate than the one that came with it",
        ));
    }
    Ok(())
}

/// Returns the signed attributes, in their order.
fn attributes(info: &SignerInfo) -> Result<Vec<Attribute>, TimeStampError> {
    let list = Any::new(Tag::Sequence, info.attributes.value());
    list.and_then(|list| list.decode_as())
        .map_err(|_| TimeStampError::Signature("its signed attributes cannot be read"))
}

/// Returns the one value of the attribute of a kind, which has to be there once.
fn only_value(attributes: &[Attribute], kind: ObjectIdentifier) -> Result<Any, TimeStampError> {
    let missing = TimeStampError::Signature("a signed attribute is missing, or is there twice");
    let mut found = attributes.iter().filter(|attribute| attribute.kind == kind);

    let (Some(attribute), None) = (found.next(), found.next()) else {
        return Err(missing);
    };
    let mut values = as_list(&attribute.values).ok_or(missing.clone())?;
    match values.len() {
        1 => Ok(values.remove(0)),
        _ => Err(missing),
    }
}

/// Tells whether the signed attributes name this certificate by its hash.
fn names_certificate(attributes: &[Attribute], certificate: &[u8]) -> Result<bool, TimeStampError> {
    let unreadable =
        |_| TimeStampError::Signature("the attribute that names its certificate cannot be read");
    let (value, default) = match only_value(attributes, SIGNING_CERTIFICATE_V2) {
        Ok(value) => (value, digest_of(SHA_256)?),
        Err(_) => (
            only_value(attributes, SIGNING_CERTIFICATE)?,
            &digest::SHA1_FOR_LEGACY_USE_ONLY,
        ),
    };

    // The first one is the signer's; others are of its chain.
    let named: SigningCertificate = value.decode_as().map_err(unreadable)?;
    let Some(first) = named.certs.first() else {
        return Ok(false);
    };
    let parts: Vec<Any> = first.decode_as().map_err(unreadable)?;
    let (algorithm, hash) = match parts.as_slice() {
        [hash, ..] if hash.tag() == Tag::OctetString => (default, hash),
        [algorithm, hash, ..] => {
            let algorithm: AlgorithmIdentifierOwned = algorithm.decode_as().map_err(unreadable)?;
            (digest_of(algorithm.oid)?, hash)
        }
        [] | [_] => return Ok(false),
    };
    Ok(hash.value() == digest::digest(algorithm, certificate).as_ref())
}

/// Checks that the certificate is for time stamps, and was valid at the stamp's time.
fn check_purpose(certificate: &Certificate, at: Timestamp) -> Result<(), TimeStampError> {
    let body = certificate.tbs_certificate();
    let is_for_stamps = match body.get_extension::<ExtendedKeyUsage>() {
        Ok(Some((_, purposes))) => purposes.0.contains(&TIME_STAMPING),
        Ok(None) | Err(_) => false,
    };
    if !is_for_stamps {
        return Err(TimeStampError::Signature(
            "the certificate of its signer is not for time stamps",
        ));
    }

    let seconds = at.millis().div_euclid(1_000);
    let second = |moment: std::time::Duration| i64::try_from(moment.as_secs()).unwrap_or(i64::MAX);
    let from = second(body.validity().not_before.to_unix_duration());
    let to = second(body.validity().not_after.to_unix_duration());
    if !(from..=to).contains(&seconds) {
        return Err(TimeStampError::Signature(
            "the certificate of its signer was not valid at the time that it states",
        ));
    }
    Ok(())
}

/// Checks the signature over the signed attributes, which are signed as a SET (RFC 5652 §5.4).
fn check_signature(info: &SignerInfo, certificate: &Certificate) -> Result<(), TimeStampError> {
    let signed = Any::new(Tag::Set, info.attributes.value())
        .and_then(|set| set.to_der())
        .map_err(|_| TimeStampError::Signature("its signed attributes cannot be read"))?;
    let key = certificate.tbs_certificate().subject_public_key_info();

    let algorithm = verifier(info.algorithm.oid, info.digest.oid, &key.algorithm)?;
    let key = signature::UnparsedPublicKey::new(algorithm, key.subject_public_key.raw_bytes());
    key.verify(&signed, info.signature.as_bytes())
        .map_err(|_| TimeStampError::Signature("the key of its signer did not make it"))
}

/// Returns the members of a SET in their order; `None` if it is none.
fn as_list(set: &Any) -> Option<Vec<Any>> {
    if set.tag() != Tag::Set {
        return None;
    }
    let list = Any::new(Tag::Sequence, set.value()).ok()?;
    list.decode_as().ok()
}
