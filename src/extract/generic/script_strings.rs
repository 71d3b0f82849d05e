//! The strings of programs: where they end, what they hold, and how they are escaped.

use crate::extract::entities;
use crate::extract::json_ld;

/// Tells whether a text has elements of HTML.
pub(super) fn has_markup(text: &str) -> bool {
    [
        "<p>", "<p ", "</p>", "<br>", "<br/", "<br ", "</div>", "</li>",
    ]
    .iter()
    .any(|tag| text.contains(tag))
}

/// Tells whether a text holds lists or objects.
pub(super) fn is_data(text: &str) -> bool {
    ["{\"", "[\"", "[{", "{\\\"", "[\\\""]
        .iter()
        .any(|begin| text.contains(begin))
}

/// Tells whether a text begins like JSON, or like a row of flight (`1a:[…`).
pub(super) fn begins_like_data(text: &str) -> bool {
    let start = text.trim_start();
    let row = start.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    start.starts_with(['{', '[']) || (row.len() < start.len() && row.starts_with(':'))
}

/// Undoes percent encoding, or the entities of escaped HTML and JSON. `None` where there are none.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let start = text.trim_start();
    if ["%7B", "%7b", "%5B", "%5b", "%3C", "%3c"]
        .iter()
        .any(|begin| start.starts_with(begin))
    {
        return Some(percent_decoded(start));
    }

    let is_escaped = ["&lt;p", "&lt;br", "&lt;/", "{&quot;", "&amp;lt;"]
        .iter()
        .any(|mark| text.contains(mark));
    is_escaped.then(|| entities::undone(text))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = (*first == b'%')
            .then(|| std::str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }

    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns the length of the string that a program's text begins with, with its quotes. Only a
/// template goes on in the next line. Where it does not end, returns the bytes that were read.
pub(super) fn literal_length(text: &str) -> Result<usize, usize> {
    let mut bytes = text.bytes().enumerate();
    let quote = bytes.next().map(|(_, quote)| quote);

    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'\n' if quote != Some(b'`') => return Err(at),
            _ if Some(byte) == quote => return Ok(at + 1),
            _ => {}
        }
    }

    Err(text.len())
}

/// Decodes a string of a program: as JSON, whatever its quotes.
pub(super) fn decoded(literal: &str) -> Option<String> {
    let inner = &literal[1..literal.len() - 1];
    if literal.starts_with('"') && !inner.contains("\\x") {
        return json_ld::string(literal);
    }

    let mut json = String::with_capacity(literal.len() + 16);
    json.push('"');
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => match rest.next() {
                Some('x') => json.push_str("\\u00"),
                Some(next) => json.extend(['\\', next]),
                None => {}
            },
            _ => json.push(c),
        }
    }
    json.push('"');
    json_ld::string(&json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_programs_are_decoded_whatever_their_quotes() {
        for (literal, text) in [
            (r#""a \"b\" \u003cp>""#, "a \"b\" <p>"),
            (r#"'it\'s "so"'"#, "it's \"so\""),
            (r"'\x3cp\x3e'", "<p>"),
            ("`one\ntwo`", "one two"),
        ] {
            assert_eq!(decoded(literal).as_deref(), Some(text), "{literal}");
        }
    }

    #[test]
    fn a_string_ends_at_its_quote_and_only_a_template_goes_on_in_the_next_line() {
        assert_eq!(literal_length(r#""a\"b" c"#), Ok(6));
        assert_eq!(literal_length("`a\nb` c"), Ok(5));
        assert_eq!(literal_length("'a\nb' c"), Err(2));
        assert_eq!(literal_length("\"a\\"), Err(3));
    }

    #[test]
    fn escaped_data_is_undone() {
        for (escaped, text) in [
            ("%7B%22a%22%3A%20%22%EC%B1%85%22%7D", "{\"a\": \"책\"}"),
            ("%3Cp%3E100%", "<p>100%"),
            ("{&quot;a&quot;:1}", "{\"a\":1}"),
            ("&lt;p&gt;a&lt;/p&gt;", "<p>a</p>"),
        ] {
            assert_eq!(unescaped(escaped).as_deref(), Some(text));
        }
        assert_eq!(unescaped("100% of a & b"), None);
    }
}
