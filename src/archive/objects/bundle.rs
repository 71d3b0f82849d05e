//! The bytes of objects: many compressed bodies one behind the other, or a dictionary.
//!
//! Any program that has zstd reads them: an object begins with a skippable frame (RFC 8878 §3.1.2)
//! that has JSON, and each body is a frame of its own. A body that needs a dictionary tells the
//! name of the object which has that.

use std::hash::{BuildHasher, RandomState};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::time::Timestamp;

/// The number with which a skippable frame of zstd begins (RFC 8878 §3.1.2).
pub(super) const SKIPPABLE: u32 = 0x184D_2A50;

/// The form of the JSON. A change of its meaning takes the next number.
pub(super) const FORM: u32 = 1;

/// An object that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewObject {
    /// The dictionary that it has; `None` for a bundle.
    pub(crate) dictionary: Option<i64>,
    pub(crate) sha256: [u8; 32],
    pub(crate) bytes: Vec<u8>,
    /// How many of the bytes are frames: what stands behind the header.
    pub(crate) frames: usize,
}

/// A body that goes into a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BundleEntry {
    pub(crate) body: i64,
    /// The SHA-256 of its content.
    pub(crate) content: Vec<u8>,
    pub(crate) zstd: Vec<u8>,
    /// The dictionary that it is compressed with, and the name of its object.
    pub(crate) dictionary: Option<(i64, String)>,
}

/// Where a body stands in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BundledPlace {
    pub(crate) body: i64,
    pub(crate) content: Vec<u8>,
    pub(crate) dictionary: Option<i64>,
    pub(crate) start: i64,
    pub(crate) bytes: i64,
    /// The SHA-256 of the compressed bytes.
    pub(crate) sha256: [u8; 32],
}

/// The JSON at the beginning of a bundle.
#[derive(Serialize)]
struct BundleHeader<'a> {
    saseo: &'static str,
    form: u32,
    made_at: String,
    /// No two objects are the same: one that is deleted never comes again.
    nonce: String,
    /// The names of the dictionaries' objects.
    dictionaries: Vec<&'a str>,
    /// The bodies, in the order of their frames.
    bodies: Vec<BodyHeader>,
}

#[derive(Serialize)]
struct BodyHeader {
    /// The SHA-256 of the content.
    sha256: String,
    /// The size of the frame.
    bytes: usize,
    /// The place of its dictionary among the names, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    dictionary: Option<usize>,
}

/// The JSON at the beginning of a dictionary.
#[derive(Serialize)]
struct DictionaryHeader {
    saseo: &'static str,
    form: u32,
    made_at: String,
    nonce: String,
    /// The SHA-256 of the content.
    sha256: String,
}

/// Returns the name of a bundle or of a dictionary's object, by the SHA-256 of its bytes.
pub(crate) fn object_name(dictionary: Option<i64>, sha256: &[u8]) -> String {
    let folder = match dictionary {
        Some(_) => "dictionaries",
        None => "bundles",
    };
    let hash = hex::encode(sha256);
    format!("{folder}/{}/{hash}.zst", hash.get(..2).unwrap_or_default())
}

/// Returns the name of the object by which an archive knows that its objects are at a place.
pub(crate) fn marker_name(archive: &str) -> String {
    format!("archives/{archive}.json")
}

/// Makes the marker of an archive: its id, and its bytes.
pub(crate) fn marker(now: Timestamp) -> (String, Vec<u8>) {
    let archive = nonce(now);
    let bytes = marker_bytes(&archive);
    (archive, bytes)
}

/// Returns the bytes of the marker of an archive.
pub(crate) fn marker_bytes(archive: &str) -> Vec<u8> {
    let text = format!("{{\"saseo\":\"archive\",\"form\":{FORM},\"archive\":\"{archive}\"}}\n");
    text.into_bytes()
}

/// Tells whether a name is one that an archive gives to its objects.
#[cfg(feature = "postgres")]
pub(crate) fn is_object_name(name: &str) -> bool {
    let mut parts = name.split('/');
    let (folder, two, file) = (parts.next(), parts.next(), parts.next());
    let hash = file.and_then(|file| file.strip_suffix(".zst"));
    parts.next().is_none()
        && matches!(folder, Some("bundles" | "dictionaries"))
        && hash.is_some_and(|hash| hash.len() == 64 && hash.get(..2) == two)
}

/// Makes a bundle of bodies. Returns where each of them stands in it.
pub(crate) fn bundle(entries: Vec<BundleEntry>, now: Timestamp) -> (NewObject, Vec<BundledPlace>) {
    let mut names: Vec<&str> = Vec::new();
    let mut bodies = Vec::new();
    for entry in &entries {
        let dictionary = entry.dictionary.as_ref().map(|(_, name)| {
            let known = names.iter().position(|known| known == name);
            known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        });
        bodies.push(BodyHeader {
            sha256: hex::encode(&entry.content),
            bytes: entry.zstd.len(),
            dictionary,
        });
    }
    let mut bytes = skippable(&BundleHeader {
        saseo: "bundle",
        form: FORM,
        made_at: now.to_string(),
        nonce: nonce(now),
        dictionaries: names,
        bodies,
    });

    let header = bytes.len();
    let mut places = Vec::with_capacity(entries.len());
    for entry in entries {
        places.push(BundledPlace {
            body: entry.body,
            content: entry.content,
            dictionary: entry.dictionary.map(|(id, _)| id),
            start: signed(bytes.len()),
            bytes: signed(entry.zstd.len()),
            sha256: Sha256::digest(&entry.zstd).into(),
        });
        bytes.extend_from_slice(&entry.zstd);
    }
    (new_object(None, bytes, header), places)
}

/// Makes the object of a dictionary, whose content is compressed alone.
pub(crate) fn dictionary_object(id: i64, content: &[u8], zstd: &[u8], now: Timestamp) -> NewObject {
    let mut bytes = skippable(&DictionaryHeader {
        saseo: "dictionary",
        form: FORM,
        made_at: now.to_string(),
        nonce: nonce(now),
        sha256: hex::encode(content),
    });
    let header = bytes.len();
    bytes.extend_from_slice(zstd);
    new_object(Some(id), bytes, header)
}

fn new_object(dictionary: Option<i64>, bytes: Vec<u8>, header: usize) -> NewObject {
    NewObject {
        dictionary,
        sha256: Sha256::digest(&bytes).into(),
        frames: bytes.len() - header,
        bytes,
    }
}

fn skippable(header: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_vec(header).expect("texts and numbers are always JSON");
    let size = u32::try_from(json.len()).expect("a bundle has far fewer than 2^32 bytes of JSON");
    let mut bytes = Vec::with_capacity(json.len() + 8);
    bytes.extend_from_slice(&SKIPPABLE.to_le_bytes());
    bytes.extend_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&json);
    bytes
}

/// Returns a text that no other object has: the standard library draws its keys at random.
fn nonce(now: Timestamp) -> String {
    let random = RandomState::new().hash_one(now.millis());
    format!("{random:016x}")
}

fn signed(size: usize) -> i64 {
    i64::try_from(size).expect("a bundle has far fewer than 2^63 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::compression::{pack, unpack};

    fn entry(body: i64, content: &[u8]) -> BundleEntry {
        BundleEntry {
            body,
            content: Sha256::digest(content).to_vec(),
            zstd: pack(content, None).zstd,
            dictionary: (body == 2).then(|| (7, "dictionaries/aa/x.zst".to_owned())),
        }
    }

    #[test]
    fn each_body_is_read_from_its_place_and_all_of_them_by_any_zstd() {
        let entries = vec![entry(1, b"one body"), entry(2, b"another body")];

        let (object, places) = bundle(entries, Timestamp::from_millis(0));

        let last = &places[1];
        let (start, bytes) = (last.start as usize, last.bytes as usize);
        let frame = &object.bytes[start..start + bytes];
        assert_eq!(unpack(frame, 12).unwrap(), b"another body");
        assert_eq!(last.sha256, <[u8; 32]>::from(Sha256::digest(frame)));
        assert_eq!((last.body, last.dictionary), (2, Some(7)));
        // A decoder of zstd skips the header.
        let all = zstd::decode_all(object.bytes.as_slice()).unwrap();
        assert_eq!(all, b"one bodyanother body");
    }

    #[test]
    fn the_same_bodies_make_another_object_each_time() {
        let moment = Timestamp::from_millis(0);

        let (one, _) = bundle(vec![entry(1, b"body")], moment);
        let (other, _) = bundle(vec![entry(1, b"body")], moment);

        assert_ne!(one.sha256, other.sha256);
        assert!(object_name(None, &one.sha256).starts_with("bundles/"));
    }
}
