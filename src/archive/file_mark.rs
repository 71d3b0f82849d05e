//! The mark in a file's header that tells an archive from other databases.

/// `sase` in ASCII: the SQLite application id of an archive.
pub(super) const APPLICATION: i64 = 0x7361_7365;

/// Tells whether a file is an archive, by its header (SQLite's file format, §1.3).
pub(super) fn is_archive(header: &[u8; 100]) -> bool {
    let application = header[68..72]
        .iter()
        .fold(0, |id, byte| (id << 8) | i64::from(*byte));
    header.starts_with(b"SQLite format 3\0") && application == APPLICATION
}
