//! The licences that a `Link` header names (RFC 8288).

use crate::opt_out::page_signals::is_rsl_type;

/// The most links of one header line that are read. An honest page has a few.
const MOST_LINKS: usize = 100;

/// A link of a header whose relation is `license`.
#[derive(Debug, PartialEq)]
pub(super) struct HeaderLicence<'h> {
    /// The address as it stands.
    pub href: &'h str,
    pub is_rsl: bool,
}

/// Returns the licences that a header line names.
pub(super) fn licences(line: &str) -> impl Iterator<Item = HeaderLicence<'_>> {
    let links = outside_quotes(line, ',').take(MOST_LINKS);
    links.filter_map(licence)
}

/// Reads one link: `<address>; name=value; name="value"`.
fn licence(link: &str) -> Option<HeaderLicence<'_>> {
    let (href, behind) = link.trim_start().strip_prefix('<')?.split_once('>')?;
    let parameters = || outside_quotes(behind, ';').filter_map(parameter);
    // The first of several counts (RFC 8288 §3.3).
    let first = |wanted: &str| {
        let mut found = parameters().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value)
    };

    // With an anchor, the licence is that of something else (§3.2).
    let is_licence = first("anchor").is_none()
        && first("rel").is_some_and(|rel| {
            let mut relations = rel.split_ascii_whitespace();
            relations.any(|one| one.eq_ignore_ascii_case("license"))
        });
    let kind = first("type").unwrap_or_default();
    is_licence.then(|| HeaderLicence {
        href,
        is_rsl: is_rsl_type(&kind),
    })
}

/// Returns the name and value of a parameter.
fn parameter(text: &str) -> Option<(&str, String)> {
    let (name, value) = text.split_once('=')?;
    let value = value.trim();
    let Some(quoted) = value.strip_prefix('"') else {
        return Some((name.trim(), value.to_owned()));
    };

    let mut text = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => text.extend(letters.next()),
            other => text.push(other),
        }
    }
    Some((name.trim(), text))
}

/// Splits at a separator that stands neither in a quoted string nor in an address.
fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut in_quotes, mut in_address, mut is_escaped) = (false, false, false);
    text.split(move |letter| {
        if is_escaped {
            is_escaped = false;
            return false;
        }
        match letter {
            '\\' => is_escaped = in_quotes,
            '"' if !in_address => in_quotes = !in_quotes,
            '<' if !in_quotes => in_address = true,
            '>' if !in_quotes => in_address = false,
            other => return other == separator && !in_quotes && !in_address,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Vec<(&str, bool)> {
        let found = licences(line);
        found.map(|one| (one.href, one.is_rsl)).collect()
    }

    #[test]
    fn quoted_strings_and_addresses_keep_their_commas_and_brackets() {
        let rsl = "type=\"application/rsl+xml\"";
        for (title, expected) in [
            ("a<b>c", "/l.xml"),
            ("a, b; rel=next", "/l.xml"),
            ("a \\\" <x>, ", "/l.xml"),
        ] {
            let line = format!("</l.xml>; title=\"{title}\"; rel=\"license\"; {rsl}");
            assert_eq!(told(&line), [(expected, true)], "{line}");
        }
        let line = format!("</a,b;c\">; rel=license; {rsl}, <d>; rel=next");
        assert_eq!(told(&line), [("/a,b;c\"", true)]);
    }

    #[test]
    fn the_media_type_decides_whether_a_licence_is_in_rsl_and_its_parameters_do_not() {
        for (kind, is_rsl) in [
            ("; type=\"application/rsl+xml; charset=utf-8\"", true),
            ("; TYPE=Application/RSL+XML", true),
            ("; type=text/html", false),
            ("", false),
        ] {
            let line = format!("<https://paper.example/by>; rel=\"next License\"{kind}");
            assert_eq!(told(&line), [("https://paper.example/by", is_rsl)]);
        }
    }

    #[test]
    fn what_is_no_licence_of_the_page_is_none() {
        for line in [
            "",
            "</a>",
            "</a>; rel=next; rel=license",
            "</a>; rel=license; anchor=\"/b\"",
            "</a; rel=license",
            "/a; rel=license",
            "</a>; rel=\"",
            "</a>; title=\"; rel=license",
        ] {
            assert_eq!(told(line), [], "{line}");
        }
    }
}
