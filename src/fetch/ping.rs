//! Pings to the monitor of a crawl's owner, in the protocol of healthchecks.io. They go to no
//! paper, and are not in the ledger.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;

use crate::fetch::own_service::{client, in_words};
use crate::page_url::PageUrl;

/// The time limit of a ping. A crawl must not wait long for its monitor; healthchecks.io recommends
/// the same 10 s in its examples.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The redirects that a ping follows: to https, to another host and to a path at most.
const MAX_REDIRECTS: usize = 3;

/// The message to a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ping {
    /// `URL/start`
    Start,
    /// `URL`
    Success,
    /// `URL/fail`
    Failure,
}

impl Ping {
    /// Returns the segment that the path of the monitor's address gets; `None` for a success.
    fn path_segment(self) -> Option<&'static str> {
        match self {
            Self::Start => Some("start"),
            Self::Success => None,
            Self::Failure => Some("fail"),
        }
    }

    /// Sends the message to the monitor at `url`, within ten seconds. With words it is a POST, whose
    /// body healthchecks.io keeps and shows; without, a GET.
    ///
    /// # Errors
    ///
    /// Says in words why the monitor may not have received it.
    pub async fn send(self, url: &PageUrl, words: Option<String>) -> Result<(), String> {
        let mut at = url.as_url().clone();
        if let (Some(part), Ok(mut segments)) = (self.path_segment(), at.path_segments_mut()) {
            segments.pop_if_empty().push(part);
        }

        let client = client(TIME_LIMIT, MAX_REDIRECTS)?;

        let request = match words {
            Some(words) => client
                .post(at)
                .header(CONTENT_TYPE, "text/plain; charset=utf-8")
                .body(words),
            None => client.get(at),
        };
        let answer = request.send().await.map_err(in_words)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(format!("status {}", answer.status().as_u16()))
        }
    }
}
