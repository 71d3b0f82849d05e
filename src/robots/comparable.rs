//! Paths and patterns in the one form in which they are compared (RFC 9309 §2.2.2, RFC 3986
//! §6.2.2).

use crate::page_url::hex_pair;

/// What a `*` or `$` is in the text at hand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    /// Letters like others: in the path of an address.
    Letters,
    /// A pattern's own signs; a `$` only at its end.
    Special,
}

/// Returns path and query of an address as patterns are compared with them.
pub(super) fn path(text: &str) -> String {
    comparable(text, Signs::Letters)
}

/// Returns a rule's pattern: its `*`, and a `$` at its end, are signs; `%2A` and `%24` are the
/// letters (RFC 9309 §2.2.3).
pub(super) fn pattern(text: &str) -> String {
    // The address standard turns these around in paths before anybody is asked.
    let text = match text.split_once('?') {
        Some((path, query)) => format!("{}?{query}", path.replace('\\', "/")),
        None => text.replace('\\', "/"),
    };

    match text.strip_suffix('$') {
        Some(rest) => comparable(rest, Signs::Special) + "$",
        None => comparable(&text, Signs::Special),
    }
}

/// Returns a path in which reserved characters that stand escaped stand bare, but for `/`, `?`,
/// `#`, `$`, `*` and `%`.
pub(super) fn decoded(path: &str) -> String {
    let bare = |text: String, byte: u8| {
        text.replace(&format!("%{byte:02X}"), &char::from(byte).to_string())
    };
    if path.contains('%') {
        b"[]!&()+,;=".iter().copied().fold(path.to_owned(), bare)
    } else {
        path.to_owned()
    }
}

/// Returns the pattern as it reads where a `%` that begins no escape is taken for the beginning of
/// any.
pub(super) fn loose_pattern(text: &str) -> Option<String> {
    let pattern = pattern(text);
    let has_lone_percent = pattern.contains("%25") && !text.contains("%25");
    has_lone_percent.then(|| pattern.replace("%25", "%"))
}

fn comparable(text: &str, signs: Signs) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());

    let (mut at, mut in_query) = (0, false);

    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| hex_pair(bytes, at + 1))
            .flatten();
        let byte = escaped.unwrap_or(bytes[at]);

        let is_bare = match escaped {
            Some(byte) => is_unreserved(byte) || means_nothing_bare(byte, in_query),
            None => match byte {
                b'*' => signs == Signs::Special,
                b'$' | b'%' => false,
                _ => is_unreserved(byte) || is_reserved(byte),
            },
        };

        in_query |= escaped.is_none() && byte == b'?';

        if is_bare {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    out
}

/// RFC 3986 §2.3: the same, escaped or not.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// RFC 3986 §2.2, but for `$` and `*`, which are the patterns' own.
fn is_reserved(byte: u8) -> bool {
    b":/?#[]@!&'()+,;=".contains(&byte)
}

/// Reserved characters that part nothing where they stand (RFC 3986 §3.3, §3.4): the RFC's table of
/// comparisons takes `?baz=https://foo.bar` and `?baz=https%3A%2F%2Ffoo.bar` for the same.
fn means_nothing_bare(byte: u8, in_query: bool) -> bool {
    matches!(byte, b':' | b'@' | b'\'') || (in_query && matches!(byte, b'/' | b'?'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_or_not_is_the_same() {
        for (one, other) in [
            ("/책", "/%ec%b1%85"),
            ("/a b", "/a%20b"),
            ("/%7Ea", "/~a"),
            ("/a|b", "/a%7cb"),
            ("/x?u=https://a.kr/b?c", "/x?u=https%3A%2F%2Fa.kr%2Fb%3Fc"),
            ("/a:b@c", "/a%3Ab%40c"),
            ("/50%", "/50%25"),
            ("/w?v='1'", "/w?v=%271%27"),
            ("/100%책/x", "/100%25%EC%B1%85/x"),
        ] {
            assert_eq!(path(one), path(other), "{one}");
            assert_eq!(pattern(one), pattern(other), "{one}");
        }
    }

    #[test]
    fn what_parts_a_path_is_not_what_it_holds() {
        assert_ne!(path("/a%2Fb"), path("/a/b"));
        assert_ne!(path("/a%3Fb"), path("/a?b"));
        assert_ne!(path("/x?a=1%26b=2"), path("/x?a=1&b=2"));
    }

    #[test]
    fn a_patterns_signs_are_no_letters() {
        assert_eq!(
            (path("/a*b$"), pattern("/a%2Ab%24")),
            ("/a%2Ab%24".to_owned(), "/a%2Ab%24".to_owned())
        );
        assert_eq!(pattern("/a*b$c$"), "/a*b%24c$");
    }
}
