//! Addresses of an archive's articles on this server.

use std::fmt::Write;

/// Returns the path of an article by its id, `SITE/NAME`. A name may be an address with slashes and
/// a query: it is one step of the path.
pub(super) fn article_path(id: &str) -> String {
    let (site, name) = id.split_once('/').unwrap_or((id, ""));
    format!("/a/{}/{}", step(site), step(name))
}

/// Returns a text as one step of a path (RFC 3986, 3.3), with everything but unreserved characters
/// encoded.
pub(super) fn step(text: &str) -> String {
    let mut path = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => path.push(byte.into()),
            // A step of dots alone would be another folder.
            b'.' if text.bytes().any(|other| other != b'.') => path.push('.'),
            other => {
                // A `String` takes everything.
                let _ = write!(path, "%{other:02X}");
            }
        }
    }
    path
}

/// Returns a query of one field.
pub(super) fn query(fields: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    query.finish()
}

/// Returns the path of the search for a paper's articles in a section, the newest first.
pub(super) fn section_path(section: &str, site: &str) -> String {
    // A query has no sign for a quote within quotes.
    let words = format!("section:\"{}\" site:{site}", section.replace('"', " "));
    format!("/search?{}", query(&[("q", &words), ("sort", "new")]))
}

/// Returns an address of the web that a link may lead to; `None` for schemes that do something else
/// in a browser.
pub(super) fn outside(url: &str) -> Option<&str> {
    let is_web = ["http://", "https://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    });
    is_web.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_step_of_the_path() {
        for (id, path) in [
            ("paper/7", "/a/paper/7"),
            (
                "paper/작은-책방",
                "/a/paper/%EC%9E%91%EC%9D%80-%EC%B1%85%EB%B0%A9",
            ),
            (
                "paper/https://x.example/a?b=1",
                "/a/paper/https%3A%2F%2Fx.example%2Fa%3Fb%3D1",
            ),
            ("paper/../..", "/a/paper/..%2F.."),
            ("paper/..", "/a/paper/%2E%2E"),
            ("paper/a.b", "/a/paper/a.b"),
        ] {
            assert_eq!(article_path(id), path);
        }
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        assert_eq!(
            outside("HTTPS://paper.example/"),
            Some("HTTPS://paper.example/")
        );
        for no in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//paper.example",
            "책",
        ] {
            assert_eq!(outside(no), None, "{no}");
        }
    }
}
