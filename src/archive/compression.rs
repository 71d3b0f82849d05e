//! Compression of bodies: alone, or with an earlier page of their site as a dictionary.
//!
//! Pages of one paper are alike. A real page of 82,913 bytes takes 22,520 bytes alone, and 4,776
//! with an earlier page of its paper (measured). A dictionary is raw content (RFC 8878 §5), so any
//! program that has zstd can read it.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};
use zstd::zstd_safe::{CCtx, CDict, DCtx, compress_bound, get_error_name};

use crate::archive::error::ArchiveError;

/// Without a dictionary, zstd's level 1 keeps a newspaper's pages at a fifth of their size for a
/// third of level 3's time.
const LEVEL_ALONE: i32 = 1;

/// No kept body is larger than 1 GiB: far more than any sensible `limits.body`. A larger size is
/// damage.
const MAX_BODY_BYTES: usize = 1 << 30;

/// A page that takes more than one byte in so many with a dictionary may be as small without one.
/// Pages of a known skin take one in sixteen and less (measured).
const GOOD_RATIO: usize = 8;

/// With a dictionary, level 2 packs a real page in less time than level 1 without one (88 and 125
/// µs). Level 3 makes it 4 % smaller, and its tables take twice the memory (499 and 237 KB; all
/// measured).
const LEVEL_WITH_DICTIONARY: i32 = 2;

thread_local! {
    // Making a context costs more than packing a small page with it, so each thread keeps one.
    static PACKER: RefCell<CCtx<'static>> = RefCell::new(CCtx::create());
    static UNPACKER: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

/// The id of a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DictionaryId(pub(super) i64);

impl DictionaryId {
    /// Returns the number of its row.
    pub fn row(self) -> i64 {
        self.0
    }
}

impl fmt::Display for DictionaryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The content of an earlier page, ready to compress others with. A clone is cheap.
#[derive(Clone)]
pub struct Dictionary(Arc<DictionaryContent>);

struct DictionaryContent {
    id: DictionaryId,
    sha256: Vec<u8>,
    content: Vec<u8>,
    /// Made when the first page is compressed with it.
    tables: OnceLock<CDict<'static>>,
}

/// A compressed body, identified by the SHA-256 of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub(super) sha256: [u8; 32],
    pub(super) bytes: i64,
    pub(super) zstd: Vec<u8>,
    pub(super) compression: Compression,
}

impl Packed {
    /// Returns the dictionary that it is compressed with.
    pub(super) fn dictionary(&self) -> Option<DictionaryId> {
        match self.compression {
            Compression::With(id) => Some(id),
            Compression::Alone => None,
        }
    }
}

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// There was no dictionary, or it did not help.
    Alone,
    With(DictionaryId),
}

/// Compresses a body, with a dictionary where that helps. Called in the task that fetched it, so
/// that the writer does not wait for it.
pub fn pack(body: &[u8], dictionary: Option<&Dictionary>) -> Packed {
    let (zstd, compression) = match dictionary {
        None => (compressed(body, None), Compression::Alone),
        Some(dictionary) => smaller(body, dictionary),
    };

    Packed {
        sha256: Sha256::digest(body).into(),
        bytes: i64::try_from(body.len()).expect("a body is capped far below 2^63 bytes"),
        zstd,
        compression,
    }
}

/// Compresses a body with a dictionary. Where that saves less than a third, the body is compressed
/// alone. What was compressed with a dictionary is read back at once: later, the page may be gone.
fn smaller(body: &[u8], dictionary: &Dictionary) -> (Vec<u8>, Compression) {
    let with = compressed(body, Some(dictionary));
    let reads_back =
        || unpack_with(&with, body.len(), Some(dictionary)).is_ok_and(|back| back == body);
    if with.len() * GOOD_RATIO <= body.len() && reads_back() {
        return (with, Compression::With(dictionary.id()));
    }

    let alone = compressed(body, None);
    if with.len() * 3 <= alone.len() * 2 && reads_back() {
        (with, Compression::With(dictionary.id()))
    } else {
        (alone, Compression::Alone)
    }
}

fn compressed(body: &[u8], dictionary: Option<&Dictionary>) -> Vec<u8> {
    let mut zstd = Vec::with_capacity(compress_bound(body.len()));
    let written = PACKER.with_borrow_mut(|packer| match dictionary {
        Some(dictionary) => packer.compress_using_cdict(&mut zstd, body, dictionary.tables()),
        None => packer.compress(&mut zstd, body, LEVEL_ALONE),
    });
    written.expect("compressing into memory only fails for want of memory");

    // Bodies wait for their commit, and need no room to grow.
    zstd.shrink_to_fit();
    zstd
}

/// Unpacks what was compressed alone to at most `bytes` bytes.
pub(super) fn unpack(packed: &[u8], bytes: usize) -> Result<Vec<u8>, ArchiveError> {
    unpack_with(packed, bytes, None)
}

/// Unpacks a body of at most `bytes` bytes.
pub(super) fn unpack_with(
    packed: &[u8],
    bytes: usize,
    dictionary: Option<&Dictionary>,
) -> Result<Vec<u8>, ArchiveError> {
    // Memory is allocated by this size before the content is checked.
    if bytes > MAX_BODY_BYTES {
        return Err(ArchiveError::Damaged(format!(
            "no kept body is as large as {bytes} bytes"
        )));
    }

    let mut body = Vec::with_capacity(bytes);
    UNPACKER
        .with_borrow_mut(|unpacker| match dictionary {
            Some(dictionary) => {
                unpacker.decompress_using_dict(&mut body, packed, dictionary.content())
            }
            None => unpacker.decompress(&mut body, packed),
        })
        .map_err(|code| {
            let why = get_error_name(code);
            ArchiveError::Damaged(format!("a body cannot be unpacked: {why}"))
        })?;
    Ok(body)
}

/// Unpacks bytes of a known size, and compares them with the SHA-256 of those that came. `what`
/// names them in errors.
pub(super) fn unpack_checked(
    (packed, bytes): (&[u8], usize),
    sha256: &[u8],
    dictionary: Option<&Dictionary>,
    what: &str,
) -> Result<Vec<u8>, ArchiveError> {
    let body = unpack_with(packed, bytes, dictionary)?;
    if Sha256::digest(&body).as_slice() != sha256 {
        return Err(ArchiveError::Damaged(format!(
            "{what} is not the one that came"
        )));
    }
    Ok(body)
}

impl Dictionary {
    pub(super) fn new(id: DictionaryId, sha256: Vec<u8>, content: Vec<u8>) -> Self {
        Self(Arc::new(DictionaryContent {
            id,
            sha256,
            content,
            tables: OnceLock::new(),
        }))
    }

    pub(super) fn id(&self) -> DictionaryId {
        self.0.id
    }

    pub(super) fn sha256(&self) -> &[u8] {
        &self.0.sha256
    }

    pub(super) fn content(&self) -> &[u8] {
        &self.0.content
    }

    /// Returns the tables to compress with.
    pub(super) fn tables(&self) -> &CDict<'static> {
        self.0
            .tables
            .get_or_init(|| CDict::create(&self.0.content, LEVEL_WITH_DICTIONARY))
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dictionary({})", self.0.id.0)
    }
}

impl PartialEq for Dictionary {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Dictionary {}
