//! Pings: a word to the monitor that a crawl's owner chose, in the manner of healthchecks.io. They go to no paper, and are no part of
//! the ledger.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, retry};

use crate::page_url::PageUrl;

/// A monitor that does not answer by then is left alone.
const LONGEST: Duration = Duration::from_secs(10);
const REDIRECTS: usize = 3;

/// What a monitor is told.
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
    fn part(self) -> Option<&'static str> {
        match self {
            Self::Start => Some("start"),
            Self::Success => None,
            Self::Failure => Some("fail"),
        }
    }

    /// Tells the monitor at `url`, within ten seconds or not at all; `Err` says in words why it may not have heard.
    pub async fn send(self, url: &PageUrl) -> Result<(), String> {
        let mut at = url.as_url().clone();
        if let (Some(part), Ok(mut segments)) = (self.part(), at.path_segments_mut()) {
            segments.pop_if_empty().push(part);
        }
        let in_words = |error: reqwest::Error| {
            let error = error.without_url();
            std::error::Error::source(&error)
                .map_or(error.to_string(), |source| format!("{error}: {source}"))
        };
        let agent = concat!("saseo/", env!("CARGO_PKG_VERSION"));
        let client = Client::builder()
            .user_agent(agent)
            .timeout(LONGEST)
            .redirect(Policy::limited(REDIRECTS))
            .retry(retry::never())
            .referer(false)
            .no_proxy();
        let answer = client
            .build()
            .map_err(in_words)?
            .get(at)
            .send()
            .await
            .map_err(in_words)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(format!("status {}", answer.status().as_u16()))
        }
    }
}
