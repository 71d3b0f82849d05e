//! Keys of addresses in an index (SURT, Sort-friendly URI Reordering Transform), as the Python
//! package `surt` 0.3.1 makes them, by which pywb and cdxj-indexer look pages up.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::page_url::hex_pair;

/// The bytes that are not escaped, beside letters and digits.
const BARE: &[u8] = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// Ids of sessions in a query: each of these patterns is cut out once.
static SESSIONS: LazyLock<[Regex; 5]> = LazyLock::new(|| {
    [
        r"(?i)^(.*)(?:jsessionid=[0-9a-z]{32})(?:&(.*))?$",
        r"(?i)^(.*)(?:phpsessid=[0-9a-z]{32})(?:&(.*))?$",
        r"(?i)^(.*)(?:sid=[0-9a-z]{32})(?:&(.*))?$",
        r"(?i)^(.*)(?:aspsessionid[a-z]{8}=[a-z]{24})(?:&(.*))?$",
        r"(?i)^(.*)(?:cfid=[^&]+&cftoken=[^&]+)(?:&(.*))?$",
    ]
    .map(pattern)
});

/// Ids of sessions in a path.
static PATH_SESSIONS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        r"(?i)^(.*/)(\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$",
        r"(?i)^(.*/)(\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$",
    ]
    .map(pattern)
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are valid")
}

/// Returns the key of an address; the address itself where it is none.
pub(super) fn surt(address: &str) -> String {
    let Ok(url) = Url::parse(address) else {
        return address.to_owned();
    };
    let Some(host) = url.host_str() else {
        return address.to_owned();
    };

    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    let host = without_www(host.trim_matches('.'));
    let mut parts: Vec<&str> = host.split('.').collect();
    parts.reverse();
    let mut key = parts.join(",");

    // The URL parser leaves the usual port out.
    if let Some(port) = url.port() {
        key.push_str(&format!(":{port}"));
    }
    key.push(')');
    key.push_str(&path_key(url.path()));
    if let Some(query) = url.query().and_then(query_key) {
        key.push('?');
        key.push_str(&query);
    }
    key
}

/// Cuts `www.` and `www2.` off a host.
fn without_www(host: &str) -> &str {
    let Some(rest) = host.strip_prefix("www") else {
        return host;
    };
    rest.trim_start_matches(|c: char| c.is_ascii_digit())
        .strip_prefix('.')
        .unwrap_or(host)
}

fn path_key(path: &str) -> String {
    let path = normalised(&unescaped(path.as_bytes()));
    let mut path = escaped(&path).to_ascii_lowercase();
    for session in &*PATH_SESSIONS {
        if let Some(found) = session.captures(&path) {
            path = format!("{}{}", &found[1], &found[3]);
        }
    }
    if path.len() > 1 && path.ends_with('/') {
        path.pop();
    }
    path
}

/// Undoes `.`, `..` and doubled slashes.
fn normalised(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/').skip(1) {
        match part {
            b"." => {}
            b".." if !kept.is_empty() => {
                kept.pop();
            }
            part => kept.push(part),
        }
    }

    let mut path = vec![b'/'];
    if let Some((last, parts)) = kept.split_last() {
        for part in parts.iter().filter(|part| !part.is_empty()) {
            path.extend_from_slice(part);
            path.push(b'/');
        }
        path.extend_from_slice(last);
    }
    path
}

fn query_key(query: &str) -> Option<String> {
    let mut query = escaped(&unescaped(query.as_bytes()));
    for session in &*SESSIONS {
        if let Some(found) = session.captures(&query) {
            query = format!(
                "{}{}",
                &found[1],
                found.get(2).map_or("", |rest| rest.as_str())
            );
        }
    }
    let query = query.to_ascii_lowercase();

    let mut pairs: Vec<(&str, Option<&str>)> = query
        .split('&')
        .map(|pair| {
            pair.split_once('=')
                .map_or((pair, None), |(name, value)| (name, Some(value)))
        })
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| {
            value.map_or_else(|| name.to_owned(), |value| format!("{name}={value}"))
        })
        .collect();
    Some(pairs.join("&")).filter(|query| !query.is_empty())
}

/// Undoes escapes until none is left, as `%2541` has one within another.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    loop {
        let plain = unescaped_once(&text);
        if plain.len() == text.len() {
            return plain;
        }
        text = plain;
    }
}

fn unescaped_once(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let octet = (text[at] == b'%').then(|| hex_pair(text, at + 1)).flatten();
        plain.push(octet.unwrap_or(text[at]));
        at += if octet.is_some() { 3 } else { 1 };
    }
    plain
}

fn escaped(text: &[u8]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text {
        if byte.is_ascii_alphanumeric() || BARE.contains(byte) {
            escaped.push(char::from(*byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each pair was made by `surt.surt()` 0.3.1.
    const KEYS: &[(&str, &str)] = &[
        ("https://www.paper.example/", "example,paper)/"),
        (
            "http://www2.Paper.example:80/A/B.html",
            "example,paper)/a/b.html",
        ),
        ("https://wwwpaper.example/", "example,wwwpaper)/"),
        ("https://paper.example:8443/a/", "example,paper:8443)/a"),
        (
            "http://127.0.0.1:8750/news/list.html",
            "1,0,0,127:8750)/news/list.html",
        ),
        (
            "https://paper.example/뉴스?분류=책",
            "example,paper)/%eb%89%b4%ec%8a%a4?%eb%b6%84%eb%a5%98=%ec%b1%85",
        ),
        ("https://책방.example/가", "example,xn--vh3bp80a)/%ea%b0%80"),
        ("https://paper.example/%B1%B9", "example,paper)/%b1%b9"),
        (
            "https://paper.example/?b=2&a=1&a&A=0",
            "example,paper)/?a&a=0&a=1&b=2",
        ),
        ("https://paper.example/a?", "example,paper)/a"),
        ("https://paper.example/a//b///c/", "example,paper)/a/b/c"),
        (
            "https://paper.example/%2541?x=%2525",
            "example,paper)/a?x=%25",
        ),
        (
            "https://paper.example/a%3Fb%23c%20d",
            "example,paper)/a?b%23c%20d",
        ),
        (
            "https://paper.example/a?PHPSESSID=0123456789abcdef0123456789abcdef&b=1",
            "example,paper)/a?b=1",
        ),
        (
            "https://paper.example/(s(4hqa0555fwsecu455xqckv45))/x.aspx?mode=search",
            "example,paper)/x.aspx?mode=search",
        ),
        (
            "https://paper.example/a?jsessionid=0123456789abcdef0123456789abcdef",
            "example,paper)/a",
        ),
        (
            "https://paper.example/a?x=1==2&&y",
            "example,paper)/a?&x=1==2&y",
        ),
    ];

    #[test]
    fn keys_are_those_of_the_python_package() {
        for (address, key) in KEYS {
            assert_eq!(surt(address), *key, "{address}");
        }
    }

    proptest! {
        #[test]
        fn a_key_is_ascii_without_spaces(path in ".*", query in ".*", host in "[a-z가-힣]{1,9}") {
            if let Ok(mut url) = Url::parse(&format!("https://www.{host}.example/")) {
                url.set_path(&path);
                url.set_query(Some(&query));
                let key = surt(url.as_str());
                prop_assert!(key.bytes().all(|byte| byte.is_ascii_graphic()), "{}", key);
                prop_assert!(key.starts_with("example,"), "{}", key);
            }
        }

        #[test]
        fn no_text_is_too_odd(address in ".*") {
            surt(&address);
        }
    }
}
