//! Refusals in words: the status, and the terms on which the server offers the page.

use crate::fetch::Answer;

/// Payment Required (RFC 9110 §15.5.3). The terms do not change during a run, so that the page is
/// not asked for again.
pub(super) const PAYMENT_REQUIRED: u16 = 402;

/// The most characters of a header that are shown. A price or an address has fewer, and the capture
/// keeps the whole header.
const LONGEST_VALUE: usize = 120;

/// The most headers that are shown, so that the message stays one short line.
const MOST_TERMS: usize = 4;

/// Returns a refusal in words, with its terms: `status 402 (crawler-price: USD 0.05)`.
pub(super) fn in_words(answer: &Answer) -> String {
    let terms: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, value)| has_terms(name, value))
        .take(MOST_TERMS)
        .map(|(name, value)| format!("{name}: {}", shortened(value)))
        .collect();

    let status = answer.status;
    if terms.is_empty() {
        format!("status {status}")
    } else {
        format!("status {status} ({})", terms.join("; "))
    }
}

/// Returns whether a header names a price, a licence, or a way to gain access. There is no standard
/// yet. The common parts of the names count (Cloudflare's `crawler-price`, x402's
/// `payment-required`, RSL's `link` with `rel="license"`).
fn has_terms(name: &str, value: &str) -> bool {
    match name {
        "link" => is_licence(&value.to_ascii_lowercase()),
        "www-authenticate" => true,
        _ => {
            name.starts_with("crawler-")
                || name.contains("price")
                || name.contains("payment")
                || is_licence(name)
        }
    }
}

fn is_licence(text: &str) -> bool {
    text.contains("license") || text.contains("licence")
}

/// Returns a value in one line, without control characters, which may command a terminal.
fn shortened(value: &str) -> String {
    let plain: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut short: String = plain.trim().chars().take(LONGEST_VALUE).collect();
    if short.len() < plain.trim().len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(headers: &[(&str, &str)]) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        in_words(&Answer {
            status: 402,
            headers,
            body: Vec::new(),
        })
    }

    #[test]
    fn a_refusal_names_price_and_licence() {
        assert_eq!(
            told(&[
                ("content-type", "text/html"),
                ("link", "</feed>; rel=\"next\"")
            ]),
            "status 402"
        );
        assert_eq!(
            told(&[("server", "x"), ("crawler-price", "USD 0.05")]),
            "status 402 (crawler-price: USD 0.05)"
        );
        for (name, value) in [
            ("crawler-max-price", "USD 1"),
            ("crawler-exact-price", "USD 0.05"),
            ("crawler-charged", "USD 0.05"),
            (
                "link",
                "<https://p.example/rsl.xml>; rel=\"license\"; type=\"application/rsl+xml\"",
            ),
            ("license", "https://p.example/rsl.xml"),
            ("x-license", "all rights"),
            ("www-authenticate", "License error=\"insufficient_scope\""),
            ("payment-required", "eyJ4"),
            ("x-payment-response", "e30"),
        ] {
            assert_eq!(
                told(&[(name, value)]),
                format!("status 402 ({name}: {value})")
            );
        }
    }

    #[test]
    fn any_header_is_shown_in_one_short_line() {
        let long = told(&[("crawler-price", &format!("\u{1b}[2J{}", "원".repeat(5000)))]);
        assert!(
            long.chars().count() < 160 && long.ends_with("…)") && !long.contains('\u{1b}'),
            "{long}"
        );
        let many: Vec<(&str, &str)> = vec![("crawler-price", "USD 1"); 500];
        assert!(told(&many).len() < 200);
    }
}
