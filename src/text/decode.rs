//! Bytes to text: the encodings that a page or feed claims, in the order of their reliability.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_KR, Encoding, UTF_8};

/// The bytes in which a meta tag or XML declaration is looked for. The HTML Standard has 1,024
/// ("prescan a byte stream"); the heads of some papers are longer.
const PRESCAN: usize = 8192;

/// The byte order mark of UTF-8.
const UTF_8_BOM: &[u8] = b"\xef\xbb\xbf";

/// The longest label. WHATWG's longest, `cseucpkdfmtjapanese`, has 19 characters.
const MAX_LABEL: usize = 40;

/// One damaged byte in this many characters beyond ASCII does not make a page another encoding.
const CHARACTERS_PER_DAMAGE: usize = 20;

/// Labels of real pages that `Encoding::for_label` does not know. All of them mean windows-949,
/// which WHATWG calls EUC-KR.
const CP949: [&str; 7] = [
    "cp949",
    "ms949",
    "uhc",
    "x-windows-949",
    "euckr",
    "euc_kr",
    "ksc",
];

/// A page as text, and the encoding that it was read in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The label in the Content-Type header, or else in the page.
    pub declared: Option<String>,
    /// WHATWG's name of the encoding that was used.
    pub used: &'static str,
    /// Some bytes are no character of the encoding, and became U+FFFD.
    pub had_errors: bool,
}

/// Decodes a page. The encoding is decided by, in this order: a BOM; valid UTF-8, which wins over a
/// wrong header; the `Content-Type` header; the page's own declaration; a guess.
///
/// `tld` is the last label of the host, as a hint for the guess. An unknown argument is `""`.
pub fn decode<'a>(bytes: &'a [u8], content_type: &str, tld: &str) -> Decoded<'a> {
    let header = charset_of_header(content_type);
    let inside = charset_inside(bytes);
    let declared = header.clone().or_else(|| inside.clone());

    // Most pages are valid UTF-8, and a BOM of it is no part of the text.
    let content = bytes.strip_prefix(UTF_8_BOM).unwrap_or(bytes);
    if let Ok(text) = simdutf8::basic::from_utf8(content) {
        return Decoded {
            text: Cow::Borrowed(text),
            declared,
            used: UTF_8.name(),
            had_errors: false,
        };
    }

    let (encoding, content) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None if is_cut_utf8(bytes) => (UTF_8, bytes),
        None => {
            // A page that claims UTF-8, but is not, has a wrong label: it is guessed.
            let claimed = [header, inside]
                .into_iter()
                .flatten()
                .find_map(|label| named(&label))
                .filter(|encoding| *encoding != UTF_8);
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

/// Tells whether bytes are UTF-8 that is cut within the last character, as the limit of a body cuts
/// it.
fn is_cut_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// Guesses the encoding of a page without a usable label.
fn guess(bytes: &[u8], tld: &str) -> &'static Encoding {
    // One bad byte in a long UTF-8 page is damage, not another encoding.
    let lossy = String::from_utf8_lossy(bytes);
    let (damaged, wide) = lossy
        .chars()
        .fold((0_usize, 0_usize), |(damaged, wide), c| match c {
            '\u{fffd}' => (damaged + 1, wide),
            _ => (damaged, wide + usize::from(!c.is_ascii())),
        });
    if wide > CHARACTERS_PER_DAMAGE * damaged {
        return UTF_8;
    }

    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let tld = tld.to_ascii_lowercase();
    let is_label = !tld.is_empty() && tld.bytes().all(|byte| byte.is_ascii_lowercase());
    detector.guess(is_label.then_some(tld.as_bytes()), Utf8Detection::Allow)
}

/// Returns the encoding of a label.
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

/// Returns the label in `<meta charset=…>`, `<meta … content="…charset=…">` or `<?xml
/// encoding="…"?>`.
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

/// Returns the label at the beginning of `rest`, without quotes and in lower case.
fn label(rest: &[u8]) -> Option<String> {
    let rest = rest.trim_ascii_start();
    let rest = rest
        .strip_prefix(b"\"")
        .or_else(|| rest.strip_prefix(b"'"))
        .unwrap_or(rest);

    let length = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:.".contains(byte))
        .unwrap_or(rest.len());
    let label = String::from_utf8_lossy(&rest[..length.min(MAX_LABEL)]).to_ascii_lowercase();
    Some(label).filter(|label| !label.is_empty())
}

/// Returns the place of `needle`, in any case.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with a syllable that KS X 1001 lacks (똠), so windows-949 is needed.
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
    fn valid_utf8_wins_over_a_wrong_header() {
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
        fn no_bytes_panic(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
            label in "\\PC{0,30}",
        ) {
            // Only a panic would fail here: any text is right for bytes at random.
            let _ = decode(&bytes, &label, "kr");
        }
    }
}
