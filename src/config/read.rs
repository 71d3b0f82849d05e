//! TOML text to data, with errors that name file, line, key and the nearest known key.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::config::settings::contact;
use crate::config::site::{PollIntervals, Sections};
use crate::config::{Profile, Settings, Site};
use crate::time::Timestamp;

/// What is wrong in a configuration file, and where.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}:{line}: {}{why}", key.as_ref().map(|key| format!("`{key}`: ")).unwrap_or_default())]
pub struct ConfigError {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The key with its table, `pace.gap`, where one stands on the line.
    pub key: Option<String>,
    pub why: String,
}

/// Reads `saseo.toml`; `file` is its name in errors.
pub fn read_settings(file: &str, text: &str) -> Result<Settings, ConfigError> {
    let mut settings: Settings = read(file, text)?;
    let agent = &settings.identity.agent;
    let is_token = !agent.is_empty()
        && agent
            .chars()
            .all(|c| c.is_ascii_alphabetic() || "-_".contains(c));
    if !is_token {
        // RFC 9309 §2.2.1: a product token has only letters, `-` and `_`.
        return Err(fault(
            file,
            text,
            "agent",
            "a robots.txt product token has only letters, `-` and `_`",
        ));
    }
    settings.identity.contact =
        contact(&settings.identity.contact).map_err(|why| fault(file, text, "contact", why))?;
    let limits = &settings.limits;
    let nothing = [
        ("body", limits.body.0 == 0),
        ("connect", limits.connect.0.is_zero()),
        ("answer", limits.answer.0.is_zero()),
    ];
    match nothing.iter().find(|(_, is_nothing)| *is_nothing) {
        Some((key, _)) => Err(fault(
            file,
            text,
            key,
            "with a limit of 0 no answer could ever be read",
        )),
        None => Ok(settings),
    }
}

/// Papers that are not the user's own are crawled no more often.
const LEAST_EVERY: Duration = Duration::from_secs(60);

/// Hosts that are not the user's own are asked no faster.
pub const GENTLE_GAP: Duration = Duration::from_secs(1);

/// Reads one site file and holds it to the gentle limits.
pub fn read_site(file: &str, text: &str) -> Result<Site, ConfigError> {
    let site: Site = read(file, text)?;
    if !is_site_name(&site.name) {
        return Err(fault(
            file,
            text,
            "name",
            "a site's name has 1 to 64 lower-case letters, digits and `-`",
        ));
    }
    if site.title.chars().any(char::is_control) {
        return Err(fault(
            file,
            text,
            "title",
            "a title is one line, without control characters",
        ));
    }
    if site.pace.at_once == 0 {
        return Err(fault(
            file,
            text,
            "at_once",
            "at least one request must be allowed at a time",
        ));
    }
    if !site.own_site && site.pace.at_once > 1 {
        return Err(fault(
            file,
            text,
            "at_once",
            "more than one request at a time is only for your own server: own_site = true",
        ));
    }
    if !site.own_site && site.pace.gap.0 < GENTLE_GAP {
        return Err(fault(
            file,
            text,
            "gap",
            "a gap under 1s is only for your own server: own_site = true",
        ));
    }
    if site.discover.lists.floor > site.discover.lists.ceiling {
        let PollIntervals { floor, ceiling } = site.discover.lists;
        let why = format!(
            "a floor of {floor} is longer than the ceiling of {ceiling}: write the longer time as `ceiling`"
        );
        return Err(fault(file, text, "lists", &why));
    }
    if site.schedule.cron.is_some() && site.schedule.every.is_some() {
        return Err(fault(
            file,
            text,
            "every",
            "either `cron` or `every` says when to crawl",
        ));
    }
    if let Some(cron) = &site.schedule.cron
        && cron.next_after(Timestamp::EPOCH, &site.timezone).is_none()
    {
        return Err(fault(file, text, "cron", "this time never comes"));
    }
    if site.schedule.every.is_some_and(|every| every.0.is_zero()) {
        return Err(fault(
            file,
            text,
            "every",
            "a crawl after no time at all would never end",
        ));
    }
    if site
        .schedule
        .every
        .is_some_and(|every| every.0 < LEAST_EVERY && !site.own_site)
    {
        return Err(fault(
            file,
            text,
            "every",
            "more often than each minute is only for your own server: own_site = true",
        ));
    }
    if !is_language(&site.language) {
        return Err(fault(
            file,
            text,
            "language",
            "write a language as BCP 47 has it, like \"ko\" or \"zh-Hant\"",
        ));
    }
    if site.discover.sections == Sections::Listed(Vec::new()) && !site.discover.feeds {
        return Err(fault(
            file,
            text,
            "sections",
            "without sections and without feeds there is nothing to read",
        ));
    }
    Ok(site)
}

/// Tells whether a site may be called so: 1 to 64 lower-case letters, digits and `-`.
pub fn is_site_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=64).contains(&name.len()) && name.chars().all(is_plain)
}

/// The shape of a language tag (RFC 5646 §2.1): subtags of 1 to 8 letters and digits, the first of 2 to 8 letters.
fn is_language(tag: &str) -> bool {
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let first = tag.split('-').next().unwrap_or_default();
    tag.split('-').all(is_subtag)
        && first.len() >= 2
        && first.chars().all(|c| c.is_ascii_alphabetic())
}

/// Reads a file's bytes as the text that TOML is, or tells where they are none.
pub fn read_text(file: &str, bytes: Vec<u8>) -> Result<String, ConfigError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        ConfigError {
            file: file.to_owned(),
            line,
            key: None,
            why: format!("byte {} is not UTF-8", at + 1),
        }
    })
}

/// Reads one profile; its selectors and patterns are compiled with it.
pub fn read_profile(file: &str, text: &str) -> Result<Profile, ConfigError> {
    let profile: Profile = read(file, text)?;
    if let Some((key, why)) = profile.url.fault() {
        return Err(fault(file, text, key, &why));
    }
    match (profile.valid_from, profile.valid_until) {
        (Some(first), Some(last)) if last < first => Err(fault(
            file,
            text,
            "valid_until",
            &format!("the last day comes before the first, {first}"),
        )),
        _ => Ok(profile),
    }
}

/// Returns the error for the place at byte `at` of `text`.
pub fn fault_at(file: &str, text: &str, at: usize, why: impl Into<String>) -> ConfigError {
    let at = at.min(text.len());
    let line = text.as_bytes()[..at]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1;
    ConfigError {
        file: file.to_owned(),
        line,
        key: key_on(text, line),
        why: why.into(),
    }
}

fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        fault_at(file, text, at, in_words(&with_nearest_key(error.message())))
    })
}

/// Says what was expected as a person would, and not as a program's types do.
fn in_words(message: &str) -> String {
    let Some((found, expected)) = message.split_once(", expected ") else {
        return message.to_owned();
    };
    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "a sequence" => "a list",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    format!("{found}, expected {expected}")
}

/// The error for a key that is well-formed but means something impossible; line 1 where its default is at fault.
pub fn fault(file: &str, text: &str, key: &str, why: &str) -> ConfigError {
    let is_key = |line: &str| {
        line.split('=')
            .next()
            .is_some_and(|before| before.trim() == key)
            && line.contains('=')
    };
    let line = text.lines().position(is_key).unwrap_or(0) + 1;
    ConfigError {
        file: file.to_owned(),
        line,
        key: Some(key_on(text, line).unwrap_or_else(|| key.to_owned())),
        why: why.to_owned(),
    }
}

/// The dotted key that stands on a line, with the table it is in.
fn key_on(text: &str, line: usize) -> Option<String> {
    let text_of_line = text.lines().nth(line - 1)?.trim();
    if let Some(table) = text_of_line
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next())
    {
        return Some(table.trim_start_matches('[').trim().to_owned())
            .filter(|table| !table.is_empty());
    }
    let key = text_of_line.split_once('=')?.0.trim();
    let is_key = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.\"".contains(c));
    if !is_key {
        return None;
    }
    let table = text
        .lines()
        .take(line)
        .filter_map(|line| line.trim().strip_prefix('['))
        .last();
    let table = table.map(|rest| {
        rest.trim_start_matches('[')
            .split(']')
            .next()
            .unwrap_or_default()
            .trim()
    });
    Some(table.map_or(key.to_owned(), |table| format!("{table}.{key}")))
}

/// Turns serde's "unknown field `gapp`, expected one of `gap`, `at_once`" into a question that helps.
fn with_nearest_key(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field ") else {
        return message.to_owned();
    };
    let mut names = rest.split('`').skip(1).step_by(2);
    let Some(unknown) = names.next() else {
        return message.to_owned();
    };
    let known: Vec<&str> = names.collect();
    let nearest = known
        .iter()
        .min_by_key(|name| strsim::damerau_levenshtein(name, unknown));
    match nearest {
        Some(name) if strsim::damerau_levenshtein(name, unknown) <= 2 => {
            format!("unknown key `{unknown}`; did you mean `{name}`?")
        }
        _ => format!("unknown key `{unknown}`; known here: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "name = \"paper\"\ntitle = \"신문\"\nhome = \"https://paper.example/\"\n";

    fn site_error(more: &str) -> String {
        read_site("sites/paper.toml", &format!("{SITE}{more}"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_wrong_key_is_named_with_its_line_and_its_neighbour() {
        let said = site_error("[pace]\ngapp = \"2s\"\n");
        assert_eq!(
            said,
            "sites/paper.toml:5: `pace.gapp`: unknown key `gapp`; did you mean `gap`?"
        );
    }

    #[test]
    fn a_wrong_type_is_named_with_its_line_and_key() {
        let said = site_error("[pace]\ngap = 2\n");
        assert_eq!(
            said,
            "sites/paper.toml:5: `pace.gap`: invalid type: integer `2`, expected a time in quotes, like \"2s\""
        );
    }

    #[test]
    fn a_missing_key_is_named() {
        let said = read_site("sites/x.toml", "name = \"x\"\n")
            .unwrap_err()
            .to_string();
        assert!(said.contains("missing field `title`"), "{said}");
    }

    #[test]
    fn torn_toml_is_told_with_its_line() {
        assert!(
            site_error("[pace\n").starts_with("sites/paper.toml:4: "),
            "{}",
            site_error("[pace\n")
        );
    }

    #[test]
    fn a_strangers_server_is_never_hurried() {
        assert!(site_error("[pace]\ngap = \"500ms\"\n").contains("own_site"));
        assert!(site_error("[pace]\nat_once = 2\n").contains("own_site"));
        assert!(
            read_site(
                "x",
                &format!("{SITE}own_site = true\n[pace]\ngap = \"0s\"\nat_once = 16\n")
            )
            .is_ok()
        );
    }

    #[test]
    fn an_agent_must_be_a_product_token() {
        let said = read_settings("saseo.toml", "[identity]\nagent = \"saseo/1.0\"\n")
            .unwrap_err()
            .to_string();
        assert!(
            said.starts_with("saseo.toml:2: `identity.agent`: "),
            "{said}"
        );
    }

    #[test]
    fn types_are_named_in_words() {
        let said = site_error("[pace]\nat_once = \"two\"\n");
        assert!(
            said.ends_with("invalid type: string \"two\", expected a whole number, 0 or more"),
            "{said}"
        );
        assert!(
            site_error("[pace]\nat_once = -1\n").contains("expected a whole number, 0 or more")
        );
        assert!(site_error("own_site = 1\n").ends_with("expected true or false"));
        assert!(site_error("pace = 1\n").ends_with("expected a table"));
    }

    #[test]
    fn limits_of_nothing_are_refused_with_their_line() {
        let said = |text: &str| read_settings("saseo.toml", text).unwrap_err().to_string();
        assert!(
            said("[limits]\nbody = \"0\"\n")
                .starts_with("saseo.toml:2: `limits.body`: with a limit of 0")
        );
        assert!(said("[limits]\n\nanswer = \"0s\"\n").starts_with("saseo.toml:3: `limits.answer`"));
        assert!(said("[limits]\nconnect = \"0ms\"\n").contains("limits.connect"));
        assert!(
            said("[identity]\ncontact = \"me\"\n")
                .starts_with("saseo.toml:2: `identity.contact`: a contact is")
        );
    }

    #[test]
    fn a_site_that_has_nothing_to_read_or_no_language_is_refused() {
        let said = site_error("[discover]\nsections = []\nfeeds = false\n");
        assert!(
            said.starts_with("sites/paper.toml:5: `discover.sections`"),
            "{said}"
        );
        assert!(read_site("x", &format!("{SITE}[discover]\nsections = []\n")).is_ok());
        for bad in ["", "Korean language", "k", "ko_KR", "ko-", "1a"] {
            assert!(
                site_error(&format!("language = {bad:?}\n")).contains("BCP 47"),
                "{bad}"
            );
        }
        for good in ["ko", "zh-Hant-TW", "de-1996", "kok"] {
            assert!(
                read_site("x", &format!("{SITE}language = {good:?}\n")).is_ok(),
                "{good}"
            );
        }
    }

    #[test]
    fn what_is_not_utf8_is_told_with_its_place() {
        let said = read_text("saseo.toml", b"[pace]\n# caf\xe9\n".to_vec())
            .unwrap_err()
            .to_string();
        assert_eq!(said, "saseo.toml:2: byte 13 is not UTF-8");
    }

    #[test]
    fn an_unknown_time_zone_is_refused() {
        assert!(site_error("timezone = \"Asia/Soul\"\n").contains("no time zone"));
    }
}
