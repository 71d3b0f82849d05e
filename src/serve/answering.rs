//! The way from a request to its answer: the archive is read, or it is told why not.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use tokio::sync::mpsc::{Sender, channel};

use crate::archive::Reader;
use crate::serve::Desk;
use crate::serve::failure::NoPage;
use crate::serve::frame::failure_page;
use crate::serve::query::Wish;

/// What all handlers are given.
pub(super) type SharedDesk = State<Arc<Desk>>;

/// Reads the archive on a thread that may wait, and makes the answer there.
pub(super) async fn answer(
    desk: &Arc<Desk>,
    wish: Wish,
    work: impl FnOnce(&Desk, &Reader, &Wish) -> Result<Response, NoPage> + Send + 'static,
) -> Response {
    let asked = wish.clone();
    let worked = read(desk, move |desk, reader| work(desk, reader, &asked)).await;
    worked.unwrap_or_else(|failure| failed(&wish, &failure))
}

/// Reads the archive on a thread that may wait.
pub(super) async fn read<T: Send + 'static>(
    desk: &Arc<Desk>,
    work: impl FnOnce(&Desk, &Reader) -> Result<T, NoPage> + Send + 'static,
) -> Result<T, NoPage> {
    let owned = Arc::clone(desk);
    let turns = Arc::clone(desk.readers.turns());
    let Ok(turn) = turns.acquire_owned().await else {
        return Err(NoPage::Broken);
    };
    let worked = tokio::task::spawn_blocking(move || {
        // The turn ends with the work, also where the client hung up meanwhile.
        let (_turn, desk) = (turn, owned);
        desk.readers.read(|reader| work(&desk, reader))
    });
    worked.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the archive was not read to the end");
        Err(NoPage::Broken)
    })
}

pub(super) fn failed(wish: &Wish, failure: &NoPage) -> Response {
    let page: Markup = failure_page(wish, failure);
    (failure.status(), page).into_response()
}

/// Begins an answer that is written while it is read, on a thread that may wait. An answer that
/// fails on its way is cut, so that nobody takes it for whole.
pub(super) fn stream(
    desk: &Arc<Desk>,
    wish: &Wish,
    named: (&'static str, &'static str),
    work: impl FnOnce(&Reader, &mut dyn Write) -> Result<(), NoPage> + Send + 'static,
) -> Response {
    let Ok(turn) = Arc::clone(desk.readers.long_turns()).try_acquire_owned() else {
        return failed(wish, &NoPage::Busy);
    };
    let (parts, body) = body_channel();
    let owned = Arc::clone(desk);
    tokio::task::spawn_blocking(move || {
        let (_turn, desk) = (turn, owned);
        let mut to = BufWriter::with_capacity(PART, parts);
        let worked = desk.readers.read(|reader| work(reader, &mut to));
        let written = worked.map_err(|failure| io::Error::other(format!("{failure:?}")));
        let ended = written.and_then(|()| to.flush());
        let parts = to.into_parts().0;
        match ended {
            Err(error) if !parts.is_gone => {
                tracing::warn!(%error, "an answer was cut");
                parts.cut(error);
            }
            // A client that hung up wants no more.
            Ok(()) | Err(_) => {}
        }
    });
    (file_headers(named), body).into_response()
}

/// Returns the headers of a file of a type and a name.
pub(super) fn file_headers(
    (content_type, file): (&'static str, &'static str),
) -> [(HeaderName, String); 2] {
    [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file}\""),
        ),
    ]
}

/// Bytes of a part of an answer.
const PART: usize = 64 << 10;

/// Parts that wait for a slow reader.
const PARTS: usize = 4;

/// The writing end of an answer.
struct BodyParts {
    sender: Sender<io::Result<Bytes>>,
    /// Whether the client hung up.
    is_gone: bool,
}

impl BodyParts {
    /// Ends the answer so that its reader knows that it is not whole.
    fn cut(self, error: io::Error) {
        // The reader may be gone.
        let _ = self.sender.blocking_send(Err(error));
    }
}

impl Write for BodyParts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = Bytes::copy_from_slice(bytes);
        match self.sender.blocking_send(Ok(part)) {
            Ok(()) => Ok(bytes.len()),
            Err(_) => {
                self.is_gone = true;
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn body_channel() -> (BodyParts, Body) {
    let (sender, receiver) = channel(PARTS);
    let parts = futures_util::stream::unfold(receiver, |mut receiver| async move {
        let part = receiver.recv().await?;
        Some((part, receiver))
    });
    let written = BodyParts {
        sender,
        is_gone: false,
    };
    (written, Body::from_stream(parts))
}
