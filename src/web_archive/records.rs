//! One WARC record (ISO 28500:2017): its header, its block, and the gzip member that holds it.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use sha2::{Digest, Sha256};

use crate::time::Timestamp;

/// Packs the demo's pages in half the time of level 6, and a tenth larger (measured).
const LEVEL: u32 = 3;

/// Of records without a page: the codes of letters are deflate's own ones (RFC 1951 §3.2.6). Better
/// ones took a sixth of an export of pages of 3 kB (measured).
const SMALL_LEVEL: u32 = 1;

/// A record is small up to so many bytes.
const SMALL: usize = 1_024;

/// The header of a gzip member (RFC 1952 §2.3): deflate, no flags, and neither a time nor a system,
/// so that the same record is always the same bytes.
const MEMBER_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// The types of records that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordType {
    Warcinfo,
    Response,
    Request,
    Resource,
    Revisit,
    Metadata,
}

impl RecordType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Warcinfo => "warcinfo",
            Self::Response => "response",
            Self::Request => "request",
            Self::Resource => "resource",
            Self::Revisit => "revisit",
            Self::Metadata => "metadata",
        }
    }
}

/// A record. Its block is the head of an HTTP message, where it has one, and a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WarcRecord {
    pub kind: RecordType,
    pub id: String,
    pub date: Timestamp,
    /// The address that it is about; `None` of a warcinfo.
    pub url: Option<String>,
    /// Further fields.
    pub fields: Vec<(&'static str, String)>,
    pub content_type: &'static str,
    pub head: Vec<u8>,
    pub payload: Vec<u8>,
    /// The SHA-256 that `WARC-Payload-Digest` tells.
    pub payload_sha256: Option<[u8; 32]>,
}

/// Packs records, each into a gzip member of its own. A compressor has large tables: to clear new
/// ones for each record took a tenth of an export of pages of 3 kB (measured).
#[derive(Debug)]
pub(super) struct MemberPacker {
    of_small: DeflateEncoder<Vec<u8>>,
    of_large: DeflateEncoder<Vec<u8>>,
}

impl MemberPacker {
    pub(super) fn new() -> Self {
        let encoder = |level| DeflateEncoder::new(Vec::new(), Compression::new(level));
        Self {
            of_small: encoder(SMALL_LEVEL),
            of_large: encoder(LEVEL),
        }
    }

    /// Returns a record as one gzip member.
    pub(super) fn pack(&mut self, record: &WarcRecord) -> io::Result<Vec<u8>> {
        let header = record.header();
        let length = header.len() + record.head.len() + record.payload.len();
        let encoder = if length <= SMALL {
            &mut self.of_small
        } else {
            &mut self.of_large
        };

        let mut member = Vec::with_capacity(length / 4 + SMALL);
        member.extend(MEMBER_HEADER);
        *encoder.get_mut() = member;

        let mut checksum = Crc::new();
        for part in [
            header.as_bytes(),
            &record.head,
            &record.payload,
            b"\r\n\r\n",
        ] {
            checksum.update(part);
            encoder.write_all(part)?;
        }

        let mut member = encoder.reset(Vec::new())?;
        member.extend(checksum.sum().to_le_bytes());
        member.extend(checksum.amount().to_le_bytes());
        Ok(member)
    }
}

impl WarcRecord {
    fn header(&self) -> String {
        let block = Sha256::new()
            .chain_update(&self.head)
            .chain_update(&self.payload)
            .finalize();
        let length = self.head.len() + self.payload.len();

        let mut header = String::from("WARC/1.1\r\n");
        add(&mut header, "WARC-Type", self.kind.name());
        add(&mut header, "WARC-Record-ID", &self.id);
        add(&mut header, "WARC-Date", &self.date.to_string());
        if let Some(url) = &self.url {
            add(&mut header, "WARC-Target-URI", url);
        }
        for (name, value) in &self.fields {
            add(&mut header, name, value);
        }
        add(&mut header, "WARC-Block-Digest", &digest(&block.into()));
        if let Some(payload) = &self.payload_sha256 {
            add(&mut header, "WARC-Payload-Digest", &digest(payload));
        }
        add(&mut header, "Content-Type", self.content_type);
        add(&mut header, "Content-Length", &length.to_string());
        header + "\r\n"
    }
}

/// Appends a field. A control character in its value would begin another one.
pub(super) fn add(fields: &mut String, name: &str, value: &str) {
    fields.push_str(name);
    fields.push_str(": ");
    fields.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c }));
    fields.push_str("\r\n");
}

/// Returns a digest as its header and the index write it.
pub(super) fn digest(sha256: &[u8; 32]) -> String {
    format!("sha256:{}", hex::encode(sha256))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn record(fields: Vec<(&'static str, String)>, payload: Vec<u8>) -> WarcRecord {
        WarcRecord {
            kind: RecordType::Metadata,
            id: "<urn:uuid:0>".to_owned(),
            date: Timestamp::from_seconds(0),
            url: Some("https://paper.example/".to_owned()),
            fields,
            content_type: "application/warc-fields",
            head: Vec::new(),
            payload,
            payload_sha256: None,
        }
    }

    fn packed(record: &WarcRecord) -> Vec<u8> {
        MemberPacker::new().pack(record).unwrap()
    }

    /// Reads a record back: its header fields and its block.
    fn read(member: &[u8]) -> (Vec<(String, String)>, Vec<u8>) {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(member)
            .read_to_end(&mut plain)
            .unwrap();
        let end = plain
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let header = String::from_utf8(plain[..end].to_vec()).unwrap();
        let mut lines = header.split("\r\n");
        assert_eq!(lines.next(), Some("WARC/1.1"));
        let fields: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let block = &plain[end + 4..];
        assert!(block.ends_with(b"\r\n\r\n"));
        (fields, block[..block.len() - 4].to_vec())
    }

    #[test]
    fn a_record_tells_its_length_and_the_digests_of_block_and_payload() {
        let sha256 = Sha256::digest("책").into();
        let record = WarcRecord {
            head: b"HTTP/1.1 200 \r\n\r\n".to_vec(),
            payload_sha256: Some(sha256),
            ..record(Vec::new(), "책".into())
        };

        let (fields, block) = read(&packed(&record));

        assert_eq!(block, "HTTP/1.1 200 \r\n\r\n책".as_bytes());
        let field = |wanted| &fields.iter().find(|(name, _)| name == wanted).unwrap().1;
        assert_eq!(field("Content-Length"), "20");
        assert_eq!(field("WARC-Date"), "1970-01-01T00:00:00Z");
        assert_eq!(*field("WARC-Payload-Digest"), digest(&sha256));
        assert_eq!(
            *field("WARC-Block-Digest"),
            digest(&Sha256::digest(&block).into())
        );
    }

    #[test]
    fn a_member_is_the_same_whatever_was_packed_before_it() {
        let of = |payload: &str| record(Vec::new(), payload.repeat(500).into());
        let (first, other) = (of("독서신문 "), of("서점 이야기 "));

        let mut packer = MemberPacker::new();
        let members = [&first, &other, &first].map(|record| packer.pack(record).unwrap());

        assert_eq!(members[0], members[2]);
        assert_eq!(members[1], packed(&other));
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_field_or_payload_is_read_back_as_one(
            value in ".*",
            payload in proptest::collection::vec(any::<u8>(), 0..2000),
        ) {
            let record = record(vec![("WARC-Filename", value.clone())], payload.clone());

            let (fields, block) = read(&packed(&record));

            prop_assert_eq!(block, payload);
            prop_assert_eq!(fields.len(), 8);
            let shown: String =
                value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            prop_assert_eq!(&fields[4], &("WARC-Filename".to_owned(), shown));
        }

        #[test]
        fn a_value_with_line_ends_makes_no_second_field(
            before in "[a-z]*", end in "\r\n|\n|\r", name in "[a-z]+",
        ) {
            let value = format!("{before}{end}{name}: x");
            let (fields, _) =
                read(&packed(&record(vec![("WARC-Filename", value)], Vec::new())));
            prop_assert_eq!(fields.len(), 8);
        }
    }
}
