//! The heads of HTTP messages, as far as the archive keeps them.

use url::Url;

use crate::web_archive::records::add;

/// Headers that speak of the bytes on the wire. The archive keeps a body without its codings.
const OF_THE_WIRE: [&str; 2] = ["content-encoding", "transfer-encoding"];

/// Returns the head of a response: its status and its kept headers, `name: value`, one a line.
///
/// The reason phrase is not kept, and left empty (RFC 9112 §4). Headers that would have a reader
/// undo codings that are undone, or look for another length, get the prefix `x-orig-`, as other
/// archivers write it.
pub(super) fn response_head(status: u16, headers: &str, body: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} \r\n");
    for line in headers.split('\n') {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if !is_token(name) {
            continue;
        }

        let value = value.trim();
        if is_untrue(name, value, body) {
            add(&mut head, &format!("x-orig-{name}"), value);
        } else {
            add(&mut head, name, value);
        }
    }
    (head + "\r\n").into_bytes()
}

/// Tells whether a header does not hold for the body as it is kept.
fn is_untrue(name: &str, value: &str, body: usize) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    OF_THE_WIRE.into_iter().any(is) || is("content-length") && value.parse() != Ok(body)
}

/// Tells whether a text is a header's name (RFC 9110 §5.6.2).
fn is_token(name: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_of_token)
}

/// Returns the head of a request: its address, and the User-Agent where that is kept. The other
/// headers are not.
pub(super) fn request_head(url: &str, user_agent: Option<&str>) -> Vec<u8> {
    let (target, host) = match Url::parse(url) {
        Ok(url) => (url[url::Position::BeforePath..].to_owned(), host(&url)),
        Err(_) => (String::from("/"), String::new()),
    };

    let mut head = format!("GET {target} HTTP/1.1\r\n");
    add(&mut head, "host", &host);
    if let Some(user_agent) = user_agent {
        add(&mut head, "user-agent", user_agent);
    }
    (head + "\r\n").into_bytes()
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &str) -> String {
        String::from_utf8(response_head(200, headers, 5)).unwrap()
    }

    #[test]
    fn headers_that_do_not_hold_for_the_kept_body_are_told_under_another_name() {
        assert_eq!(
            head("content-encoding: gzip\ncontent-length: 3\ncontent-type: text/html\n"),
            "HTTP/1.1 200 \r\nx-orig-content-encoding: gzip\r\nx-orig-content-length: 3\r\n\
             content-type: text/html\r\n\r\n"
        );
        assert_eq!(
            head("content-length: 5\n"),
            "HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\n"
        );
    }

    #[test]
    fn lines_that_are_no_headers_are_left_out_and_none_begins_another() {
        assert_eq!(
            head("no header\nb d: x\n: x\ne: 1\r2\nf: 한\n"),
            "HTTP/1.1 200 \r\ne: 1 2\r\nf: 한\r\n\r\n"
        );
    }

    #[test]
    fn a_request_names_the_host_with_its_port_and_the_path_with_its_query() {
        let of = |url, agent| String::from_utf8(request_head(url, agent)).unwrap();
        assert_eq!(
            of(
                "https://paper.example:8443/a/%EC%B1%85?no=1",
                Some("saseo/1")
            ),
            "GET /a/%EC%B1%85?no=1 HTTP/1.1\r\nhost: paper.example:8443\r\n\
             user-agent: saseo/1\r\n\r\n"
        );
        assert_eq!(
            of("http://paper.example/", None),
            "GET / HTTP/1.1\r\nhost: paper.example\r\n\r\n"
        );
    }
}
