//! Ids of records: they follow from the ledger, so the same request has the same ids in every
//! export.

use sha2::{Digest, Sha256};

/// Returns the id of a record, of its type and of what it is about.
pub(super) fn record_id(kind: &str, about: &[u8]) -> String {
    format!("<urn:uuid:{}>", lasting_uuid(kind, about))
}

/// Returns a UUID of version 8 (RFC 9562 §5.8) that follows from a kind of thing and what it is
/// about, and from nothing else.
pub(crate) fn lasting_uuid(kind: &str, about: &[u8]) -> String {
    let hash = Sha256::new()
        .chain_update("saseo record 1\0")
        .chain_update(kind)
        .chain_update("\0")
        .chain_update(about)
        .finalize();

    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = 0x80 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let text = hex::encode(bytes);
    let (a, b, c, d, e) = (
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    );
    format!("{a}-{b}-{c}-{d}-{e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_its_own_that_never_changes() {
        let id = record_id("response", &[7; 32]);

        assert_eq!(id, "<urn:uuid:33f32eef-beaa-88f6-8e9c-c6a5a5b15d2b>");
        assert_ne!(id, record_id("request", &[7; 32]));
        assert_ne!(id, record_id("response", &[8; 32]));
    }
}
