//! Content codings. They are undone in the reverse of the order in which the server applied them
//! (RFC 9110 §8.4).

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use encoding_rs::Encoding;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use zstd::stream::read::Decoder as ZstdDecoder;

use crate::fetch::Trouble;

/// The most codings of one body. Honest servers apply one and misconfigured ones two; more only
/// cost time.
const MAX_LAYERS: usize = 4;

/// The largest zstd window, as a power of two: 8 MiB is the limit for content codings (RFC 9659
/// §3).
const ZSTD_WINDOW_LOG: u32 = 23;

/// The buffer of the brotli decoder, in bytes. It reads from a slice, so a larger one gains
/// nothing.
const BROTLI_BUFFER: usize = 4096;

/// The octets that begin a gzip member, with the only compression method that exists (RFC 1952
/// §2.3.1).
const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// The octets that begin a zstd frame (RFC 8878 §3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The Accept-Encoding of all requests: the codings that this module undoes.
pub(super) const ACCEPTED: &str = "gzip, deflate, br, zstd";

/// A coding that can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The meaning of one name in Content-Encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CodingName<'a> {
    Coding(Coding),
    /// `identity`, `none`, or a charset in the wrong place.
    Nothing,
    Unknown(&'a str),
}

/// The limit of a body, before and after each layer of coding is undone.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyLimit {
    /// No layer may unpack to more bytes.
    pub bytes: usize,
    /// Of a larger body, the part within the limit is kept.
    pub accept_part: bool,
    /// The packed body was cut off at the limit, so a decoder may meet a premature end.
    pub is_cut: bool,
}

/// Undoes the codings that the Content-Encoding lines of an answer declare.
///
/// # Errors
///
/// [`Trouble::Broken`] if a coding is unknown or the body does not follow it, and
/// [`Trouble::TooLarge`] if a layer unpacks to more than the limit.
pub(super) fn undo<'a>(
    body: Vec<u8>,
    declared: impl Iterator<Item = &'a str>,
    limit: BodyLimit,
) -> Result<Vec<u8>, Trouble> {
    // An answer without content, such as a redirect, may still name a coding (RFC 9110 §15).
    if body.is_empty() {
        return Ok(body);
    }

    let layers = layers(declared, &body)?;
    layers
        .into_iter()
        .rev()
        .try_fold(body, |body, coding| unpack(&body, coding, limit))
}

/// Undoes a gzip coding that no header declares. Any other body stays as it is.
pub(super) fn undo_undeclared_gzip(body: Vec<u8>, limit: BodyLimit) -> Vec<u8> {
    if !body.starts_with(&GZIP_MAGIC) {
        return body;
    }
    unpack(&body, Coding::Gzip, limit).unwrap_or(body)
}

/// Returns the codings to undo, in the order in which they were applied.
fn layers<'a>(
    declared: impl Iterator<Item = &'a str>,
    body: &[u8],
) -> Result<Vec<Coding>, Trouble> {
    let mut layers = Vec::new();
    for name in declared.flat_map(|line| line.split(',')).map(str::trim) {
        match named(name) {
            CodingName::Coding(coding) => layers.push(coding),
            CodingName::Nothing => {}
            // Browsers show such a body as it came. We do so for text only: a packed body would be
            // archived unread.
            CodingName::Unknown(_) if is_text(body) => {}
            CodingName::Unknown(name) => {
                return Err(broken(format!("its content coding {name:?} is not known")));
            }
        }
    }

    if layers.len() > MAX_LAYERS {
        return Err(broken(format!("it is packed {} times over", layers.len())));
    }
    Ok(layers)
}

/// Returns the meaning of a name. Case does not matter, and `x-gzip` is `gzip` (RFC 9110 §8.4.1).
fn named(name: &str) -> CodingName<'_> {
    match name.to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => CodingName::Coding(Coding::Gzip),
        "deflate" => CodingName::Coding(Coding::Deflate),
        "br" => CodingName::Coding(Coding::Brotli),
        "zstd" => CodingName::Coding(Coding::Zstd),
        "" | "identity" | "none" => CodingName::Nothing,
        label if Encoding::for_label(label.as_bytes()).is_some() => CodingName::Nothing,
        _ => CodingName::Unknown(name),
    }
}

/// Tells whether a body is certainly text: UTF-8 without the binary octets of the MIME Sniffing
/// Standard (§3).
fn is_text(body: &[u8]) -> bool {
    !body.iter().any(|byte| is_binary(*byte)) && std::str::from_utf8(body).is_ok()
}

fn is_binary(byte: u8) -> bool {
    matches!(byte, 0..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f)
}

/// Undoes one layer.
fn unpack(packed: &[u8], coding: Coding, limit: BodyLimit) -> Result<Vec<u8>, Trouble> {
    // The layer outside this one packed an empty body.
    if packed.is_empty() {
        return Ok(Vec::new());
    }

    match coding {
        Coding::Gzip => members(packed, &GZIP_MAGIC, limit, |member, unpacked| {
            let mut decoder = GzDecoder::new(member);
            let end = read_some(&mut decoder, unpacked, limit);
            (end, decoder.into_inner())
        }),
        Coding::Zstd => members(packed, &ZSTD_MAGIC, limit, |frame, unpacked| {
            let mut decoder = match zstd_decoder(frame) {
                Ok(decoder) => decoder,
                Err(error) => return (Err(error), frame),
            };
            let end = read_some(&mut decoder, unpacked, limit);
            (end, decoder.finish())
        }),
        Coding::Deflate => deflate(packed, limit),
        Coding::Brotli => {
            let mut unpacked = Vec::new();
            let mut decoder = Decompressor::new(packed, BROTLI_BUFFER);
            let end = read_some(&mut decoder, &mut unpacked, limit);
            finish(end, unpacked, coding, limit)
        }
    }
}

fn zstd_decoder(frame: &[u8]) -> io::Result<ZstdDecoder<'static, &[u8]>> {
    let mut decoder = ZstdDecoder::with_buffer(frame)?.single_frame();
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(decoder)
}

/// Undoes `deflate`, which is a zlib stream. Some servers send the bare stream instead (RFC 9110
/// §8.4.1.2).
fn deflate(packed: &[u8], limit: BodyLimit) -> Result<Vec<u8>, Trouble> {
    let mut unpacked = Vec::new();
    let end = read_some(&mut ZlibDecoder::new(packed), &mut unpacked, limit);
    let as_zlib = finish(end, unpacked, Coding::Deflate, limit);

    // The first octets tell a zlib stream from a bare one (RFC 1950 §2.2). One bare stream in a
    // thousand has them, too.
    let is_zlib = packed[0] & 0x0f == 8
        && packed
            .get(1)
            .is_some_and(|second| u16::from_be_bytes([packed[0], *second]).is_multiple_of(31));
    if is_zlib && as_zlib.is_ok() {
        return as_zlib;
    }

    let mut unpacked = Vec::new();
    let end = read_some(&mut DeflateDecoder::new(packed), &mut unpacked, limit);
    finish(end, unpacked, Coding::Deflate, limit).or(as_zlib)
}

/// The end of a decoder's work without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DecodedEnd {
    Whole,
    AtLimit,
}

/// Unpacks a series of members (RFC 1952 §2.2; RFC 8878 §3). Octets behind the last one that begin
/// no member are harmless padding.
fn members(
    packed: &[u8],
    magic: &[u8],
    limit: BodyLimit,
    unpack_one: impl for<'a> Fn(&'a [u8], &mut Vec<u8>) -> (io::Result<DecodedEnd>, &'a [u8]),
) -> Result<Vec<u8>, Trouble> {
    let coding = if magic == GZIP_MAGIC {
        Coding::Gzip
    } else {
        Coding::Zstd
    };
    let (mut unpacked, mut rest) = (Vec::new(), packed);

    loop {
        let (end, behind) = unpack_one(rest, &mut unpacked);

        if !matches!(end, Ok(DecodedEnd::Whole))
            || !behind.starts_with(magic)
            || behind.len() >= rest.len()
        {
            return finish(end, unpacked, coding, limit);
        }
        rest = behind;
    }
}

/// Reads until the decoder ends, or until one byte more than the limit is there.
fn read_some(
    decoder: &mut impl Read,
    unpacked: &mut Vec<u8>,
    limit: BodyLimit,
) -> io::Result<DecodedEnd> {
    let room = (limit.bytes + 1).saturating_sub(unpacked.len());
    decoder.take(room as u64).read_to_end(unpacked)?;

    Ok(if unpacked.len() > limit.bytes {
        DecodedEnd::AtLimit
    } else {
        DecodedEnd::Whole
    })
}

/// Returns the unpacked body, or the error for the end that its decoder came to.
fn finish(
    end: io::Result<DecodedEnd>,
    mut unpacked: Vec<u8>,
    coding: Coding,
    limit: BodyLimit,
) -> Result<Vec<u8>, Trouble> {
    match end {
        Ok(DecodedEnd::Whole) => Ok(unpacked),
        Ok(DecodedEnd::AtLimit) if limit.accept_part => {
            unpacked.truncate(limit.bytes);
            Ok(unpacked)
        }
        Ok(DecodedEnd::AtLimit) => Err(Trouble::TooLarge {
            limit: limit.bytes as u64,
        }),
        Err(_) if limit.is_cut && !unpacked.is_empty() => Ok(unpacked),
        Err(why) => Err(broken(format!("its {coding} cannot be undone: {why}"))),
    }
}

fn broken(why: String) -> Trouble {
    Trouble::Broken { why }
}

impl std::fmt::Display for Coding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "brotli",
            Self::Zstd => "zstd",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    /// Larger than every test text, and far smaller than the bombs.
    const LIMIT: BodyLimit = BodyLimit {
        bytes: 10_000,
        accept_part: false,
        is_cut: false,
    };

    /// A text of a few dozen octets that no coding makes empty.
    const TEXT: &[u8] = "서가 사이로 아침이 왔다. 사서는 문을 열었다. ".as_bytes();

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        zstd::bulk::compress(text, 3).unwrap()
    }

    fn undone(body: Vec<u8>, declared: &[&str]) -> Result<Vec<u8>, Trouble> {
        undo(body, declared.iter().copied(), LIMIT)
    }

    #[test]
    fn codings_are_known_in_any_case_and_undone_from_the_last_to_the_first() {
        for name in [
            "gzip",
            "GZIP",
            "x-gzip",
            "X-Gzip",
            " gzip ",
            "identity, gzip",
            "gzip,",
            "gzip, none",
        ] {
            assert_eq!(undone(gzip(TEXT), &[name]).unwrap(), TEXT, "{name}");
        }

        assert_eq!(undone(gzip(&zstd(TEXT)), &["zstd, gzip"]).unwrap(), TEXT);
        assert_eq!(
            undone(gzip(&zlib(TEXT)), &["deflate", "gzip"]).unwrap(),
            TEXT
        );
        assert!(undone(gzip(&zstd(TEXT)), &["gzip, zstd"]).is_err());
    }

    #[test]
    fn every_member_counts_and_what_is_none_is_padding() {
        for (packed, coding) in [(gzip(TEXT), "gzip"), (zstd(TEXT), "zstd")] {
            assert_eq!(
                undone([&packed[..], &packed].concat(), &[coding]).unwrap(),
                [TEXT, TEXT].concat()
            );
            for padding in [&b"\0\0\0\0"[..], b"<!-- cached -->", b"\x1f", b"\x28\xb5"] {
                assert_eq!(
                    undone([&packed[..], padding].concat(), &[coding]).unwrap(),
                    TEXT,
                    "{coding}"
                );
            }

            let torn = &packed[..packed.len() - 3];
            assert!(undone(torn.to_vec(), &[coding]).is_err(), "{coding}");
            assert!(
                undone([&packed[..], torn].concat(), &[coding]).is_err(),
                "{coding}"
            );
        }

        let empty = gzip(b"");
        assert_eq!(
            undone([gzip(TEXT), empty.clone()].concat(), &["gzip"]).unwrap(),
            TEXT
        );
        assert_eq!(
            undone([empty, gzip(TEXT)].concat(), &["gzip"]).unwrap(),
            TEXT
        );
    }

    #[test]
    fn deflate_is_understood_with_its_frame_and_without() {
        for packed in [
            zlib(TEXT),
            bare(TEXT),
            [zlib(TEXT), b"\0\0".to_vec()].concat(),
        ] {
            assert_eq!(undone(packed, &["deflate"]).unwrap(), TEXT);
        }
        assert!(undone(zlib(TEXT)[..20].to_vec(), &["deflate"]).is_err());
    }

    #[test]
    fn an_unknown_coding_of_a_text_is_none_and_of_anything_else_is_not_undone() {
        for name in ["none", "utf-8", "UTF-8", "euc-kr", "plain", "text/html"] {
            assert_eq!(undone(TEXT.to_vec(), &[name]).unwrap(), TEXT, "{name}");
        }
        for name in ["aws-chunked", "compress", "plain"] {
            assert!(undone(gzip(TEXT), &[name]).is_err(), "{name}");
        }
        assert!(undone(gzip(TEXT), &["gzip", "aws-chunked"]).is_err());

        // A text that is declared as packed did not arrive as it was sent.
        assert!(undone(TEXT.to_vec(), &["gzip"]).is_err());
    }

    #[test]
    fn an_empty_body_needs_no_undoing() {
        for coding in ["gzip", "br", "zstd", "deflate", "unheard-of"] {
            assert_eq!(undone(Vec::new(), &[coding]).unwrap(), b"");
        }
    }

    #[test]
    fn no_layer_may_be_larger_than_the_limit() {
        let bomb = vec![0; 50_000_000];
        let limit = Err(Trouble::TooLarge { limit: 10_000 });

        for (packed, coding) in [
            (gzip(&bomb), "gzip"),
            (zlib(&bomb), "deflate"),
            (zstd(&bomb), "zstd"),
        ] {
            assert_eq!(undone(packed, &[coding]), limit, "{coding}");
        }

        // The first layer alone is over the limit, though the second would be within it.
        let inner = [gzip(TEXT), bomb].concat();
        assert_eq!(undone(gzip(&inner), &["gzip, gzip"]), limit);
        assert!(undone(gzip(TEXT), &["gzip, gzip, gzip, gzip, gzip"]).is_err());
    }

    #[test]
    fn the_part_within_the_limit_is_unpacked_where_a_part_is_accepted() {
        let part = |bytes, is_cut| BodyLimit {
            bytes,
            accept_part: true,
            is_cut,
        };
        // Long enough for several of zstd's blocks, each of which is unpacked whole.
        let long: Vec<u8> = (0..100_000)
            .flat_map(|number: u32| number.to_string().into_bytes())
            .collect();

        for (packed, coding) in [
            (gzip(&long), "gzip"),
            (zlib(&long), "deflate"),
            (zstd(&long), "zstd"),
        ] {
            let unpacked = undo(packed.clone(), [coding].into_iter(), part(100, false)).unwrap();
            assert_eq!(unpacked, long[..100], "{coding}");

            let torn = packed[..packed.len() - 12].to_vec();
            let unpacked = undo(torn, [coding].into_iter(), part(1_000_000, true));
            assert!(
                unpacked
                    .as_ref()
                    .is_ok_and(|unpacked| long.starts_with(unpacked)),
                "{coding}: {unpacked:?}"
            );
        }
    }

    #[test]
    fn an_undeclared_gzip_is_undone_and_anything_else_is_left() {
        assert_eq!(undo_undeclared_gzip(gzip(TEXT), LIMIT), TEXT);

        let torn = gzip(TEXT)[..20].to_vec();
        assert_eq!(undo_undeclared_gzip(torn.clone(), LIMIT), torn);
        assert_eq!(undo_undeclared_gzip(TEXT.to_vec(), LIMIT), TEXT);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_under_any_codings_are_answered(
            body in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
            head in proptest::sample::select(vec![
                &b""[..], &GZIP_MAGIC, &ZSTD_MAGIC, &[0x78, 0x9c], &[0x1f, 0x8b],
            ]),
            codings in proptest::collection::vec(
                proptest::sample::select(vec!["gzip", "deflate", "br", "zstd", "x"]), 0..4),
        ) {
            let body = [head, &body].concat();
            if let Ok(unpacked) = undo(body, codings.into_iter(), LIMIT) {
                proptest::prop_assert!(unpacked.len() <= LIMIT.bytes);
            }
        }
    }
}
