//! PEM, the text form of a key (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The label of a private key in PKCS#8 (RFC 7468 §10).
const PRIVATE_KEY: &str = "PRIVATE KEY";

/// The letters of a line (RFC 7468 §2).
const LINE: usize = 64;

/// The reason why a text is no private key in PKCS#8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPkcs8 {
    /// It is no PEM, or its base64 is broken.
    NoPem,
    /// It is something else in PEM, such as a certificate.
    OtherLabel,
}

/// Writes a key.
pub(super) fn write_pem(der: &[u8]) -> String {
    let letters = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {PRIVATE_KEY}-----\n");
    for line in letters.as_bytes().chunks(LINE) {
        text.extend(line.iter().copied().map(char::from));
        text.push('\n');
    }
    text.push_str(&format!("-----END {PRIVATE_KEY}-----\n"));
    text
}

/// Reads a key. Text before and after it is ignored, as RFC 7468 §5.2 allows.
pub(super) fn read_pem(text: &str) -> Result<Vec<u8>, NoPkcs8> {
    let after = text.split_once("-----BEGIN ").ok_or(NoPkcs8::NoPem)?.1;
    let (label, rest) = after.split_once("-----").ok_or(NoPkcs8::NoPem)?;
    if label != PRIVATE_KEY {
        return Err(NoPkcs8::OtherLabel);
    }

    let (body, _) = rest
        .split_once("-----END PRIVATE KEY-----")
        .ok_or(NoPkcs8::NoPem)?;
    let letters: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(letters).map_err(|_| NoPkcs8::NoPem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        for length in [0, 47, 48, 49, 200] {
            let der = vec![7; length];
            let text = write_pem(&der);
            assert_eq!(read_pem(&text), Ok(der));
            assert!(text.lines().all(|line| line.len() <= LINE));
        }
    }

    #[test]
    fn something_else_is_no_key() {
        let cases = [
            ("", NoPkcs8::NoPem),
            ("secret", NoPkcs8::NoPem),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n", NoPkcs8::NoPem),
            (
                "-----BEGIN PRIVATE KEY-----\nA?\n-----END PRIVATE KEY-----\n",
                NoPkcs8::NoPem,
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
                NoPkcs8::OtherLabel,
            ),
        ];
        for (text, why) in cases {
            assert_eq!(read_pem(text), Err(why), "{text}");
        }
    }
}
