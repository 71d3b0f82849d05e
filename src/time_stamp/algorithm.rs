//! The algorithms of signatures that are checked: RSA (PKCS#1 1.5) and ECDSA, with SHA-2.

use aws_lc_rs::digest::{self, Algorithm};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, VerificationAlgorithm,
};
use der::asn1::ObjectIdentifier;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::time_stamp::TimeStampError;
use crate::time_stamp::asn1::SHA_256;

// The names of algorithms and curves (RFC 5912).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA_256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SHA_384_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const SHA_512_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const ECDSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_WITH_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_WITH_SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const P_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P_521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

const UNKNOWN: TimeStampError = TimeStampError::Signature(
    "its algorithm is not known here (RSA by PKCS#1 1.5 and ECDSA are, with SHA-256, SHA-384 and \
     SHA-512)",
);

/// A hash of the SHA-2 family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sha2 {
    Sha256,
    Sha384,
    Sha512,
}

/// Returns the digest of an object identifier.
pub(super) fn digest_of(oid: ObjectIdentifier) -> Result<&'static Algorithm, TimeStampError> {
    Ok(match sha2_of(oid)? {
        Sha2::Sha256 => &digest::SHA256,
        Sha2::Sha384 => &digest::SHA384,
        Sha2::Sha512 => &digest::SHA512,
    })
}

/// Returns what checks a signature. Where its algorithm names a digest, that has to be the digest
/// of the content.
pub(super) fn verifier(
    algorithm: ObjectIdentifier,
    content: ObjectIdentifier,
    key: &AlgorithmIdentifierOwned,
) -> Result<&'static dyn VerificationAlgorithm, TimeStampError> {
    let content = sha2_of(content)?;
    match algorithm {
        RSA => Ok(rsa(content)),
        SHA_256_WITH_RSA if content == Sha2::Sha256 => Ok(rsa(content)),
        SHA_384_WITH_RSA if content == Sha2::Sha384 => Ok(rsa(content)),
        SHA_512_WITH_RSA if content == Sha2::Sha512 => Ok(rsa(content)),
        ECDSA_WITH_SHA_256 => ecdsa(key, Sha2::Sha256),
        ECDSA_WITH_SHA_384 => ecdsa(key, Sha2::Sha384),
        ECDSA_WITH_SHA_512 => ecdsa(key, Sha2::Sha512),
        _ => Err(UNKNOWN),
    }
}

fn sha2_of(oid: ObjectIdentifier) -> Result<Sha2, TimeStampError> {
    match oid {
        SHA_256 => Ok(Sha2::Sha256),
        SHA_384 => Ok(Sha2::Sha384),
        SHA_512 => Ok(Sha2::Sha512),
        _ => Err(UNKNOWN),
    }
}

fn rsa(hash: Sha2) -> &'static dyn VerificationAlgorithm {
    match hash {
        Sha2::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
        Sha2::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
        Sha2::Sha512 => &RSA_PKCS1_2048_8192_SHA512,
    }
}

/// Returns what checks a signature on the curve of the key.
fn ecdsa(
    key: &AlgorithmIdentifierOwned,
    hash: Sha2,
) -> Result<&'static dyn VerificationAlgorithm, TimeStampError> {
    let curve = key.parameters.as_ref();
    let curve = curve.and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());

    match (curve, hash) {
        (Some(P_256), Sha2::Sha256) => Ok(&ECDSA_P256_SHA256_ASN1),
        (Some(P_256), Sha2::Sha384) => Ok(&ECDSA_P256_SHA384_ASN1),
        (Some(P_256), Sha2::Sha512) => Ok(&ECDSA_P256_SHA512_ASN1),
        (Some(P_384), Sha2::Sha256) => Ok(&ECDSA_P384_SHA256_ASN1),
        (Some(P_384), Sha2::Sha384) => Ok(&ECDSA_P384_SHA384_ASN1),
        (Some(P_384), Sha2::Sha512) => Ok(&ECDSA_P384_SHA512_ASN1),
        (Some(P_521), Sha2::Sha256) => Ok(&ECDSA_P521_SHA256_ASN1),
        (Some(P_521), Sha2::Sha384) => Ok(&ECDSA_P521_SHA384_ASN1),
        (Some(P_521), Sha2::Sha512) => Ok(&ECDSA_P521_SHA512_ASN1),
        _ => Err(UNKNOWN),
    }
}
