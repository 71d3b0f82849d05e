//! Bodies of answers: compressed, and kept once per content.

use std::cell::RefCell;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use zstd::bulk::Compressor;

use crate::archive::error::ArchiveError;
use crate::frontier::PageId;

/// zstd's level 1 keeps a newspaper's pages at a fifth of their size for a third of level 3's time.
const LEVEL: i32 = 1;

/// No kept body is larger than 1 GiB: far more than any sensible `limits.body`. A larger size is
/// damage.
const MAX_BODY_BYTES: usize = 1 << 30;

thread_local! {
    // Making a compressor costs more than compressing a small page with it, so each thread keeps
    // one.
    static PACKER: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::new(LEVEL).expect("level 1 is one of zstd's levels"));
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
}

/// Compresses a body. Called in the task that fetched it, so that the writer does not wait for it.
pub fn pack(body: &[u8]) -> Packed {
    let zstd = PACKER.with_borrow_mut(|packer| packer.compress(body));
    let zstd = zstd.expect("compressing into memory only fails for want of memory");
    let bytes = i64::try_from(body.len()).expect("a body is capped far below 2^63 bytes");
    Packed {
        sha256: Sha256::digest(body).into(),
        bytes,
        zstd,
    }
}

/// Unpacks a body that has `bytes` bytes.
pub(super) fn unpack(packed: &[u8], bytes: usize) -> Result<Vec<u8>, ArchiveError> {
    // Memory is allocated by this size before the content is checked.
    if bytes > MAX_BODY_BYTES {
        return Err(ArchiveError::Damaged(format!(
            "no kept body is as large as {bytes} bytes"
        )));
    }
    zstd::bulk::decompress(packed, bytes)
        .map_err(|why| ArchiveError::Damaged(format!("a body cannot be unpacked: {why}")))
}

/// Unpacks the body of a capture, and compares it with the SHA-256 of the bytes that came.
pub(super) fn unpack_checked(
    packed: &[u8],
    bytes: usize,
    sha256: &[u8],
    capture: i64,
) -> Result<Vec<u8>, ArchiveError> {
    let body = unpack(packed, bytes)?;
    if Sha256::digest(&body).as_slice() != sha256 {
        return Err(ArchiveError::Damaged(format!(
            "the body of capture {capture} is not the one that came"
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

    tx.prepare_cached("INSERT INTO body (sha256, bytes, zstd) VALUES (?1, ?2, ?3)")?
        .execute(params![body.sha256, body.bytes, body.zstd])?;
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
        "UPDATE body SET bytes = ?2, zstd = ?3 WHERE id = ?1",
        params![id, body.bytes, body.zstd],
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
