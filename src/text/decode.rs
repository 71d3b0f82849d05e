//! Bytes to text: whatever a page or feed claims, in the order in which claims deserve trust.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_KR, Encoding, UTF_8};

/// How far a meta tag or XML declaration is looked for (HTML standard, "prescan a byte stream": 1,024; papers need more).
const PRESCAN: usize = 8192;

/// Labels in the wild that `Encoding::for_label` does not know; all mean windows-949, which WHATWG calls EUC-KR.
const CP949: [&str; 7] = [
    "cp949",
    "ms949",
    "uhc",
    "x-windows-949",
    "euckr",
    "euc_kr",
    "ksc",
];

/// A page as text, and how it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// What the header, or else the page, says.
    pub declared: Option<String>,
    /// The encoding that was used, as WHATWG names it.
    pub used: &'static str,
    /// Some bytes meant nothing and became U+FFFD.
    pub had_errors: bool,
}

/// Decodes by BOM, valid UTF-8 (which wins over a lying header), the `Content-Type` header, the page's own declaration,
/// and at last a guess for which `tld`, the host's last label, is a hint. Give `""` for what is not known.
pub fn decode<'a>(bytes: &'a [u8], content_type: &str, tld: &str) -> Decoded<'a> {
    let header = charset_of_header(content_type);
    let inside = charset_inside(bytes);
    let declared = header.clone().or_else(|| inside.clone());
    let (encoding, content) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None if is_utf8(bytes) => (UTF_8, bytes),
        None => {
            let claimed = [header, inside]
                .into_iter()
                .flatten()
                .find_map(|label| named(&label));
            // What is no UTF-8, yet says so, is guessed.
            let claimed = claimed.filter(|encoding| *encoding != UTF_8);
            (claimed.unwrap_or_else(|| guess(bytes, tld)), bytes)
        }
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(content);
    Decoded {
        text,
        declared,
        used: encoding.name(),
        had_errors,
    }
}

/// Valid, or cut within its last character: a body cap does that.
fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

fn guess(bytes: &[u8], tld: &str) -> &'static Encoding {
    // One bad byte in a long UTF-8 page is damage, not another encoding.
    let lossy = String::from_utf8_lossy(bytes);
    let (damaged, wide) = lossy
        .chars()
        .fold((0_usize, 0_usize), |(damaged, wide), c| match c {
            '\u{fffd}' => (damaged + 1, wide),
            _ => (damaged, wide + usize::from(!c.is_ascii())),
        });
    if wide > 20 * damaged {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let tld = tld.to_ascii_lowercase();
    let is_label = !tld.is_empty() && tld.bytes().all(|byte| byte.is_ascii_lowercase());
    detector.guess(is_label.then_some(tld.as_bytes()), Utf8Detection::Allow)
}

fn named(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().to_ascii_lowercase();
    if CP949.contains(&label.as_str()) {
        Some(EUC_KR)
    } else {
        Encoding::for_label(label.as_bytes())
    }
}

fn charset_of_header(content_type: &str) -> Option<String> {
    let at = find(content_type.as_bytes(), b"charset=")?;
    label(&content_type.as_bytes()[at + 8..])
}

/// The label in `<meta charset=…>`, `<meta … content="…charset=…">` or `<?xml encoding="…"?>`.
fn charset_inside(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(PRESCAN)];
    if head.trim_ascii_start().starts_with(b"<?xml") {
        let end = find(head, b"?>").unwrap_or(head.len());
        let at = find(&head[..end], b"encoding=")?;
        return label(&head[at + 9..end]);
    }
    let mut from = 0;
    while let Some(start) = find(&head[from..], b"<meta").map(|at| at + from) {
        let end = head[start..]
            .iter()
            .position(|byte| *byte == b'>')
            .map_or(head.len(), |length| start + length);
        if let Some(at) = find(&head[start..end], b"charset=") {
            return label(&head[start + at + 8..end]);
        }
        from = end;
    }
    None
}

fn label(rest: &[u8]) -> Option<String> {
    let rest = rest.trim_ascii_start();
    let rest = rest
        .strip_prefix(b"\"")
        .or_else(|| rest.strip_prefix(b"'"))
        .unwrap_or(rest);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_:.".contains(byte);
    let length = rest
        .iter()
        .position(|byte| !is_part(byte))
        .unwrap_or(rest.len());
    let label = String::from_utf8_lossy(&rest[..length.min(40)]).to_ascii_lowercase();
    Some(label).filter(|label| !label.is_empty())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str =
        "사서는 책장 사이를 걸었다. 똠방각하라는 소설이 눈에 띄었다. 서가에는 아무도 없었다.";

    fn cp949(text: &str) -> Vec<u8> {
        EUC_KR.encode(text).0.into_owned()
    }

    #[test]
    fn every_label_of_windows_949_is_known() {
        for label in [
            "euc-kr",
            "EUC-KR",
            "cp949",
            "MS949",
            "uhc",
            "x-windows-949",
            "euckr",
            "ks_c_5601-1987",
        ] {
            let page = cp949(&format!(
                "<meta http-equiv='Content-Type' content='text/html; charset={label}'>{WORDS}"
            ));
            let decoded = decode(&page, "", "");
            assert_eq!(
                (decoded.used, decoded.had_errors),
                ("EUC-KR", false),
                "{label}"
            );
            assert!(decoded.text.ends_with(WORDS), "{label}");
        }
    }

    #[test]
    fn valid_utf8_wins_over_a_lying_header() {
        let decoded = decode(WORDS.as_bytes(), "text/html; charset=euc-kr", "kr");
        assert_eq!(
            (decoded.used, decoded.declared.as_deref()),
            ("UTF-8", Some("euc-kr"))
        );
        assert_eq!(decoded.text, WORDS);
    }

    #[test]
    fn the_header_goes_before_the_pages_own_label() {
        let page = cp949(&format!("<meta charset=shift_jis>{WORDS}"));
        assert!(
            decode(&page, "text/html; charset=ms949", "")
                .text
                .ends_with(WORDS)
        );
        assert_eq!(decode(&page, "", "").used, "Shift_JIS");
    }

    #[test]
    fn a_page_without_any_label_is_guessed() {
        assert_eq!(decode(&cp949(WORDS), "", "kr").text, WORDS);
        assert_eq!(decode(&cp949(WORDS), "text/html", "").text, WORDS);
    }

    #[test]
    fn a_page_that_wrongly_says_utf8_is_guessed() {
        let page = cp949(&format!("<meta charset=utf-8>{WORDS}"));
        assert!(
            decode(&page, "text/html; charset=utf-8", "kr")
                .text
                .ends_with(WORDS)
        );
    }

    #[test]
    fn utf8_cut_within_a_character_stays_utf8() {
        let decoded = decode(
            &WORDS.as_bytes()[..WORDS.len() - 2 - 1],
            "text/html; charset=euc-kr",
            "kr",
        );
        assert_eq!((decoded.used, decoded.had_errors), ("UTF-8", true));
    }

    #[test]
    fn one_bad_byte_does_not_turn_a_page_into_another_encoding() {
        let mut page = WORDS.repeat(3).into_bytes();
        page[1] = 0xff;
        assert_eq!(decode(&page, "", "kr").used, "UTF-8");
    }

    #[test]
    fn a_byte_order_mark_decides_and_goes() {
        let page = [b"\xef\xbb\xbf".as_slice(), WORDS.as_bytes()].concat();
        assert_eq!(decode(&page, "text/html; charset=euc-kr", "").text, WORDS);
    }

    #[test]
    fn a_feed_declares_its_encoding_in_its_first_line() {
        let feed = cp949(&format!(
            "<?xml version=\"1.0\" encoding=\"euc-kr\"?><rss>{WORDS}</rss>"
        ));
        assert_eq!(
            decode(&feed, "text/xml", "").declared.as_deref(),
            Some("euc-kr")
        );
    }

    #[test]
    fn syllables_beyond_ks_x_1001_survive() {
        assert_eq!(
            decode(&cp949("똠방 뷁 펲시"), "text/html; charset=euc-kr", "").text,
            "똠방 뷁 펲시"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), label in "\\PC{0,30}") {
            let _ = decode(&bytes, &label, "kr");
        }
    }
}
