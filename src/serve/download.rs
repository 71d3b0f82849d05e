//! A file of the disk as an answer, read as fast as its reader takes it.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::archive::{Reader, WithdrawalMark};
use crate::serve::Desk;
use crate::serve::answering::read;
use crate::serve::connections::ConnectionLife;
use crate::serve::export_job::outdated;

/// Bytes that are read at once: few turns of a thread for a large file, and little memory for a
/// reader that is slow.
const CHUNK: u64 = 256 << 10;

/// Returns a file of an export as a download of a name. While its reader takes something, its
/// connection stays open. It is cut once the export must not be given to readers any more.
pub(super) fn download(
    desk: &Arc<Desk>,
    (file, bytes): (File, u64),
    (name, mark): (&str, WithdrawalMark),
    life: ConnectionLife,
) -> Response {
    let owned = Arc::clone(desk);
    let chunks = stream::try_unfold(file, move |file| {
        let desk = Arc::clone(&owned);
        life.lengthen(desk.clock.now());
        async move {
            check(&desk, mark).await?;
            let read = tokio::task::spawn_blocking(move || next_chunk(file)).await;
            read.map_err(io::Error::other)?
        }
    });
    let headers = [
        (header::CONTENT_TYPE, content_type(name).to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, Body::from_stream(chunks)).into_response()
}

/// Checks that readers may still have an export.
///
/// # Errors
///
/// Fails where they may not, and where the archive cannot tell it.
async fn check(desk: &Arc<Desk>, mark: WithdrawalMark) -> io::Result<()> {
    let asked = move |desk: &Desk, reader: &Reader| Ok(outdated(&desk.door, reader, mark)?);
    let why = match read(desk, asked).await {
        Ok(None) => return Ok(()),
        Ok(Some(cause)) => format!("{cause:?}"),
        Err(failure) => format!("{failure:?}"),
    };
    tracing::warn!(why, "a download was cut");
    Err(io::Error::other(why))
}

/// Reads the next bytes of a file; `None` at its end.
fn next_chunk(mut file: File) -> io::Result<Option<(Bytes, File)>> {
    let mut chunk = Vec::new();
    (&mut file).take(CHUNK).read_to_end(&mut chunk)?;
    Ok((!chunk.is_empty()).then(|| (chunk.into(), file)))
}

/// Returns the type of a file by the ending of its name.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv") => "text/csv; charset=utf-8",
        Some("json") => "application/json",
        Some("atom") => "application/atom+xml; charset=utf-8",
        Some("wacz") => "application/wacz",
        _ => "application/octet-stream",
    }
}
