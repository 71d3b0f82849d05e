//! Header lines as text.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};

/// Returns the headers in the order in which they came, with names in lower case.
pub(super) fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| (name.as_str().to_owned(), header_text(name, value)))
        .collect()
}

/// Returns a header's value. Octets beyond ASCII in a Location are percent-encoded as they came: a
/// server that redirects to a path in CP949 knows it by those octets only (RFC 3986 §2.5).
fn header_text(name: &HeaderName, value: &HeaderValue) -> String {
    if *name != LOCATION {
        return String::from_utf8_lossy(value.as_bytes()).into_owned();
    }
    value.as_bytes().iter().map(|byte| escaped(*byte)).collect()
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii() {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
