//! Bodies of answers: compressed, and kept once per content.

use std::cell::RefCell;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use zstd::zstd_safe::{CCtx, DCtx, compress_bound, get_error_name};

use crate::archive::dictionary::{Dictionary, DictionaryId};
use crate::archive::error::ArchiveError;
use crate::frontier::PageId;

/// Without a dictionary, zstd's level 1 keeps a newspaper's pages at a fifth of their size for a
/// third of level 3's time.
const LEVEL: i32 = 1;

/// No kept body is larger than 1 GiB: far more than any sensible `limits.body`. A larger size is
/// damage.
const MAX_BODY_BYTES: usize = 1 << 30;

/// A page that takes more than one byte in so many with a dictionary may be as small without one.
/// Pages of a known skin take one in sixteen and less (measured).
const GOOD_RATIO: usize = 8;

thread_local! {
    // Making a context costs more than packing a small page with it, so each thread keeps one.
    static PACKER: RefCell<CCtx<'static>> = RefCell::new(CCtx::create());
    static UNPACKER: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

/// A body as it is kept, or the reason why it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Kept(Packed),
    /// The paper forbids archiving. Only the digest of the body is kept.
    Withheld {
        why: String,
        digest: [u8; 32],
    },
}

impl Body {
    /// Returns the SHA-256 of the body.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Kept(packed) => packed.sha256,
            Self::Withheld { digest, .. } => *digest,
        }
    }
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
    /// Returns the dictionary that it is compressed with, as its column keeps it.
    pub(super) fn dictionary(&self) -> Option<i64> {
        match self.compression {
            Compression::With(DictionaryId(id)) => Some(id),
            Compression::Alone | Compression::AloneThough(_) => None,
        }
    }
}

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    /// Alone, since there was no dictionary.
    Alone,
    With(DictionaryId),
    /// Alone, since the dictionary did not help.
    AloneThough(DictionaryId),
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
        (alone, Compression::AloneThough(dictionary.id()))
    }
}

fn compressed(body: &[u8], dictionary: Option<&Dictionary>) -> Vec<u8> {
    let mut zstd = Vec::with_capacity(compress_bound(body.len()));
    let written = PACKER.with_borrow_mut(|packer| match dictionary {
        Some(dictionary) => packer.compress_using_cdict(&mut zstd, body, dictionary.tables()),
        None => packer.compress(&mut zstd, body, LEVEL),
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

/// Writes a body where its content is not kept yet, and returns its id.
pub(super) fn write_body(tx: &Connection, body: &Packed) -> Result<i64, ArchiveError> {
    let mut known = tx.prepare_cached("SELECT id FROM body WHERE sha256 = ?1")?;
    if let Some(id) = known
        .query_row([body.sha256], |row| row.get(0))
        .optional()?
    {
        mend_body(tx, body)?;
        return Ok(id);
    }

    tx.prepare_cached(
        "INSERT INTO body (sha256, bytes, zstd, dictionary_id) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        body.sha256,
        body.bytes,
        body.zstd,
        body.dictionary()
    ])?;
    Ok(tx.last_insert_rowid())
}

/// Replaces a damaged body by an intact one of the same content.
pub(super) fn mend_body(tx: &Connection, body: &Packed) -> Result<(), ArchiveError> {
    let mut damaged = tx.prepare_cached(
        "SELECT body_id FROM damage JOIN body ON body.id = body_id WHERE sha256 = ?1",
    )?;
    let Some(id) = damaged
        .query_row([body.sha256], |row| row.get::<_, i64>(0))
        .optional()?
    else {
        return Ok(());
    };

    tx.execute(
        "UPDATE body SET bytes = ?2, zstd = ?3, dictionary_id = ?4 WHERE id = ?1",
        params![id, body.bytes, body.zstd, body.dictionary()],
    )?;
    tx.execute("DELETE FROM damage WHERE body_id = ?1", [id])?;
    Ok(())
}

/// Tells whether the body of a page's newest capture is damaged.
pub(super) fn is_body_damaged(tx: &Connection, page: PageId) -> Result<bool, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM page JOIN capture ON capture.id = page.capture_id
                        JOIN damage ON damage.body_id = capture.body_id WHERE page.id = ?1)",
    )?;
    Ok(select.query_row([page.0], |row| row.get(0))?)
}
