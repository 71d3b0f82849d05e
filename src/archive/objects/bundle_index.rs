//! What a bundle tells at its beginning: the bodies in it, without the archive.

use std::ops::Range;

use serde::Deserialize;

use crate::archive::error::ArchiveError;
use crate::archive::objects::bundle::{FORM, SKIPPABLE};

/// The first read of a bundle: the headers of a thousand bodies take some 100 KiB.
const FIRST_READ: u64 = 128 << 10;

/// A longer header is none of saseo's.
const MOST_HEADER_BYTES: u64 = 64 << 20;

/// The number and the size of the skippable frame.
const PREFIX: usize = 8;

/// The bodies of a bundle, as its header tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BundleIndex {
    /// The names of the dictionaries' objects.
    pub(crate) dictionaries: Vec<String>,
    pub(crate) frames: Vec<IndexedFrame>,
}

/// A body in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexedFrame {
    /// The SHA-256 of its content.
    pub(crate) content: [u8; 32],
    pub(crate) place: Range<usize>,
    /// The name of its dictionary's object among those of the bundle.
    pub(crate) dictionary: Option<usize>,
}

#[derive(Deserialize)]
struct ReadHeader {
    saseo: String,
    form: u32,
    dictionaries: Vec<String>,
    bodies: Vec<ReadBody>,
}

#[derive(Deserialize)]
struct ReadBody {
    sha256: String,
    bytes: usize,
    dictionary: Option<usize>,
}

impl BundleIndex {
    /// Reads the header of an object. `read` returns a range of its bytes, cut off at their end.
    /// Returns `None` where the object is not there, or is no bundle.
    ///
    /// # Errors
    ///
    /// Fails where `read` does.
    pub(crate) fn read(
        mut read: impl FnMut(Range<u64>) -> Result<Option<Vec<u8>>, ArchiveError>,
    ) -> Result<Option<Self>, ArchiveError> {
        let Some(mut bytes) = read(0..FIRST_READ)? else {
            return Ok(None);
        };
        let Some(end) = frames_start(&bytes) else {
            return Ok(None);
        };
        if end > bytes.len() {
            let end = u64::try_from(end).unwrap_or(u64::MAX);
            if end > MOST_HEADER_BYTES {
                return Ok(None);
            }
            bytes = read(0..end)?.unwrap_or_default();
        }
        Ok(Self::of(&bytes))
    }

    /// Reads the header at the beginning of bytes.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let mut at = frames_start(bytes)?;
        let header: ReadHeader = serde_json::from_slice(bytes.get(PREFIX..at)?).ok()?;
        if header.saseo != "bundle" || header.form != FORM {
            return None;
        }

        let mut frames = Vec::with_capacity(header.bodies.len());
        for body in header.bodies {
            let end = at.checked_add(body.bytes)?;
            let mut content = [0; 32];
            hex::decode_to_slice(&body.sha256, &mut content).ok()?;
            frames.push(IndexedFrame {
                content,
                place: at..end,
                dictionary: body.dictionary,
            });
            at = end;
        }
        Some(Self {
            dictionaries: header.dictionaries,
            frames,
        })
    }
}

/// Returns where the frames of an object begin; `None` where it does not begin as objects do.
pub(crate) fn frames_start(bytes: &[u8]) -> Option<usize> {
    let (prefix, _) = bytes.split_first_chunk::<PREFIX>()?;
    let [a, b, c, d, size @ ..] = *prefix;
    if u32::from_le_bytes([a, b, c, d]) != SKIPPABLE {
        return None;
    }
    usize::try_from(u32::from_le_bytes(size))
        .ok()?
        .checked_add(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::objects::bundle::{BundleEntry, bundle};
    use crate::time::Timestamp;

    #[test]
    fn a_bundle_tells_where_its_bodies_are_as_the_archive_knows_it() {
        let entry = |body: u8| BundleEntry {
            body: body.into(),
            content: vec![body; 32],
            zstd: vec![body; 10 + usize::from(body)],
            dictionary: (body == 2).then(|| (7, "dictionaries/aa/x.zst".to_owned())),
        };
        let (object, places) = bundle((1..=3).map(entry).collect(), Timestamp::from_millis(0));

        let read = BundleIndex::read(|range| {
            let end = usize::try_from(range.end).unwrap().min(object.bytes.len());
            Ok(Some(object.bytes[..end].to_vec()))
        });

        let index = read.unwrap().unwrap();
        assert_eq!(index.dictionaries, ["dictionaries/aa/x.zst"]);
        for (frame, place) in index.frames.iter().zip(&places) {
            assert_eq!(frame.content.as_slice(), place.content);
            assert_eq!(frame.place.start, usize::try_from(place.start).unwrap());
            assert_eq!(frame.place.len(), usize::try_from(place.bytes).unwrap());
            assert_eq!(frame.dictionary, place.dictionary.map(|_| 0));
        }
        assert_eq!(index.frames.len(), places.len());
    }

    #[test]
    fn a_header_that_is_longer_than_the_first_read_is_read_whole_and_a_huge_one_is_not() {
        let size = 200_000_u32;
        let mut long = SKIPPABLE.to_le_bytes().to_vec();
        long.extend(size.to_le_bytes());
        long.resize(FIRST_READ as usize, b' ');
        let mut asked = Vec::new();
        let read = BundleIndex::read(|range| {
            asked.push(range.end);
            Ok(Some(long.clone()))
        });
        assert_eq!(read.unwrap(), None);
        assert_eq!(asked, [FIRST_READ, u64::from(size) + 8]);

        long[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        let mut reads = 0;
        let read = BundleIndex::read(|_| {
            reads += 1;
            Ok(Some(long.clone()))
        });
        assert_eq!((read.unwrap(), reads), (None, 1));
    }
}
