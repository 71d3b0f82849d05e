//! Captures: answers as they came, their bodies compressed and kept once by content.

use std::cell::RefCell;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use zstd::bulk::Compressor;

use crate::archive::error::ArchiveError;
use crate::archive::ledger::AnnouncedId;
use crate::archive::mend::mend_body;
use crate::frontier::PageId;
use crate::opt_out::{Done, OptOut};
use crate::time::Timestamp;

/// zstd's level 1 keeps a newspaper's pages at a fifth of their size for a third of level 3's time.
const LEVEL: i32 = 1;

/// No body is larger: far above what any `limits.body` asks for.
const LARGEST: usize = 1 << 30;

thread_local! {
    // Making a compressor costs more than compressing a small page with it.
    static PACKER: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::new(LEVEL).expect("level 1 is one of zstd's levels"));
}

/// An answer to keep, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    pub fetched_at: Timestamp,
    pub status: u16,
    /// `name: value`, one a line.
    pub headers: String,
    pub body: Body,
    /// What is said against uses of the page, and what was done about it.
    pub opt_outs: Vec<(OptOut, Done)>,
    pub charset: Option<Charset>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// How the body's bytes became text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charset {
    pub declared: Option<String>,
    pub used: String,
    pub had_errors: bool,
}

/// A body as it is kept, or why it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Kept(Packed),
    /// The paper forbids archives; nothing but the digest of what came is known.
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

/// A body, named by its content and compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub(super) sha256: [u8; 32],
    pub(super) bytes: i64,
    pub(super) zstd: Vec<u8>,
}

/// Compresses a body. This is work for the task that fetched it, not for the writer.
pub fn pack(body: &[u8]) -> Packed {
    let zstd = PACKER.with_borrow_mut(|packer| packer.compress(body));
    let zstd = zstd.expect("compressing into memory only fails for want of memory");
    let bytes = i64::try_from(body.len()).expect("a body is capped far below 2^63 bytes");
    Packed { sha256: Sha256::digest(body).into(), bytes, zstd }
}

/// Unpacks a body of so many bytes.
pub(super) fn unpack(packed: &[u8], bytes: usize) -> Result<Vec<u8>, ArchiveError> {
    // A size that no body has would be asked of the memory before it is found wrong.
    if bytes > LARGEST {
        return Err(ArchiveError::Damaged(format!("a body of {bytes} bytes is none that was kept")));
    }
    zstd::bulk::decompress(packed, bytes)
        .map_err(|why| ArchiveError::Damaged(format!("a body cannot be unpacked: {why}")))
}

/// The archive's number for a capture.
pub(super) fn write_capture(
    work: &Connection,
    page: PageId,
    announced: AnnouncedId,
    capture: &Capture,
) -> Result<i64, ArchiveError> {
    let (body, withheld) = match &capture.body {
        Body::Kept(packed) => (Some(write_body(work, packed)?), None),
        Body::Withheld { why, .. } => (None, Some(why)),
    };
    let charset = capture.charset.as_ref();
    work.prepare_cached(
        "INSERT INTO capture (page_id, announced_id, fetched_at, status, headers, body_id, withheld, charset_declared, charset_used, charset_errors)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        page.0,
        announced.0,
        capture.fetched_at.millis(),
        capture.status,
        capture.headers,
        body,
        withheld,
        charset.and_then(|charset| charset.declared.as_deref()),
        charset.map(|charset| charset.used.as_str()),
        charset.is_some_and(|charset| charset.had_errors),
    ])?;
    let id = work.last_insert_rowid();
    for (opt_out, done) in &capture.opt_outs {
        work.prepare_cached(
            "INSERT INTO opt_out (capture_id, signal, source, evidence, effect) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![id, opt_out.signal.name(), opt_out.source, opt_out.evidence, done.name()])?;
    }
    // Beside the page's new state, which is written in the same place: this costs no more than that.
    work.prepare_cached(
        "UPDATE page SET etag = ?2, last_modified = ?3, capture_id = iif(?4, ?5, capture_id) WHERE id = ?1",
    )?
    .execute(params![page.0, capture.etag, capture.last_modified, tells_of_page(capture.status), id])?;
    Ok(id)
}

/// Whether a status tells if there is such a page; others tell of the server, or of the asker.
fn tells_of_page(status: u16) -> bool {
    matches!(status, 200..=299 | 404 | 410)
}

fn write_body(work: &Connection, body: &Packed) -> Result<i64, ArchiveError> {
    let mut known = work.prepare_cached("SELECT id FROM body WHERE sha256 = ?1")?;
    if let Some(id) = known.query_row([body.sha256], |row| row.get(0)).optional()? {
        mend_body(work, body)?;
        return Ok(id);
    }
    work.prepare_cached("INSERT INTO body (sha256, bytes, zstd) VALUES (?1, ?2, ?3)")?.execute(params![
        body.sha256,
        body.bytes,
        body.zstd
    ])?;
    Ok(work.last_insert_rowid())
}
