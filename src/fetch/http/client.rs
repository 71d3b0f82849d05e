//! The HTTP clients: each sends a request once, and follows nothing by itself.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, FROM, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, retry};

use crate::fetch::Reach;
use crate::fetch::coding::ACCEPTED;
use crate::fetch::http::Caller;
use crate::fetch::http::address_guard::AddressGuard;

/// How long HTTP/2 may be silent under an open request before the connection is probed.
///
/// Together with [`PROBE_WAIT`] it is half the default time limit of a request, 60 s. So a mute
/// connection ends before the request does, and the next request uses a new connection.
const PROBE_AFTER: Duration = Duration::from_secs(20);

/// How long the answer to a probe may take: several round trips, even to a busy server.
const PROBE_WAIT: Duration = Duration::from_secs(10);

/// The most header lines of one answer. RFC 9110 §5.4 names no limit; real servers were seen with
/// 120 lines, and hyper's default is 100.
const MAX_HEADERS: usize = 256;

/// Returns a builder of clients that send each request once and follow no redirect.
pub(super) fn client(caller: &Caller, reach: Reach) -> ClientBuilder {
    let builder = Client::builder()
        .user_agent(user_agent(&caller.agent, &caller.contact))
        .default_headers(default_headers(&caller.contact))
        .connect_timeout(caller.connect)
        .timeout(caller.answer)
        .pool_idle_timeout(caller.idle)
        .redirect(Policy::none())
        // The ledger announces each request once: a retry within the client would be missing in it.
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .dns_resolver(Arc::new(AddressGuard(reach)));

    let builder = builder
        .http2_keep_alive_interval(PROBE_AFTER.min(caller.answer / 3))
        .http2_keep_alive_timeout(PROBE_WAIT.min(caller.answer / 3))
        .http2_keep_alive_while_idle(false)
        // Some servers send malformed header lines. Browsers drop the line and keep the answer.
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_max_headers(MAX_HEADERS);

    // reqwest's decoders take one coding in one header line. `coding` undoes the codings instead.
    builder.no_gzip().no_brotli().no_zstd().no_deflate()
}

/// Returns the headers of every request: the accepted codings, and From if the contact is a mail
/// address (RFC 9110 §10.1.2).
fn default_headers(contact: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));

    let is_mail = contact.contains('@') && !contact.contains("://");
    if is_mail && let Ok(value) = HeaderValue::from_str(contact) {
        headers.insert(FROM, value);
    }

    headers
}

/// Returns the User-Agent, `saseo/0.1.0 (+you@example.org)`: who asks, and where to complain.
pub fn user_agent(agent: &str, contact: &str) -> String {
    let product = format!("{agent}/{}", env!("CARGO_PKG_VERSION"));
    if contact.is_empty() {
        product
    } else {
        format!("{product} (+{contact})")
    }
}
