//! Requests to services of a crawl's owner, such as a monitor. They go to no paper, and are not in
//! the ledger.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, retry};

/// Returns a client that asks once, within a time limit for the whole answer, and follows so many
/// redirects.
///
/// # Errors
///
/// Says in words why there can be none, as where TLS cannot begin.
pub(super) fn client(time_limit: Duration, redirects: usize) -> Result<Client, String> {
    Client::builder()
        .user_agent(concat!("saseo/", env!("CARGO_PKG_VERSION")))
        .timeout(time_limit)
        .redirect(Policy::limited(redirects))
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .build()
        .map_err(in_words)
}

/// Returns an error without the address, which may contain a key.
pub(super) fn in_words(error: reqwest::Error) -> String {
    let error = error.without_url();
    std::error::Error::source(&error)
        .map_or(error.to_string(), |source| format!("{error}: {source}"))
}
