//! Robots directives, as `X-Robots-Tag` and meta tags write them (Google's "robots meta tag" page;
//! Bing's `nocache`).

use std::iter::Peekable;

use jiff::tz::TimeZone;

use crate::opt_out::{OptOut, Signal, evidence};
use crate::time::Timestamp;
use crate::time::printed::{Zulu, read};

/// Longer values are no directives; in bytes.
const LONGEST: usize = 4 * 1024;
/// Directives whose value stands behind a colon; any other word before a colon names an agent.
const VALUED: [&str; 4] = [
    "unavailable_after",
    "max-snippet",
    "max-image-preview",
    "max-video-preview",
];
/// Directives that may follow a date with commas in it.
const PLAIN: [&str; 10] = [
    "all",
    "none",
    "noindex",
    "nofollow",
    "noarchive",
    "nosnippet",
    "notranslate",
    "noimageindex",
    "noai",
    "noimageai",
];

/// Reads the directives in one header's value that are for `agent` or for everyone.
pub(super) fn of_header(value: &str, agent: &str) -> Vec<OptOut> {
    directives(value, Some(agent), "x-robots-tag")
}

/// Reads the content of a meta tag that is for us. `source` says which tag.
pub(super) fn of_meta(content: &str, source: &str) -> Vec<OptOut> {
    directives(content, None, source)
}

fn directives(value: &str, agent: Option<&str>, source: &str) -> Vec<OptOut> {
    let read = &value[..value.floor_char_boundary(LONGEST)];
    signals_in(read, agent)
        .into_iter()
        .map(|(signal, from)| OptOut {
            signal,
            source: source.to_owned(),
            evidence: evidence(value),
            from,
        })
        .collect()
}

/// Returns the signals of a value, with the moments from which they hold. With an `agent`,
/// `otherbot: noindex` holds for somebody else, up to the next agent's name.
fn signals_in(value: &str, agent: Option<&str>) -> Vec<(Signal, Option<Timestamp>)> {
    let mut found = Vec::new();
    let mut is_ours = true;
    let mut tokens = value.split([',', ';']).peekable();

    while let Some(token) = tokens.next() {
        let word = token.trim().to_ascii_lowercase();
        let mut words = word.as_str();

        if let Some((name, rest)) = word.split_once(':') {
            let name = name.trim();
            if name == "unavailable_after" {
                let date = date(token, &mut tokens);
                found.extend(is_ours.then(|| (Signal::UnavailableAfter, moment(&date))));
                continue;
            }

            if let Some(agent) = agent.filter(|_| !VALUED.contains(&name)) {
                is_ours = name == "*" || name.eq_ignore_ascii_case(agent);
                words = rest;
            }
        }

        if is_ours {
            // Some write white space where a comma belongs.
            let signals = words.split_whitespace().flat_map(signals);
            found.extend(signals.map(|signal| (*signal, None)));
        }
    }
    found
}

/// Returns the date behind the colon of a token. The tokens that follow belong to it, up to the
/// next directive: a date may have commas.
fn date<'t>(token: &str, tokens: &mut Peekable<impl Iterator<Item = &'t str>>) -> String {
    let (_, date) = token.split_once(':').unwrap_or_default();

    let mut date = date.to_owned();
    while let Some(next) = tokens.next_if(|next| !is_directive(next)) {
        date.push(',');
        date.push_str(next);
    }
    date
}

fn is_directive(token: &str) -> bool {
    let word = token.trim().to_ascii_lowercase();
    let name = word.split(':').next().unwrap_or_default();
    PLAIN.contains(&name) || VALUED.contains(&name)
}

/// `none` is short for noindex and nofollow; an archive reads it as "none of it", and keeps no copy
/// either.
fn signals(word: &str) -> &'static [Signal] {
    match word {
        "noindex" => &[Signal::NoIndex],
        "nofollow" => &[Signal::NoFollow],
        "noarchive" | "nocache" => &[Signal::NoArchive],
        "noimageindex" => &[Signal::NoImageIndex],
        "noai" => &[Signal::NoAi],
        "noimageai" => &[Signal::NoImageAi],
        "none" => &[Signal::NoArchive, Signal::NoIndex, Signal::NoFollow],
        _ => &[],
    }
}

/// RFC 850, RFC 822 or ISO 8601, as the directive's definition allows; without an offset it is
/// universal time.
fn moment(date: &str) -> Option<Timestamp> {
    let date = date.trim();
    let told = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(date)
        .ok()
        .map(Timestamp::from);
    told.or_else(|| read(date, &TimeZone::UTC, Zulu::Utc).map(|told| told.time.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(value: &str) -> Vec<&'static str> {
        of_header(value, "saseo")
            .iter()
            .map(|opt_out| opt_out.signal.name())
            .collect()
    }

    #[test]
    fn directives_hold_for_everyone_or_for_the_agent_that_is_named() {
        for (value, signals) in [
            ("noindex", vec!["noindex"]),
            ("NoArchive, NOFOLLOW", vec!["noarchive", "nofollow"]),
            ("none", vec!["noarchive", "noindex", "nofollow"]),
            ("all", vec![]),
            ("saseo: noarchive", vec!["noarchive"]),
            ("SASEO: noindex, nofollow", vec!["noindex", "nofollow"]),
            ("otherbot: noindex, nofollow", vec![]),
            ("otherbot: noindex, saseo: nofollow", vec!["nofollow"]),
            ("noindex, otherbot: noarchive", vec!["noindex"]),
            ("otherbot: noindex, *: noarchive", vec!["noarchive"]),
            ("noindex noarchive", vec!["noindex", "noarchive"]),
            ("noindex; nofollow", vec!["noindex", "nofollow"]),
            ("max-snippet: 50, noarchive", vec!["noarchive"]),
            ("max-image-preview:large", vec![]),
            ("", vec![]),
            (", ,:,", vec![]),
        ] {
            assert_eq!(header(value), signals, "{value}");
        }
    }

    #[test]
    fn a_date_may_have_commas_and_colons_and_be_followed() {
        for (value, date) in [
            (
                "unavailable_after: 25 Jun 2026 15:00:00 GMT",
                "2026-06-25T15:00:00Z",
            ),
            (
                "unavailable_after: Thu, 25 Jun 2026 15:00:00 +0900",
                "2026-06-25T06:00:00Z",
            ),
            (
                "unavailable_after: 2026-06-25T15:00:00+09:00, noindex",
                "2026-06-25T06:00:00Z",
            ),
            ("unavailable_after: 2026-06-25", "2026-06-25T00:00:00Z"),
        ] {
            let found = of_header(value, "saseo");
            assert_eq!(found[0].from.unwrap().to_string(), date, "{value}");
            assert_eq!(
                found.len(),
                if value.ends_with("noindex") { 2 } else { 1 },
                "{value}"
            );
        }
        assert_eq!(of_header("unavailable_after: soon", "saseo")[0].from, None);
    }

    #[test]
    fn the_evidence_is_the_whole_value() {
        assert_eq!(
            of_meta("noindex, noarchive", "meta robots")[1].evidence,
            "noindex, noarchive"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_value_panics(value in "\\PC{0,80}") {
            let _ = of_header(&value, "saseo");
            let _ = of_meta(&value, "meta robots");
        }
    }
}
