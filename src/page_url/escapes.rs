//! Percent-encoding (RFC 3986 §2.1).

use encoding_rs::{EncoderResult, Encoding};
use url::Url;

/// Encodes a query. A character that the encoding lacks becomes an escaped character reference (URL
/// Standard, "percent-encode after encoding").
pub(super) fn encoded(query: &str, encoding: &'static Encoding) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let (mut bytes, mut rest) = (Vec::new(), query);

    loop {
        // With room for the whole rest, the encoder stops only at its end or at an unmappable
        // character.
        let room = encoder
            .max_buffer_length_from_utf8_without_replacement(rest.len())
            .unwrap_or(rest.len() * 4);
        bytes.reserve(room);

        let (result, read) =
            encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
        rest = &rest[read..];

        match result {
            EncoderResult::Unmappable(character) => {
                bytes.extend(format!("%26%23{}%3B", u32::from(character)).bytes());
            }
            EncoderResult::InputEmpty | EncoderResult::OutputFull => return bytes,
        }
    }
}

/// Brings the escapes of path and query into canonical form.
pub(super) fn normalise_escapes(url: &mut Url) {
    let path = canonical_escapes(url.path());
    if path != url.path() {
        url.set_path(&path);
    }

    if let Some(query) = url.query() {
        let canonical = canonical_escapes(query);
        if canonical != query {
            url.set_query(Some(&canonical));
        }
    }
}

/// Returns `text` with `%XX` in upper case, unreserved characters bare, and all octets beyond ASCII
/// escaped (RFC 3986 §2.3, §6.2.2.1 and §6.2.2.2).
///
/// A `%` that begins no escape stays. An escaped hex digit behind it stays escaped if it would
/// complete an escape: `%e%31` does not become `%E1`.
pub fn canonical_escapes(text: impl AsRef<[u8]>) -> String {
    let bytes = text.as_ref();
    let mut canonical = String::with_capacity(bytes.len());
    // Where the last `%` that begins no escape stands in `canonical`.
    let mut stray: Option<usize> = None;
    let mut at = 0;

    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| hex_pair(bytes, at + 1))
            .flatten();
        let byte = escaped.unwrap_or(bytes[at]);

        let completes_escape =
            byte.is_ascii_hexdigit() && stray.is_some_and(|stray| canonical.len() - stray <= 2);
        let is_unreserved =
            (byte.is_ascii_alphanumeric() && !completes_escape) || b"-._~".contains(&byte);

        if byte == b'%' && escaped.is_none() {
            stray = Some(canonical.len());
        }
        if (escaped.is_some() && !is_unreserved) || !byte.is_ascii() {
            canonical.push_str(&format!("%{byte:02X}"));
        } else {
            canonical.push(char::from(byte));
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }

    canonical
}

/// Returns `text` with its escaped letters beyond ASCII as letters: `책` of `%EC%B1%85`.
///
/// White space, control characters, all of ASCII, and what is no UTF-8 stay escaped. So two texts
/// that differ still do, but for the form in which a letter was written.
pub(crate) fn unescaped_letters(text: &str) -> String {
    let (bytes, mut letters) = (text.as_bytes(), String::with_capacity(text.len()));
    let mut at = 0;

    while at < bytes.len() {
        let escaped = escaped_beyond_ascii(&bytes[at..]);
        at += 3 * escaped.len();
        push_unescaped(&mut letters, &escaped);

        let plain = text[at..].find('%').map_or(text.len(), |next| at + next);
        // A `%` that begins no such escape stays as it is.
        let end = if plain == at && at < bytes.len() && escaped.is_empty() {
            at + 1
        } else {
            plain
        };
        letters.push_str(&text[at..end]);
        at = end;
    }

    letters
}

/// Returns the bytes beyond ASCII that a text begins with in escapes.
fn escaped_beyond_ascii(text: &[u8]) -> Vec<u8> {
    text.chunks_exact(3)
        .map_while(|escape| hex_pair(escape, 1).filter(|byte| escape[0] == b'%' && *byte >= 0x80))
        .collect()
}

/// Adds bytes as the letters that they are in UTF-8, and escapes those that are none.
fn push_unescaped(letters: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_whitespace() || letter.is_control() {
                letters.push_str(&canonical_escapes(letter.to_string()));
            } else {
                letters.push(letter);
            }
        }
        letters.push_str(&canonical_escapes(chunk.invalid()));
    }
}

/// Returns the byte of the two hexadecimal digits at `at`, the place behind a `%`.
pub(crate) fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    u8::try_from(hex_digit(bytes, at)? * 16 + hex_digit(bytes, at + 1)?).ok()
}

fn hex_digit(bytes: &[u8], at: usize) -> Option<u32> {
    char::from(*bytes.get(at)?).to_digit(16)
}
