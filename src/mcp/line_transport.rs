//! The transport on stdin and stdout: a line is a message, and a line that is none is answered.
//!
//! rmcp's own transport drops a line that is too long, or that is no JSON, without an answer. A
//! client that sent a request in it would wait for ever.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;

use rmcp::ErrorData;
use rmcp::model::RequestId;
use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::{Transport, stdio};
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Stdout};
use tokio::sync::{Mutex, mpsc};

/// The longest line in bytes. The longest arguments are a query and an address of a few thousand
/// letters.
const LONGEST_LINE: usize = 1024 * 1024;

/// A byte order mark, which readers of JSON may ignore (RFC 8259 §8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

type Incoming = RxJsonRpcMessage<RoleServer>;
type Outgoing = TxJsonRpcMessage<RoleServer>;

/// Stdout. Answers to calls and answers to unreadable lines are written by several tasks: a lock
/// keeps each line whole.
type SharedOutput = Arc<Mutex<Stdout>>;

/// The transport of one client.
#[derive(Debug)]
pub(super) struct LineTransport {
    messages: mpsc::Receiver<Incoming>,
    output: SharedOutput,
}

impl LineTransport {
    /// Begins to read stdin, on a task of its own: the service may drop a call of `receive`, and no
    /// line may be lost or half answered then.
    pub(super) fn begin() -> Self {
        let (input, output) = stdio();
        let output = Arc::new(Mutex::new(output));
        let (sender, messages) = mpsc::channel(1);
        tokio::spawn(read_lines(
            BufReader::new(input),
            Arc::clone(&output),
            sender,
        ));
        Self { messages, output }
    }
}

impl Transport<RoleServer> for LineTransport {
    type Error = io::Error;

    fn send(&mut self, message: Outgoing) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let output = Arc::clone(&self.output);
        async move { write_line(&output, &message).await }
    }

    async fn receive(&mut self) -> Option<Incoming> {
        self.messages.recv().await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.messages.close();
        self.output.lock().await.flush().await
    }
}

/// Hands messages on until stdin ends, and answers lines that are none.
async fn read_lines(
    mut input: impl AsyncBufRead + Unpin,
    output: SharedOutput,
    messages: mpsc::Sender<Incoming>,
) {
    loop {
        let line = match next_line(&mut input).await {
            Ok(Some(line)) => line,
            Ok(None) => return,
            Err(error) => return tracing::error!(%error, "stdin cannot be read"),
        };
        match line_meaning(&line) {
            LineMeaning::Message(message) => {
                if messages.send(*message).await.is_err() {
                    return;
                }
            }
            LineMeaning::Wrong(error) => {
                let answer = Outgoing::error(error, request_id(&line));
                if let Err(error) = write_line(&output, &answer).await {
                    return tracing::error!(%error, "stdout cannot be written");
                }
            }
            LineMeaning::Ignored => {}
        }
    }
}

/// Reads a line, or the beginning of one that is too long: the rest of it is skipped, and never
/// held in memory. Returns `None` at the end.
async fn next_line(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let most = LONGEST_LINE as u64 + 1;
    (&mut *input)
        .take(most)
        .read_until(b'\n', &mut line)
        .await?;

    if line.len() > LONGEST_LINE && line.last() != Some(&b'\n') {
        skip_line(input).await?;
    }
    Ok((!line.is_empty()).then_some(line))
}

async fn skip_line(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<()> {
    loop {
        let held = input.fill_buf().await?;
        let length = held.len();
        let end = held.iter().position(|byte| *byte == b'\n');
        input.consume(end.map_or(length, |end| end + 1));
        if end.is_some() || length == 0 {
            return Ok(());
        }
    }
}

async fn write_line(output: &Mutex<Stdout>, message: &Outgoing) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');

    let mut output = output.lock().await;
    output.write_all(&line).await?;
    output.flush().await
}

/// What a line is to the server.
#[derive(Debug)]
enum LineMeaning {
    Message(Box<Incoming>),
    Wrong(ErrorData),
    /// A blank line, or a notification that nobody knows: notifications are never answered.
    Ignored,
}

fn line_meaning(line: &[u8]) -> LineMeaning {
    if line.len() > LONGEST_LINE {
        let why = format!("the line is longer than {LONGEST_LINE} bytes");
        return LineMeaning::Wrong(ErrorData::invalid_request(why, None));
    }
    let line = without_mark(line);
    if line.trim_ascii().is_empty() {
        return LineMeaning::Ignored;
    }
    if let Ok(message) = serde_json::from_slice(line) {
        return LineMeaning::Message(Box::new(message));
    }

    match serde_json::from_slice::<Value>(line) {
        Ok(value) if value.get("method").is_some() && value.get("id").is_none() => {
            LineMeaning::Ignored
        }
        Ok(_) => {
            let why = "the line is JSON, and no message of the protocol";
            LineMeaning::Wrong(ErrorData::invalid_request(why, None))
        }
        Err(error) => {
            let why = format!("the line cannot be read as JSON: {error}");
            LineMeaning::Wrong(ErrorData::parse_error(why, None))
        }
    }
}

fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}

/// Returns the id of a request that cannot be read otherwise. Values are skipped without recursion,
/// so that any depth is read. Without an id, the answer has none (MCP 2026-07-28, Error Responses).
fn request_id(line: &[u8]) -> Option<RequestId> {
    let mut found = None;
    let mut json = serde_json::Deserializer::from_slice(without_mark(line));
    // What stands before an error is enough, if the id is there.
    let _ = json.deserialize_map(IdVisitor(&mut found));
    found
}

/// Keeps the id of an object, also where the object breaks off behind it.
struct IdVisitor<'a>(&'a mut Option<RequestId>);

impl<'de> Visitor<'de> for IdVisitor<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut read = None;
        while let Some(key) = map.next_key::<String>()? {
            // The key shows that the value before it was whole: `12` may be the beginning of `123`.
            *self.0 = read.take().or(self.0.take());
            if key == "id" {
                read = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        *self.0 = read.or(self.0.take());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_LINE, next_line, request_id};
    use rmcp::model::RequestId;

    #[test]
    fn the_id_of_a_broken_request_is_read_where_it_is_whole() {
        let deep = format!("{{\"a\":{}1{},\"id\":7}}", "[".repeat(900), "]".repeat(900));
        assert_eq!(request_id(deep.as_bytes()), Some(RequestId::Number(7)));
        let named = Some(RequestId::String("x".into()));
        assert_eq!(request_id(b"\xef\xbb\xbf{\"id\":\"x\",\"params\":{"), named);
        for line in [
            "{\"id\":12",
            "{\"id\":null}",
            "{\"id\":{}}",
            "[1]",
            "no",
            "",
        ] {
            assert_eq!(request_id(line.as_bytes()), None, "{line}");
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_skipped_to_its_end() {
        let long = "x".repeat(LONGEST_LINE * 3);
        let whole = "y".repeat(LONGEST_LINE - 1);
        let text = format!("{long}\n{whole}\n\nlast");
        let mut input = text.as_bytes();
        let cut = next_line(&mut input).await.unwrap().unwrap();
        assert_eq!(cut.len(), LONGEST_LINE + 1);
        let line = next_line(&mut input).await.unwrap().unwrap();
        assert_eq!(line.len(), LONGEST_LINE);
        assert_eq!(next_line(&mut input).await.unwrap().unwrap(), b"\n");
        assert_eq!(next_line(&mut input).await.unwrap().unwrap(), b"last");
        assert_eq!(next_line(&mut input).await.unwrap(), None);
    }
}
