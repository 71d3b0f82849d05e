//! Requests to the time-stamping authority of a ledger's owner, over HTTP (RFC 3161 §3.4). They go
//! to no paper, and are not in the ledger.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_TYPE};

use crate::fetch::own_service::{client, in_words};
use crate::page_url::PageUrl;

/// The redirects that are followed: to another host and to a path at most.
const MAX_REDIRECTS: usize = 2;

/// The type of a response (RFC 3161 §3.4).
const REPLY: &str = "application/timestamp-reply";

/// A request for a time stamp, as it is sent.
#[derive(Clone, Debug)]
pub struct TimeStampQuery {
    /// The message.
    pub request: Vec<u8>,
    /// The largest response that is read, in bytes.
    pub most_bytes: usize,
    /// The time limit for the whole answer.
    pub time_limit: Duration,
}

impl TimeStampQuery {
    /// Sends the request to the authority at `url`, once, and returns its response, which nobody
    /// has checked.
    ///
    /// # Errors
    ///
    /// Says in words why there is no response of the right type and size in time.
    pub async fn send(self, url: &PageUrl) -> Result<Vec<u8>, String> {
        let client = client(self.time_limit, MAX_REDIRECTS)?;

        let request = client
            .post(url.as_url().clone())
            .header(CONTENT_TYPE, "application/timestamp-query")
            .header(ACCEPT, REPLY)
            .body(self.request);
        let response = request.send().await.map_err(in_words)?;

        refuse_other_answers(&response)?;
        body(response, self.most_bytes).await
    }
}

/// Refuses an answer that is no response of an authority, such as a page of an error.
fn refuse_other_answers(response: &Response) -> Result<(), String> {
    if response.status().as_u16() != 200 {
        return Err(format!("status {}", response.status().as_u16()));
    }

    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(REPLY) {
        Ok(())
    } else {
        Err(format!("its content type is {kind:?}, not {REPLY}"))
    }
}

/// Reads a body within the limit.
async fn body(mut response: Response, most: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(in_words)? {
        if body.len() + chunk.len() > most {
            return Err(format!("the answer has more than {most} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
