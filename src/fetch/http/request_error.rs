//! The reason of a failed request, from reqwest's errors.

use std::error::Error;

use crate::fetch::Trouble;
use crate::page_url::Host;

/// Tells whether an HTTP/2 server demands HTTP/1.1 for this request (RFC 9113 §7).
pub(super) fn wants_http1(error: &reqwest::Error) -> bool {
    sources(error).find_map(|source| source.downcast_ref::<h2::Error>()?.reason())
        == Some(h2::Reason::HTTP_1_1_REQUIRED)
}

/// Returns the error for a name that the resolver does not know.
pub(super) fn no_address(name: &str, why: &std::io::Error) -> Trouble {
    Trouble::NoAddress {
        host: name.to_owned(),
        why: why.to_string(),
    }
}

/// Returns why a request to `host` has no whole answer.
pub(super) fn trouble(host: &Host, error: &reqwest::Error) -> Trouble {
    if let Some(own) = sources(error).find_map(|source| source.downcast_ref::<Trouble>()) {
        return own.clone();
    }

    let why = sources(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default();
    if error.is_timeout() {
        Trouble::Timeout
    } else if error.is_connect() {
        Trouble::Connect {
            host: host.to_string(),
            why,
        }
    } else {
        Trouble::Broken { why }
    }
}

/// Returns an error and its sources, the innermost last.
fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}
